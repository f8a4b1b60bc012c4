import { batchStatus } from '../wire/batch-status.js';
import type { EntryReport } from './operations.js';

/** The answer to a single insert. */
export function toInsertResponse(collection: string, report: Extract<EntryReport, { kind: 'stored' }>): object {
  const { clientId, vectorIds, chunked } = report;
  return {
    message: `Text inserted successfully (${String(vectorIds.length)} vector(s) created)`,
    vectors_created: vectorIds.length,
    vector_ids: vectorIds,
    collection,
    chunked,
    id: clientId ?? vectorIds[0] ?? null,
    status: 'inserted',
  };
}

/** The answer to a batch, in its order. `inserted` and `failed` count entries. */
export function toBatchInsertResponse(collection: string, reports: readonly EntryReport[]): Readonly<Record<string, unknown>> {
  const stored = reports.filter((report) => report.kind === 'stored');
  const failed = reports.filter((report) => report.kind === 'failed');
  return {
    collection,
    inserted: stored.length,
    failed: failed.length,
    count: reports.length,
    results: reports.map(toResult),
    ids: stored.flatMap(({ vectorIds }) => vectorIds),
    status: batchStatus(stored.length, failed.length),
    inserted_count: stored.length,
    failed_count: failed.length,
    errors: failed.map(({ error }) => error.message),
  };
}

function toResult(report: EntryReport, index: number): object {
  const { clientId } = report;
  if (report.kind === 'failed') {
    const { message, errorType } = report.error;
    return { index, client_id: clientId, status: 'error', error: message, error_type: errorType };
  }
  const { vectorIds, chunked } = report;
  return { index, client_id: clientId, status: 'ok', vector_ids: vectorIds, vectors_created: vectorIds.length, chunked };
}
