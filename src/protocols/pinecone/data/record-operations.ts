import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { Embeddings, InputType } from '../../../embedding/model.js';
import type { JsonObject } from '../../../http/json.js';
import type { RankedRecord } from '../../../records/record.js';
import { definitionOf, type IndexEmbedding } from '../indexes/index-definition.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import {
  integerIn,
  numbersIn,
  objectIn,
  textIn,
  textsIn,
  type SearchRecordsRequest,
  type SentRecord,
} from './record-requests.js';
import { QueryRequest, UpsertRequest } from './requests.js';
import { metadataText } from './rest/responses.js';
import type { WriteResult } from './results.js';
import type { SentVector } from '../wire/sent-vector.js';
import { VectorOperations } from './vector-operations.js';

const MAX_RECORDS = 96;
const MAX_TOP_K = 10_000;
/** The one model whose searches may demand terms. */
const TERMS_MODEL = 'pinecone-sparse-english-v0';

/** A record that a search found, with the text of its metadata. */
export interface Hit {
  readonly id: string;
  /** Float32 text. */
  readonly score: string;
  readonly metadata: string | null;
}

export interface SearchRecordsResult {
  readonly hits: readonly Hit[];
  readonly embedTokens: number;
  readonly rerankUnits: number | undefined;
  readonly lsn: string;
}

/** Records of text: embedded here, then written and searched as vectors. */
@Injectable()
export class RecordOperations {
  constructor(
    private readonly embedding: EmbeddingService,
    private readonly vectors: VectorOperations,
  ) {}

  async upsert(collection: Collection, namespace: string, records: readonly SentRecord[]): Promise<WriteResult> {
    const definition = requireEmbedding(collection);
    if (records.length === 0) throw invalidArgument('No records to upsert');
    if (records.length > MAX_RECORDS) {
      throw invalidArgument(
        `The number of records, ${String(records.length)}, exceeds the limit of ${String(MAX_RECORDS)} per request`,
      );
    }
    const texts = records.map((record, index) => {
      const text = record.fields.get(definition.textField);
      if (typeof text === 'string') return text;
      throw invalidArgument(`Record ${String(index + 1)} ('${record.id}') lacks the text field '${definition.textField}'`);
    });
    const embedded = await this.embed(collection, definition, texts, 'passage');
    const vectors = records.map(({ id, fields }, index) => ({ id, ...vectorAt(embedded, index), metadata: fields }));
    const request = Object.assign(new UpsertRequest(), { vectors, namespace });
    return this.vectors.upsert(collection, request);
  }

  async search(collection: Collection, namespace: string, request: SearchRecordsRequest): Promise<SearchRecordsResult> {
    const { query } = request;
    const topK = integerIn(query, 'top_k', 'query');
    if (topK === undefined || topK < 1 || topK > MAX_TOP_K)
      throw invalidArgument('query.top_k: expected an integer from 1 to 10000');
    this.requireNoTerms(collection, query);
    const source = await this.sourceOf(collection, query);
    const sent = Object.assign(new QueryRequest(), {
      namespace,
      topK,
      includeMetadata: true,
      filter: objectIn(query, 'filter', 'query'),
      ...source.fields,
    });
    const result = await this.vectors.query(collection, sent, 'text');
    const hits = result.matches.map(toHit);
    const found = { embedTokens: source.tokens, lsn: result.lsn };
    if (request.rerank === undefined) return { ...found, hits, rerankUnits: undefined };
    return { ...found, hits: await this.rerank(request.rerank, hits, source.text), rerankUnits: 1 };
  }

  private requireNoTerms(collection: Collection, query: JsonObject): void {
    if (objectIn(query, 'match_terms', 'query') === undefined) return;
    if (definitionOf(collection).embedding?.model !== TERMS_MODEL) {
      throw invalidArgument(`match_terms is only supported for indexes of the model ${TERMS_MODEL}`);
    }
    throw new PineconeError('UNIMPLEMENTED', 'match_terms is not served here');
  }

  /** What to search by: text that is embedded, a vector, or a record. */
  private async sourceOf(
    collection: Collection,
    query: JsonObject,
  ): Promise<{ readonly fields: Partial<QueryRequest>; readonly text: string | undefined; readonly tokens: number }> {
    const inputs = objectIn(query, 'inputs', 'query');
    const vector = objectIn(query, 'vector', 'query');
    const id = textIn(query, 'id', 'query');
    if (inputs === undefined) {
      return { fields: { ...(id !== undefined && { id }), ...toQueryVector(vector) }, text: undefined, tokens: 0 };
    }
    if (vector !== undefined || id !== undefined) throw invalidArgument('query: inputs, vector and id exclude each other');
    const text = textIn(inputs, 'text', 'query.inputs');
    if (text === undefined) throw invalidArgument('query.inputs.text: expected a string');
    const embedded = await this.embed(collection, requireEmbedding(collection), [text], 'query');
    const { values, sparseValues } = vectorAt(embedded, 0);
    const fields = values === undefined ? { sparseVector: sparseValues } : { vector: values };
    return { fields: fields as Partial<QueryRequest>, text, tokens: embedded.totalTokens };
  }

  private async embed(
    collection: Collection,
    { model }: IndexEmbedding,
    texts: readonly string[],
    inputType: InputType,
  ): Promise<Embeddings> {
    const dimension = collection.dimension ?? undefined;
    return this.embedding.embed(model, texts, { inputType, dimension });
  }

  private async rerank(sent: JsonObject, hits: readonly Hit[], queryText: string | undefined): Promise<readonly Hit[]> {
    const model = textIn(sent, 'model', 'rerank');
    const fields = textsIn(sent, 'rank_fields', 'rerank');
    const query = textIn(sent, 'query', 'rerank') ?? queryText;
    if (model === undefined) throw invalidArgument('rerank.model: expected a string');
    if (fields === undefined || fields.length === 0)
      throw invalidArgument('rerank.rank_fields: expected a non-empty list of strings');
    if (query === undefined) throw invalidArgument('rerank.query is required when the search has no text');
    const documents = hits.map((hit) => rankedText(hit, fields));
    const topN = integerIn(sent, 'top_n', 'rerank') ?? hits.length;
    if (topN < 1 && hits.length > 0) throw invalidArgument('rerank.top_n: expected an integer of at least 1');
    const scores = await this.embedding.rerank(model, query, documents, topN);
    return scores.flatMap(({ index, score }) => {
      const hit = hits[index];
      return hit === undefined ? [] : [{ ...hit, score: String(score) }];
    });
  }
}

function requireEmbedding(collection: Collection): IndexEmbedding {
  const { embedding } = definitionOf(collection);
  if (embedding !== undefined) return embedding;
  throw invalidArgument(
    `Integrated inference is not configured for this index: '${collection.name}' was not created for a model, send vectors instead`,
  );
}

function vectorAt(embedded: Embeddings, index: number): Pick<SentVector, 'values' | 'sparseValues'> {
  return embedded.vectorType === 'dense'
    ? { values: embedded.vectors[index], sparseValues: undefined }
    : { values: undefined, sparseValues: embedded.vectors[index] };
}

function toQueryVector(vector: JsonObject | undefined): Partial<QueryRequest> {
  if (vector === undefined) return {};
  const values = numbersIn(vector, 'values', 'query.vector');
  const weights = numbersIn(vector, 'sparse_values', 'query.vector');
  const indices = numbersIn(vector, 'sparse_indices', 'query.vector');
  return {
    ...(values !== undefined && { vector: new Float32Array(values) }),
    ...(indices !== undefined && weights !== undefined && { sparseVector: { indices, values: new Float32Array(weights) } }),
  };
}

function toHit(match: RankedRecord): Hit {
  return { id: match.id, score: match.score, metadata: metadataText(match) };
}

function rankedText({ metadata }: Hit, fields: readonly string[]): string {
  const values = metadata === null ? {} : (JSON.parse(metadata) as Readonly<Record<string, unknown>>);
  return fields.map((field) => (typeof values[field] === 'string' ? values[field] : '')).join(' ');
}

/** A hit's fields as JSON text: all, also by `*`, or those of the names. */
export function fieldsText({ metadata }: Hit, names: readonly string[] | undefined): string {
  if (metadata === null) return '{}';
  if (names === undefined || names.includes('*')) return metadata;
  const values = Object.entries(JSON.parse(metadata) as Readonly<Record<string, unknown>>);
  return JSON.stringify(Object.fromEntries(values.filter(([name]) => names.includes(name))));
}
