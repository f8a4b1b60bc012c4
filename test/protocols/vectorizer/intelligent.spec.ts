import {
  type CollectionApi,
  done,
  invalidField,
  noCollection,
  refused,
  succeeded,
  unparseable,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

interface IntelligentHit {
  readonly id: string;
  readonly doc_id: string;
  readonly content: string;
  readonly score: number;
  readonly collection: string;
  readonly payload: unknown;
  readonly metadata: unknown;
  readonly score_breakdown: Readonly<Record<string, number>>;
}

interface IntelligentAnswer {
  readonly results: readonly IntelligentHit[];
  readonly metadata: Readonly<Record<string, number>>;
  readonly timestamp: string;
  readonly total_results: number;
}

const ANIMALS = [
  { id: 'a', text: 'cats chase mice', metadata: { kind: 'hunt', year: 2020 } },
  { id: 'b', text: 'dogs chase cats', metadata: { kind: 'hunt', year: 2024 } },
  { id: 'c', text: 'birds sing songs', metadata: { kind: 'music' } },
];
const NOTES = [
  { id: 'a', text: 'feed the cats', metadata: { kind: 'todo' } },
  { id: 'z', text: 'pay the rent', metadata: { kind: 'todo' } },
];

let gateway: TestGateway;
let api: VectorizerApi;
let animals: CollectionApi;
let notes: CollectionApi;
const foreign = 'made-by-chroma';

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  animals = await api.create({ name: 'animals', dimension: 64 });
  notes = await api.create({ name: 'notes', dimension: 32 });
  await insertTexts(animals, ANIMALS);
  await insertTexts(notes, NOTES);
  const chroma = `${gateway.chromaUrl}/api/v2/tenants/default_tenant/databases/default_database/collections`;
  const { id } = (await postJson(chroma, { name: foreign })) as { id: string };
  await postJson(`${chroma}/${id}/add`, { ids: ['a'], embeddings: [[1, 0]], documents: ['cats'] });
});

afterAll(async () => {
  await gateway.stop();
});

describe('an intelligent search', () => {
  it('merges the hits of all collections that take texts by their scores', async () => {
    const { results, total_results: total } = await ask('/intelligent_search', { query: 'cats chase' });
    expect(places(results)).toEqual(await merged('cats chase', 10));
    expect(total).toBe(5);
    expect(new Set(results.map(({ collection }) => collection))).toEqual(new Set(['animals', 'notes']));
  });

  it('answers with every key that clients read', async () => {
    const { score } = (await animals.search({ query: 'cats chase mice', limit: 1 }))[0] ?? { score: 0 };
    const body = { query: 'cats chase mice', collections: ['animals'], max_results: 1 };
    expect(await api.post('/intelligent_search', body)).toEqual([
      200,
      {
        results: [
          {
            ...{ id: 'a', doc_id: 'a', content: 'cats chase mice', score, collection: 'animals' },
            ...{ payload: ANIMALS[0]?.metadata, metadata: ANIMALS[0]?.metadata },
            score_breakdown: { relevance: score, final_score: score },
          },
        ],
        metadata: {
          ...{ total_queries: 1, collections_searched: 1, total_results_found: 1, results_after_dedup: 1 },
          ...{ final_results_count: 1, processing_time_ms: expect.any(Number) as unknown },
        },
        tool_metadata: { tool_name: 'intelligent_search', additional_info: { limit: 1 } },
        ...{ api_version: '1.0.0', timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as unknown },
        ...{ query: 'cats chase mice', queries_generated: ['cats chase mice'], collection: 'animals' },
        ...{ collections_searched: ['animals'], total_results: 1, duration_ms: expect.any(Number) as unknown },
      },
    ]);
  });

  it('keeps to the collections that are named, and searches one of two names once, by the first', async () => {
    const before = await api.create({ name: 'before', dimension: 16 });
    await insertTexts(before, NOTES);
    await before.post('/rename', { new_name: 'after' });
    const { results } = await ask('/intelligent_search', { query: 'cats', collections: ['before', 'after', 'before'] });
    expect(results.map(({ collection, id }) => [collection, id]).sort()).toEqual([
      ['before', 'a'],
      ['before', 'z'],
    ]);
    await api.delete('/collections/after');
  });

  it('has a route per collection, which shows the same', async () => {
    const { results } = await ask('/collections/notes/intelligent_search', { query: 'cats', collections: ['animals'] });
    expect(places(results)).toEqual((await notes.search({ query: 'cats' })).map(({ id, score }) => ['notes', id, score]));
  });

  it('returns the best of all, and tells how many there were', async () => {
    const { results, metadata } = await ask('/intelligent_search', { query: 'cats chase', max_results: 2 });
    expect(places(results)).toEqual(await merged('cats chase', 2));
    expect(metadata).toMatchObject({ collections_searched: 2, total_results_found: 4, final_results_count: 2 });
  });

  it('finds nothing where nothing is wanted', async () => {
    expect((await ask('/intelligent_search', { query: 'cats', max_results: 0 })).results).toEqual([]);
  });
});

describe('a semantic search', () => {
  it('leaves out what scores below 0.5, unless it is told otherwise', async () => {
    const all = await animals.search({ query: 'cats chase mice' });
    expect(all.some(({ score }) => score < 0.5)).toBe(true);
    const strict = await ask('/semantic_search', { query: 'cats chase mice', collection: 'animals' });
    expect(strict.results.map(({ id }) => id)).toEqual(all.filter(({ score }) => score >= 0.5).map(({ id }) => id));
    const body = { query: 'cats chase mice', similarity_threshold: -1 };
    const lenient = await ask('/collections/animals/semantic_search', body);
    expect(places(lenient.results)).toEqual(all.map(({ id, score }) => ['animals', id, score]));
  });

  it('says which collection it searched', async () => {
    expect(await api.post('/semantic_search', { query: 'cats', collection: 'notes' })).toEqual(done({ collection: 'notes' }));
  });
});

describe('a contextual search', () => {
  it('finds the best of what matches the context', async () => {
    const filter = { kind: 'hunt', year: { $gt: 2021 } };
    const { results } = await ask('/contextual_search', { query: 'cats', collection: 'animals', context_filters: filter });
    expect(results.map(({ id }) => id)).toEqual(['b']);
  });

  it('holds to a filter beside the context, too', async () => {
    const body = { query: 'cats', collection: 'animals', context_filters: { kind: 'hunt' }, filter: { year: 2020 } };
    expect((await ask('/contextual_search', body)).results.map(({ id }) => id)).toEqual(['a']);
  });

  it('takes an empty context for none', async () => {
    const { results } = await ask('/contextual_search', { query: 'cats', collection: 'animals', context_filters: {} });
    expect(results).toHaveLength(3);
  });
});

describe('a search in several collections', () => {
  it('takes the best of each, and the best of those', async () => {
    const body = { query: 'cats chase', collections: ['notes', 'animals'], max_per_collection: 1 };
    const best = (await merged('cats chase', 10, 1)).slice(0, 2);
    expect(places((await ask('/multi_collection_search', body)).results)).toEqual(best);
    const one = await ask('/multi_collection_search', { ...body, max_total_results: 1 });
    expect(places(one.results)).toEqual(best.slice(0, 1));
    expect(one.metadata).toMatchObject({ total_results_found: 2, final_results_count: 1 });
  });

  it('says which collections it searched', async () => {
    const body = { query: 'cats', collections: ['notes', 'animals'] };
    expect(await api.post('/multi_collection_search', body)).toEqual(done({ collections_searched: ['notes', 'animals'] }));
  });
});

describe('what the intelligent family refuses', () => {
  it.each([
    ['/intelligent_search', {}],
    ['/semantic_search', { collection: 'animals' }],
    ['/contextual_search', { collection: 'animals' }],
    ['/multi_collection_search', { collections: ['animals'] }],
  ])('%s without a query, or with a blank one', async (path, body) => {
    expect(await api.post(path, body)).toEqual(invalidField('query'));
    expect(await api.post(path, { ...body, query: ' ' })).toEqual(invalidField('query'));
  });

  it.each([
    ['/semantic_search', {}, 'collection'],
    ['/contextual_search', {}, 'collection'],
    ['/multi_collection_search', {}, 'collections'],
    ['/multi_collection_search', { collections: [] }, 'collections'],
    ['/multi_collection_search', { collections: 'animals' }, 'collections'],
    ['/intelligent_search', { collections: [1] }, 'collections'],
    ['/intelligent_search', { max_results: -1 }, 'limit'],
    ['/multi_collection_search', { collections: ['animals'], max_per_collection: 'x' }, 'max_per_collection'],
    ['/semantic_search', { collection: 'animals', similarity_threshold: 'high' }, 'threshold'],
  ])('%s with %j', async (path, body, field) => {
    expect(await api.post(path, { query: 'cats', ...body })).toEqual(invalidField(field));
  });

  it.each([
    ['/intelligent_search', { collections: ['animals', 'nobody'] }],
    ['/collections/nobody/semantic_search', {}],
    ['/contextual_search', { collection: 'nobody' }],
    ['/multi_collection_search', { collections: ['nobody'] }],
  ])('%s of a collection that there is not: %j', async (path, body) => {
    expect(await api.post(path, { query: 'cats', ...body })).toEqual(noCollection('nobody'));
  });

  it('a collection that takes no texts, when it is named', async () => {
    const answer = await api.post('/intelligent_search', { query: 'cats', collections: ['animals', foreign] });
    expect(answer).toEqual(refused(400, 'bad_request'));
  });

  it('a context that is no filter', async () => {
    const body = { query: 'cats', collection: 'animals', context_filters: ['kind'] };
    expect(await api.post('/contextual_search', body)).toEqual(unparseable('filter'));
  });
});

async function ask(path: string, body: object): Promise<IntelligentAnswer> {
  return succeeded(await api.call('POST', path, body)) as IntelligentAnswer;
}

type Place = readonly [collection: string, id: string, score: number];

function places(results: readonly IntelligentHit[]): readonly Place[] {
  return results.map(({ collection, id, score }) => [collection, id, score]);
}

/** What plain searches find, put together. */
async function merged(query: string, limit: number, limitPerCollection = limit): Promise<readonly Place[]> {
  const lists = await Promise.all(
    [animals, notes].map(async (collection) => {
      const hits = await collection.search({ query, limit: limitPerCollection });
      return hits.map(({ id, score }): Place => [collection.name, id, score]);
    }),
  );
  return lists
    .flat()
    .sort((left, right) => right[2] - left[2])
    .slice(0, limit);
}

async function insertTexts(collection: CollectionApi, texts: readonly object[]): Promise<void> {
  const answer = await api.call('POST', '/insert_texts', { collection: collection.name, texts });
  expect(succeeded(answer)).toMatchObject({ failed: 0 });
}

async function postJson(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return response.json();
}
