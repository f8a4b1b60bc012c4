import { refused, same } from './checks.js';

const RECORDS = [
  { id: 'id-1', values: [1, 0, 0], metadata: { genre: 'comedy' } },
  { id: 'id-2', values: [0, 1, 0], metadata: { genre: 'documentary' } },
  { id: 'id-3', values: [0, 0, 1], metadata: { genre: 'documentary' } },
];

/** The page "Delete records", as it prints its samples: the SDKs up to 6 run them so. */
const PRINTED = {
  byId: async (Pinecone, INDEX_NAME, INDEX_HOST) => {
    const pc = new Pinecone({ apiKey: 'YOUR_API_KEY' });
    const index = pc.index(INDEX_NAME, INDEX_HOST);

    const ns = index.namespace('example-namespace');
    // Delete one record by ID.
    await ns.deleteOne('id-1');
    // Delete more than one record by ID.
    await ns.deleteMany(['id-2', 'id-3']);
  },
  byMetadata: async (Pinecone, INDEX_NAME, INDEX_HOST) => {
    const pc = new Pinecone({ apiKey: 'YOUR_API_KEY' });
    const index = pc.index(INDEX_NAME, INDEX_HOST);

    const ns = index.namespace('example-namespace');

    await ns.deleteMany({
      genre: { $eq: 'documentary' },
    });
  },
  all: async (Pinecone, INDEX_NAME, INDEX_HOST) => {
    const pc = new Pinecone({ apiKey: 'YOUR_API_KEY' });
    const index = pc.index(INDEX_NAME, INDEX_HOST);

    await index.namespace('example-namespace').deleteAll();
  },
};

/** From 7 on the client itself refuses what the page prints, and asks for objects. */
const WITH_OBJECTS = {
  byId: async (Pinecone, INDEX_NAME, INDEX_HOST) => {
    const pc = new Pinecone({ apiKey: 'YOUR_API_KEY' });
    const index = pc.index(INDEX_NAME, INDEX_HOST);

    const ns = index.namespace('example-namespace');
    // Delete one record by ID.
    await ns.deleteOne({ id: 'id-1' });
    // Delete more than one record by ID.
    await ns.deleteMany({ ids: ['id-2', 'id-3'] });
  },
  byMetadata: async (Pinecone, INDEX_NAME, INDEX_HOST) => {
    const pc = new Pinecone({ apiKey: 'YOUR_API_KEY' });
    const index = pc.index(INDEX_NAME, INDEX_HOST);

    const ns = index.namespace('example-namespace');

    await ns.deleteMany({
      filter: { genre: { $eq: 'documentary' } },
    });
  },
  all: PRINTED.all,
};

/** Runs one of the page's samples on an index that holds records, and checks which are left. The namespace itself stays. */
const documented = (which, left) => async (tour) => {
  const { name, host, index } = await tour.makeIndex({});
  await tour.dialect.upsert(index.namespace('example-namespace'), [...RECORDS]);
  const samples = tour.dialect.generation < 7 ? PRINTED : WITH_OBJECTS;
  await samples[which](tour.Pinecone, name, tour.secure ? host.replace('http://', '') : host);
  const { vectors } = await index.namespace('example-namespace').listPaginated();
  same(
    'what is left',
    (vectors ?? []).map(({ id }) => id),
    left,
  );
  const { namespaces } = await index.describeIndexStats();
  same('the namespace', namespaces, { 'example-namespace': { recordCount: left.length } });
};

/** A sample that is to run on a gateway with TLS. */
const overTls = (run) => (tour, secureTour) => run(secureTour);

const PAGE = [
  ['delete by id', documented('byId', [])],
  ['delete by metadata', documented('byMetadata', ['id-1'])],
  ['delete all records of a namespace', documented('all', [])],
];

/** The three samples of the document, in plaintext by a URL and with TLS by a bare host, and what may go wrong with deletes. */
export const DOCUMENT_SAMPLES = [
  ...PAGE.map(([title, run]) => [`the document: ${title}`, 2, run]),
  ...PAGE.map(([title, run]) => [`the document over TLS: ${title}`, 2, overTls(run)]),
  [
    'deletes in a namespace that never was are refused',
    2,
    async (tour) => {
      const index = (await tour.sharedIndex({})).namespace('nowhere');
      await refused(() => tour.dialect.deleteOne(index, 'id-1'), 'PineconeNotFoundError', '404');
      await refused(() => tour.dialect.deleteIds(index, ['id-1']), 'PineconeNotFoundError', '404');
      await refused(() => tour.dialect.deleteFilter(index, { a: 1 }), 'PineconeNotFoundError', '404');
      await refused(() => index.deleteAll(), 'PineconeNotFoundError', '404');
    },
  ],
  [
    'ids that do not exist are deleted silently, again and again',
    2,
    async (tour) => {
      const index = (await tour.sharedIndex({})).namespace('again');
      await tour.dialect.upsert(index, [...RECORDS]);
      await tour.dialect.deleteIds(index, ['id-1', 'never']);
      await tour.dialect.deleteIds(index, ['id-1', 'never']);
      same('what is left', Object.keys((await tour.dialect.fetch(index, ['id-1', 'id-2', 'id-3'])).records).sort(), [
        'id-2',
        'id-3',
      ]);
    },
  ],
];
