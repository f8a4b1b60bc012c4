import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { currentRequest } from '../../../observability/request-context.js';
import { embeddingOf } from '../../../records/embedding-of.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Match, SearchRequest as CoreSearch } from '../../../records/record.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { listenToSearches } from '../../../records/search/search-report.js';
import { CollectionModels } from '../collections/models.js';
import { ConsoleCollections } from '../collections/operations.js';
import { ConsoleError, invalid } from '../console-error.js';
import type { SearchResult } from '../contract/records.js';
import { toFilter } from '../filter/chroma-filter.js';
import { readFilter } from '../filter/input.js';
import { ConsoleRecords } from './operations.js';
import { planInWords } from './plan-words.js';
import type { SearchRequest } from './requests.js';
import { finite, ROW_PARTS, toRecordRow } from './responses.js';

/** Searches, and says how they were carried out. */
@Injectable()
export class ConsoleSearches {
  constructor(
    private readonly collections: ConsoleCollections,
    private readonly records: ConsoleRecords,
    private readonly searches: RecordSearches,
    private readonly models: CollectionModels,
    private readonly work: LimitedWork,
  ) {}

  /** By a text, an embedding, or the mean of records' embeddings, without those records. */
  async search(uuid: string, request: SearchRequest): Promise<SearchResult> {
    const filter = toFilter(readFilter(request.filter));
    const { namespace, limit, ids = [], exact = false } = request;
    if ([request.text, request.embedding, request.ids].filter((part) => part != null).length !== 1) {
      throw invalid('one of text, embedding and ids: is needed');
    }
    return this.work.run(async () => {
      const collection = await this.collections.require(uuid);
      if (collection.vectorType === 'sparse') throw invalid('The collection holds sparse vectors: search it through Pinecone');
      const query = await this.queryOf(collection, request);
      const wanted = { queries: [query], filter, parts: ROW_PARTS, limit: limit + ids.length };
      const { matches, plan } = await this.run(collection, namespace, wanted, exact);
      const own = new Set(ids);
      const hits = matches.filter(({ id }) => !own.has(id)).slice(0, limit);
      return {
        hits: hits.map(toHit),
        embedding: [...query].map(finite),
        plan,
        planInWords: planInWords(plan),
        timing: timing(),
      };
    });
  }

  private async run(
    collection: Collection,
    namespace: string,
    wanted: CoreSearch,
    exact: boolean,
  ): Promise<{ readonly matches: readonly Match[]; readonly plan: string }> {
    if (exact) {
      const [matches = []] = await this.searches.searchExactly(collection, namespace, wanted);
      return { matches, plan: `exact; reason=on demand; estimate=none; candidates=none; found=${String(matches.length)}` };
    }
    let plan = `exact; reason=no index; estimate=none; candidates=none; found=0`;
    const listen = (line: string): void => {
      plan = line;
    };
    const [matches = []] = await listenToSearches(listen, () => this.searches.search(collection, namespace, wanted));
    return { matches, plan };
  }

  private async queryOf(collection: Collection, { namespace, text, embedding, ids }: SearchRequest): Promise<Float32Array> {
    if (text !== undefined) return this.models.embed(collection, text);
    if (embedding != null) return embedding;
    const records = await this.records.named(collection, namespace, ids ?? []);
    const vectors = records.flatMap((record) => (record.embedding === null ? [] : [embeddingOf(record.embedding)]));
    const [first] = vectors;
    if (first === undefined) throw new ConsoleError(404, 'not_found', 'None of the records is there with an embedding');
    return first.map((_component, place) => vectors.reduce((sum, vector) => sum + (vector[place] ?? 0), 0) / vectors.length);
  }
}

function toHit(match: Match): SearchResult['hits'][number] {
  return { ...toRecordRow(match, { embedding: false, whole: false }), distance: finite(Number(match.distance)) };
}

/** Of the request under way, so far. */
function timing(): SearchResult['timing'] {
  const request = currentRequest();
  if (request === undefined) return { totalMs: 0, databaseMs: 0, poolMs: 0 };
  const { startedAt, databaseMs, poolMs } = request;
  return { totalMs: performance.now() - startedAt, databaseMs, poolMs };
}
