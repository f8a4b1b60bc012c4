import { spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';

const MEMORY = 'process.on("exit",()=>console.log("memory "+process.resourceUsage().maxRSS))';

/** What a call of the command has taken. */
export interface Timed {
  /** All of it, with the start of the process. */
  readonly seconds: number;
  /** From its first batch to its last. */
  readonly copying: number;
  /** The most memory that it had. */
  readonly mebibytes: number;
}

/** Runs a command to its end. @throws Error with what it wrote, unless all was equal */
export async function command(words: readonly string[], env: Readonly<Record<string, string>>): Promise<Timed> {
  const start = performance.now();
  const options = `--import data:text/javascript,${encodeURIComponent(MEMORY)}`;
  const child = spawn(process.execPath, [resolve('dist/main.js'), ...words], {
    env: { PATH: process.env['PATH'] ?? '', POLYVEC_LOG_LEVEL: 'error', NODE_OPTIONS: options, ...env },
  });
  const ended = new Promise<number | null>((closed) => child.once('close', closed));
  const lines: string[] = [];
  const times = new Map<string, number>();
  child.stderr.on('data', (chunk: Buffer) => lines.push(chunk.toString()));
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    const [phase = ''] = line.split(' ');
    if (!times.has(phase)) times.set(phase, performance.now());
  }
  const code = await ended;
  if (code !== 0) throw new Error(`polyvec ${words.join(' ')}: ${lines.join('\n')}`);
  const kibibytes = Number(/^memory (\d+)$/m.exec(lines.join('\n'))?.[1] ?? NaN);
  const end = performance.now();
  const copying = (times.get('comparing') ?? end) - (times.get('copying') ?? start);
  return { seconds: (end - start) / 1000, copying: copying / 1000, mebibytes: kibibytes / 1024 };
}
