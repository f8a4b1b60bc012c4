import {
  type CollectionApi,
  done,
  type Hit,
  invalidField,
  noCollection,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const TEXTS = [
  { id: 'cats', text: 'cats sleep on the warm sofa', metadata: { topic: 'pets', year: 2020 } },
  { id: 'dogs', text: 'dogs run in the park', metadata: { topic: 'pets', year: 2021 } },
  { id: 'money', text: 'interest rates and inflation', metadata: { topic: 'finance' } },
];

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
  collection = await api.create({ dimension: 256 });
  succeeded(await api.call('POST', '/insert_texts', { collection: collection.name, texts: TEXTS }));
  await collection.fill([{ id: 'wordless', embedding: Array.from({ length: 256 }, () => -1) }]);
});

afterAll(async () => {
  await gateway.stop();
});

function ids(hits: readonly Hit[]): readonly string[] {
  return hits.map(({ id }) => id);
}

async function found(body: object, route = '/search/text'): Promise<readonly Hit[]> {
  return (succeeded(await collection.call('POST', route, body)) as { readonly results: readonly Hit[] }).results;
}

describe('a search by a text', () => {
  it('case 49: answers hits with vectors, payloads and texts, and their number', async () => {
    const [status, body] = await collection.post('/search/text', { query: 'cats sleep on the warm sofa', limit: 2 });
    expect(status).toBe(200);
    const { results, ...rest } = body as { readonly results: readonly Hit[] };
    expect(rest).toEqual({
      ...{ query: 'cats sleep on the warm sofa', query_type: 'text', limit: 2 },
      ...{ collection: collection.name, total_results: 2, total: 2 },
    });
    expect(results).toHaveLength(2);
    expect(results[0]).toMatchObject({
      ...{ id: 'cats', score: expect.closeTo(1, 5) as number, content: 'cats sleep on the warm sofa' },
      ...{ payload: { topic: 'pets', year: 2020 }, metadata: { topic: 'pets', year: 2020 } },
    });
    expect(results.map(({ data }) => data.length)).toEqual([256, 256]);
    expect(results.map(({ vector, data }) => vector?.join() === data.join())).toEqual([true, true]);
  });

  it.each(['/search/text', '/search'])('finds by shared words on %s', async (route) => {
    expect(ids(await found({ query: 'a dog in the park', limit: 1 }, route))).toEqual(['dogs']);
    expect(ids(await found({ query: 'inflation', limit: 1 }, route))).toEqual(['money']);
  });

  it('takes the query as text, too', async () => {
    expect(ids(await found({ text: 'inflation', limit: 1 }))).toEqual(['money']);
  });

  it('finds on the flat route', async () => {
    const answer = await api.post('/search', { collection: collection.name, query: 'warm cats', limit: 1 });
    expect(answer).toMatchObject([200, { results: [{ id: 'cats' }], query_type: 'text', query: 'warm cats' }]);
  });

  it('applies the threshold', async () => {
    const hits = await found({ query: 'cats sleep on the warm sofa', threshold: 0.9 });
    expect(ids(hits)).toEqual(['cats']);
  });

  it('finds among those that match the filter', async () => {
    const hits = await found({ query: 'cats sleep on the warm sofa', filter: { topic: 'finance' } });
    expect(ids(hits)).toEqual(['money']);
    expect(ids(await found({ query: 'cats', filter: { year: { $gt: 2020 } } }))).toEqual(['dogs']);
  });

  it('has no content for vectors that were written without a text', async () => {
    const hits = await found({ query: 'cats', filter: { topic: { $exists: false } } });
    expect(hits).toMatchObject([{ id: 'wordless' }]);
    expect(hits[0]).not.toHaveProperty('content');
  });

  it('wants a query, which may be empty', async () => {
    expect(await collection.post('/search/text', {})).toEqual(invalidField('query'));
    expect(await collection.post('/search/text', { filter: { topic: 'pets' } })).toEqual(invalidField('query'));
    expect(await collection.post('/search/text', { query: '', filter: { topic: 'pets' } })).toEqual(
      done({ query_type: 'filter', total: 2 }),
    );
  });

  it.each([5, true, ['cats'], { text: 'cats' }])('refuses the query %j', async (query) => {
    expect(await collection.post('/search/text', { query })).toEqual(invalidField('query'));
  });

  it('knows the collection or says so', async () => {
    expect(await api.post('/collections/none/search/text', { query: 'cats' })).toEqual(noCollection('none'));
  });

  it('case 52: gives the same ids and scores every time', async () => {
    const body = { query: 'the warm park', limit: 4 };
    expect(await found(body)).toEqual(await found(body));
  });

  it('finds texts that have no words', async () => {
    const own = await api.create({ dimension: 8 });
    const texts = [
      { id: 'dots', text: '...' },
      { id: 'word', text: 'word' },
    ];
    succeeded(await api.call('POST', '/insert_texts', { collection: own.name, texts }));
    const [best] = await own.search({ query: '!!! ???' });
    expect(best).toMatchObject({ id: 'dots', score: 1, vector: [1, 0, 0, 0, 0, 0, 0, 0], content: '...' });
  });
});
