import type { RankedRecord, StoredRecord } from '../../../records/record.js';
import { READ_UNITS } from '../data/results.js';
import { fieldsText, type IncludedFields } from './included-fields.js';
import type { DocumentsFound } from './operations.js';

/** Answers of the documents API, as JSON text: stored parts go into it as the text they are. */

const USAGE = `"usage":{"read_units":${String(READ_UNITS)}}`;

export function toUpsertedResponse(count: number): string {
  return `{"upserted_count":${String(count)}}`;
}

/** Of an update or a delete; the number is there for those by filter. */
export function toMatchedResponse(count: number | undefined): string {
  return count === undefined ? '{}' : `{"matched_records":${String(count)}}`;
}

export function toSearchResponse(found: DocumentsFound<RankedRecord>, included: IncludedFields, namespace: string): string {
  const matches = found.records.map(
    (record) => `{"_id":${JSON.stringify(record.id)},"_score":${record.score}${fieldsText(record, found.schema, included)}}`,
  );
  return `{"matches":[${matches.join(',')}],"namespace":${JSON.stringify(namespace)},${USAGE}}`;
}

export function toFetchResponse(found: DocumentsFound<StoredRecord>, included: IncludedFields, namespace: string): string {
  const documents = found.records.map((record) => {
    const id = JSON.stringify(record.id);
    return `${id}:{"_id":${id}${fieldsText(record, found.schema, included)}}`;
  });
  return `{"documents":{${documents.join(',')}},"namespace":${JSON.stringify(namespace)},${USAGE}${pagination(found.next)}}`;
}

export function toListResponse(found: DocumentsFound<StoredRecord>, namespace: string): string {
  const documents = found.records.map(({ id }) => `{"_id":${JSON.stringify(id)}}`);
  return `{"documents":[${documents.join(',')}],"namespace":${JSON.stringify(namespace)},${USAGE}${pagination(found.next)}}`;
}

/** Absent on the last page. */
function pagination(next: string | undefined): string {
  return next === undefined ? '' : `,"pagination":{"next":${JSON.stringify(next)}}`;
}
