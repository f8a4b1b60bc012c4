import { commaSeparated, type Pieces } from '../../../http/long-answer.js';
import type { RankedRecord, StoredRecord } from '../../../records/record.js';
import { READ_UNITS } from '../data/results.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { metadataText } from '../wire/metadata.js';
import type { WantedFields } from './document-reads.js';

/** Answers of the documents API, as JSON text: stored parts go into it as the text they are. */

const USAGE = `"usage":{"read_units":${String(READ_UNITS)}}`;

interface Answer<T> {
  readonly records: readonly T[];
  readonly schema: DocumentSchema;
  readonly fields: WantedFields;
  readonly next: string | undefined;
}

export function* toSearchResponse({ records, schema, fields }: Answer<RankedRecord>, namespace: string): Pieces {
  yield '{"matches":[';
  yield* commaSeparated(records, (record) => documentText(record, schema, fields, `,"_score":${record.score}`));
  yield `],"namespace":${JSON.stringify(namespace)},${USAGE}}`;
}

export function* toFetchResponse({ records, schema, fields, next }: Answer<StoredRecord>, namespace: string): Pieces {
  yield '{"documents":{';
  yield* commaSeparated(records, (record) => `${JSON.stringify(record.id)}:${documentText(record, schema, fields, '')}`);
  yield `},"namespace":${JSON.stringify(namespace)},${USAGE}${pagination(next)}}`;
}

export function toListResponse({ records, next }: Answer<StoredRecord>, namespace: string): string {
  const documents = records.map(({ id }) => `{"_id":${JSON.stringify(id)}}`);
  return `{"documents":[${documents.join(',')}],"namespace":${JSON.stringify(namespace)},${USAGE}${pagination(next)}}`;
}

export function toMatchedResponse({ matched }: { readonly matched: number | undefined }): string {
  return matched === undefined ? '{}' : `{"matched_records":${String(matched)}}`;
}

function documentText(record: StoredRecord, schema: DocumentSchema, fields: WantedFields, score: string): string {
  return `{"_id":${JSON.stringify(record.id)}${score}${fieldsText(record, schema, fields)}}`;
}

/** The fields as members that follow others. */
function fieldsText(record: StoredRecord, { dense, sparse, texts }: DocumentSchema, fields: WantedFields): string {
  const wants = (name: string): boolean => fields === 'all' || fields.includes(name);
  const [first] = texts;
  const members: string[] = [];
  if (dense !== undefined && record.embedding !== null) members.push(`${JSON.stringify(dense)}:${record.embedding}`);
  if (sparse !== undefined && record.sparse !== null) {
    members.push(`${JSON.stringify(sparse)}:{"indices":${record.sparse.indices},"values":${record.sparse.values}}`);
  }
  if (first !== undefined && record.document !== null && wants(first)) {
    members.push(`${JSON.stringify(first)}:${JSON.stringify(record.document)}`);
  }
  const metadata = metadataText(first === undefined ? record : { ...record, document: null });
  if (metadata !== null && fields === 'all') members.push(metadata.slice(1, -1));
  const more = metadata === null || fields === 'all' ? [] : chosen(metadata, wants);
  return [...members, ...more]
    .filter((member) => member !== '')
    .map((member) => `,${member}`)
    .join('');
}

function chosen(metadata: string, wants: (name: string) => boolean): readonly string[] {
  return Object.entries(JSON.parse(metadata) as Readonly<Record<string, unknown>>)
    .filter(([name]) => wants(name))
    .map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`);
}

/** Absent on the last page. */
function pagination(next: string | undefined): string {
  return next === undefined ? '' : `,"pagination":{"next":${JSON.stringify(next)}}`;
}
