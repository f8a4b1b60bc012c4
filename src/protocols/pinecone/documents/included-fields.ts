import { isJsonObject, parseJson, stringifyJson } from '../../../http/json.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { metadataText } from '../wire/metadata.js';
import type { DocumentSchema } from './document-schema.js';

/** The fields that an answer shows. */
export type IncludedFields = 'all' | ReadonlySet<string>;

/** What `include_fields` asks for: `*` is all of them. */
export function includedFields(sent: readonly string[] | undefined, unlessGiven: IncludedFields): IncludedFields {
  if (sent === undefined) return unlessGiven;
  if (sent.includes('*') || (sent.length === 0 && unlessGiven === 'all')) return 'all';
  return new Set(sent);
}

/** The parts of records that hold the fields. */
export function partsOf(schema: DocumentSchema, included: IncludedFields): Parts {
  const has = (name: string | undefined): boolean => name !== undefined && (included === 'all' || included.has(name));
  const isMetadata = (name: string): boolean => name !== schema.dense && name !== schema.sparse && name !== schema.text;
  const metadata = included === 'all' || [...included].some(isMetadata);
  return {
    embedding: has(schema.dense),
    sparse: has(schema.sparse),
    // without a searched text, another protocol's document is metadata
    document: schema.text === undefined ? metadata : has(schema.text),
    uri: metadata,
    metadata,
  };
}

/** The fields of a record as members of a JSON object, each with a comma before it. */
export function fieldsText(record: StoredRecord, schema: DocumentSchema, included: IncludedFields): string {
  const { embedding, sparse, document } = record;
  let text = '';
  const add = (name: string | undefined, value: string): void => {
    if (name !== undefined && (included === 'all' || included.has(name))) text += `,${JSON.stringify(name)}:${value}`;
  };
  if (embedding !== null) add(schema.dense, embedding);
  if (sparse !== null) add(schema.sparse, `{"indices":${sparse.indices},"values":${sparse.values}}`);
  if (schema.text !== undefined && document !== null) add(schema.text, JSON.stringify(document));
  const metadata = metadataText(schema.text === undefined ? record : { ...record, document: null });
  if (metadata === null || metadata === '{}') return text;
  if (included === 'all') return `${text},${metadata.slice(1, -1)}`;
  const values = parseJson(metadata);
  if (isJsonObject(values)) for (const [name, value] of values) add(name, stringifyJson(value));
  return text;
}
