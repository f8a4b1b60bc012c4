import { holds, refused, same } from './checks.js';

const MODEL = 'polyvec-local';
const RECORDS = [
  { _id: 'fox', chunk: 'the quick brown fox jumps', kind: 'animal' },
  { _id: 'dog', chunk: 'the lazy brown dog sleeps', kind: 'animal' },
  { _id: 'tax', chunk: 'annual income tax return', kind: 'paper' },
];
const idsOf = ({ result }) => result.hits.map(({ _id }) => _id);
const namesOf = ({ models }) => models.map(({ model }) => model);

/** An integrated index, and its namespace of texts. */
async function integrated(tour) {
  const name = tour.newName();
  const embed = { model: MODEL, fieldMap: { text: 'chunk' } };
  const made = await tour.client.createIndexForModel({ name, cloud: 'aws', region: 'us-east-1', embed, waitUntilReady: true });
  const texts = tour.dialect.index(tour.client, name).namespace('texts');
  await tour.dialect.upsertRecords(texts, [...RECORDS]);
  return { name, made, texts };
}

/** Samples on models, and on records that the gateway embeds. */
export const INFERENCE_SAMPLES = [
  [
    'createIndexForModel',
    5,
    async (tour) => {
      const { name, made } = await integrated(tour);
      same('the model', made.embed.model, MODEL);
      const model = await tour.client.describeIndex(name);
      same('the field', model.embed.fieldMap, { text: 'chunk' });
      same('the dimension', model.embed.dimension, 384);
      same('the metric', model.embed.metric, 'cosine');
    },
  ],
  [
    'upsertRecords and searchRecords',
    5,
    async (tour) => {
      const { texts } = await integrated(tour);
      same('the records', (await texts.describeIndexStats()).namespaces, { texts: { recordCount: 3 } });
      const inputs = { text: 'a brown fox' };
      const { result, usage } = await texts.searchRecords({ query: { topK: 1, inputs }, fields: ['chunk'] });
      same('the best', idsOf({ result }), ['fox']);
      same('its fields', result.hits[0].fields, { chunk: 'the quick brown fox jumps' });
      holds('no usage', usage.readUnits > 0 && usage.embedTotalTokens > 0);
      const papers = await texts.searchRecords({ query: { topK: 3, inputs, filter: { kind: 'paper' } } });
      same('with a filter', idsOf(papers), ['tax']);
      same('all fields', papers.result.hits[0].fields, { chunk: 'annual income tax return', kind: 'paper' });
      const starred = await texts.searchRecords({ query: { topK: 1, inputs }, fields: ['*'] });
      same('all fields by a star', starred.result.hits[0].fields, { chunk: 'the quick brown fox jumps', kind: 'animal' });
      same('by id', idsOf(await texts.searchRecords({ query: { topK: 1, id: 'dog' } })), ['dog']);
      const { records } = await tour.dialect.fetch(texts, ['tax']);
      const values = records.tax.values;
      same('by vector', idsOf(await texts.searchRecords({ query: { topK: 1, vector: { values } } })), ['tax']);
    },
  ],
  [
    'records of the default namespace',
    5,
    async (tour) => {
      const { name } = await integrated(tour);
      const index = tour.dialect.index(tour.client, name);
      await tour.dialect.upsertRecords(index, RECORDS.slice(0, 1));
      same('the best', idsOf(await index.searchRecords({ query: { topK: 3, inputs: { text: 'tax' } } })), ['fox']);
      same('by fetch', Object.keys((await tour.dialect.fetch(index, ['fox', 'tax'])).records), ['fox']);
    },
  ],
  [
    'searchRecords with a reranker that is not there',
    5,
    async (tour) => {
      const { texts } = await integrated(tour);
      const rerank = { model: 'bge-reranker-v2-m3', rankFields: ['chunk'], topN: 1 };
      const call = () => texts.searchRecords({ query: { topK: 2, inputs: { text: 'fox' } }, rerank });
      await refused(call, 'PineconeBadRequestError', 'POLYVEC_RERANK_URL');
    },
  ],
  [
    'upsertRecords and searchRecords without a model are refused',
    5,
    async (tour) => {
      const index = await tour.sharedIndex({});
      const texts = index.namespace('no-model');
      await refused(() => tour.dialect.upsertRecords(texts, [...RECORDS]), 'PineconeBadRequestError', '');
      const query = { topK: 1, inputs: { text: 'fox' } };
      await refused(() => texts.searchRecords({ query }), 'PineconeBadRequestError', '');
    },
  ],
  [
    'configureIndex gives an index a model',
    5,
    async (tour) => {
      const { name, index } = await tour.makeIndex({ dimension: 384 });
      const embed = { model: MODEL, fieldMap: { text: 'chunk' } };
      const changed = await tour.dialect.configure(tour.client, name, { embed });
      same('the model', changed.embed.model, MODEL);
      await tour.dialect.upsertRecords(index.namespace('texts'), [...RECORDS]);
      const query = { topK: 1, inputs: { text: 'income tax' } };
      same('the best', idsOf(await index.namespace('texts').searchRecords({ query })), ['tax']);
    },
    8,
  ],
  [
    'inference.embed',
    5,
    async (tour) => {
      const { dialect, client } = tour;
      const parameters = { inputType: 'passage', truncate: 'END' };
      const list = await dialect.embed(client, { model: MODEL, inputs: ['one', 'two', 'one'], parameters });
      same('the model', list.model, MODEL);
      same(
        'the dimensions',
        list.data.map(({ values }) => values.length),
        [384, 384, 384],
      );
      same('equal texts', list.data[2].values, list.data[0].values);
      holds('different texts are the same', list.data[1].values.join() !== list.data[0].values.join());
      holds('no usage', list.usage.totalTokens > 0);
      const nobody = { model: 'nobody', inputs: ['one'], parameters };
      await refused(() => dialect.embed(client, nobody), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'inference.rerank tells what it lacks',
    5,
    async (tour) => {
      const wanted = { model: 'bge-reranker-v2-m3', query: 'q', documents: ['a', 'b'] };
      await refused(() => tour.dialect.rerank(tour.client, wanted), 'PineconeBadRequestError', 'POLYVEC_RERANK_URL');
    },
  ],
  [
    'inference.listModels and getModel',
    6,
    async (tour) => {
      const { inference } = tour.client;
      holds('the local model is not listed', namesOf(await inference.listModels()).includes(MODEL));
      holds('it embeds not', namesOf(await inference.listModels({ type: 'embed', vectorType: 'dense' })).includes(MODEL));
      holds('it reranks', !namesOf(await inference.listModels({ type: 'rerank' })).includes(MODEL));
      const model = await inference.getModel(MODEL);
      same('by name', [model.model, model.type, model.vectorType], [MODEL, 'embed', 'dense']);
      await refused(() => inference.getModel('nobody'), 'PineconeNotFoundError', '404');
    },
  ],
];
