import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import pg from 'pg';

/** The page that the figures are written to. */
export const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));

/** What a program found, in the words of its row in docs/reliability.md. */
export interface ChaosResult {
  /** The program's, and the row's: `<!-- name -->`. */
  readonly name: string;
  readonly event: string;
  readonly figure: string;
  readonly aim: string;
  readonly met: boolean;
  /** What the figure depends on, besides the machine and the server. */
  readonly conditions?: string;
}

/** Prints the figure, writes the row of docs/reliability.md with `--write`, and ends the process: 0 when the aim is met, else 1. */
export async function report(result: ChaosResult): Promise<never> {
  console.log(`${result.event}\n  aim     ${result.aim}\n  figure  ${result.figure}\n  ${result.met ? 'met' : 'MISSED'}`);
  if (process.argv.includes('--write')) await writeRow(result, await conditionsOf(result));
  process.exit(result.met ? 0 : 1);
}

/** A whole number from the command line, `--rounds 50`. @throws Error when it is none */
export function option(name: string, fallback: number): number {
  const at = process.argv.indexOf(`--${name}`);
  const value = at === -1 ? fallback : Number(process.argv[at + 1]);
  if (!Number.isSafeInteger(value) || value < 0) throw new Error(`--${name} takes a whole number`);
  return value;
}

async function writeRow({ name, event, figure, aim, met }: ChaosResult, conditions: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const marker = `<!-- ${name} -->`;
  if (!page.includes(marker)) throw new Error(`docs/reliability.md has no row ${marker}`);
  const rows = page.split('\n').map((line) => {
    if (!line.includes(marker)) return line;
    // the command is the page's own: a row knows best how it is repeated
    const command = line.split(' | ')[2] ?? '';
    return `| ${event} ${marker} | ${aim} | ${command} | ${met ? figure : `**missed**: ${figure}`} | ${conditions} |`;
  });
  await writeFile(PAGE, rows.join('\n'));
}

/** Day, machine, server, and what else the figures depend on. */
export async function conditionsOf({ conditions }: Pick<ChaosResult, 'conditions'>): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  // the program's own load and what else ran beside it
  const [, load = 0] = loadavg();
  const machine = `${String(availableParallelism())} cores at load ${load.toFixed(1)}, Node ${process.versions.node}`;
  return [day, machine, await serverOf(process.env['TEST_DATABASE_URL']), conditions]
    .filter((part) => part !== undefined)
    .join('; ');
}

async function serverOf(url: string | undefined): Promise<string | undefined> {
  if (url === undefined || url === '') return undefined;
  const client = new pg.Client({ connectionString: url });
  try {
    await client.connect();
    const { rows } = await client.query<{ version: string }>(
      `SELECT split_part(current_setting('server_version'), ' ', 1) AS version`,
    );
    return `PostgreSQL ${rows[0]?.version ?? ''}`;
  } finally {
    await client.end();
  }
}
