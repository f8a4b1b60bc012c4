import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import type { Filter } from '../../../filters/filter.js';
import type { Match, Parts, StoredRecord } from '../../../records/record.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { type RecordSnapshot, RecordSnapshots } from '../../../records/record-snapshots.service.js';
import { type SearchTime, SearchTimes } from '../../../records/search-times.service.js';
import { invalidArgument } from '../chroma-error.js';
import { schemaOf } from '../collections/collection-schema.js';
import { sparseIndexOf } from '../collections/configuration/schema.js';
import { MAX_RANK_STEPS, MAX_SEARCH_STATEMENTS } from '../limits.js';
import { NAMESPACE } from '../targets.js';
import { requireSearches } from './checks.js';
import { group } from './group.js';
import { evaluate, type Found, type Rank, type Scored } from './rank.js';
import { isDense, type Knn, type ParsedRank } from './read-rank.js';
import type { Search } from './requests.js';
import { type Ranked, Selected, toSearchResponse } from './responses.js';

const ID_ONLY: Parts = { document: false, uri: false, metadata: false, embedding: false };
const WITH_METADATA: Parts = { ...ID_ONLY, metadata: true };

/**
 * Chroma's Search API. All searches of a request see one snapshot. What a request holds in memory (the results of its searches by
 * distance, then the records of its pages) is bounded by the budget of answers, as every row that is read counts: beyond it the request
 * is refused. `maxResults` and `maxMatches` bound each search by distance, too, and `MAX_SEARCH_STATEMENTS`, `searchesTimeoutMs` and
 * `MAX_RANK_STEPS` the time that a request takes of the database and of the process.
 */
@Injectable()
export class SearchOperations {
  constructor(
    private readonly snapshots: RecordSnapshots,
    private readonly searches: RecordSearches,
    private readonly times: SearchTimes,
  ) {}

  /** The answer's text. @throws ChromaError 400, GatewayError `invalid` */
  async search(collection: Collection, searches: readonly Search[]): Promise<string> {
    requireSearches(collection, searches);
    requireFewStatements(searches);
    const single = singleKnn(searches);
    if (single !== undefined) return this.searchOnce(collection, single);
    return this.snapshots.run(collection, NAMESPACE, async (snapshot) => {
      const isWeighted = (key: string): boolean => sparseIndexOf(schemaOf(collection), key)?.bm25 === true;
      const results: { selected: Selected; ranked: readonly Ranked[] }[] = [];
      const steps = new RankSteps();
      const time = this.times.begin();
      for (const search of searches) {
        const selected = new Selected(search.select);
        results.push({ selected, ranked: await runSearch({ snapshot, isWeighted, steps, time }, search, selected.parts) });
      }
      return toSearchResponse(results);
    });
  }

  /** In one statement, which is a snapshot of its own. */
  private async searchOnce(collection: Collection, { search, rank, query, limit }: SingleKnn): Promise<string> {
    const selected = new Selected(search.select);
    const request = { filter: search.filter?.filter, queries: [query], parts: selected.parts, limit };
    const [matches = []] = await this.searches.search(collection, NAMESPACE, request);
    const records = new Map(matches.map((match) => [match.number, match]));
    const page = evaluate(rank, [matches.map(foundOf)]).slice(search.offset);
    const ranked = page.flatMap(({ number, score }) => {
      const record = records.get(number);
      return record === undefined ? [] : [{ record, score }];
    });
    return toSearchResponse([{ selected, ranked }]);
  }
}

/** A request that is one dense `$knn`: a search like any other, with the records. */
interface SingleKnn {
  readonly search: Search;
  readonly rank: Rank;
  readonly query: Float32Array;
  /** Results that the page may have. */
  readonly limit: number;
}

function singleKnn(searches: readonly Search[]): SingleKnn | undefined {
  const [search] = searches;
  const [knn] = search?.rank?.knns ?? [];
  if (search?.rank?.rank.kind !== 'knn' || searches.length > 1 || search.groupBy.aggregate !== undefined) return undefined;
  if (knn === undefined || !isDense(knn)) return undefined;
  const limit = Math.min(knn.limit, search.offset + (search.limit ?? Infinity));
  return { search, rank: search.rank.rank, query: knn.query, limit };
}

/** Each search reads its page; dense vectors take one read for each limit, sparse ones two for each `$knn`: frequencies, and distances. */
function requireFewStatements(searches: readonly Search[]): void {
  const statements = searches.reduce((sum, { rank }) => {
    const dense = rank?.knns.filter(isDense) ?? [];
    const sparse = (rank?.knns.length ?? 0) - dense.length;
    return sum + 1 + new Set(dense.map(({ limit }) => limit)).size + 2 * sparse;
  }, 0);
  if (statements <= MAX_SEARCH_STATEMENTS) return;
  throw invalidArgument(`The searches of a request may take ${MAX_SEARCH_STATEMENTS} reads, and these take ${statements}`);
}

/** What the ranks of a request take: nothing else is served meanwhile. */
class RankSteps {
  private taken = 0;

  /** @throws ChromaError 400 */
  take(steps: number): void {
    this.taken += steps;
    if (this.taken <= MAX_RANK_STEPS) return;
    throw invalidArgument(`The ranks of a request may take ${MAX_RANK_STEPS} steps (their operators, times the records found)`);
  }
}

/** What the searches of a request have in common. */
interface Run {
  readonly snapshot: RecordSnapshot;
  /** Whether the schema wants sparse queries of a key weighted by BM25's inverse document frequency. */
  readonly isWeighted: (key: string) => boolean;
  readonly steps: RankSteps;
  readonly time: SearchTime;
}

async function runSearch(run: Run, search: Search, parts: Parts): Promise<readonly Ranked[]> {
  const { snapshot, steps, time } = run;
  time.require();
  const { rank, offset, limit } = search;
  const filter = search.filter?.filter;
  if (rank === undefined) {
    if (limit === 0) return [];
    const records = await snapshot.read({ filter, parts, offset, limit });
    return records.map((record, place) => ({ record, score: place }));
  }
  const found = await nearest(run, rank, filter);
  steps.take(rank.operators * found.reduce((sum, { length }) => sum + length, 0));
  const scored = await groupsOf(snapshot, search, evaluate(rank.rank, found));
  const page = scored.slice(offset, limit === null ? undefined : offset + limit);
  const records = await recordsOf(snapshot, page, parts);
  return page.flatMap(({ id, score }) => {
    const record = records.get(id);
    return record === undefined ? [] : [{ record, score }];
  });
}

/** What each search by distance finds; dense ones of one limit are one statement. */
async function nearest(run: Run, { knns }: ParsedRank, filter: Filter | undefined): Promise<readonly (readonly Found[])[]> {
  const results = new Map<Knn, readonly Found[]>();
  for (const limit of new Set(knns.filter(isDense).map((knn) => knn.limit))) {
    const same = knns.filter(isDense).filter((knn) => knn.limit === limit);
    const queries = same.map(({ query }) => query);
    run.time.require();
    const lists = await run.snapshot.search({ filter, queries, parts: ID_ONLY, limit });
    for (const [place, knn] of same.entries()) results.set(knn, (lists[place] ?? []).map(foundOf));
  }
  for (const knn of knns) {
    if (isDense(knn)) continue;
    run.time.require();
    const { key, limit, query } = knn;
    const sent = { indices: query.indices, values: new Float32Array(query.values) };
    const matches = await run.snapshot.searchSparse({ filter, key, query: sent, weighted: run.isWeighted(key), limit });
    results.set(knn, matches.map(foundOf));
  }
  return knns.map((knn) => results.get(knn) ?? []);
}

function foundOf({ id, number, distance }: Pick<Match, 'id' | 'number' | 'distance'>): Found {
  return { id, number, distance: Math.fround(Number(distance)) };
}

async function groupsOf(snapshot: RecordSnapshot, { groupBy }: Search, scored: readonly Scored[]): Promise<readonly Scored[]> {
  const { keys, aggregate } = groupBy;
  if (aggregate === undefined || scored.length === 0) return scored;
  const records = await recordsOf(snapshot, scored, WITH_METADATA);
  const metadata = new Map(scored.map(({ id, number }) => [number, records.get(id)?.metadata ?? null]));
  return group(scored, keys, aggregate, metadata);
}

/** The records by their ids. */
async function recordsOf(
  snapshot: RecordSnapshot,
  scored: readonly Scored[],
  parts: Parts,
): Promise<ReadonlyMap<string, StoredRecord>> {
  const ids = scored.map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const nothing = { document: null, uri: null, metadata: null, embedding: null, sparse: null };
  const wanted = Object.values(parts).some((part) => part !== false);
  const records = wanted ? await snapshot.read({ ids, parts, offset: 0, limit: null }) : ids.map((id) => ({ id, ...nothing }));
  return new Map(records.map((record) => [record.id, record]));
}
