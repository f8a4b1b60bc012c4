import { Injectable } from '@nestjs/common';
import { GatewayError } from '../../../errors.js';
import { and, type Filter } from '../../../filters/filter.js';
import { SearchTimes } from '../../../records/search-times.service.js';
import { definitionOf } from '../collections/collection-definition.js';
import { EmbeddingProviders } from '../collections/embedding-providers.js';
import { parseFilter } from '../filter/parse-filter.js';
import { SEARCHES_AT_ONCE } from '../limits.js';
import { CollectionTargets, type DenseCollection } from '../targets.js';
import { noProvider } from '../vectorizer-error.js';
import { partsOf } from '../wire/stored-vector.js';
import { requireQuery } from './hybrid-requests.js';
import type { IntelligentRequest, Scope } from './intelligent-requests.js';
import { limitOf, SearchOperations } from './operations.js';
import type { Hit } from './scores.js';

/** A hit, and the collection it is from, by the name that it was asked for by. */
export interface PlacedHit extends Hit {
  readonly collection: string;
}

export interface IntelligentResult {
  readonly query: string;
  readonly hits: readonly PlacedHit[];
  readonly collections: readonly string[];
  /** Hits of all collections together, each once. */
  readonly found: number;
  readonly limit: number;
}

interface Target {
  readonly name: string;
  readonly collection: DenseCollection;
}

interface Plan {
  readonly query: string;
  readonly filter: Filter | undefined;
  readonly limit: number;
  readonly threshold: number | undefined;
}

/** Searches of one text in several collections, each in its own vector space. */
@Injectable()
export class IntelligentOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly providers: EmbeddingProviders,
    private readonly searches: SearchOperations,
    private readonly times: SearchTimes,
  ) {}

  /** The best hits by score, equals in the order of collections. @throws VectorizerError 400 and 404 */
  async search(request: IntelligentRequest, scope: Scope): Promise<IntelligentResult> {
    const query = requireQuery(request.query);
    const limit = limitOf(scope.limit);
    const { threshold, collections } = scope;
    const plan = { query, filter: filterOf(request), threshold, limit: Math.min(limit, limitOf(scope.limitPerCollection)) };
    const targets = await this.targetsOf(collections);
    const embed = this.embedder(query);
    const search = (target: Target): Promise<readonly PlacedHit[]> => this.searchIn(target, plan, embed);
    const time = this.times.begin();
    let found = 0;
    let best: readonly PlacedHit[] = [];
    for (let start = 0; start < targets.length; start += SEARCHES_AT_ONCE) {
      time.require();
      const some = targets.slice(start, start + SEARCHES_AT_ONCE).map(search);
      const hits = (await Promise.all(collections === 'all' ? some.map(withoutGone) : some)).flat();
      found += hits.length;
      best = [...best, ...hits].sort((left, right) => right.score - left.score).slice(0, limit);
    }
    return { query, hits: best, collections: targets.map(({ name }) => name), found, limit };
  }

  /** Each collection once, whatever its names are. */
  private async targetsOf(names: readonly string[] | 'all'): Promise<readonly Target[]> {
    if (names === 'all') {
      const all = await this.targets.list();
      return all.filter(takesTexts).map((collection) => ({ name: collection.name, collection }));
    }
    const targets = new Map<string, Target>();
    for (const name of new Set(names)) {
      const collection = await this.targets.require(name);
      if (!takesTexts(collection)) throw noProvider(name);
      if (!targets.has(collection.id)) targets.set(collection.id, { name, collection });
    }
    return [...targets.values()];
  }

  private async searchIn({ name, collection }: Target, plan: Plan, embed: Embedder): Promise<readonly PlacedHit[]> {
    const { filter, limit, threshold } = plan;
    if (limit === 0) return [];
    const parts = partsOf(collection, { vector: false, payload: true });
    const hits = await this.searches.nearest(collection, await embed(collection), { filter, limit, threshold, parts, offset: 0 });
    return hits.map((hit) => ({ ...hit, collection: name }));
  }

  /** Makes the query's vector once per vector space. */
  private embedder(query: string): Embedder {
    const made = new Map<string, Promise<Float32Array>>();
    return (collection) => {
      const space = `${String(collection.dimension)} ${String(definitionOf(collection).embeddingProvider)}`;
      const known = made.get(space) ?? this.embed(collection, query);
      made.set(space, known);
      return known;
    };
  }

  private async embed(collection: DenseCollection, query: string): Promise<Float32Array> {
    const [embedding] = await this.providers.embed(collection, [query], 'query');
    if (embedding === undefined) throw new Error('an embedder gave no vector');
    return embedding;
  }
}

type Embedder = (collection: DenseCollection) => Promise<Float32Array>;

function takesTexts(collection: DenseCollection): boolean {
  return definitionOf(collection).embeddingProvider !== null;
}

/** Both filters hold. */
function filterOf({ filter, context_filters: context }: IntelligentRequest): Filter | undefined {
  const parsed = [filter, context].flatMap((sent) => (sent === undefined ? [] : [parseFilter(sent)]));
  const filters = parsed.filter((one) => one !== undefined);
  return filters.length === 0 ? undefined : and(...filters);
}

/** What is in a collection that was deleted since all were listed: nothing. */
async function withoutGone(search: Promise<readonly PlacedHit[]>): Promise<readonly PlacedHit[]> {
  try {
    return await search;
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.kind === 'not_found') return [];
    throw thrown;
  }
}
