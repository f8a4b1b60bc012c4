import { holds, refused, same } from './checks.js';
import { filled } from './vector-samples.js';

const RECORD = { id: 'a', values: [1, 0, 0] };
const namesOf = ({ namespaces }) => namespaces.map(({ name }) => name);
const idsOf = ({ matches }) => matches.map(({ id }) => id);

/** Samples on namespaces. */
export const NAMESPACE_SAMPLES = [
  [
    'namespaces are kept apart, and the default one has two names',
    2,
    async (tour) => {
      const { index } = await tour.makeIndex({});
      await tour.dialect.upsert(index, [{ ...RECORD, id: 'default' }]);
      await tour.dialect.upsert(index.namespace('other'), [{ ...RECORD, id: 'other' }]);
      const query = { vector: [1, 0, 0], topK: 5 };
      same('the default one', idsOf(await index.query(query)), ['default']);
      same('by its alias', idsOf(await index.namespace('__default__').query(query)), ['default']);
      same('the other', idsOf(await index.namespace('other').query(query)), ['other']);
      await tour.dialect.deleteOne(index.namespace('__default__'), 'default');
      same('what is left', idsOf(await index.query(query)), []);
    },
  ],
  [
    'namespaces as an argument of a call',
    8,
    async (tour) => {
      const { index } = await tour.makeIndex({});
      const namespace = 'named';
      await index.upsert({ records: [RECORD], namespace });
      same('by query', idsOf(await index.query({ vector: [1, 0, 0], topK: 5, namespace })), ['a']);
      same('by fetch', Object.keys((await index.fetch({ ids: ['a'], namespace })).records), ['a']);
      await index.update({ id: 'a', metadata: { n: 1 }, namespace });
      same('by listPaginated', (await index.listPaginated({ namespace })).vectors.length, 1);
      await index.deleteOne({ id: 'nobody', namespace });
      await index.deleteMany({ ids: ['nobody'], namespace });
      await index.deleteAll({ namespace });
      same('the count', (await index.describeIndexStats()).namespaces, { named: { recordCount: 0 } });
    },
  ],
  [
    'listNamespaces, describeNamespace and deleteNamespace',
    6,
    async (tour) => {
      const { index } = await tour.makeIndex({});
      await tour.dialect.upsert(index.namespace('first'), [RECORD, { ...RECORD, id: 'b' }]);
      await tour.dialect.upsert(index.namespace('second'), [RECORD]);
      const page = await tour.dialect.listNamespaces(index, { limit: 1 });
      same('the first page', namesOf(page), ['first']);
      const next = await tour.dialect.listNamespaces(index, { limit: 1, paginationToken: page.pagination.next });
      same('the second page', namesOf(next), ['second']);
      same('no third page', next.pagination?.next, undefined);
      same('the count', Number((await index.describeNamespace('first')).recordCount), 2);
      await index.deleteNamespace('second');
      same('what is left', namesOf(await tour.dialect.listNamespaces(index)), ['first']);
      await refused(() => index.describeNamespace('second'), 'PineconeNotFoundError', '404');
      await refused(() => index.deleteNamespace('second'), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'createNamespace, with a schema',
    8,
    async (tour) => {
      const index = await tour.sharedIndex({});
      const schema = { fields: { genre: { filterable: true } } };
      const made = await index.createNamespace({ name: 'made', schema });
      same('the name', made.name, 'made');
      same('the count', Number(made.recordCount ?? 0), 0);
      same('the schema', (await index.describeNamespace('made')).schema.fields.genre.filterable, true);
      await refused(() => index.createNamespace({ name: 'made' }), 'PineconeConflictError', 'exists');
    },
  ],
  [
    'listNamespaces by a prefix',
    8,
    async (tour) => {
      const index = await filled(tour, 'prefix-1');
      await filled(tour, 'prefix-2');
      const page = await index.listNamespaces({ prefix: 'prefix-', limit: 1 });
      same('the first page', namesOf(page), ['prefix-1']);
      same('their number', page.totalCount, 2);
      holds('no count', Number(page.namespaces[0].recordCount) === 3);
    },
  ],
];
