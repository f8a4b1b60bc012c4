import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { POLYVEC } from './program.js';

/** Every port a free one, and two for indexes. */
export const FREE_PORTS = {
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: '0',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_PINECONE_INDEX_PORTS: '0:2',
};

/** `polyvec …`, as a process. */
export interface Run {
  readonly child: ChildProcess;
  /** What it has written so far, to both of its outputs. */
  readonly output: () => string;
}

export function polyvec(args: readonly string[], env: Readonly<Record<string, string>>): Run {
  return runProgram(process.execPath, [POLYVEC, ...args], env);
}

/** Another program, in a directory of its own if one is given. */
export function runProgram(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  directory?: string,
): Run {
  const environment = { PATH: process.env['PATH'] ?? '', ...env };
  const child = spawn(file, args, { env: environment, cwd: directory });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  return { child, output: () => output };
}

/** Waits until it has written the text. @throws Error with what it wrote, when it ends before */
export async function waitFor(run: Run, text: string): Promise<void> {
  while (!run.output().includes(text)) {
    if (run.child.exitCode !== null) throw new Error(`it ended with code ${String(run.child.exitCode)}: ${run.output()}`);
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** The code that it ends with, once it has; all it wrote is there then. Null when a signal ended it. */
export async function exitCode({ child }: Run): Promise<unknown> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'close');
  return child.exitCode;
}

/** Where the protocol of this name is served, of one that listens. */
export function urlOf(run: Run, name: string): string {
  return new RegExp(`^ +${name} +(http:\\S+)$`, 'm').exec(run.output())?.[1] ?? '';
}
