import { close, holds, refused, same } from './checks.js';

const RECORDS = [
  { id: 'id-1', values: [1, 0, 0], metadata: { genre: 'comedy', year: 2020 } },
  { id: 'id-2', values: [0, 1, 0], metadata: { genre: 'documentary', year: 2021 } },
  { id: 'id-3', values: [0, 0, 1], metadata: { genre: 'documentary', year: 2022, tags: ['a', 'b'] } },
];

const idsOf = (matches) => matches.map(({ id }) => id);

/** Samples on vectors. Each gets a tour: the client, its dialect, and indexes that are made for it. */
export const VECTOR_SAMPLES = [
  [
    'the document: delete by id',
    2,
    async (tour) => {
      const { byHost, left } = await documented(tour);
      const ns = byHost.namespace('example-namespace');
      await tour.dialect.deleteOne(ns, 'id-1');
      await tour.dialect.deleteIds(ns, ['id-2', 'id-3']);
      same('what is left', await left(), []);
    },
  ],
  [
    'the document: delete by metadata',
    2,
    async (tour) => {
      const { byHost, left } = await documented(tour);
      await tour.dialect.deleteFilter(byHost.namespace('example-namespace'), { genre: { $eq: 'documentary' } });
      same('what is left', await left(), ['id-1']);
    },
  ],
  [
    'the document: delete all records of a namespace',
    2,
    async (tour) => {
      const { byHost, left } = await documented(tour);
      await byHost.namespace('example-namespace').deleteAll();
      same('what is left', await left(), []);
      same('the namespace', (await byHost.describeIndexStats()).namespaces, { 'example-namespace': { recordCount: 0 } });
    },
  ],
  [
    'upsert and fetch',
    2,
    async (tour) => {
      const index = await filled(tour);
      const { records } = await tour.dialect.fetch(index, ['id-1', 'id-3', 'missing']);
      same('the ids', Object.keys(records).sort(), ['id-1', 'id-3']);
      same('the values', records['id-1'].values, [1, 0, 0]);
      same('the metadata', records['id-3'].metadata, RECORDS[2].metadata);
    },
  ],
  [
    'query by vector, with values and metadata',
    2,
    async (tour) => {
      const index = await filled(tour);
      const { matches, namespace } = await index.query({
        vector: [1, 0.1, 0],
        topK: 2,
        includeValues: true,
        includeMetadata: true,
      });
      same('the ids', idsOf(matches), ['id-1', 'id-2']);
      close('the score', matches[0].score, 1 / Math.sqrt(1.01));
      same('the values', matches[0].values, [1, 0, 0]);
      same('the metadata', matches[0].metadata, RECORDS[0].metadata);
      same('the namespace', namespace, 'ns');
    },
  ],
  [
    'query by id',
    2,
    async (tour) => {
      const index = await filled(tour);
      const { matches } = await index.query({ id: 'id-2', topK: 1 });
      same('the ids', idsOf(matches), ['id-2']);
      close('the score', matches[0].score, 1);
    },
  ],
  [
    'query with a filter',
    2,
    async (tour) => {
      const index = await filled(tour);
      const filter = { $and: [{ genre: 'documentary' }, { year: { $gte: 2022 } }] };
      same('the ids', idsOf((await index.query({ vector: [1, 1, 1], topK: 3, filter })).matches), ['id-3']);
      const inList = { tags: { $in: ['b', 'z'] } };
      same('the ids', idsOf((await index.query({ vector: [1, 1, 1], topK: 3, filter: inList })).matches), ['id-3']);
    },
  ],
  [
    'update of values and of metadata',
    2,
    async (tour) => {
      const index = await filled(tour);
      await index.update({ id: 'id-1', values: [0, 0.5, 0.5] });
      await index.update({ id: 'id-1', metadata: { year: 1999, seen: true } });
      const { records } = await tour.dialect.fetch(index, ['id-1']);
      same('the values', records['id-1'].values, [0, 0.5, 0.5]);
      same('the metadata', records['id-1'].metadata, { genre: 'comedy', year: 1999, seen: true });
    },
  ],
  [
    'update of an id that does not exist',
    2,
    async (tour) => {
      const index = await filled(tour);
      await index.update({ id: 'missing', metadata: { a: 1 } });
      same('the records', (await tour.dialect.fetch(index, ['missing'])).records, {});
    },
  ],
  [
    'listPaginated',
    2,
    async (tour) => {
      const index = await filled(tour);
      const first = await index.listPaginated({ prefix: 'id-', limit: 2 });
      same('the first page', idsOf(first.vectors), ['id-1', 'id-2']);
      const second = await index.listPaginated({ prefix: 'id-', limit: 2, paginationToken: first.pagination.next });
      same('the second page', idsOf(second.vectors), ['id-3']);
      same('no third page', second.pagination?.next, undefined);
    },
  ],
  [
    'describeIndexStats',
    2,
    async (tour) => {
      const index = await filled(tour);
      const stats = await index.describeIndexStats();
      same('the namespaces', stats.namespaces, { ns: { recordCount: 3 } });
      same('the total', stats.totalRecordCount, 3);
      same('the dimension', stats.dimension, 3);
    },
  ],
  [
    'sparse values beside dense ones',
    2,
    async (tour) => {
      const { byName } = await tour.makeIndex({ metric: 'dotproduct' });
      const indices = [7, 4294967295];
      await tour.dialect.upsert(byName, [
        { id: 'a', values: [1, 0, 0], sparseValues: { indices, values: [0.5, 0.25] } },
        { id: 'b', values: [1, 0, 0] },
      ]);
      const sparseVector = { indices: [4294967295], values: [4] };
      const { matches } = await byName.query({ vector: [1, 0, 0], sparseVector, topK: 2, includeValues: true });
      same('the ids', idsOf(matches), ['a', 'b']);
      close('the score', matches[0].score, 2);
      same('the sparse values', matches[0].sparseValues, { indices, values: [0.5, 0.25] });
    },
  ],
  [
    'a sparse index',
    5,
    async (tour) => {
      const { byName } = await tour.makeIndex({ metric: 'dotproduct', vectorType: 'sparse', dimension: undefined });
      await tour.dialect.upsert(byName, [
        { id: 'a', sparseValues: { indices: [1, 2], values: [1, 2] } },
        { id: 'b', sparseValues: { indices: [3], values: [1] } },
      ]);
      const { matches } = await byName.query({ sparseVector: { indices: [2], values: [0.5] }, topK: 5 });
      same('the ids', idsOf(matches), ['a']);
      close('the score', matches[0].score, 1);
    },
  ],
  [
    'namespaces are kept apart, and the default one has two names',
    2,
    async (tour) => {
      const { byName } = await tour.makeIndex({});
      await tour.dialect.upsert(byName, [{ id: 'default', values: [1, 0, 0] }]);
      await tour.dialect.upsert(byName.namespace('other'), [{ id: 'other', values: [1, 0, 0] }]);
      same('the default one', idsOf((await byName.query({ vector: [1, 0, 0], topK: 5 })).matches), ['default']);
      same('by its alias', idsOf((await byName.namespace('__default__').query({ vector: [1, 0, 0], topK: 5 })).matches), [
        'default',
      ]);
      same('the other', idsOf((await byName.namespace('other').query({ vector: [1, 0, 0], topK: 5 })).matches), ['other']);
    },
  ],
  [
    'listNamespaces, describeNamespace and deleteNamespace',
    6,
    async (tour) => {
      const index = await filled(tour);
      await tour.dialect.upsert(index.namespace('second'), [{ id: 'a', values: [1, 0, 0] }]);
      const { namespaces } = await tour.dialect.listNamespaces(index);
      same(
        'the names',
        namespaces.map(({ name }) => name),
        ['ns', 'second'],
      );
      same('the count', Number((await index.describeNamespace('ns')).recordCount), 3);
      await index.deleteNamespace('second');
      same('what is left', (await tour.dialect.listNamespaces(index)).namespaces.length, 1);
      await refused(() => index.describeNamespace('second'), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'createNamespace',
    8,
    async (tour) => {
      const { byName } = await tour.makeIndex({});
      const made = await byName.createNamespace({ name: 'made', schema: { fields: { genre: { filterable: true } } } });
      same('the name', made.name, 'made');
      same('the count', Number(made.recordCount ?? 0), 0);
    },
  ],
  [
    'fetchByMetadata',
    8,
    async (tour) => {
      const index = await filled(tour);
      const page = await index.fetchByMetadata({ filter: { genre: 'documentary' }, limit: 1 });
      same('the first page', Object.keys(page.records), ['id-2']);
      const next = await index.fetchByMetadata({
        filter: { genre: 'documentary' },
        limit: 1,
        paginationToken: page.pagination.next,
      });
      same('the second page', Object.keys(next.records), ['id-3']);
    },
  ],
  [
    'update by metadata',
    8,
    async (tour) => {
      const index = await filled(tour);
      await index.update({ filter: { genre: 'documentary' }, metadata: { genre: 'film' } });
      same('the ids', idsOf((await index.query({ vector: [0, 1, 1], topK: 5, filter: { genre: 'film' } })).matches), [
        'id-2',
        'id-3',
      ]);
    },
  ],
  [
    'wrong requests are refused',
    2,
    async (tour) => {
      const index = await filled(tour);
      const wrong = (call) => refused(call, 'PineconeBadRequestError', 'dimension');
      await wrong(() => index.query({ vector: [1, 2], topK: 1 }));
      await wrong(() => tour.dialect.upsert(index, [{ id: 'a', values: [1, 2] }]));
      await refused(
        () => index.query({ vector: [1, 2, 3], topK: 1, filter: { a: { $wrong: 1 } } }),
        'PineconeBadRequestError',
        '$wrong',
      );
      await refused(() => tour.dialect.deleteIds(index.namespace('nobody'), ['a']), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'a thousand records in one request',
    2,
    async (tour) => {
      const { byName } = await tour.makeIndex({});
      const records = Array.from({ length: 1000 }, (_, index) => ({ id: `r${String(index)}`, values: [1, index, 0] }));
      await tour.dialect.upsert(byName, records);
      same('the total', (await byName.describeIndexStats()).totalRecordCount, 1000);
      same(
        'all of them',
        Object.keys(
          (
            await tour.dialect.fetch(
              byName,
              records.map(({ id }) => id),
            )
          ).records,
        ).length,
        1000,
      );
    },
  ],
];

/** An index whose records are the document's, found by its host as the document does. */
async function documented(tour) {
  const { name, host, byName } = await tour.makeIndex({});
  await tour.dialect.upsert(byName.namespace('example-namespace'), RECORDS);
  const byHost = tour.dialect.index(tour.client, name, host);
  const left = async () => idsOf((await byName.namespace('example-namespace').listPaginated()).vectors ?? []);
  holds('the records are there', (await left()).length === 3);
  return { byHost, left };
}

/** The namespace `ns` of a new index, with records. */
async function filled(tour) {
  const { byName } = await tour.makeIndex({});
  const index = byName.namespace('ns');
  await tour.dialect.upsert(index, RECORDS);
  return index;
}
