import type { Weight } from './many-catalog.js';
import type { Step } from './many-measure.js';
import { latencies, markdownTable, NOTHING, number, provenance } from './report.js';

/** One kind of sets, in a small store and in one with many more. */
export interface Part {
  /** What the sets are. */
  readonly sets: string;
  readonly small: Store;
  readonly large: Store;
}

export interface Store {
  /** How many sets. */
  readonly count: number;
  readonly steps: readonly Step[];
  readonly weights: readonly Weight[];
}

const MIB = 1024 * 1024;
/** A table below this is not worth a line. */
const SMALLEST = MIB;

/** All that was measured, as Markdown. */
export function manyReport(parts: readonly Part[], conditions: string): string {
  return [introduction(conditions), ...parts.flatMap((part) => [steps(part), weights(part)])].join('\n\n');
}

function introduction(conditions: string): string {
  const figures = 'Requests a second (p50 / p95 / p99 in ms), and the CPU milliseconds that a request costs, gateway + Postgres.';
  return `${conditions} ${figures} ${provenance('npm run bench -- many')}`;
}

function steps({ sets, small, large }: Part): string {
  const title = ({ count }: Store): string => `${count.toLocaleString('en')} ${sets}`;
  const rows = large.steps.map((step, at) => {
    const cell = step.requests === 1 ? duration : rates;
    const before = small.steps[at];
    return [step.name, cell(before), cell(step), growth(before, step), cpu(before), cpu(step)];
  });
  return markdownTable([title(small), title(large), 'p95 grows', 'CPU ms of the fewer', 'of the more'], rows).join('\n');
}

function duration(step: Step | undefined): string {
  return step === undefined ? NOTHING : `${(step.p50 / 1_000).toFixed(1)} s`;
}

function rates(step: Step | undefined): string {
  if (step === undefined) return NOTHING;
  return `${number(step.perSecond)} (${latencies(step)})`;
}

/** Gateway + Postgres. */
function cpu(step: Step | undefined): string {
  return step === undefined ? NOTHING : `${step.serverCpuMs.toFixed(1)} + ${step.postgresCpuMs.toFixed(1)}`;
}

/** Of single requests there is no p95. */
function growth(small: Step | undefined, large: Step): string {
  return small === undefined || large.requests === 1 ? NOTHING : `${(large.p95 / small.p95).toFixed(1)} ×`;
}

function weights({ sets, large }: Part): string {
  const names = [...new Set(large.weights.flatMap(({ tables }) => [...tables.keys()]))].sort();
  const largest = (name: string): number => Math.max(...large.weights.map(({ tables }) => tables.get(name) ?? 0));
  const shown = names.filter((name) => largest(name) >= SMALLEST);
  const rest = names.filter((name) => largest(name) < SMALLEST);
  const sum = (kept: readonly string[], sizes: ReadonlyMap<string, number>): number =>
    kept.reduce((total, name) => total + (sizes.get(name) ?? 0), 0);
  const row = (name: string, value: (weight: Weight) => string): readonly string[] => [name, ...large.weights.map(value)];
  const catalogs = [...(large.weights[0]?.catalogs.keys() ?? [])];
  const title = `MiB of ${large.count.toLocaleString('en')} ${sets}`;
  const lines = [
    ...shown.map((name) => row(`\`${name}\``, ({ tables }) => mebibytes(tables.get(name) ?? 0))),
    row('the other tables', ({ tables }) => mebibytes(sum(rest, tables))),
    ...catalogs.map((name) => row(`\`${name}\``, (weight) => mebibytes(weight.catalogs.get(name) ?? 0))),
    row('relations', ({ relations }) => String(relations)),
  ];
  const table = markdownTable(
    large.weights.map(({ when }) => when),
    lines,
  ).join('\n');
  return `${title}:\n\n${table}`;
}

function mebibytes(bytes: number): string {
  return (bytes / MIB).toLocaleString('en', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}
