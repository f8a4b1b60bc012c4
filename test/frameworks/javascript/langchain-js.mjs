/** LangChain's stores for Chroma and Pinecone. */
import assert from 'node:assert/strict';
import { Chroma } from '@langchain/community/vectorstores/chroma';
import { Document } from '@langchain/core/documents';
import { Embeddings } from '@langchain/core/embeddings';
import { PineconeStore } from '@langchain/pinecone';
import { Pinecone } from '@pinecone-database/pinecone';
import { CHROMA, DIMENSION, embed, PINECONE_URL, testsOf, unique } from './gateway.mjs';

class Words extends Embeddings {
  embedDocuments(texts) {
    return Promise.resolve(texts.map(embed));
  }

  embedQuery(text) {
    return Promise.resolve(embed(text));
  }
}

const FILMS = [
  new Document({ pageContent: 'a heist in paris', metadata: { genre: 'crime', year: 1955 } }),
  new Document({ pageContent: 'a heist in london', metadata: { genre: 'comedy', year: 1951 } }),
  new Document({ pageContent: 'robots fall in love', metadata: { genre: 'animation', year: 2008 } }),
];
const IDS = ['paris', 'london', 'robots'];

const idsOf = (documents) => documents.map(({ id }) => id).sort();
const textsOf = (documents) => documents.map(({ pageContent }) => pageContent);

async function withChroma(test) {
  const store = new Chroma(new Words({}), { collectionName: unique('langchain-js'), url: CHROMA.origin });
  try {
    await test(store);
  } finally {
    await store.index.deleteCollection({ name: store.collectionName });
  }
}

async function withPinecone(test) {
  const client = new Pinecone({ apiKey: 'any', controllerHostUrl: PINECONE_URL });
  const name = unique('langchain-js');
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  await client.createIndex({ name, dimension: DIMENSION, metric: 'cosine', spec, waitUntilReady: true });
  try {
    await test(await PineconeStore.fromExistingIndex(new Words({}), { pineconeIndex: client.Index(name), namespace: 'films' }));
  } finally {
    await client.deleteIndex(name);
  }
}

const withFilms = (test) => async (store) => {
  await store.addDocuments(FILMS, { ids: IDS });
  await test(store);
};

const tests = {
  'finds nothing in an empty store': async (store) => {
    assert.deepEqual(await store.similaritySearch('a heist', 2), []);
  },
  'returns the ids that it was given': async (store) => {
    assert.deepEqual(await store.addDocuments(FILMS, { ids: IDS }), IDS);
  },
  'gives ids to documents without': async (store) => {
    const ids = await store.addDocuments(FILMS);
    assert.equal(new Set(ids).size, FILMS.length);
  },
  'finds the same text first, with its id and metadata': withFilms(async (store) => {
    const [first] = await store.similaritySearch('robots fall in love', 1);
    assert.equal(first.pageContent, 'robots fall in love');
    assert.equal(first.id, 'robots');
    assert.deepEqual(first.metadata, { genre: 'animation', year: 2008 });
  }),
  'filters by a value': withFilms(async (store) => {
    assert.deepEqual(textsOf(await store.similaritySearch('a heist', 3, { genre: 'comedy' })), ['a heist in london']);
  }),
  'filters by a range': withFilms(async (store) => {
    assert.deepEqual(idsOf(await store.similaritySearch('a heist', 3, { year: { $lt: 2000 } })), ['london', 'paris']);
  }),
  'filters by several conditions': withFilms(async (store) => {
    const filter = { $and: [{ genre: { $in: ['crime', 'animation'] } }, { year: { $gte: 2000 } }] };
    assert.deepEqual(idsOf(await store.similaritySearch('a heist', 3, filter)), ['robots']);
  }),
  'orders by score': withFilms(async (store) => {
    const found = await store.similaritySearchWithScore('a heist in paris', 3);
    assert.deepEqual(found.map(([{ id }]) => id).slice(0, 2), ['paris', 'london']);
    assert.ok(found.every(([, score]) => Number.isFinite(score)));
  }),
  'replaces a document that has the same id': withFilms(async (store) => {
    await store.addDocuments([new Document({ pageContent: 'a heist in rome', metadata: { year: 1958 } })], { ids: ['paris'] });
    assert.deepEqual(textsOf(await store.similaritySearch('a heist in rome', 1)), ['a heist in rome']);
    assert.equal((await store.similaritySearch('a heist', 10)).length, 3);
  }),
  'deletes by id': withFilms(async (store) => {
    await store.delete({ ids: ['paris', 'missing'] });
    assert.deepEqual(idsOf(await store.similaritySearch('a heist', 10)), ['london', 'robots']);
  }),
  'deletes by filter': withFilms(async (store) => {
    await store.delete({ filter: { year: { $lt: 2000 } } });
    assert.deepEqual(idsOf(await store.similaritySearch('a heist', 10)), ['robots']);
  }),
  'serves as a retriever': withFilms(async (store) => {
    const retriever = store.asRetriever({ k: 1, filter: { genre: 'crime' } });
    assert.deepEqual(textsOf(await retriever.invoke('a heist in london')), ['a heist in paris']);
  }),
};

const pineconeTests = {
  'finds by maximal marginal relevance': withFilms(async (store) => {
    const found = await store.maxMarginalRelevanceSearch('a heist in paris', { k: 2, fetchK: 3, lambda: 0.5 });
    assert.equal(found[0].pageContent, 'a heist in paris');
    assert.equal(found.length, 2);
  }),
  'deletes all of a namespace': withFilms(async (store) => {
    await store.delete({ deleteAll: true });
    assert.deepEqual(await store.similaritySearch('a heist', 10), []);
  }),
};

const allOfThem = {
  ...testsOf('Chroma', withChroma, tests),
  ...testsOf('Pinecone', withPinecone, { ...tests, ...pineconeTests }),
};
export { allOfThem as tests };
