import type { IndexProgress } from '../../../records/maintenance/indexes.service.js';
import { scoreText } from '../search/responses.js';

/** A record that is still to be indexed is one operation that is. */
export function toIndexingStatus({ operations, pending }: IndexProgress): string {
  // a record is counted by the write that has made it
  const indexed = Math.max(0, operations - pending);
  const progress = scoreText(Math.fround(operations === 0 ? 1 : indexed / operations));
  const counts = { num_unindexed_ops: operations - indexed, num_indexed_ops: indexed, total_ops: operations };
  return `{"op_indexing_progress":${progress},${JSON.stringify(counts).slice(1)}`;
}
