/** Mastra's stores for Chroma and Pinecone. */
import assert from 'node:assert/strict';
import { ChromaVector } from '@mastra/chroma';
import { PineconeVector } from '@mastra/pinecone';
import { CHROMA, DIMENSION, embed, PINECONE_URL, testsOf, unique } from './gateway.mjs';

const TEXTS = ['a heist in paris', 'a heist in london', 'robots fall in love'];
const IDS = ['paris', 'london', 'robots'];
const METADATA = [
  { genre: 'crime', year: 1955 },
  { genre: 'comedy', year: 1951 },
  { genre: 'animation', year: 2008 },
];

const idsOf = (found) => found.map(({ id }) => id).sort();

const chroma = new ChromaVector({ id: 'films', host: CHROMA.hostname, port: Number(CHROMA.port), ssl: false });
const isNewer = 'deleteVectors' in chroma;
// before 1.0 its name is `environment`
const host = isNewer ? { controllerHostUrl: PINECONE_URL } : { environment: PINECONE_URL };
const pinecone = new PineconeVector({ id: 'films', apiKey: 'any', ...host });

/** An index of its own for each test. */
const withIndex = (store) => async (test) => {
  const indexName = unique('mastra');
  await store.createIndex({ indexName, dimension: DIMENSION, metric: 'cosine' });
  try {
    await test(store, indexName);
  } finally {
    await store.deleteIndex({ indexName });
  }
};

const withFilms = (test) => async (store, indexName) => {
  await store.upsert({ indexName, ids: IDS, vectors: TEXTS.map(embed), metadata: METADATA });
  const query = (filter) => store.query({ indexName, queryVector: embed('a heist in paris'), topK: 10, filter });
  await test({ store, indexName, query });
};

const tests = {
  'lists and describes its index': withFilms(async ({ store, indexName }) => {
    assert.ok((await store.listIndexes()).includes(indexName));
    const { dimension, count, metric } = await store.describeIndex({ indexName });
    assert.deepEqual({ dimension, count, metric }, { dimension: DIMENSION, count: 3, metric: 'cosine' });
  }),
  'creates an index again when it has the same dimension': async (store, indexName) => {
    await store.createIndex({ indexName, dimension: DIMENSION, metric: 'cosine' });
  },
  'refuses to create an index again with another dimension': async (store, indexName) => {
    await assert.rejects(store.createIndex({ indexName, dimension: DIMENSION + 1, metric: 'cosine' }), /dimension/);
  },
  'gives ids to vectors without': async (store, indexName) => {
    const ids = await store.upsert({ indexName, vectors: TEXTS.map(embed), metadata: METADATA });
    assert.equal(new Set(ids).size, 3);
  },
  'finds the nearest first, with its metadata': withFilms(async ({ query }) => {
    const found = await query();
    assert.deepEqual(found.map(({ id }) => id).slice(0, 2), ['paris', 'london']);
    assert.deepEqual(found[0].metadata, METADATA[0]);
    assert.ok(found.every(({ score }) => Number.isFinite(score)));
  }),
  'returns vectors when asked to': withFilms(async ({ store, indexName }) => {
    const [first] = await store.query({ indexName, queryVector: embed(TEXTS[0]), topK: 1, includeVector: true });
    assert.equal(first.vector.length, DIMENSION);
  }),
  'filters by a value': withFilms(async ({ query }) => {
    assert.deepEqual(idsOf(await query({ genre: 'comedy' })), ['london']);
  }),
  'filters by a range': withFilms(async ({ query }) => {
    assert.deepEqual(idsOf(await query({ year: { $gt: 1950, $lt: 2000 } })), ['london', 'paris']);
  }),
  'filters by lists of values': withFilms(async ({ query }) => {
    assert.deepEqual(idsOf(await query({ genre: { $nin: ['crime', 'comedy'] } })), ['robots']);
  }),
  'filters by several conditions': withFilms(async ({ query }) => {
    const filter = { $or: [{ genre: 'crime' }, { $and: [{ genre: { $ne: 'comedy' } }, { year: { $gte: 2000 } }] }] };
    assert.deepEqual(idsOf(await query(filter)), ['paris', 'robots']);
  }),
  'updates metadata by id': withFilms(async ({ store, indexName, query }) => {
    await store.updateVector({ indexName, id: 'paris', update: { metadata: { genre: 'noir' } } });
    assert.deepEqual(idsOf(await query({ genre: 'noir' })), ['paris']);
  }),
  'updates a vector by id': withFilms(async ({ store, indexName, query }) => {
    await store.updateVector({ indexName, id: 'robots', update: { vector: embed(TEXTS[0]) } });
    assert.deepEqual(idsOf((await query()).slice(0, 2)), ['paris', 'robots']);
  }),
  'refuses an update of nothing': withFilms(async ({ store, indexName }) => {
    await assert.rejects(store.updateVector({ indexName, id: 'paris', update: {} }), /No updates provided/);
  }),
  'deletes by id': withFilms(async ({ store, indexName, query }) => {
    await store.deleteVector({ indexName, id: 'paris' });
    assert.deepEqual(idsOf(await query()), ['london', 'robots']);
  }),
  'refuses a query of an index that is not there': async (store) => {
    await assert.rejects(store.query({ indexName: unique('missing'), queryVector: embed('a') }));
  },
};

/** What 1.0 brought. */
const batchTests = {
  'updates by filter': withFilms(async ({ store, indexName, query }) => {
    await store.updateVector({ indexName, filter: { year: { $lt: 2000 } }, update: { metadata: { genre: 'old' } } });
    assert.deepEqual(idsOf(await query({ genre: 'old' })), ['london', 'paris']);
  }),
  'deletes by ids': withFilms(async ({ store, indexName, query }) => {
    await store.deleteVectors({ indexName, ids: ['paris', 'london'] });
    assert.deepEqual(idsOf(await query()), ['robots']);
  }),
  'deletes by filter': withFilms(async ({ store, indexName, query }) => {
    await store.deleteVectors({ indexName, filter: { genre: 'crime' } });
    assert.deepEqual(idsOf(await query()), ['london', 'robots']);
  }),
};

const chromaTests = {
  'reads by id, with documents': async (store, indexName) => {
    await store.upsert({ indexName, ids: IDS, vectors: TEXTS.map(embed), metadata: METADATA, documents: TEXTS });
    const [found] = await store.get({ indexName, ids: ['robots'] });
    assert.equal(found.document, 'robots fall in love');
  },
  'filters by words of the document': async (store, indexName) => {
    await store.upsert({ indexName, ids: IDS, vectors: TEXTS.map(embed), metadata: METADATA, documents: TEXTS });
    const documentFilter = { $contains: 'heist' };
    const found = await store.query({ indexName, queryVector: embed('robots'), documentFilter });
    assert.deepEqual(idsOf(found), ['london', 'paris']);
  },
  'forks an index': withFilms(async ({ store, indexName }) => {
    const newIndexName = unique('fork');
    await store.forkIndex({ indexName, newIndexName });
    assert.equal((await store.describeIndex({ indexName: newIndexName })).count, 3);
    await store.deleteIndex({ indexName: newIndexName });
  }),
};

const pineconeTests = {
  'keeps namespaces apart': async (store, indexName) => {
    const [vector] = TEXTS.map(embed);
    await store.upsert({ indexName, ids: ['one'], vectors: [vector], namespace: 'one' });
    await store.upsert({ indexName, ids: ['other'], vectors: [vector], namespace: 'other' });
    assert.deepEqual(idsOf(await store.query({ indexName, queryVector: vector, namespace: 'other' })), ['other']);
    assert.deepEqual(await store.query({ indexName, queryVector: vector }), []);
  },
};

const newerTests = isNewer ? batchTests : {};
const allOfThem = {
  ...testsOf('Chroma', withIndex(chroma), { ...tests, ...newerTests, ...chromaTests }),
  ...testsOf('Pinecone', withIndex(pinecone), { ...tests, ...newerTests, ...pineconeTests }),
};
export { allOfThem as tests };
