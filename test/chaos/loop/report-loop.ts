import { readFile, writeFile } from 'node:fs/promises';
import { conditionsOf, PAGE } from '../report.js';
import type { LoopFigures } from './measured-gateway.js';

/** What was measured: a body of a route with one member made long, a message of gRPC, or an answer. */
export interface Row extends LoopFigures {
  readonly kind: 'body' | 'message' | 'answer';
  readonly name: string;
  /** The member. */
  readonly part: string;
  readonly answer: string;
}

/** Shorter work is counted, not listed. */
const SHOWN_MS = 30;
const AIM_MS = 100;
const BEGIN = '<!-- loop -->';
const END = '<!-- /loop -->';

/** Prints the longest of each route, writes the table of docs/reliability.md with `--write`, and ends the process: 1 when the aim is missed. */
export async function reportLoop(rows: readonly Row[], bytes: number): Promise<never> {
  const longest = longestOfEach(rows);
  const shown = longest.filter(({ processorMs }) => processorMs >= SHOWN_MS);
  const met = longest.every(({ processorMs }) => processorMs <= AIM_MS);
  const table = [
    '| request | answer | in one go | by the clock |',
    '| --- | --- | --- | --- |',
    ...shown.map(lineOf),
    `| ${String(longest.length - shown.length)} others | | under ${String(SHOWN_MS)} ms | |`,
  ].join('\n');
  const conditions = `Bodies of ${String(bytes / 1_000_000)} MB. ${await conditionsOf({})}.`;
  console.log(`${table}\n\n${conditions}\n${met ? 'met' : 'MISSED'}`);
  if (process.argv.includes('--write')) await write(`${BEGIN}\n\n${conditions}\n\n${table}\n\n${END}`);
  process.exit(met ? 0 : 1);
}

/** Of each route, message and answer, longest first. */
function longestOfEach(rows: readonly Row[]): readonly Row[] {
  const longest = new Map<string, Row>();
  for (const row of rows) {
    const key = `${row.kind} ${row.name}`;
    const known = longest.get(key);
    if (known === undefined || known.processorMs < row.processorMs) longest.set(key, row);
  }
  return [...longest.values()].sort((left, right) => right.processorMs - left.processorMs);
}

function lineOf({ kind, name, part, answer, processorMs, clockMs }: Row): string {
  const what = { body: `\`${name}\`, \`${part}\``, message: name, answer: `the answer of \`${name}\`` }[kind];
  return `| ${what} | ${answer} | ${processorMs.toFixed(0)} ms | ${clockMs.toFixed(0)} ms |`;
}

async function write(block: string): Promise<void> {
  const page = await readFile(PAGE, 'utf8');
  const from = page.indexOf(BEGIN);
  const to = page.indexOf(END);
  if (from === -1 || to === -1) throw new Error(`docs/reliability.md has no ${BEGIN} … ${END}`);
  await writeFile(PAGE, page.slice(0, from) + block + page.slice(to + END.length));
}
