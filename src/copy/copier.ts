import type { Progress } from '../move/progress.js';
import type { Checkpoint, Chunk, ConflictPolicy, CopyRecord, Filling, Reject, Source, Target } from './copy.js';
import { NOTHING_YET } from './copy.js';
import { labelOf, type PlannedCopy } from './plan.js';
import { nameOf, sumOf } from './record-digest.js';
import { compareById, compareWhole, type Verification } from './verification.js';

export interface CopierOptions {
  readonly policy: ConflictPolicy;
  readonly verification: Verification;
  /** What a record does that cannot be copied. */
  readonly onError: 'stop' | 'skip';
  readonly isRestart: boolean;
  /** Takes records that are skipped. A record may come twice, when the command was killed in between. */
  readonly reject: (collection: string, rejects: readonly Reject[]) => Promise<void>;
  readonly progress: Progress;
  /** When it is aborted, the copy ends behind the chunk that is under way. */
  readonly signal: AbortSignal;
}

/** What became of one collection. */
export interface CopyReport {
  readonly label: string;
  readonly records: number;
  readonly rejects: number;
  readonly seconds: number;
  /** `there`: a copy before this one has brought it, and nothing has changed since. */
  readonly outcome: 'copied' | 'there';
  /** Empty: what is there is what the source has. */
  readonly differences: readonly string[];
}

/** A copy that has begun and did not come to its end: the same command goes on. */
export class Unfinished extends Error {}

/** Copies collections one after the other; each is compared, and shown only when it is equal. */
export class Copier {
  constructor(
    private readonly source: Source,
    private readonly target: Target,
    private readonly options: CopierOptions,
  ) {}

  /** @throws Unfinished when the signal is aborted, or when something fails after the first write may have been made */
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
      throw new Unfinished(error instanceof Error ? error.message : String(error), { cause: error });
    } finally {
      progress.end();
    }
  }

  private async copyOne(plan: PlannedCopy): Promise<CopyReport> {
    const start = performance.now();
    const seconds = (): number => (performance.now() - start) / 1000;
    const { standing, to } = plan;
    if (standing.kind === 'finished' && standing.isSourceUnchanged) {
      const differences = await this.compareFinished(plan, standing.checkpoint);
      const { records, rejects } = standing.checkpoint;
      return { label: labelOf(to), records, rejects, seconds: seconds(), outcome: 'there', differences };
    }
    if (this.options.isRestart) await this.target.discard(to);
    const filling = await this.target.fill(this.source.label, plan.from, to, this.options.policy);
    const isNew = filling.isWhole || standing.kind === 'new';
    const before = standing.kind === 'begun' && !this.options.isRestart ? standing.checkpoint : NOTHING_YET;
    const checkpoint = await this.fill(plan, filling, before);
    await this.source.requireUnchanged();
    const differences = await this.compare(plan, filling, checkpoint, isNew);
    if (differences.length === 0) await filling.finish();
    // the same command copies it anew
    else await this.target.discard(to);
    const { records, rejects } = checkpoint;
    return { label: labelOf(to), records, rejects, seconds: seconds(), outcome: 'copied', differences };
  }

  private async fill({ from, to }: PlannedCopy, filling: Filling, before: Checkpoint): Promise<Checkpoint> {
    const { progress } = this.options;
    progress.copying(labelOf(to), before.records, from.records);
    let checkpoint = before;
    for await (const chunk of this.source.read(from, before.cursor)) {
      if (this.options.signal.aborted) throw new Unfinished('stopped');
      const { records, rejects } = this.sift(from, chunk);
      if (rejects.length > 0) await this.refuse(labelOf(to), rejects);
      const next = {
        cursor: chunk.cursor,
        records: checkpoint.records + records.length,
        rejects: checkpoint.rejects + rejects.length,
        checksum: sumOf(records, checkpoint.checksum),
      };
      await filling.write(records, checkpoint, next);
      checkpoint = next;
      progress.advance(records.length);
    }
    return checkpoint;
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
      else rejects.push({ id: record.id, ...(record.namespace !== undefined && { namespace: record.namespace }), reason });
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

  /** A new collection has what was written and nothing else; one that was there before may have more. */
  private async compare(plan: PlannedCopy, filling: Filling, checkpoint: Checkpoint, isNew: boolean): Promise<readonly string[]> {
    const { verification, policy, progress } = this.options;
    progress.comparing(labelOf(plan.to));
    const comparable = { source: this.source, target: this.target, from: plan.from, filling, checkpoint };
    if (isNew) return compareWhole(comparable, verification);
    if (verification !== 'full') return [];
    // with `skip` what differs was there before, and is kept
    return compareById(comparable, policy === 'skip' ? 'missing' : 'different');
  }

  private async compareFinished(plan: PlannedCopy, checkpoint: Checkpoint): Promise<readonly string[]> {
    const filling = await this.target.finished(plan.to);
    return this.compare(plan, filling, checkpoint, filling.isWhole);
  }
}
