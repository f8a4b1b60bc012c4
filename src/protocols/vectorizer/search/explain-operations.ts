import { Injectable } from '@nestjs/common';
import { RecordReads } from '../../../records/record-reads.service.js';
import { definitionOf } from '../collections/collection-definition.js';
import { parseFilter } from '../filter/parse-filter.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { validationError } from '../vectorizer-error.js';
import { SearchOperations, type SearchResult } from './operations.js';
import type { SearchRequest } from './requests.js';

/** What a search has cost. Times are in milliseconds. */
export interface Trace {
  /** Vectors compared: searches are exact. */
  readonly visited_nodes: number;
  readonly ef_search: number;
  readonly hnsw_search_ms: number;
  /** Records that the filter was tried on. */
  readonly payload_filter_evals: number;
  /** Vectors are compared as they are. */
  readonly quantization_score_ms: 0;
  readonly total_ms: number;
}

export interface Explanation {
  readonly result: SearchResult;
  readonly trace: Trace;
}

/** Tells what a search by vector does. */
@Injectable()
export class ExplainOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly reads: RecordReads,
    private readonly searches: SearchOperations,
  ) {}

  /** @throws VectorizerError 400 without a vector, and where a search throws */
  async explain(name: string, request: SearchRequest): Promise<Explanation> {
    const start = performance.now();
    if (request.vector === undefined) throw validationError('vector', 'missing or invalid vector parameter');
    request.with_vector = false;
    const searching = performance.now();
    const result = await this.searches.search(name, request);
    const searched = performance.now();
    const cost = await this.targets.run(name, (collection) => this.costOf(collection, request, result.limit));
    const times = { hnsw_search_ms: milliseconds(searching, searched), total_ms: milliseconds(start, performance.now()) };
    return { result, trace: { ...cost, ...times } };
  }

  private async costOf(
    collection: DenseCollection,
    request: SearchRequest,
    limit: number,
  ): Promise<Omit<Trace, 'hnsw_search_ms' | 'total_ms'>> {
    const filter = request.filter === undefined ? undefined : parseFilter(request.filter);
    const known = { ef_search: definitionOf(collection).hnsw.ef_search, quantization_score_ms: 0 } as const;
    if (limit === 0) return { ...known, visited_nodes: 0, payload_filter_evals: 0 };
    const all = await this.reads.count(collection, NAMESPACE);
    if (filter === undefined) return { ...known, visited_nodes: all, payload_filter_evals: 0 };
    const { count } = await this.reads.countMatching(collection, NAMESPACE, { filter });
    return { ...known, visited_nodes: count, payload_filter_evals: all };
  }
}

/** To the microsecond. */
function milliseconds(start: number, end: number): number {
  return Math.round((end - start) * 1000) / 1000;
}
