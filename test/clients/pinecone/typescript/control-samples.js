import { holds, refused, same } from './checks.js';
import { serverless } from './dialects.js';

const pods = { pod: { environment: 'us-east1-gcp', podType: 'p1.x1', pods: 1 } };

async function isListed({ client }, name) {
  return ((await client.listIndexes()).indexes ?? []).some((index) => index.name === name);
}

/** Samples on indexes, backups and collections. */
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
      same('the cloud', [model.spec.serverless.cloud, model.spec.serverless.region], ['aws', 'us-east-1']);
      holds('it is not listed', await isListed(tour, name));
    },
  ],
  [
    'a client of the environment alone',
    2,
    async (tour) => {
      process.env.PINECONE_API_KEY = 'any';
      process.env.PINECONE_CONTROLLER_HOST = tour.url;
      const client = new tour.Pinecone();
      const { name } = await tour.makeIndex({});
      same('the index', (await client.describeIndex(name)).name, name);
    },
  ],
  [
    'deleteIndex',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      await tour.client.deleteIndex(name);
      holds('it is listed', !(await isListed(tour, name)));
      await refused(() => tour.client.describeIndex(name), 'PineconeNotFoundError', '404');
      await refused(() => tour.client.deleteIndex(name), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'a name that is taken, and settings that are wrong',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      const create = (other) =>
        tour.client.createIndex({ name: tour.newName(), dimension: 3, metric: 'cosine', spec: serverless, ...other });
      await refused(() => create({ name }), 'PineconeConflictError', 'already exists');
      await create({ name, suppressConflicts: true });
      await refused(() => create({ name: 'Not_A_Name' }), 'PineconeBadRequestError', 'lower case');
    },
  ],
  [
    'createIndex of pods',
    2,
    async (tour) => {
      const { model } = await tour.makeIndex({ spec: pods });
      same('the environment', model.spec.pod.environment, 'us-east1-gcp');
      same('the pods', model.spec.pod.podType, 'p1.x1');
    },
    8,
  ],
  [
    'configureIndex of pods',
    2,
    async (tour) => {
      const { name } = await tour.makeIndex({ spec: pods });
      const changed = await tour.dialect.configurePods(tour.client, name, { replicas: 2, podType: 'p1.x2' });
      same('the replicas', changed.spec.pod.replicas, 2);
      same('the type', changed.spec.pod.podType, 'p1.x2');
      const other = () => tour.dialect.configurePods(tour.client, name, { replicas: 2, podType: 's1.x2' });
      await refused(other, 'PineconeBadRequestError', '');
    },
    8,
  ],
  [
    'createIndex of pods is refused',
    9,
    async (tour) => {
      await refused(() => tour.makeIndex({ spec: pods }), 'PineconeArgumentError', 'pod');
    },
  ],
  [
    'createIndex on one’s own cloud',
    8,
    async (tour) => {
      const readCapacity = { mode: 'Dedicated', nodeType: 'b1', manual: { replicas: 1, shards: 1 } };
      const { model } = await tour.makeIndex({ spec: { byoc: { environment: 'aws-us-east-1-b921', readCapacity } } });
      same('the environment', model.spec.byoc.environment, 'aws-us-east-1-b921');
    },
  ],
  [
    'dedicated read capacity',
    8,
    async (tour) => {
      const readCapacity = { mode: 'Dedicated', nodeType: 't1', manual: { replicas: 1, shards: 2 } };
      const { model } = await tour.makeIndex({ spec: { serverless: { ...serverless.serverless, readCapacity } } });
      const { mode, dedicated, status } = model.spec.serverless.readCapacity;
      same('the mode', [mode, status.state], ['Dedicated', 'Ready']);
      same('the nodes', [dedicated.nodeType, dedicated.manual], ['t1', { replicas: 1, shards: 2 }]);
    },
  ],
  [
    'configureIndex: deletion protection',
    5,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      const changed = await tour.dialect.configure(tour.client, name, { deletionProtection: 'enabled' });
      same('the protection', changed.deletionProtection, 'enabled');
      await refused(() => tour.client.deleteIndex(name), 'PineconeBadRequestError', 'Deletion protection is enabled');
      await tour.dialect.configure(tour.client, name, { deletionProtection: 'disabled' });
      await tour.client.deleteIndex(name);
      holds('it is listed', !(await isListed(tour, name)));
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
    'collections of pod indexes',
    2,
    async (tour) => {
      const { name, index } = await tour.makeIndex({ spec: pods });
      await tour.dialect.upsert(index, [{ id: 'a', values: [1, 2, 3] }]);
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
      const copy = await tour.makeIndex({ spec: { pod: { ...pods.pod, sourceCollection: collection } } });
      same('the copy', (await tour.dialect.fetch(copy.index, ['a'])).records.a.values, [1, 2, 3]);
      await tour.client.deleteCollection(collection);
      await refused(() => tour.client.describeCollection(collection), 'PineconeNotFoundError', '404');
    },
    8,
  ],
  [
    'collections are of pods only',
    9,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      const create = () => tour.client.createCollection({ name: `${name}-c`, source: name });
      await refused(create, 'PineconeBadRequestError', '');
      await refused(() => tour.client.describeCollection(`${name}-c`), 'PineconeNotFoundError', '404');
      await refused(() => tour.client.deleteCollection(`${name}-c`), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'backups and restore jobs',
    6,
    async (tour) => {
      const { client, dialect } = tour;
      const { name, index } = await tour.makeIndex({ metric: 'euclidean' });
      await dialect.upsert(index.namespace('ns'), [{ id: 'a', values: [1, 2, 3] }]);
      const { backupId, sourceIndexName } = await client.createBackup({ indexName: name, name: 'nightly', description: 'full' });
      await client.createBackup({ indexName: name });
      same('the source', sourceIndexName, name);
      const described = await client.describeBackup(backupId);
      same('by id', [described.name, described.description, described.status], ['nightly', 'full', 'Ready']);
      same('its records', Number(described.recordCount), 1);
      const first = await client.listBackups({ indexName: name, limit: 1 });
      const second = await client.listBackups({ indexName: name, limit: 1, paginationToken: first.pagination.next });
      same('those of the index', [first.data.length, second.data.length, second.pagination?.next], [1, 1, undefined]);
      const restored = `${name}-r`;
      const { restoreJobId } = await client.createIndexFromBackup({ backupId, name: restored, tags: { a: 'b' } });
      const job = await client.describeRestoreJob(restoreJobId);
      same('the job', [job.status, job.targetIndexName, job.percentComplete], ['Completed', restored, 100]);
      const { data } = await client.listRestoreJobs({ limit: 100 });
      holds(
        'the job is not listed',
        data.some((other) => other.restoreJobId === restoreJobId),
      );
      const model = await client.describeIndex(restored);
      same('the copy', [model.metric, model.tags], ['euclidean', { a: 'b' }]);
      const stats = await dialect.index(client, restored).describeIndexStats();
      same('its records', stats.namespaces, { ns: { recordCount: 1 } });
      await client.deleteIndex(name);
      same('the backup stays', (await client.describeBackup(backupId)).status, 'Ready');
      await client.deleteBackup(backupId);
      await refused(() => client.describeBackup(backupId), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'indexes by schema, and the resources of version 9',
    9,
    async (tour) => {
      const { indexes, backups, restoreJobs, collections } = tour.client;
      const name = tour.newName();
      const schema = { fields: { _values: { type: 'dense_vector', dimension: 3, metric: 'dotproduct' } } };
      const deployment = { deploymentType: 'managed', cloud: 'gcp', region: 'us-central1' };
      const made = await indexes.create({ name, schema, deployment });
      same('the place', [made.deployment.cloud, made.deployment.region], ['gcp', 'us-central1']);
      const field = (await indexes.describe(name)).schema.fields._values;
      same('the field', [field.type, field.dimension, field.metric], ['dense_vector', 3, 'dotproduct']);
      await indexes.configure(name, { tags: { a: 'b' } });
      const found = (await indexes.list()).indexes.find((index) => index.name === name);
      same('the tags', found.tags, { a: 'b' });
      const { backupId } = await backups.create(name, { name: 'nightly' });
      same('the backups', (await backups.listByIndex(name)).data.length, 1);
      const { restoreJobId } = await backups.createIndex(backupId, { name: `${name}-r` });
      same('the job', (await restoreJobs.describe(restoreJobId)).status, 'Completed');
      same('the collections', (await collections.list()).collections, []);
      await backups.delete(backupId);
      await indexes.delete(name);
      holds('it is listed', !(await isListed(tour, name)));
    },
  ],
  [
    'backup schedules',
    9,
    async (tour) => {
      const { name } = await tour.makeIndex({});
      const { backupSchedules } = tour.client;
      const made = await backupSchedules.create(name, { name: 'daily', frequency: 'daily', retentionDays: 7 });
      same('the schedule', (await backupSchedules.describe(made.scheduleId)).scheduleId, made.scheduleId);
      same('the list', (await backupSchedules.list(name)).data.length, 1);
      await backupSchedules.delete(made.scheduleId);
      same('the schedules', (await backupSchedules.list(name)).data.length, 0);
    },
  ],
  [
    'documents in an index of vectors are refused',
    9,
    async (tour) => {
      const { index } = await tour.makeIndex({});
      await refused(
        () => index.upsertDocuments({ documents: [{ _id: 'a', _values: [1, 2, 3] }] }),
        'PineconeBadRequestError',
        'no document schema',
      );
    },
  ],
];
