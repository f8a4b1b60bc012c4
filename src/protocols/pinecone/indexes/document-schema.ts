import { isJsonObject, type Json, type JsonObject, jsonObject, parseJson } from '../../../http/json.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, required } from '../wire/members.js';
import { metricName, metricOf } from '../wire/metric.js';
import type { IndexDefinition } from './index-definition.js';
import { requireDimension } from './index-spec.js';
import type { NewVectors } from './new-index.js';
import { DenseFieldPart, DocumentFieldPart, FullTextPart } from './request-parts.js';

/** The searched fields of an index of documents. Every other field of a document is metadata. */
export interface DocumentSchema {
  /** The one dense slot. */
  readonly dense: string | undefined;
  /** The one sparse slot. */
  readonly sparse: string | undefined;
  /** Fields with full-text search, in the order of the schema; the first one's text is the record's document to other protocols. */
  readonly texts: readonly string[];
}

/** Names that a document's own members have. */
const RESERVED: ReadonlySet<string> = new Set(['_id', '_score', '_remove_fields']);
/** What a word may have, in bytes. */
const MAX_TERM = 2_046;

const schemas = new WeakMap<IndexDefinition, DocumentSchema>();

/** The fields of an index of documents; undefined for any other index. */
export function documentSchemaOf(definition: IndexDefinition): DocumentSchema | undefined {
  const { documentFields } = definition;
  if (documentFields === undefined) return undefined;
  const known = schemas.get(definition) ?? read(documentFields);
  schemas.set(definition, known);
  return known;
}

function read(fields: JsonObject): DocumentSchema {
  const named = (type: string): readonly string[] =>
    [...fields].filter(([, field]) => isJsonObject(field) && field.get('type') === type).map(([name]) => name);
  return { dense: named('dense_vector')[0], sparse: named('sparse_vector')[0], texts: named('string') };
}

/**
 * The fields of a schema of documents, as they are described, and the vectors of their index. Bodies and rules are those of the
 * SDK's types; the words of errors are inferred.
 * @throws PineconeError 400 or 422, `UNIMPLEMENTED` for what is embedded, stemmed or cut into n-grams
 */
export function documentFields(typed: JsonObject): { readonly fields: JsonObject; readonly vectors: NewVectors } {
  const fields = new Map([...typed].map(([name, sent]): [string, Json] => [name, describedField(name, asObject(sent, name))]));
  for (const [type, slot] of [
    ['dense_vector', 'dense'],
    ['sparse_vector', 'sparse'],
  ] as const) {
    const names = [...fields].filter(([, field]) => field instanceof Map && field.get('type') === type).map(([name]) => name);
    if (names.length > 1) {
      throw invalidArgument(`schema.fields: an index has one ${slot} slot, but '${names.join("', '")}' are of type ${type}`);
    }
  }
  return { fields, vectors: vectorsOf(fields) };
}

function describedField(name: string, sent: JsonObject): JsonObject {
  if (name === '' || name.startsWith('$') || RESERVED.has(name)) {
    throw invalidArgument(`schema.fields: '${name}' is no name of a field`);
  }
  const part = membersOf(DocumentFieldPart, sent);
  const description = part.description ?? null;
  const type = required(part.type, 'type', asText);
  switch (type) {
    case 'dense_vector': {
      const dense = membersOf(DenseFieldPart, sent);
      const dimension = requireDimension(required(dense.dimension, 'dimension', asInteger));
      const metric = metricName(metricOf(optional(dense.metric, 'metric', asText) ?? 'cosine'));
      return new Map([...jsonObject({ type, dimension: parseJson(String(dimension)), metric }), ['description', description]]);
    }
    case 'sparse_vector':
      return new Map([...jsonObject({ type }), ['description', description]]);
    case 'string':
      return new Map([...jsonObject({ type }), ['full_text_search', fullText(name, part)], ['description', description]]);
    default:
      throw invalidArgument(`schema.fields.${name}: type '${type}' cannot be declared: other fields of documents are metadata`);
  }
}

function fullText(name: string, part: DocumentFieldPart): JsonObject {
  const at = `schema.fields.${name}`;
  if (part.embed !== undefined || part.sparse_embed !== undefined) {
    throw new PineconeError('UNIMPLEMENTED', `${at}: embed and sparse_embed are not served for documents: send vectors`);
  }
  if (part.store_text === false) throw invalidArgument(`${at}: store_text needs embed or sparse_embed`);
  if (part.filterable === true)
    throw invalidArgument(`${at}: a string is searched or filterable: filterable ones need no declaration`);
  if (part.full_text_search === undefined || part.full_text_search === false) {
    throw invalidArgument(`${at}: a string needs full_text_search: without it, it is metadata, and needs no declaration`);
  }
  const sent = part.full_text_search === true ? new Map() : asObject(part.full_text_search, 'full_text_search');
  const config = membersOf(FullTextPart, sent);
  for (const key of ['lowercase', 'max_term_len']) {
    if (sent.has(key)) throw invalidArgument(`${at}.full_text_search: ${key} cannot be set`);
  }
  if (config.stop_words === true && config.stemming !== true) {
    throw invalidArgument(`${at}.full_text_search: stop_words needs stemming`);
  }
  if (config.stemming === true || config.stop_words === true || config.ngram !== undefined) {
    throw new PineconeError('UNIMPLEMENTED', `${at}.full_text_search: stemming, stop_words and ngram are not served here`);
  }
  const language = optional(config.language, 'language', asText) ?? 'en';
  return jsonObject({ language, stemming: false, stop_words: false, lowercase: true, max_term_len: parseJson(String(MAX_TERM)) });
}

/** An index without dense vectors is a sparse one, also where all it holds is text. */
function vectorsOf(fields: JsonObject): NewVectors {
  const dense = [...fields.values()].find((field) => isJsonObject(field) && field.get('type') === 'dense_vector');
  if (!isJsonObject(dense)) return { vectorType: 'sparse', dimension: null, metric: 'ip' };
  const { dimension, metric } = membersOf(DenseFieldPart, dense);
  return {
    vectorType: 'dense',
    dimension: required(dimension, 'dimension', asInteger),
    metric: metricOf(required(metric, 'metric', asText)),
  };
}
