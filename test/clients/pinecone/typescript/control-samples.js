import { holds, refused, same } from './checks.js';
import { serverless } from './dialects.js';

/** Samples on indexes, backups, collections and models. */
export const CONTROL_SAMPLES = [
  [
    'createIndex, describeIndex and listIndexes',
    2,
    async (tour) => {
      const { name, model } = await tour.makeIndex({ metric: 'euclidean' });
      same('the name', model.name, name);
      same('the status', model.status, { ready: true, state: 'Ready' });
      same('the dimension', model.dimension, 3);
      same('the metric', model.metric, 'euclidean');
      same('the cloud', model.spec.serverless.cloud, 'aws');
      const { indexes } = await tour.client.listIndexes();
      holds(
        'it is not listed',
        indexes.some((index) => index.name === name),
      );
    },
  ],
  [
    'deleteIndex',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      await tour.client.deleteIndex(name);
      await refused(() => tour.client.describeIndex(name), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'a name that is taken, and one that is none',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      const create = (other) => tour.client.createIndex({ name: other, dimension: 3, metric: 'cosine', spec: serverless });
      await refused(() => create(name), 'PineconeConflictError', 'already exists');
      await refused(() => create('Not_A_Name'), 'PineconeBadRequestError', 'lower case');
    },
  ],
  [
    'createIndex of pods',
    2,
    async (tour) => {
      const { model } = await tour.makeIndex({ spec: { pod: { environment: 'us-east1-gcp', podType: 'p1.x1', pods: 1 } } }, 9);
      same('the environment', model.spec.pod.environment, 'us-east1-gcp');
      same('the pods', model.spec.pod.podType, 'p1.x1');
    },
    8,
  ],
  [
    'configureIndex of pods',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({ spec: { pod: { environment: 'us-east1-gcp', podType: 'p1.x1', pods: 1 } } });
      const pod = { replicas: 2, podType: 'p1.x2' };
      const changed = await tour.dialect.configure(tour.client, name, tour.dialect.generation === 2 ? pod : { spec: { pod } });
      same('the replicas', changed.spec.pod.replicas, 2);
      same('the type', changed.spec.pod.podType, 'p1.x2');
    },
    6,
  ],
  [
    'configureIndex: deletion protection',
    5,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      await tour.dialect.configure(tour.client, name, { deletionProtection: 'enabled' });
      await refused(() => tour.client.deleteIndex(name), 'PineconeBadRequestError', 'Deletion protection is enabled');
      await tour.dialect.configure(tour.client, name, { deletionProtection: 'disabled' });
      await tour.client.deleteIndex(name);
    },
  ],
  [
    'configureIndex: tags',
    5,
    async (tour) => {
      const { name } = await tour.makeIndex({ tags: { team: 'a', stage: 'test' } });
      await tour.dialect.configure(tour.client, name, { tags: { team: '', owner: 'b' } });
      same('the tags', (await tour.client.describeIndex(name)).tags, { stage: 'test', owner: 'b' });
    },
  ],
  [
    'collections',
    2,
    async (tour) => {
      const { name, byName } = await tour.makeIndex({
        spec: { pod: { environment: 'us-east1-gcp', podType: 'p1.x1', pods: 1 } },
      });
      await tour.dialect.upsert(byName, [{ id: 'a', values: [1, 2, 3] }]);
      const collection = `${name}-c`;
      await tour.client.createCollection({ name: collection, source: name });
      const described = await tour.client.describeCollection(collection);
      same('the status', described.status, 'Ready');
      same('the records', described.recordCount ?? described.vectorCount, 1);
      const { collections } = await tour.client.listCollections();
      holds(
        'it is not listed',
        collections.some((other) => other.name === collection),
      );
      await tour.client.deleteCollection(collection);
      await refused(() => tour.client.describeCollection(collection), 'PineconeNotFoundError', '404');
    },
    8,
  ],
  [
    'backups and restore jobs',
    6,
    async (tour) => {
      const { name, byName } = await tour.makeIndex({});
      await tour.dialect.upsert(byName.namespace('ns'), [{ id: 'a', values: [1, 2, 3] }]);
      const backup = await tour.client.createBackup({ indexName: name, name: 'nightly', description: 'of the night' });
      same('the source', backup.sourceIndexName, name);
      same('by id', (await tour.client.describeBackup(backup.backupId)).name, 'nightly');
      holds(
        'it is not listed',
        (await tour.client.listBackups({ indexName: name })).data.some(({ backupId }) => backupId === backup.backupId),
      );
      const restored = `${name}-r`;
      const { restoreJobId } = await tour.client.createIndexFromBackup({ backupId: backup.backupId, name: restored });
      same('the job', (await tour.client.describeRestoreJob(restoreJobId)).status, 'Completed');
      holds('the job is not listed', (await tour.client.listRestoreJobs({ limit: 10 })).data.length > 0);
      const index = tour.dialect.index(tour.client, restored);
      same('the total', (await index.describeIndexStats()).totalRecordCount, 1);
      await tour.client.deleteBackup(backup.backupId);
      await refused(() => tour.client.describeBackup(backup.backupId), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'createIndexForModel, upsertRecords and searchRecords',
    5,
    async (tour) => {
      const name = tour.newName();
      const embed = { model: 'polyvec-local', fieldMap: { text: 'chunk' } };
      const made = await tour.client.createIndexForModel({
        name,
        cloud: 'aws',
        region: 'us-east-1',
        embed,
        waitUntilReady: true,
      });
      same('the model', made.embed.model, 'polyvec-local');
      const index = tour.dialect.index(tour.client, name).namespace('texts');
      await tour.dialect.upsertRecords(index, [
        { _id: 'fox', chunk: 'the quick brown fox jumps', kind: 'animal' },
        { _id: 'tax', chunk: 'annual income tax return', kind: 'paper' },
      ]);
      const query = { topK: 1, inputs: { text: 'a brown fox' } };
      const { result, usage } = await index.searchRecords({ query, fields: ['chunk'] });
      same(
        'the hit',
        result.hits.map(({ _id }) => _id),
        ['fox'],
      );
      same('its fields', result.hits[0].fields, { chunk: 'the quick brown fox jumps' });
      holds('no usage', usage.readUnits > 0 && usage.embedTotalTokens > 0);
    },
  ],
  [
    'inference.embed',
    5,
    async (tour) => {
      const { inference } = tour.client;
      const options = { inputType: 'passage', truncate: 'END' };
      const list =
        tour.dialect.generation >= 8
          ? await inference.embed({ model: 'polyvec-local', inputs: ['one', 'two'], parameters: options })
          : await inference.embed('polyvec-local', ['one', 'two'], options);
      same('the vectors', list.data.length, 2);
      same('the dimension', list.data[0].values.length, 384);
      holds('no usage', list.usage.totalTokens > 0);
    },
  ],
  [
    'inference.rerank tells what it lacks',
    5,
    async (tour) => {
      const { inference } = tour.client;
      const call = () =>
        tour.dialect.generation >= 8
          ? inference.rerank({ model: 'bge-reranker-v2-m3', query: 'q', documents: ['a', 'b'] })
          : inference.rerank('bge-reranker-v2-m3', 'q', ['a', 'b']);
      await refused(call, tour.dialect.notImplemented[0], '');
    },
  ],
  [
    'inference.listModels and getModel',
    6,
    async (tour) => {
      const { models } = await tour.client.inference.listModels();
      holds(
        'the local model is not listed',
        models.some(({ model }) => model === 'polyvec-local'),
      );
      same('by name', (await tour.client.inference.getModel('polyvec-local')).model, 'polyvec-local');
      await refused(() => tour.client.inference.getModel('nobody'), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'imports are told to be missing',
    5,
    async (tour) => {
      const { byName } = await tour.makeIndex({});
      const call = () =>
        tour.dialect.generation >= 8 ? byName.startImport({ uri: 's3://bucket/dir' }) : byName.startImport('s3://bucket/dir');
      await refused(call, ...tour.dialect.notImplemented);
    },
  ],
];
