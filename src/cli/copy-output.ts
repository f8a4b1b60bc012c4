import type { CopyReport } from '../copy/copier.js';
import type { Reject, Target } from '../copy/copy.js';
import { labelOf, type PlannedCopy } from '../copy/plan.js';
import { grouped, type Progress, ProgressLines } from '../move/progress.js';
import { numbered } from '../records/verification/verification.js';

/** Rejected records that are shown one by one; the file has all of them. */
const MAX_SHOWN_REJECTS = 5;

/** What `polyvec copy` prints: lines for a person, or a JSON object in each for a program. */
export class CopyOutput {
  private shownRejects = 0;

  constructor(
    private readonly print: (line: string) => void,
    private readonly isJson: boolean,
  ) {}

  get progress(): Progress {
    const lines = new ProgressLines(this.print);
    return this.isJson
      ? new ProgressLines((text) => {
          this.event('progress', { text });
        })
      : lines;
  }

  /** What is about to be done, and what of it the target has no place for. */
  plan(plans: readonly PlannedCopy[], { label, cannotHold }: Pick<Target, 'label' | 'cannotHold'>): void {
    if (cannotHold !== undefined) {
      if (this.isJson) this.event('target', { target: label, cannotHold });
      else this.print(`${label} cannot hold ${cannotHold}`);
    }
    for (const { from, to, standing, warnings, problems } of plans) {
      const source = labelOf(from);
      if (this.isJson) {
        const { records, dimension, metric } = from;
        this.event('plan', {
          from: source,
          to: labelOf(to),
          records,
          dimension,
          metric,
          standing: standing.kind,
          warnings,
          problems,
        });
      } else {
        const target = labelOf(to) === source ? '' : ` -> ${labelOf(to)}`;
        const size = from.dimension === null ? 'no vectors yet' : `${String(from.dimension)} dimensions, ${from.metric}`;
        this.print(`${source}${target}  ${grouped(from.records)} records, ${size}${STANDINGS[standing.kind]}`);
        for (const warning of warnings) this.print(`  warning: ${warning}`);
      }
    }
  }

  rejected(collection: string, rejects: readonly Reject[]): void {
    for (const { id, namespace, reason } of rejects) {
      if (this.isJson) this.event('rejected', { collection, namespace, id, reason });
      else if (this.shownRejects < MAX_SHOWN_REJECTS) this.print(`not copied: ${collection} ${JSON.stringify(id)}: ${reason}`);
      this.shownRejects += 1;
    }
  }

  /** Records that cannot be copied, found before the start. */
  unfit(records: number): void {
    if (this.isJson) this.event('unfit', { records });
    else this.print(`${grouped(records)} records cannot be copied, and are skipped`);
  }

  report(reports: readonly CopyReport[]): void {
    if (this.isJson) for (const report of reports) this.event('report', { ...report });
    else for (const line of linesOf(reports)) this.print(line);
  }

  /** A round that has brought something is a line. */
  round(reports: readonly CopyReport[]): void {
    for (const { label, written, differences } of reports) {
      if (written === 0 && differences.length === 0) continue;
      if (this.isJson) this.event('round', { label, written, differences });
      else this.print(`${label}: ${grouped(written)} records have changed, and were copied${differences.length > 0 ? ':' : ''}`);
      if (!this.isJson) for (const difference of differences) this.print(`WRONG: ${label}: ${difference}`);
    }
  }

  failedRound(reason: string): void {
    if (this.isJson) this.event('round', { failed: reason });
    else this.print(`this round has failed, and is made again: ${reason}`);
  }

  /** What the searches of both sides have in common. */
  shadows(reports: readonly CopyReport[], threshold: number): void {
    for (const { label, shadow } of reports) {
      if (shadow === undefined) continue;
      const { queries, overlap, difference, worst } = shadow;
      if (this.isJson) {
        this.event('shadow', { label, ...shadow, threshold });
        continue;
      }
      const verdict = overlap >= threshold ? '' : `, below ${String(threshold)}`;
      this.print(
        `shadow of ${label}: ${grouped(queries)} searches, overlap@10 ${overlap.toFixed(4)}${verdict}, distances differ by up to ${difference.toPrecision(2)}`,
      );
      for (const one of worst) this.print(`  ${one.query}: ${one.overlap.toFixed(2)}`);
    }
  }

  /** `command`: the words behind `polyvec`. No secret is ever among them. */
  interrupted(reason: string, command: readonly string[]): void {
    const again = [
      'polyvec',
      ...command.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`)),
    ].join(' ');
    if (this.isJson) this.event('interrupted', { reason, again });
    else this.print(`${reason}\nwhat is there so far stays; this goes on from it:\n  ${again}`);
  }

  private event(event: string, values: object): void {
    this.print(JSON.stringify({ event, ...values }));
  }
}

const STANDINGS: Readonly<Record<PlannedCopy['standing']['kind'], string>> = {
  new: '',
  begun: ', begun before',
  finished: ', copied before',
  another: '',
  occupied: ', into a collection that has records',
};

function linesOf(reports: readonly CopyReport[]): readonly string[] {
  const width = Math.max('collection'.length, ...reports.map(({ label }) => label.length));
  const row = (label: string, records: string, rejects: string, seconds: string, checksum: string): string =>
    `${label.padEnd(width)}  ${records.padStart(13)}  ${rejects.padStart(9)}  ${seconds.padStart(9)}  ${checksum}`;
  const different = reports.filter(({ differences }) => differences.length > 0);
  const rejects = reports.reduce((sum, report) => sum + report.rejects, 0);
  return [
    row('collection', 'records', 'skipped', 'seconds', 'checksum'),
    ...reports.map((each) =>
      row(each.label, grouped(each.records), grouped(each.rejects), each.seconds.toFixed(1), verdictOf(each)),
    ),
    ...different.flatMap(({ label, differences }) => differences.map((difference) => `WRONG: ${label}: ${difference}`)),
    summaryOf(reports, different.length, rejects),
  ];
}

function verdictOf({ differences, outcome }: CopyReport): string {
  if (differences.length > 0) return 'DIFFERENT';
  return outcome === 'there' ? 'equal, nothing to do' : 'equal';
}

function summaryOf(reports: readonly CopyReport[], different: number, rejects: number): string {
  if (different > 0)
    return `${String(different)} of ${String(reports.length)} collections differ: a new one among them is not to be seen, and the same command copies it anew`;
  const records = grouped(reports.reduce((sum, report) => sum + report.records, 0));
  if (rejects > 0) return `${records} records are equal, and ${grouped(rejects)} were skipped`;
  return `${records} records in ${numbered(reports.length, 'collection')}, and all of it is equal`;
}
