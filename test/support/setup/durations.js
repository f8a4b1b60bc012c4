import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const file = fileURLToPath(new URL('../../durations.json', import.meta.url));
/** Of a suite that has none, by the size of its file. */
const BYTES_PER_SECOND = 1_500;

const WORKERS = 2;

const recorded = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};

/** A suite's path from the root of the project. */
export const nameOf = (path) => relative(root, path).split(sep).join('/');

/** Seconds that a suite took when that was recorded, or about as many as it may take. */
export const durationOf = (path) => recorded[nameOf(path)] ?? statSync(path).size / BYTES_PER_SECOND;

let planned = 0;

/** Notes which suites a run is made of. */
export function plan(paths) {
  planned = paths.map(durationOf).reduce((sum, seconds) => sum + seconds, 0);
}

/** How long the noted ones take with two workers. */
export const minutesPlanned = () => Math.max(1, Math.ceil(planned / WORKERS / 60));

/** Keeps how long suites took, in seconds by path; those that are not among them keep what they have. */
export function recordDurations(durations) {
  const all = Object.entries({ ...recorded, ...Object.fromEntries(durations.map(([path, seconds]) => [nameOf(path), seconds])) });
  const existing = all.filter(([name]) => existsSync(`${root}${name}`)).sort(([one], [other]) => (one < other ? -1 : 1));
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(existing), null, 2)}\n`);
}
