import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import type { Deletion, SelectionPatched, StoredRecord } from '../../../records/record.js';
import { batchStatus } from '../wire/batch-status.js';
import { contentText, payloadText, type Shown, vectorText } from '../wire/stored-vector.js';
import type { DeleteReport } from './delete-operations.js';
import type { VectorList } from './read-operations.js';
import type { ListRequest } from './read-requests.js';
import type { UpdateReport } from './update-operations.js';

/** Answers; those with vectors are JSON text: stored parts go into it as the text they are. */

export function* toVectorList({ records, total }: VectorList, { payload, limit, offset }: ListRequest): Pieces {
  const more = `Showing ${String(records.length)} of ${String(total)} vectors. Use pagination for more.`;
  const message = total > limit ? JSON.stringify(more) : 'null';
  yield '{"vectors":[';
  yield* commaSeparated(records, (record) => `{${membersOf(record, payload)}}`);
  yield `],"total":${String(total)},"limit":${String(limit)},"offset":${String(offset)},"message":${message}}`;
}

export function toVector(collection: string, record: StoredRecord, { payload }: Shown): string {
  return `{${membersOf(record, payload)},"collection":${JSON.stringify(collection)}}`;
}

/** A vector as it is after a change. */
export function toUpdatedVector(collection: string, record: StoredRecord): string {
  const message = JSON.stringify(`Vector '${record.id}' updated successfully`);
  return `{"message":${message},"status":"updated",${membersOf(record, true)},"collection":${JSON.stringify(collection)}}`;
}

function membersOf(record: StoredRecord, payload: boolean): string {
  return `"id":${JSON.stringify(record.id)},${vectorText(record)},${payloadText(record, payload)}${contentText(record)}`;
}

export function toExpiryResponse(collection: string, id: string, expiresAt: number | null): object {
  return { id, collection, expires_at: expiresAt, status: 'ok' };
}

export function toBatchUpdateResponse(collection: string, reports: readonly UpdateReport[]): Readonly<Record<string, unknown>> {
  const failed = reports.filter(({ error }) => error !== undefined).length;
  const updated = reports.length - failed;
  return {
    collection,
    count: reports.length,
    updated,
    failed,
    results: reports.map(toResult),
    status: batchStatus(updated, failed),
  };
}

export function toBulkUpdateResponse(collection: string, { ids, scanned }: SelectionPatched): Readonly<Record<string, unknown>> {
  const results = ids.map((id) => ({ id, status: 'updated' }));
  return { scanned, matched: ids.length, updated: ids.length, results, collection };
}

export function toDeleteResponse(collection: string, id: string): object {
  return { message: `Vector '${id}' deleted from collection '${collection}'`, success: true, id, status: 'deleted' };
}

export function toBatchDeleteResponse(collection: string, reports: readonly DeleteReport[]): Readonly<Record<string, unknown>> {
  const errors = reports.flatMap(({ error }) => (error === undefined ? [] : [error]));
  const deleted = reports.length - errors.length;
  return {
    collection,
    count: reports.length,
    deleted,
    failed: errors.length,
    results: reports.map(toResult),
    // whatever became of its ids, the request was carried out
    status: 'success',
    deleted_count: deleted,
    failed_count: errors.length,
    errors,
  };
}

export function toDeleteByFilterResponse(
  collection: string,
  { scanned, count, ids }: Deletion,
): Readonly<Record<string, unknown>> {
  return {
    scanned,
    matched: count,
    deleted: count,
    results: ids.map((id) => ({ id, status: 'deleted' })),
    collection,
    status: 'success',
    deleted_count: count,
  };
}

function toResult({ id, error }: DeleteReport | UpdateReport, index: number): object {
  return { index, id, status: error === undefined ? 'ok' : 'error', error };
}
