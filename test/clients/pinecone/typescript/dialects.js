/**
 * What the generations of Pinecone's TypeScript SDK write differently. A sample says what it wants; a dialect says it in the
 * words of its SDK.
 */

const serverless = { serverless: { cloud: 'aws', region: 'us-east-1' } };

/** 2 to 6: lists and texts as arguments. */
const positional = {
  index: (client, name, host) => client.index(name, host),
  upsert: (index, records) => index.upsert(records),
  fetch: (index, ids) => index.fetch(ids),
  deleteOne: (index, id) => index.deleteOne(id),
  deleteIds: (index, ids) => index.deleteMany(ids),
  deleteFilter: (index, filter) => index.deleteMany(filter),
  configure: (client, name, options) => client.configureIndex(name, options),
  configurePods: (client, name, pod) => client.configureIndex(name, { spec: { pod } }),
  upsertRecords: (index, records) => index.upsertRecords(records),
  listNamespaces: (index, { limit, paginationToken } = {}) => index.listNamespaces(limit, paginationToken),
  embed: (client, { model, inputs, parameters }) => client.inference.embed(model, inputs, parameters),
  rerank: (client, { model, query, documents }) => client.inference.rerank(model, query, documents),
};

/** From 7 on: one object. */
const named = {
  index: (client, name, host) => client.index({ name, host }),
  upsert: (index, records) => index.upsert({ records }),
  fetch: (index, ids) => index.fetch({ ids }),
  deleteOne: (index, id) => index.deleteOne({ id }),
  deleteIds: (index, ids) => index.deleteMany({ ids }),
  deleteFilter: (index, filter) => index.deleteMany({ filter }),
  configure: (client, name, options) => client.configureIndex({ name, ...options }),
  configurePods: (client, name, { replicas, podType }) => client.configureIndex({ name, podReplicas: replicas, podType }),
  upsertRecords: (index, records) => index.upsertRecords({ records }),
  listNamespaces: (index, options) => index.listNamespaces(options),
  embed: (client, options) => client.inference.embed(options),
  rerank: (client, options) => client.inference.rerank(options),
};

/** What there is in each version, and how it is called. */
export const DIALECTS = {
  'pinecone-2': { ...positional, generation: 2, configurePods: (client, name, pod) => client.configureIndex(name, pod) },
  'pinecone-5': { ...positional, generation: 5 },
  'pinecone-6': { ...positional, generation: 6 },
  'pinecone-8': { ...named, generation: 8 },
  'pinecone-9': { ...named, generation: 9 },
};

export { serverless };
