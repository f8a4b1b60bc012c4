import type { Collection } from '../../../collections/collection.js';
import type { JsonObject } from '../../../http/json.js';
import type { RankedText, SparseVector } from '../../../records/record.js';
import { numbersAt, textAt, textsAt } from '../data/record-requests.js';
import { requireDense } from '../data/vector-rules.js';
import type { DocumentSchema } from '../indexes/document-schema.js';
import { MAX_RANKED_TEXTS, MAX_SCORE_BY } from '../limits.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { sparseAt } from './document-fields.js';
import { placeOf } from './document-filter.js';
import { parseQueryString, textsOf } from './query-string.js';
import { ScoreByPart } from './requests.js';

/** What documents are ranked by. */
export type Scoring =
  | { readonly kind: 'vector'; readonly embedding: Float32Array | null; readonly sparse: SparseVector | null }
  | { readonly kind: 'texts'; readonly texts: readonly RankedText[] };

/** Vectors stand alone; texts are added up. @throws PineconeError 400, `UNIMPLEMENTED` for text that is to be embedded */
export function scoringOf(collection: Collection, schema: DocumentSchema, sent: readonly JsonObject[]): Scoring {
  if (sent.length === 0) throw invalidArgument("'score_by' must contain at least one scoring method.");
  if (sent.length > MAX_SCORE_BY) {
    throw invalidArgument(`Number of scoring methods exceeds the maximum limit of ${String(MAX_SCORE_BY)} methods`);
  }
  const parts = sent.map((item) => membersOf(ScoreByPart, item));
  const texts: RankedText[] = [];
  for (const [index, part] of parts.entries()) {
    const path = `score_by[${String(index)}]`;
    const type = textAt(part.type, `${path}.type`);
    if (type === 'text') {
      texts.push(...textClause(schema, part, path));
    } else if (type === 'query_string') {
      texts.push(...queryStringClause(schema, part, path));
    } else {
      const vector = vectorClause(collection, schema, type, part, path);
      if (parts.length > 1) throw invalidArgument(`${path}: a clause of type '${String(type)}' must appear alone in 'score_by'`);
      return vector;
    }
  }
  if (texts.length > MAX_RANKED_TEXTS) {
    throw invalidArgument(
      `score_by: at most ${String(MAX_RANKED_TEXTS)} words, phrases and texts in fields, got ${String(texts.length)}`,
    );
  }
  return { kind: 'texts', texts };
}

function textClause(schema: DocumentSchema, part: ScoreByPart, path: string): readonly RankedText[] {
  const fields = fieldsOf(part, path);
  const text = queryOf(part, path);
  return [...new Set(fields)].map((field) => {
    if (!schema.texts.includes(field)) throw invalidArgument(`${path}: '${field}' is not a field with full_text_search`);
    return { field: placeOf(schema, field), text, weight: 1 };
  });
}

function queryStringClause(schema: DocumentSchema, part: ScoreByPart, path: string): readonly RankedText[] {
  if (part.field !== undefined || part.fields !== undefined) {
    throw invalidArgument(`${path}: clauses of type 'query_string' must not specify 'field' or 'fields': name them in the query`);
  }
  const place = (field: string): string | null => placeOf(schema, field);
  const node = parseQueryString(queryOf(part, path), schema.texts);
  return textsOf(node, place).map(({ field, text, weight, filter }) => ({ field: place(field), text, weight, filter }));
}

function vectorClause(
  collection: Collection,
  schema: DocumentSchema,
  type: string | undefined,
  part: ScoreByPart,
  path: string,
): Scoring {
  if (type === 'embed' || type === 'sparse_embed') {
    throw new PineconeError('UNIMPLEMENTED', `${path}: '${type}' is not served here: documents are not embedded`);
  }
  if (type !== 'dense_vector' && type !== 'sparse_vector') {
    throw invalidArgument(`${path}.type: expected one of text, query_string, dense_vector, sparse_vector, embed, sparse_embed`);
  }
  const [field, ...others] = fieldsOf(part, path);
  const known = type === 'dense_vector' ? schema.dense : schema.sparse;
  if (field === undefined || others.length > 0 || field !== known) {
    throw invalidArgument(`${path}: ${type} scoring requires the name of exactly one field of that type`);
  }
  if (type === 'sparse_vector') {
    const sparse = sparseAt(part.sparse_values, `${path}.sparse_values`);
    if (sparse == null) throw invalidArgument(`${path}.sparse_values: expected an object`);
    return { kind: 'vector', embedding: null, sparse };
  }
  const embedding = new Float32Array(numbersAt(part.values, `${path}.values`) ?? []);
  requireDense(collection, embedding);
  return { kind: 'vector', embedding, sparse: null };
}

function fieldsOf(part: ScoreByPart, path: string): readonly string[] {
  const field = textAt(part.field, `${path}.field`);
  const fields = textsAt(part.fields, `${path}.fields`);
  if (field !== undefined && fields !== undefined) throw invalidArgument(`${path}: 'field' or 'fields', but not both`);
  const named = fields ?? (field === undefined ? [] : [field]);
  if (named.length === 0) throw invalidArgument(`${path}: scoring requires specifying at least one field`);
  return named;
}

function queryOf(part: ScoreByPart, path: string): string {
  const query = textAt(part.query, `${path}.query`);
  if (query === undefined || query.trim() === '') throw invalidArgument(`${path}.query: expected a text`);
  return query;
}
