import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { EmbeddingService } from '../../../embedding/embedding.service.js';
import type { Embeddings, InputType } from '../../../embedding/model.js';
import type { RankedRecord } from '../../../records/record.js';
import { definitionOf, type IndexEmbedding } from '../indexes/index-definition.js';
import { requireRankFields } from '../inference/requests.js';
import { MAX_TEXT_RECORDS, MAX_TOP_K } from '../limits.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { membersOf } from '../wire/members.js';
import { metadataText } from '../wire/metadata.js';
import type { SentVector } from '../wire/sent-vector.js';
import { ReadOperations } from './read-operations.js';
import {
  integerAt,
  numbersAt,
  objectAt,
  RerankPart,
  SearchInputsPart,
  SearchQueryPart,
  type SearchRecordsRequest,
  SearchVectorPart,
  type SentRecord,
  textAt,
  textsAt,
} from './record-requests.js';
import { QueryRequest, UpsertRequest } from './requests.js';
import type { Hit, SearchRecordsResult, WriteResult } from './results.js';
import { VectorOperations } from './vector-operations.js';

/** The one model whose searches may demand terms. */
const TERMS_MODEL = 'pinecone-sparse-english-v0';

/** Records of text: they are embedded, then written and searched as vectors. */
@Injectable()
export class RecordOperations {
  constructor(
    private readonly embedding: EmbeddingService,
    private readonly vectors: VectorOperations,
    private readonly reads: ReadOperations,
  ) {}

  async upsert(collection: Collection, namespace: string, records: readonly SentRecord[]): Promise<WriteResult> {
    const definition = requireEmbedding(collection);
    if (records.length === 0) throw invalidArgument('No records to upsert');
    if (records.length > MAX_TEXT_RECORDS) {
      throw invalidArgument(
        `The number of records, ${String(records.length)}, exceeds the limit of ${String(MAX_TEXT_RECORDS)} per request`,
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
    const query = membersOf(SearchQueryPart, request.query);
    const topK = integerAt(query.top_k, 'query.top_k');
    if (topK === undefined || topK < 1 || topK > MAX_TOP_K) {
      throw invalidArgument(`query.top_k: expected an integer from 1 to ${String(MAX_TOP_K)}`);
    }
    this.requireNoTerms(collection, query);
    const source = await this.sourceOf(collection, query);
    const sent = Object.assign(new QueryRequest(), {
      namespace,
      topK,
      includeMetadata: true,
      filter: objectAt(query.filter, 'query.filter'),
      ...source.fields,
    });
    const result = await this.reads.query(collection, sent, 'text');
    const hits = result.matches.map(toHit);
    const found = { embedTokens: source.tokens, lsn: result.lsn };
    if (request.rerank === undefined) return { ...found, hits, rerankUnits: undefined };
    const rerank = membersOf(RerankPart, request.rerank);
    return { ...found, hits: await this.rerank(rerank, hits, source.text), rerankUnits: 1 };
  }

  private requireNoTerms(collection: Collection, query: SearchQueryPart): void {
    if (objectAt(query.match_terms, 'query.match_terms') === undefined) return;
    if (definitionOf(collection).embedding?.model !== TERMS_MODEL) {
      throw invalidArgument(`match_terms is only supported for indexes of the model ${TERMS_MODEL}`);
    }
    throw new PineconeError('UNIMPLEMENTED', 'match_terms is not served here');
  }

  /** The vectors to search by: of a text, which is embedded, sent ones, or those of a record. */
  private async sourceOf(
    collection: Collection,
    query: SearchQueryPart,
  ): Promise<{ readonly fields: Partial<QueryRequest>; readonly text: string | undefined; readonly tokens: number }> {
    const inputs = objectAt(query.inputs, 'query.inputs');
    const vector = objectAt(query.vector, 'query.vector');
    const id = textAt(query.id, 'query.id');
    if (inputs === undefined) {
      return {
        fields: { ...(id !== undefined && { id }), ...(vector && toQueryVector(membersOf(SearchVectorPart, vector))) },
        text: undefined,
        tokens: 0,
      };
    }
    if (vector !== undefined || id !== undefined) throw invalidArgument('query: inputs, vector and id exclude each other');
    const text = textAt(membersOf(SearchInputsPart, inputs).text, 'query.inputs.text');
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

  private async rerank(sent: RerankPart, hits: readonly Hit[], queryText: string | undefined): Promise<readonly Hit[]> {
    const model = textAt(sent.model, 'rerank.model');
    const fields = textsAt(sent.rank_fields, 'rerank.rank_fields');
    const query = textAt(sent.query, 'rerank.query') ?? queryText;
    if (model === undefined) throw invalidArgument('rerank.model: expected a string');
    if (fields === undefined || fields.length === 0)
      throw invalidArgument('rerank.rank_fields: expected a non-empty list of strings');
    requireRankFields(model, fields);
    if (query === undefined) throw invalidArgument('rerank.query is required when the search has no text');
    const documents = hits.map((hit) => rankedText(hit, fields));
    const topN = integerAt(sent.top_n, 'rerank.top_n') ?? hits.length;
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

function toQueryVector(vector: SearchVectorPart): Partial<QueryRequest> {
  const values = numbersAt(vector.values, 'query.vector.values');
  const weights = numbersAt(vector.sparse_values, 'query.vector.sparse_values');
  const indices = numbersAt(vector.sparse_indices, 'query.vector.sparse_indices');
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
