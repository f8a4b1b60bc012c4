import {
  type Json,
  validateCollection,
  validateCollectionInfo,
  validateEmbedding,
  validateSearchResponse,
  validateVector,
} from './validators.js';

const HIT = { id: 'a', score: 0.5, data: [1, 0] };

// the shapes of the real server are those that the client throws at
describe("the TypeScript client's demands on replies", () => {
  it.each<[string, (reply: unknown) => Json, unknown]>([
    ['a created collection', validateCollection, { collection: 'a', dimension: 2, metric: 'cosine', message: 'created' }],
    ['a created collection without a metric', validateCollection, { name: 'a', dimension: 2 }],
    ['a collection', validateCollectionInfo, { name: 'a', dimension: 2, similarity_metric: 'cosine', vector_count: 0 }],
    ['a vector', validateVector, HIT],
    ['found vectors', validateSearchResponse, { total: 1, results: [HIT] }],
    ['no found vectors', validateSearchResponse, { total: 0, results: [] }],
    ['an embedding', validateEmbedding, { embedding: [0.5], text: 'a', model: 'bm25' }],
  ])('are met by %s', (_what, validate, reply) => {
    expect(validate(reply)).toBe(reply);
  });

  it.each<[string, (reply: unknown) => Json, unknown, string]>([
    ['a metric `dot`', validateCollection, { name: 'a', dimension: 2, metric: 'dot' }, 'the metric "dot" is a known one'],
    ['a collection without a name', validateCollection, { dimension: 2 }, 'name is a text'],
    ['a collection of no dimension', validateCollection, { name: 'a', dimension: 0 }, 'dimension is a positive number'],
    [
      'a collection with `metric` only',
      validateCollectionInfo,
      { name: 'a', dimension: 2, metric: 'Cosine' },
      'similarity_metric',
    ],
    ['a vector without `data`', validateVector, { id: 'a', vector: [1, 0] }, 'data is a list'],
    ['a vector of nothing', validateVector, { id: 'a', data: [] }, 'data is a list that is not empty'],
    ['a vector of texts', validateVector, { id: 'a', data: ['1'] }, 'data holds finite numbers only'],
    ['found vectors without `total`', validateSearchResponse, { total_results: 1, results: [HIT] }, 'total is a number'],
    ['a found vector without `data`', validateSearchResponse, { total: 1, results: [{ id: 'a', score: 1 }] }, 'data is a list'],
    ['a found vector without a score', validateSearchResponse, { total: 1, results: [{ ...HIT, score: null }] }, 'score is a'],
    ['an embedding without a model', validateEmbedding, { embedding: [0.5], text: 'a' }, 'model is a text'],
    ['a text', validateVector, 'a', 'the reply is an object'],
  ])('are not met by %s', (_what, validate, reply, message) => {
    expect(() => validate(reply)).toThrow(message);
  });
});
