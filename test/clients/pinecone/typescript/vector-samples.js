import { close, holds, refused, same } from './checks.js';

const RECORDS = [
  { id: 'id-1', values: [1, 0, 0], metadata: { genre: 'comedy', year: 2020, seen: true } },
  { id: 'id-2', values: [0, 1, 0], metadata: { genre: 'documentary', year: 2021 } },
  { id: 'id-3', values: [0, 0, 1], metadata: { genre: 'documentary', year: 2022, tags: ['a', 'b'] } },
];

const idsOf = (matches) => matches.map(({ id }) => id);

/** A namespace with the records, in the index that samples share. */
export async function filled(tour, namespace, options = {}) {
  const index = (await tour.sharedIndex(options)).namespace(namespace);
  await tour.dialect.upsert(index, [...RECORDS]);
  return index;
}

/** Samples on vectors. Each gets a tour: the client, its dialect, and indexes that are made for it. */
export const VECTOR_SAMPLES = [
  [
    'an index by its name, and by its host',
    2,
    async (tour) => {
      const { name, host, index } = await tour.makeIndex({});
      await tour.dialect.upsert(index, [...RECORDS]);
      const byHost = tour.dialect.index(tour.client, name, host);
      same('by its host', Object.keys((await tour.dialect.fetch(byHost, ['id-1'])).records), ['id-1']);
      same('by the other spelling', (await tour.client.Index(name).describeIndexStats()).totalRecordCount, 3);
    },
  ],
  [
    'an index by its name and by its host over TLS',
    2,
    async (_plain, tour) => {
      const { name, host, index } = await tour.makeIndex({});
      holds(`${host} is not bare`, !host.includes('://'));
      await tour.dialect.upsert(index, [...RECORDS]);
      same('by its host', (await tour.dialect.index(tour.client, name, host).describeIndexStats()).totalRecordCount, 3);
    },
  ],
  [
    'upsert and fetch',
    2,
    async (tour) => {
      const index = await filled(tour, 'fetch');
      const metadata = { text: 'ß', number: 1.5, list: [], 漢字: '🦊' };
      await tour.dialect.upsert(index, [{ id: 'a/b c', values: [0.1, -2.25, 3], metadata }]);
      const { records, namespace } = await tour.dialect.fetch(index, ['id-1', 'a/b c', 'missing']);
      same('the namespace', namespace, 'fetch');
      same('the ids', Object.keys(records).sort(), ['a/b c', 'id-1']);
      same('the values', records['id-1'].values, [1, 0, 0]);
      same('the other values', records['a/b c'].values, [0.1, -2.25, 3]);
      same('the metadata', records['a/b c'].metadata, metadata);
    },
  ],
  [
    'an upsert replaces the whole record',
    2,
    async (tour) => {
      const index = await filled(tour, 'replaced');
      await tour.dialect.upsert(index, [{ id: 'id-1', values: [0, 0.5, 0.5] }]);
      const { records } = await tour.dialect.fetch(index, ['id-1']);
      same('the values', records['id-1'].values, [0, 0.5, 0.5]);
      same('the metadata', records['id-1'].metadata, undefined);
    },
  ],
  [
    'query by vector, with values and metadata',
    2,
    async (tour) => {
      const index = await filled(tour, 'query');
      const { matches, namespace, usage } = await index.query({
        vector: [1, 0.1, 0],
        topK: 2,
        includeValues: true,
        includeMetadata: true,
      });
      same('the ids', idsOf(matches), ['id-1', 'id-2']);
      close('the score', matches[0].score, 1 / Math.sqrt(1.01));
      same('the values', matches[0].values, [1, 0, 0]);
      same('the metadata', matches[0].metadata, RECORDS[0].metadata);
      same('the namespace', namespace, 'query');
      holds('no units', usage.readUnits > 0);
    },
  ],
  [
    'query without values and metadata',
    2,
    async (tour) => {
      const { matches } = await (await filled(tour, 'query')).query({ vector: [1, 0.1, 0], topK: 1 });
      same('the values', matches[0].values ?? [], []);
      same('the metadata', matches[0].metadata, undefined);
    },
  ],
  [
    'query by id',
    2,
    async (tour) => {
      const index = await filled(tour, 'by-id');
      const { matches } = await index.query({ id: 'id-2', topK: 1 });
      same('the ids', idsOf(matches), ['id-2']);
      close('the score', matches[0].score, 1);
      same('of an id that does not exist', (await index.query({ id: 'nobody', topK: 1 })).matches, []);
    },
  ],
  [
    'query in a namespace that never was',
    2,
    async (tour) => {
      const index = (await tour.sharedIndex({})).namespace('never-was');
      same('the matches', (await index.query({ vector: [1, 0, 0], topK: 1 })).matches, []);
    },
  ],
  [
    'every operator of the filter language',
    2,
    async (tour) => {
      const index = await filled(tour, 'filters');
      const match = async (filter) => idsOf((await index.query({ vector: [1, 1, 1], topK: 3, filter })).matches).sort();
      same('a value', await match({ genre: 'documentary' }), ['id-2', 'id-3']);
      same('$eq', await match({ seen: { $eq: true } }), ['id-1']);
      same('$ne', await match({ genre: { $ne: 'comedy' } }), ['id-2', 'id-3']);
      same('$gt', await match({ year: { $gt: 2021 } }), ['id-3']);
      same('$gte', await match({ year: { $gte: 2021 } }), ['id-2', 'id-3']);
      same('$lt', await match({ year: { $lt: 2021 } }), ['id-1']);
      same('$lte', await match({ year: { $lte: 2021 } }), ['id-1', 'id-2']);
      same('$in', await match({ tags: { $in: ['b', 'z'] } }), ['id-3']);
      same('$nin', await match({ year: { $nin: [2020, 2022] } }), ['id-2']);
      same('$exists', await match({ tags: { $exists: false } }), ['id-1', 'id-2']);
      same('$and', await match({ $and: [{ genre: 'documentary' }, { year: { $lt: 2022 } }] }), ['id-2']);
      same('$or', await match({ $or: [{ year: 2020 }, { tags: 'a' }] }), ['id-1', 'id-3']);
    },
  ],
  [
    'euclidean scores are squared distances, the nearest first',
    2,
    async (tour) => {
      const index = await filled(tour, 'squares', { metric: 'euclidean' });
      const { matches } = await index.query({ vector: [1, 0, 2], topK: 3 });
      same('the ids', idsOf(matches), ['id-3', 'id-1', 'id-2']);
      [2, 4, 6].forEach((score, at) => close('the score', matches[at].score, score));
    },
  ],
  [
    'update of values and of metadata',
    2,
    async (tour) => {
      const index = await filled(tour, 'update');
      await index.update({ id: 'id-1', values: [0, 0.5, 0.5] });
      await index.update({ id: 'id-1', metadata: { year: 1999, new: 'yes' } });
      const { records } = await tour.dialect.fetch(index, ['id-1']);
      same('the values', records['id-1'].values, [0, 0.5, 0.5]);
      same('the metadata', records['id-1'].metadata, { genre: 'comedy', year: 1999, seen: true, new: 'yes' });
    },
  ],
  [
    'update of an id that does not exist makes nothing',
    2,
    async (tour) => {
      const index = await filled(tour, 'update-missing');
      await index.update({ id: 'missing', metadata: { a: 1 } });
      same('the records', (await tour.dialect.fetch(index, ['missing'])).records, {});
    },
  ],
  [
    'update by metadata',
    8,
    async (tour) => {
      const index = await filled(tour, 'update-many');
      await index.update({ filter: { genre: 'documentary' }, metadata: { genre: 'film' } });
      const { matches } = await index.query({ vector: [0, 1, 1], topK: 5, filter: { genre: 'film' } });
      same('the ids', idsOf(matches), ['id-2', 'id-3']);
    },
  ],
  [
    'fetchByMetadata, page by page',
    8,
    async (tour) => {
      const index = await filled(tour, 'fetch-many');
      const wanted = { filter: { genre: 'documentary' }, limit: 1 };
      const page = await index.fetchByMetadata(wanted);
      same('the first page', Object.keys(page.records), ['id-2']);
      same('its values', page.records['id-2'].values, [0, 1, 0]);
      const next = await index.fetchByMetadata({ ...wanted, paginationToken: page.pagination.next });
      same('the second page', Object.keys(next.records), ['id-3']);
      same('no third page', next.pagination?.next, undefined);
    },
  ],
  [
    'listPaginated',
    2,
    async (tour) => {
      const index = await filled(tour, 'list');
      await tour.dialect.upsert(index, [{ id: 'other', values: [1, 2, 3] }]);
      const first = await index.listPaginated({ prefix: 'id-', limit: 2 });
      same('the first page', idsOf(first.vectors), ['id-1', 'id-2']);
      const second = await index.listPaginated({ prefix: 'id-', limit: 2, paginationToken: first.pagination.next });
      same('the second page', idsOf(second.vectors), ['id-3']);
      same('no third page', second.pagination?.next, undefined);
      same('all of them', idsOf((await index.listPaginated()).vectors), ['id-1', 'id-2', 'id-3', 'other']);
    },
  ],
  [
    'describeIndexStats',
    2,
    async (tour) => {
      const { index } = await tour.makeIndex({});
      await tour.dialect.upsert(index.namespace('ns'), [...RECORDS]);
      const stats = await index.describeIndexStats();
      same('the namespaces', stats.namespaces, { ns: { recordCount: 3 } });
      same('the total', stats.totalRecordCount, 3);
      same('the dimension', stats.dimension, 3);
    },
  ],
  [
    'describeIndexStats with a filter',
    8,
    async (tour) => {
      const index = await filled(tour, 'counted');
      const { namespaces } = await index.describeIndexStats({ filter: { genre: 'documentary' } });
      same('the count', namespaces.counted, { recordCount: 2 });
    },
  ],
  [
    'sparse values beside dense ones',
    2,
    async (tour) => {
      const index = (await tour.sharedIndex({ metric: 'dotproduct' })).namespace('hybrid');
      const indices = [7, 4294967295];
      await tour.dialect.upsert(index, [
        { id: 'a', values: [1, 0, 0], sparseValues: { indices, values: [0.5, 0.25] } },
        { id: 'b', values: [1, 0, 0] },
      ]);
      const sparseVector = { indices: [4294967295], values: [4] };
      const { matches } = await index.query({ vector: [1, 0, 0], sparseVector, topK: 2, includeValues: true });
      same('the ids', idsOf(matches), ['a', 'b']);
      close('the score', matches[0].score, 2);
      same('the sparse values', matches[0].sparseValues, { indices, values: [0.5, 0.25] });
      await index.update({ id: 'b', sparseValues: { indices: [9], values: [3] } });
      const { records } = await tour.dialect.fetch(index, ['b']);
      same('the new sparse values', records.b.sparseValues, { indices: [9], values: [3] });
      same('the old values', records.b.values, [1, 0, 0]);
    },
  ],
  [
    'a sparse index',
    5,
    async (tour) => {
      const { index, model } = await tour.makeIndex({ metric: 'dotproduct', vectorType: 'sparse', dimension: undefined });
      same('the kind', model.vectorType, 'sparse');
      await tour.dialect.upsert(index, [
        { id: 'a', sparseValues: { indices: [1, 2], values: [1, 2] } },
        { id: 'b', sparseValues: { indices: [3], values: [1] } },
      ]);
      const { matches } = await index.query({ sparseVector: { indices: [2], values: [0.5] }, topK: 5 });
      same('the ids', idsOf(matches), ['a']);
      close('the score', matches[0].score, 1);
    },
  ],
  [
    'requests that are wrong are refused, and change nothing',
    2,
    async (tour) => {
      const index = await filled(tour, 'wrong');
      const wrong = (call, text) => refused(call, 'PineconeBadRequestError', text);
      const dimension = 'Vector dimension 2 does not match the dimension of the index 3';
      await wrong(() => index.query({ vector: [1, 2], topK: 1 }), dimension);
      const records = [
        { id: 'new', values: [1, 2, 3] },
        { id: 'a', values: [1, 2] },
      ];
      await wrong(() => tour.dialect.upsert(index, records), dimension);
      await wrong(() => tour.dialect.upsert(index, [{ id: 'a', values: [0, 0, 0] }]), 'at least one non-zero value');
      await wrong(() => index.query({ vector: [1, 2, 3], topK: 1, filter: { a: { $wrong: 1 } } }), '$wrong');
      await wrong(() => index.query({ vector: [1, 2, 3], topK: 10001 }), '10000');
      const sparseVector = { indices: [1], values: [1] };
      await wrong(() => index.query({ vector: [1, 2, 3], topK: 1, sparseVector }), 'does not support sparse values');
      same('the records', idsOf((await index.listPaginated()).vectors), ['id-1', 'id-2', 'id-3']);
    },
  ],
  [
    'a thousand records in one request, fetched in one request',
    2,
    async (tour) => {
      const index = (await tour.sharedIndex({})).namespace('thousand');
      const records = Array.from({ length: 1000 }, (_, at) => ({ id: `vector-${String(at)}`, values: [1, at, 0] }));
      await tour.dialect.upsert(index, records);
      const fetched = (await tour.dialect.fetch(index, idsOf(records))).records;
      same('all of them', Object.keys(fetched).length, 1000);
      same('the last', fetched['vector-999'].values, [1, 999, 0]);
      same('the best of them', (await index.query({ vector: [1, 1, 0], topK: 1000 })).matches.length, 1000);
    },
  ],
  [
    'imports are told to be missing',
    5,
    async (tour) => {
      const index = await tour.sharedIndex({});
      const uri = 's3://bucket/dir';
      await refused(
        () => index.startImport(tour.dialect.generation >= 8 ? { uri } : uri),
        'PineconeBadRequestError',
        'not served',
      );
    },
  ],
];
