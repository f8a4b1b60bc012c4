import { Injectable } from '@nestjs/common';
import type { Filter } from '../../../filters/filter.js';
import { and, is } from '../../../filters/filter.js';
import type { Parts } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { EmbeddingProviders } from '../collections/embedding-providers.js';
import { SOURCE_FIELD } from '../collections/operations.js';
import { parseFilter } from '../filter/parse-filter.js';
import { DEFAULT_LIMIT, MAX_LIMIT, MAX_LIMIT_WITH_VECTORS, MAX_OFFSET } from '../limits.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { validationError } from '../vectorizer-error.js';
import { partsOf } from '../wire/stored-vector.js';
import { type FileSearchRequest, hasFilter, type SearchRequest } from './requests.js';
import { type Hit, toHit } from './scores.js';

/** What a search is by: nothing but a filter, in the order of first insert; a vector; or a text. */
export type QueryType = 'filter' | 'vector' | 'text';

export interface SearchResult {
  readonly type: QueryType;
  readonly query: string | undefined;
  readonly limit: number;
  readonly hits: readonly Hit[];
  readonly withPayload: boolean;
}

/** What is done when a request has neither a vector, nor a text, nor a filter. */
export type Demand = 'any' | 'query';

/** Searches. With a filter the best of those that match are found, never those that match of the best. */
@Injectable()
export class SearchOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly providers: EmbeddingProviders,
    private readonly reads: RecordReads,
    private readonly searches: RecordSearches,
  ) {}

  /** @throws VectorizerError 400 and 404 */
  async search(name: string, request: SearchRequest, demand: Demand = 'any'): Promise<SearchResult> {
    const type = queryTypeOf(request, demand);
    const filter = request.filter === undefined ? undefined : parseFilter(request.filter);
    return this.targets.run(name, (collection) => this.searchIn(collection, request, type, filter));
  }

  private async searchIn(
    collection: DenseCollection,
    request: SearchRequest,
    type: QueryType,
    filter: Filter | undefined,
  ): Promise<SearchResult> {
    const limit = limitOf(request.limit);
    const withPayload = request.with_payload ?? true;
    const vector = request.with_vector ?? (type !== 'filter' && limit <= MAX_LIMIT_WITH_VECTORS);
    const plan = {
      filter,
      limit,
      offset: Math.min(request.offset ?? 0, MAX_OFFSET),
      parts: partsOf(collection, { vector, payload: withPayload }),
    };
    const hits =
      type === 'filter'
        ? await this.selected(collection, plan)
        : await this.nearest(collection, await this.embeddingOf(collection, request), { ...plan, threshold: request.threshold });
    return { type, query: type === 'vector' ? undefined : (request.query ?? ''), limit, hits, withPayload };
  }

  /** The vectors whose text came from a file, in the order of first insert. */
  async searchFile(name: string, path: string, request: FileSearchRequest): Promise<SearchResult> {
    const limit = limitOf(request.limit);
    const sent = request.filter === undefined ? undefined : parseFilter(request.filter);
    const filter = sent === undefined ? is(SOURCE_FIELD, path) : and(is(SOURCE_FIELD, path), sent);
    const withPayload = request.with_payload ?? true;
    const vector = request.with_vector ?? limit <= MAX_LIMIT_WITH_VECTORS;
    const offset = Math.min(request.offset ?? 0, MAX_OFFSET);
    const hits = await this.targets.run(name, (collection) =>
      this.selected(collection, { filter, limit, offset, parts: partsOf(collection, { vector, payload: withPayload }) }),
    );
    return { type: 'filter', query: undefined, limit, hits, withPayload };
  }

  /** The hits of one vector, best first, equals in the order of first insert. */
  async nearest(collection: DenseCollection, embedding: Float32Array, plan: Plan): Promise<readonly Hit[]> {
    const { filter, limit, offset, parts, threshold } = plan;
    if (limit === 0) return [];
    const request = { queries: [embedding], filter, parts, limit: offset + limit };
    const [matches = []] = await this.searches.search(collection, NAMESPACE, request);
    const hits = matches.slice(offset).map((match) => toHit(collection.metric, match));
    return threshold === undefined ? hits : hits.filter(({ score }) => score >= threshold);
  }

  private async selected(collection: DenseCollection, plan: Plan): Promise<readonly Hit[]> {
    const { filter, limit, offset, parts } = plan;
    if (limit === 0) return [];
    const records = await this.reads.readAllByInsertion(collection, NAMESPACE, { filter, parts, offset, limit });
    return records.map((record) => ({ record, score: 0 }));
  }

  private async embeddingOf(collection: DenseCollection, request: SearchRequest): Promise<Float32Array> {
    const { vector, query = '' } = request;
    if (vector?.kind === 'vector') {
      const { length } = vector.values;
      if (length === collection.dimension) return vector.values;
      throw validationError(
        'vector',
        `vector dimension ${String(length)} does not match collection dimension ${String(collection.dimension)}`,
      );
    }
    const [embedding] = await this.providers.embed(collection, [query], 'query');
    if (embedding === undefined) throw new Error('an embedder gave no vector');
    return embedding;
  }
}

/** Which hits are wanted. */
export interface Plan {
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly offset: number;
  readonly parts: Parts;
  readonly threshold?: number | undefined;
}

/** A larger one is cut. */
export function limitOf(sent: number | undefined): number {
  return Math.min(sent ?? DEFAULT_LIMIT, MAX_LIMIT);
}

function queryTypeOf({ vector, query, filter }: SearchRequest, demand: Demand): QueryType {
  if (vector?.kind === 'problem') throw validationError('vector', vector.reason);
  if (demand === 'query' && query === undefined) throw validationError('query', 'missing or invalid query parameter');
  if (vector !== undefined) return 'vector';
  if (query !== undefined) return query.trim() === '' ? 'filter' : 'text';
  if (hasFilter(filter)) return 'filter';
  throw validationError('vector', 'missing or invalid vector parameter');
}
