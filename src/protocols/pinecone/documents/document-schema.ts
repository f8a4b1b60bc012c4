import { isJsonObject, type Json, type JsonObject } from '../../../http/json.js';
import type { IndexDefinition } from '../indexes/index-definition.js';
import { DENSE_FIELD, SPARSE_FIELD } from '../indexes/index-schema.js';
import { requireDimension } from '../indexes/index-spec.js';
import type { NewVectors } from '../indexes/new-index.js';
import { DenseFieldPart, FullTextPart, StringFieldPart } from '../indexes/request-parts.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, required } from '../wire/members.js';
import { metricOf } from '../wire/metric.js';

/** The fields of an index of documents, by what they are for: at most one of each kind that is searched. */
export interface DocumentSchema {
  /** The field of a record's embedding. */
  readonly dense: string | undefined;
  /** The field of a record's sparse vector. */
  readonly sparse: string | undefined;
  /** The field that is searched for words: a record's document. */
  readonly text: string | undefined;
  /** The types of fields that are declared to be filtered by. */
  readonly declared: ReadonlyMap<string, string>;
}

/** The types of fields that are filtered by, as the service's own schemas name them. */
const FILTERED = ['string', 'boolean', 'integer', 'float', 'string_list'];

const schemas = new WeakMap<JsonObject, DocumentSchema>();

/** Whether these fields are those of documents: typed ones beside the reserved names of an index of vectors. */
export function areOfDocuments(fields: JsonObject): boolean {
  return [...fields].some(([name, field]) => isTyped(field) && name !== DENSE_FIELD && name !== SPARSE_FIELD);
}

/** The vectors that an index of documents holds. Without dense ones it is sparse, whether or not it has sparse vectors. */
export function documentVectors(fields: JsonObject): NewVectors {
  const { dense, sparse } = readSchema(fields);
  if (dense === undefined) return { vectorType: 'sparse', dimension: null, metric: 'ip' };
  const part = membersOf(DenseFieldPart, asObject(fields.get(dense) ?? null, dense));
  const metric = metricOf(optional(part.metric, 'metric', asText) ?? 'cosine');
  if (sparse !== undefined && metric !== 'ip') {
    throw notServed(`a sparse vector field beside a dense one whose metric is not dotproduct: '${sparse}'`);
  }
  return { vectorType: 'dense', dimension: requireDimension(required(part.dimension, 'dimension', asInteger)), metric };
}

/** The schema of an index; undefined for one that holds vectors and not documents. */
export function documentSchemaOf({ documentFields }: IndexDefinition): DocumentSchema | undefined {
  if (documentFields === undefined) return undefined;
  const known = schemas.get(documentFields);
  if (known !== undefined) return known;
  const schema = readSchema(documentFields);
  schemas.set(documentFields, schema);
  return schema;
}

/** What the fields are for. @throws PineconeError 400 or 422, `UNIMPLEMENTED` for what an index cannot have here */
export function readSchema(fields: JsonObject): DocumentSchema {
  const named: Record<'dense' | 'sparse' | 'text', string[]> = { dense: [], sparse: [], text: [] };
  const declared = new Map<string, string>();
  for (const [name, field] of fields) {
    if (!isTyped(field)) continue;
    if (name.startsWith('_')) throw notServed(`the field '${name}' in an index of documents: its names begin otherwise`);
    const type = kindOf(name, field);
    if (type === 'dense' || type === 'sparse' || type === 'text') named[type].push(name);
    else declared.set(name, type);
  }
  const { dense, sparse, text } = named;
  for (const names of [dense, sparse, text]) {
    if (names.length > 1) throw notServed(`more than one field of a kind: '${names.join("', '")}'`);
  }
  if (dense.length + sparse.length + text.length === 0) {
    throw invalidArgument('schema.fields must have a vector field, or a string field with full_text_search');
  }
  return { dense: dense[0], sparse: sparse[0], text: text[0], declared };
}

function isTyped(field: Json): field is JsonObject {
  return isJsonObject(field) && field.has('type');
}

/** What a field is searched by, or else its type. */
function kindOf(name: string, field: JsonObject): string {
  const part = membersOf(StringFieldPart, field);
  const type = required(part.type, 'type', asText);
  if (type === 'dense_vector') return 'dense';
  if (type === 'sparse_vector') return 'sparse';
  if (type === 'semantic_text' || part.embed !== undefined || part.sparse_embed !== undefined) {
    throw notServed(`fields that are embedded in an index of documents: '${name}'`);
  }
  if (!FILTERED.includes(type)) throw invalidArgument(`schema.fields.${name}.type: unknown type '${type}'`);
  const fullText = optional(part.full_text_search, 'full_text_search', asObject);
  if (fullText === undefined) return type;
  if (type !== 'string') throw invalidArgument(`schema.fields.${name}: only a string has full_text_search`);
  requireWords(name, membersOf(FullTextPart, fullText));
  return 'text';
}

/** Words are compared as they are written, but for their case. */
function requireWords(name: string, { stemming, stop_words: stopWords, ngram }: FullTextPart): void {
  if (stemming === true || stopWords === true || ngram !== undefined) {
    throw notServed(`stemming, stop_words and ngram of full_text_search: '${name}'`);
  }
}

function notServed(what: string): PineconeError {
  return new PineconeError('UNIMPLEMENTED', `Not served here: ${what}`);
}
