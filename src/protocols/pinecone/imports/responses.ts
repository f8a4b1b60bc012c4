import type { BulkImport } from '../../../copy/imports/import.js';

/** Answers about imports, as JSON text. */

export function toStartResponse(number: number): string {
  return JSON.stringify({ id: String(number) });
}

export function toImportResponse(entry: BulkImport): string {
  return JSON.stringify(modelOf(entry));
}

export function toImportsResponse(entries: readonly BulkImport[], next: string | undefined): string {
  return JSON.stringify({ data: entries.map(modelOf), ...(next !== undefined && { pagination: { next } }) });
}

function modelOf(entry: BulkImport): object {
  const { number, uri, status, createdAt, finishedAt, records, error } = entry;
  return {
    ...{ id: String(number), uri, status, createdAt: createdAt.toISOString() },
    ...(finishedAt !== null && { finishedAt: finishedAt.toISOString() }),
    ...{ percentComplete: percentOf(entry), recordsImported: records },
    ...(error !== null && { error }),
  };
}

function percentOf({ status, records, rejects, total }: BulkImport): number {
  if (status === 'Completed') return 100;
  return total === 0 ? 0 : Math.min(100, (100 * (records + rejects)) / total);
}
