import type { Collection } from '../../../collections/collection.js';
import type { FieldCollector } from '../../../collections/field-collector.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../http/json.js';
import type { RecordWrite } from '../../../records/record.js';
import { numbersAt, objectAt } from '../data/record-requests.js';
import { requireId, requireSparse, requireStorable } from '../data/vector-rules.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { MAX_SPARSE_INDEX } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { DOCUMENT_KEY, toMetadata, URI_KEY } from '../wire/metadata.js';
import { withoutNulls } from '../wire/sent-vector.js';
import { type SentDocument, SparseFieldValue } from './requests.js';

/** How documents are read into records. */
export interface DocumentReading {
  readonly collection: Collection;
  readonly schema: DocumentSchema;
  /** Of the metadata; the searched texts do not count. */
  readonly maxMetadataBytes: number;
  readonly collector: FieldCollector;
}

type Content = Omit<RecordWrite, 'id' | 'removedKeys'>;

/** A document's id. @throws PineconeError 400 */
export function documentId(sent: Json | undefined, path: string): string {
  if (typeof sent !== 'string') throw invalidArgument(`${path}._id: expected a string`);
  requireId(sent);
  return sent;
}

/** A whole document as a record: its dense vector must be there, and something that is searched. @throws PineconeError 400 */
export function toRecord(reading: DocumentReading, { members, numbers }: SentDocument, path: string): RecordWrite {
  const id = documentId(members.get('_id'), path);
  const fields = without(members, ['_id']);
  const has = (name: string): boolean => fields.has(name) || numbers.has(name);
  const { dense, sparse, texts } = reading.schema;
  if (dense !== undefined && !has(dense)) throw invalidArgument(`Document '${id}' lacks the dense_vector field '${dense}'`);
  const searched = [dense, sparse, ...texts].filter((name) => name !== undefined);
  if (!searched.some(has)) {
    throw invalidArgument(`Document '${id}' has none of the fields of the schema: '${searched.join("', '")}'`);
  }
  return { id, ...toContent(reading, { members: fields, numbers }, path), removedKeys: [] };
}

/** Fields as the parts of a record; what is not among them is null. @throws PineconeError 400 */
export function toContent(
  { collection, schema, maxMetadataBytes, collector }: DocumentReading,
  { members, numbers }: SentDocument,
  path: string,
): Content {
  const fields = withLists(members, numbers, schema.dense);
  const embedding = embeddingAt(schema.dense, members, numbers, path);
  if (embedding !== null) requireStorable(collection, embedding);
  const sparse = schema.sparse === undefined ? undefined : sparseAt(fields.get(schema.sparse), `${path}.${schema.sparse}`);
  const texts = schema.texts.map((name) => [name, textAt(fields.get(name), `${path}.${name}`)] as const);
  const searched = [schema.dense, schema.sparse, ...schema.texts].filter((name) => name !== undefined);
  const rest = without(fields, searched);
  for (const key of [DOCUMENT_KEY, URI_KEY]) {
    if (rest.has(key)) throw invalidArgument(`${path}.${key}: the name is reserved`);
  }
  const metadata = toMetadata(rest, maxMetadataBytes, collector).text;
  const [first, ...others] = texts;
  return {
    embedding,
    sparse: sparse ?? null,
    document: first?.[1] ?? null,
    uri: null,
    metadata: withTexts(metadata, others, collector),
  };
}

function embeddingAt(
  name: string | undefined,
  members: JsonObject,
  numbers: ReadonlyMap<string, Float32Array>,
  path: string,
): Float32Array | null {
  if (name === undefined) return null;
  const dense = numbers.get(name) ?? numbersAt(members.get(name), `${path}.${name}`);
  return dense === undefined ? null : new Float32Array(dense);
}

/** The members, with the lists of numbers that are no embedding: as metadata only an empty one is right. */
function withLists(members: JsonObject, numbers: ReadonlyMap<string, Float32Array>, embedding: string | undefined): JsonObject {
  const lists = [...numbers].filter(([name]) => name !== embedding);
  if (lists.length === 0) return members;
  const asJson = (list: Float32Array): Json => [...list].map((number) => new JsonNumber(String(number)));
  return new Map([...members, ...lists.map(([name, list]) => [name, asJson(list)] as const)]);
}

/** `{"indices": […], "values": […]}`. @throws PineconeError 400 */
export function sparseAt(sent: Json | undefined, path: string): RecordWrite['sparse'] | undefined {
  const object = objectAt(sent, path);
  if (object === undefined) return undefined;
  const part = membersOf(SparseFieldValue, object);
  const indices = numbersAt(part.indices, `${path}.indices`) ?? [];
  if (!indices.every((index) => Number.isInteger(index) && index >= 0 && index <= MAX_SPARSE_INDEX)) {
    throw invalidArgument(`${path}.indices: expected a list of integers from 0 to ${String(MAX_SPARSE_INDEX)}`);
  }
  const sparse = { indices, values: new Float32Array(numbersAt(part.values, `${path}.values`) ?? []) };
  requireSparse(sparse);
  return sparse;
}

/** The members of other names that are not null. */
export function without(sent: JsonObject, names: readonly string[]): JsonObject {
  return new Map([...withoutNulls(sent)].filter(([name]) => !names.includes(name)));
}

function textAt(sent: Json | undefined, path: string): string | undefined {
  if (sent === undefined || typeof sent === 'string') return sent;
  throw invalidArgument(`${path}: expected a string${isJsonObject(sent) ? ', got an object' : ''}`);
}

function withTexts(
  metadata: string | null,
  texts: readonly (readonly [name: string, text: string | undefined])[],
  collector: FieldCollector,
): string | null {
  const members = texts.flatMap(([name, text]) => {
    if (text === undefined) return [];
    collector.add(name, 'string');
    return [`${JSON.stringify(name)}:${JSON.stringify(text)}`];
  });
  if (members.length === 0) return metadata;
  return metadata === null ? `{${members.join(',')}}` : `${metadata.slice(0, -1)},${members.join(',')}}`;
}
