import { setTimeout as sleep } from 'node:timers/promises';
import type { Progress } from '../move/progress.js';
import { ahead } from './ahead.js';
import { rejectOf } from './check.js';
import type { Checkpoint, Chunk, ConflictPolicy, CopyRecord, Filling, Reject, ShadowQuery, Source, Target } from './copy.js';
import { NOTHING_YET } from './copy.js';
import { Pacer } from './pacer.js';
import { isForbidden } from './permission.js';
import { labelOf, type PlannedCopy } from './plan.js';
import { checksumText, nameOf, sumOf } from './record-digest.js';
import { ownQueries, shadow, type ShadowReport } from './shadow.js';
import { compareById, compareSample, compareWhole, differencesBetween, type Verification } from './verification.js';
import { Writer } from './writer.js';

export interface CopierOptions {
  readonly policy: ConflictPolicy;
  readonly verification: Verification;
  /** What a record does that cannot be copied. */
  readonly onError: 'stop' | 'skip';
  readonly isRestart: boolean;
  /** Takes records that are skipped. A record may come twice, when the command was killed in between. */
  readonly reject: (collection: string, rejects: readonly Reject[]) => Promise<void>;
  readonly progress: Progress;
  /** Batches that are read before they are needed, and that a server is sent at once; absent: one. */
  readonly concurrency?: number | undefined;
  /** Records in a second; absent: as many as can be. */
  readonly rate?: number | undefined;
  /** Searches that both sides carry out when all is there. */
  readonly shadow?: Shadowing | undefined;
  /** The source may be written to meanwhile: another round brings what has changed. */
  readonly isWatching?: boolean;
  /** Such a round: only records that differ are written, and compared. */
  readonly isRound?: boolean;
  /** When it is aborted, the copy ends behind the chunk that is under way. */
  readonly signal: AbortSignal;
}

/** The searches of a shadow: that many of the source's own vectors, or what is given. */
export interface Shadowing {
  readonly count: number;
  readonly queries: readonly ShadowQuery[] | undefined;
}

/** What became of one collection. */
export interface CopyReport {
  readonly label: string;
  readonly records: number;
  readonly rejects: number;
  readonly seconds: number;
  /** Records that were written. */
  readonly written: number;
  readonly shadow?: ShadowReport;
  /** `there`: a copy before this one has brought it, and nothing has changed since. */
  readonly outcome: 'copied' | 'there';
  /** Empty: what is there is what the source has. */
  readonly differences: readonly string[];
  /** The sum of the checksums of the records, in hexadecimal: another copy of the same records comes to the same. */
  readonly checksum: string;
}

/** A copy that has begun and did not come to its end: the same command goes on. */
export class Unfinished extends Error {}

/** A server that does not show all of what it has been sent is asked again after such pauses. */
const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 30_000;

/** Copies collections one after the other; each is compared, and shown only when it is equal. */
export class Copier {
  private hasWritten = false;

  constructor(
    private readonly source: Source,
    private readonly target: Target,
    private readonly options: CopierOptions,
  ) {}

  /**
   * @throws Unfinished when the signal is aborted, or when something fails after the first write may have been made; Error when a side does
   * not permit it, and nothing was written
   */
  async copy(plans: readonly PlannedCopy[]): Promise<readonly CopyReport[]> {
    const { progress } = this.options;
    const done = plans.reduce((sum, { standing }) => sum + ('checkpoint' in standing ? standing.checkpoint.records : 0), 0);
    progress.begin(
      plans.reduce((sum, { from }) => sum + from.records, 0),
      done,
    );
    try {
      const reports: CopyReport[] = [];
      for (const plan of plans) reports.push(await this.copyOne(plan));
      return reports;
    } catch (error) {
      if (error instanceof Unfinished) throw error;
      if (!this.hasWritten && isForbidden(error))
        throw new Error(`nothing was written, it is not permitted: ${(error as Error).message}`, { cause: error });
      throw new Unfinished(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      progress.end();
    }
  }

  private async copyOne(plan: PlannedCopy): Promise<CopyReport> {
    const start = performance.now();
    const { standing, to, from } = plan;
    const { isRound = false, isRestart, policy } = this.options;
    const isThere = standing.kind === 'finished' && standing.isSourceUnchanged && !isRound;
    if (isThere) {
      const filling = await this.target.finished(to);
      const differences = await this.compareSettled(plan, filling, standing.checkpoint, filling.isWhole);
      const done = { ...standing.checkpoint, written: 0, differences };
      return this.report(plan, done, 'there', start);
    }
    if (isRestart) await this.target.discard(to);
    const filling = await this.target.fill(this.source.label, from, to, policy);
    const isNew = filling.isWhole || standing.kind === 'new';
    const before = standing.kind === 'begun' && !isRestart ? standing.checkpoint : NOTHING_YET;
    const filled = await this.fill(plan, filling, before);
    if (this.options.isWatching !== true) await this.source.requireUnchanged();
    const differences = isRound ? filled.differences : await this.compareSettled(plan, filling, filled.checkpoint, isNew);
    if (differences.length === 0 || isRound) await filling.finish();
    // the same command copies it anew; where records may be yet to be seen, it compares again
    else if (filling.settleMs === undefined) await this.target.discard(to);
    return this.report(plan, { ...filled.checkpoint, written: filled.written, differences }, 'copied', start);
  }

  private async report(
    { from, to }: PlannedCopy,
    { records, rejects, checksum, written, differences }: Checkpoint & Pick<CopyReport, 'written' | 'differences'>,
    outcome: CopyReport['outcome'],
    start: number,
  ): Promise<CopyReport> {
    const { shadow: wanted } = this.options;
    const shadowed = wanted === undefined || differences.length > 0 ? undefined : await this.shadowOf(from, to, wanted);
    return {
      ...{ label: labelOf(to), records, rejects, written, outcome, differences, checksum: checksumText(checksum) },
      ...{ seconds: (performance.now() - start) / 1000, ...(shadowed !== undefined && { shadow: shadowed }) },
    };
  }

  private async shadowOf(from: PlannedCopy['from'], to: PlannedCopy['to'], wanted: Shadowing): Promise<ShadowReport> {
    const queries = wanted.queries ?? (await ownQueries(this.source, from, wanted.count));
    return shadow(this.source, from, await this.target.finished(to), queries);
  }

  private async fill(plan: PlannedCopy, filling: Filling, before: Checkpoint): Promise<Filled> {
    const { concurrency = 1 } = this.options;
    const writer = new Writer(filling, concurrency);
    try {
      const chunks = ahead(this.source.read(plan.from, before.cursor), concurrency);
      const filled = await this.writeAll(plan, filling, before, chunks, writer);
      await writer.finish();
      return filled;
    } finally {
      await writer.settle();
    }
  }

  private async writeAll(
    { from, to }: PlannedCopy,
    filling: Filling,
    before: Checkpoint,
    chunks: AsyncIterable<Chunk>,
    writer: Writer,
  ): Promise<Filled> {
    const { progress, isRound = false, rate, signal } = this.options;
    const pacer = new Pacer(rate);
    progress.copying(labelOf(to), before.records, from.records);
    let checkpoint = before;
    let written = 0;
    const differences: string[] = [];
    for await (const chunk of chunks) {
      if (signal.aborted) throw new Unfinished('stopped');
      const { records, rejects } = this.sift(from, chunk);
      if (rejects.length > 0) await this.refuse(labelOf(to), rejects);
      const next = {
        cursor: chunk.cursor,
        records: checkpoint.records + records.length,
        rejects: checkpoint.rejects + rejects.length,
        checksum: sumOf(records, checkpoint.checksum),
      };
      const changed = isRound ? await changedAmong(records, filling) : records;
      await (isRound ? filling : writer).write(changed, checkpoint, next);
      this.hasWritten ||= changed.length > 0;
      // the next round looks at what is not to be seen yet
      if (isRound && filling.settleMs === undefined)
        differences.push(...differencesBetween(changed, await filling.find(changed), 'different', filling.tolerance));
      checkpoint = next;
      written += changed.length;
      progress.advance(records.length);
      await pacer.wrote(changed.length, signal);
    }
    return { checkpoint, written, differences };
  }

  private sift(
    from: PlannedCopy['from'],
    chunk: Chunk,
  ): { readonly records: readonly CopyRecord[]; readonly rejects: readonly Reject[] } {
    const records: CopyRecord[] = [];
    const rejects = [...chunk.rejects];
    for (const record of chunk.records) {
      const reason = this.target.problemOf(from, record);
      if (reason === undefined) records.push(record);
      else rejects.push(rejectOf(record, reason));
    }
    return { records, rejects };
  }

  private async refuse(label: string, rejects: readonly Reject[]): Promise<void> {
    const [first] = rejects;
    if (this.options.onError === 'stop' && first !== undefined) {
      const others = rejects.length === 1 ? '' : `, and ${String(rejects.length - 1)} more that follow it cannot either`;
      throw new Unfinished(
        `the record ${nameOf(first)} of ${label} cannot be copied: ${first.reason}${others}; \
--on-error skip --reject-file FILE goes on without such records`,
      );
    }
    await this.options.reject(label, rejects);
  }

  /** Compares again while the target may not show yet what it has been sent. */
  private async compareSettled(
    plan: PlannedCopy,
    filling: Filling,
    checkpoint: Checkpoint,
    isNew: boolean,
  ): Promise<readonly string[]> {
    const { signal, progress } = this.options;
    const { settleMs = 0 } = filling;
    const start = performance.now();
    let pause = FIRST_PAUSE_MS;
    for (;;) {
      // counting costs the least
      const isCounted = settleMs === 0 || !isNew || (await filling.count()) === checkpoint.records;
      const isLast = performance.now() - start >= settleMs;
      const differences = isCounted || isLast ? await this.compare(plan, filling, checkpoint, isNew) : undefined;
      if (differences !== undefined && (isLast || differences.length === 0)) return differences;
      if (signal.aborted) throw new Unfinished('stopped');
      progress.note(`${labelOf(plan.to)}: the server does not show all of it yet`);
      await sleep(Math.min(pause, Math.max(0, settleMs - (performance.now() - start))), undefined, { signal }).catch(
        () => undefined,
      );
      pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
    }
  }

  /** A new collection has what was written and nothing else; one that was there before may have more. */
  private async compare(plan: PlannedCopy, filling: Filling, checkpoint: Checkpoint, isNew: boolean): Promise<readonly string[]> {
    const { verification, policy, progress } = this.options;
    progress.comparing(labelOf(plan.to));
    const comparable = { source: this.source, target: this.target, from: plan.from, filling, checkpoint };
    if (isNew) return compareWhole(comparable, verification);
    if (verification === 'none' || verification === 'count') return [];
    // with `skip` what differs was there before, and is kept
    const counted = policy === 'skip' ? 'missing' : 'different';
    return verification === 'full' ? compareById(comparable, counted) : compareSample(comparable, verification.sample, counted);
  }
}

/** What a copy has come to. */
interface Filled {
  readonly checkpoint: Checkpoint;
  readonly written: number;
  /** Of records that a round has written. */
  readonly differences: readonly string[];
}

/** Those that the target does not have, or has otherwise. */
async function changedAmong(records: readonly CopyRecord[], filling: Filling): Promise<readonly CopyRecord[]> {
  const there = await filling.find(records);
  const same = new Map(there.map((record) => [nameOf(record), record]));
  return records.filter((record) => {
    const other = same.get(nameOf(record));
    return other === undefined || differencesBetween([record], [other], 'different', filling.tolerance).length > 0;
  });
}
