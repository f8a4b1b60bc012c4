import { Injectable } from '@nestjs/common';
import type { Filter } from '../../../filters/filter.js';
import type { Parts, SparseVector } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { RecordTextsService } from '../../../records/words/record-texts.service.js';
import { EmbeddingProviders } from '../collections/embedding-providers.js';
import { parseFilter } from '../filter/parse-filter.js';
import { DEFAULT_ALPHA, DEFAULT_LIST_LENGTH, MAX_LIMIT_WITH_VECTORS, MAX_LIST_LENGTH } from '../limits.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { partsOf } from '../wire/stored-vector.js';
import { fuse, type Fusion, type Ranked } from './fusion.js';
import { fusionOf, type HybridRequest, requireQuery, sparseQueryOf } from './hybrid-requests.js';
import { limitOf, SearchOperations } from './operations.js';
import type { Hit } from './scores.js';

/** Lists are fused by their ids; the rest is read of what comes out. */
const ID_ONLY: Parts = { embedding: false, metadata: false, document: false, uri: false };
const DOCUMENTS = [{ field: null }];

export interface HybridResult {
  readonly query: string;
  readonly alpha: number;
  readonly fusion: Fusion;
  readonly limit: number;
  readonly hits: readonly Hit[];
  readonly withPayload: boolean;
}

/** What is looked for; without `sparse`, the words of the query are. */
interface Ask {
  readonly query: string;
  readonly sparse: SparseVector | undefined;
  readonly filter: Filter | undefined;
}

/** What one list is made of. */
interface ListRequest {
  readonly filter: Filter | undefined;
  readonly limit: number;
}

/** Searches by the meaning of a text and by its words, at once. */
@Injectable()
export class HybridOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly providers: EmbeddingProviders,
    private readonly reads: RecordReads,
    private readonly searches: RecordSearches,
    private readonly texts: RecordTextsService,
    private readonly similarity: SearchOperations,
  ) {}

  /** @throws VectorizerError 400, also for a collection without an embedding provider, and 404 */
  async search(name: string, request: HybridRequest): Promise<HybridResult> {
    const query = requireQuery(request.query);
    const filter = request.filter === undefined ? undefined : parseFilter(request.filter);
    const ask: Ask = { query, sparse: sparseQueryOf(request.query_sparse), filter };
    return this.targets.run(name, (collection) => this.searchIn(collection, ask, request));
  }

  private async searchIn(collection: DenseCollection, ask: Ask, request: HybridRequest): Promise<HybridResult> {
    const { query, filter } = ask;
    const [dense, sparse] = await Promise.all([
      this.byMeaning(collection, query, { filter, limit: lengthOf(request.dense_k) }),
      this.bySparse(collection, ask.sparse ?? query, { filter, limit: lengthOf(request.sparse_k) }),
    ]);
    const { alpha = DEFAULT_ALPHA, with_payload: withPayload = true } = request;
    const fusion = fusionOf(request.algorithm);
    const limit = limitOf(request.limit);
    const parts = partsOf(collection, { vector: request.with_vector ?? limit <= MAX_LIMIT_WITH_VECTORS, payload: withPayload });
    const { threshold = -Infinity, offset = 0 } = request;
    const best = fuse(fusion, { dense, sparse }, alpha)
      .filter(({ score }) => score >= threshold)
      .slice(offset, offset + limit);
    return { query, alpha, fusion, limit, hits: await this.read(collection, best, { filter, parts }), withPayload };
  }

  private async byMeaning(collection: DenseCollection, query: string, list: ListRequest): Promise<readonly Ranked[]> {
    const [embedding] = await this.providers.embed(collection, [query], 'query');
    if (embedding === undefined) throw new Error('an embedder gave no vector');
    const hits = await this.similarity.nearest(collection, embedding, { ...list, offset: 0, parts: ID_ONLY });
    return hits.map(({ record, score }) => ({ id: record.id, score }));
  }

  /** By inner product with stored sparse vectors, or by the words of the query. */
  private async bySparse(
    collection: DenseCollection,
    query: SparseVector | string,
    list: ListRequest,
  ): Promise<readonly Ranked[]> {
    if (typeof query === 'string') {
      const found = await this.texts.searchText(collection, NAMESPACE, {
        ...list,
        texts: [{ field: null, text: query, weight: 1 }],
        indexable: DOCUMENTS,
        parts: ID_ONLY,
      });
      return found.map(({ id, score }) => ({ id, score: scaled(Number(score)) }));
    }
    const request = { ...list, embedding: null, sparse: query, parts: ID_ONLY };
    const { records } = await this.searches.rank(collection, NAMESPACE, request);
    return records.map(({ id, score }) => ({ id, score: Number(score) }));
  }

  /** What was deleted since it was ranked, or does not match any more, is left out. */
  private async read(
    collection: DenseCollection,
    best: readonly Ranked[],
    { filter, parts }: { readonly filter: Filter | undefined; readonly parts: Parts },
  ): Promise<readonly Hit[]> {
    if (best.length === 0) return [];
    const ids = best.map(({ id }) => id);
    const records = await this.reads.readAllByInsertion(collection, NAMESPACE, { ids, filter, parts, offset: 0, limit: null });
    const known = new Map(records.map((record) => [record.id, record]));
    return best.flatMap(({ id, score }) => {
      const record = known.get(id);
      return record === undefined ? [] : [{ record, score }];
    });
  }
}

/** Between 0 and 1, as the scores that it is fused with are. */
function scaled(score: number): number {
  return score / (score + 1);
}

function lengthOf(sent: number | undefined): number {
  return Math.min(sent ?? DEFAULT_LIST_LENGTH, MAX_LIST_LENGTH);
}
