import type { CopyRecord, Reject, Source, Target } from './copy.js';
import { labelOf, type PlannedCopy } from './plan.js';

/** Records that are named one by one. */
const MAX_NAMED = 20;

/** A record that cannot be copied, and the collection that it would go to. */
export interface Unfit extends Reject {
  readonly collection: string;
}

/** What reading everything beforehand has found. */
export interface Checked {
  /** The first of them. */
  readonly named: readonly Unfit[];
  readonly count: number;
}

/** Those of the source's records that cannot be copied, before anything is written; of a copy that goes on, those that are still to come. */
export async function checkRecords(
  source: Source,
  target: Target,
  plans: readonly PlannedCopy[],
  isRestart: boolean,
): Promise<Checked> {
  const named: Unfit[] = [];
  let count = 0;
  for (const { from, to, standing } of plans) {
    if (standing.kind === 'finished' && standing.isSourceUnchanged && !isRestart) continue;
    const after = standing.kind === 'begun' && !isRestart ? standing.checkpoint.cursor : null;
    for await (const { records, rejects } of source.read(from, after)) {
      const unfit = [...rejects, ...records.flatMap((record) => unfitFor(target, from, record))];
      const room = MAX_NAMED - named.length;
      named.push(...unfit.slice(0, room).map((reject) => ({ ...reject, collection: labelOf(to) })));
      count += unfit.length;
    }
  }
  return { named, count };
}

function unfitFor(target: Target, from: PlannedCopy['from'], record: CopyRecord): readonly Reject[] {
  const reason = target.problemOf(from, record);
  return reason === undefined ? [] : [rejectOf(record, reason)];
}

/** A record that cannot be copied, by name. */
export function rejectOf({ id, namespace }: CopyRecord, reason: string): Reject {
  return { id, ...(namespace !== undefined && { namespace }), reason };
}
