import type { Collection } from '../../../collections/collection.js';
import type { Json, JsonObject } from '../../../http/json.js';
import type { SparseVector } from '../../../records/record.js';
import { requireDense } from '../data/vector-rules.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { numbersOf, toSparse } from './document-records.js';
import type { DocumentSchema } from './document-schema.js';
import { ScoreByPart } from './requests.js';
import { parseQueryString, type TextQuery, wordsOf } from './text-query.js';

/** What documents are ranked by. */
export type Scoring =
  | { readonly kind: 'vector'; readonly embedding: Float32Array | null; readonly sparse: SparseVector | null }
  | { readonly kind: 'text'; readonly queries: readonly TextQuery[] };

const MAX_CLAUSES = 100;
const NOT_ALONE =
  "'score_by' clauses of type 'text' and 'query_string' may be combined, but 'dense_vector' and 'sparse_vector' clauses must appear alone";

/** What `score_by` asks for. @throws PineconeError 400 for clauses that do not fit the index, `UNIMPLEMENTED` for those that embed text */
export function toScoring(clauses: readonly JsonObject[], collection: Collection, schema: DocumentSchema): Scoring {
  if (clauses.length === 0) throw invalidArgument("'score_by' must contain at least one clause");
  if (clauses.length > MAX_CLAUSES) throw invalidArgument(`'score_by' must contain at most ${String(MAX_CLAUSES)} clauses`);
  const parts = clauses.map((clause) => membersOf(ScoreByPart, clause));
  const [first] = parts;
  if (first !== undefined && isVector(first.type) && parts.length === 1) return toVector(first, first.type, collection, schema);
  if (parts.some(({ type }) => isVector(type))) throw invalidArgument(NOT_ALONE);
  return { kind: 'text', queries: parts.map((part, index) => toTextQuery(part, `score_by[${String(index)}]`, schema)) };
}

type VectorType = 'dense_vector' | 'sparse_vector';

function isVector(type: Json | undefined): type is VectorType {
  return type === 'dense_vector' || type === 'sparse_vector';
}

function toVector(part: ScoreByPart, type: VectorType, collection: Collection, schema: DocumentSchema): Scoring {
  const [field = '', ...others] = fieldsOf(part);
  const expected = type === 'dense_vector' ? schema.dense : schema.sparse;
  if (others.length > 0) throw invalidArgument(`score_by[0]: ${type} takes exactly one field`);
  if (field !== expected) throw noSuchField('score_by[0]', field, type);
  if (type === 'sparse_vector') {
    const sparse = toSparse(part.sparse_values ?? null, 'score_by[0].sparse_values');
    return { kind: 'vector', embedding: null, sparse };
  }
  const embedding = new Float32Array(numbersOf(part.values, 'score_by[0].values'));
  requireDense(collection, embedding);
  return { kind: 'vector', embedding, sparse: null };
}

function toTextQuery(part: ScoreByPart, path: string, { text }: DocumentSchema): TextQuery {
  const { type, query } = part;
  if (type === 'embed' || type === 'sparse_embed') {
    throw new PineconeError('UNIMPLEMENTED', `${path}: fields that are embedded are not served in an index of documents`);
  }
  if (type !== 'text' && type !== 'query_string') {
    throw invalidArgument(`${path}.type: expected dense_vector, sparse_vector, text or query_string`);
  }
  if (typeof query !== 'string') throw invalidArgument(`${path}.query: expected a string`);
  const fields = fieldsOf(part);
  if (type === 'query_string') {
    if (fields.length > 0) throw invalidArgument(`${path}: query_string takes no fields: name them in the query`);
    if (text === undefined) throw noSuchField(path, '', type);
    return parseQueryString(query, text);
  }
  if (fields.length === 0) throw invalidArgument(`${path}.fields: text needs at least one field`);
  for (const field of fields) if (field !== text) throw noSuchField(path, field, type);
  return { text: wordsOf(query, `${path}.query`).join(' '), filter: undefined };
}

function fieldsOf({ field, fields }: ScoreByPart): readonly string[] {
  if (field !== undefined && fields !== undefined) throw invalidArgument("score_by: either 'field' or 'fields', not both");
  const names: Json = fields ?? (field === undefined ? [] : [field]);
  const listed: readonly Json[] | undefined = Array.isArray(names) ? names : undefined;
  if (listed?.every((name) => typeof name === 'string') === true) return listed;
  throw invalidArgument('score_by.fields: expected a list of strings');
}

function noSuchField(path: string, field: string, type: string): PineconeError {
  return invalidArgument(`${path}: the schema has no field '${field}' for ${type}`);
}
