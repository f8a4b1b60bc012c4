import {
  createIndex,
  DONE,
  type IndexApi,
  invalid,
  invalidWith,
  MISSING_NAMESPACE,
  type NamespaceApi,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const DELETE = '/vectors/delete';
const GENRES = [
  { id: 'id-1', values: [1, 0], metadata: { genre: 'documentary' } },
  { id: 'id-2', values: [0, 1], metadata: { genre: 'comedy' } },
  { id: 'id-3', values: [1, 1], metadata: { genre: ['comedy', 'documentary'] } },
];

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  space = await index.filled(GENRES);
});

describe('delete by a query string', () => {
  it.each(['deleteAll', 'delete_all'])('takes %s', async (name) => {
    const query = { namespace: space.name, [name]: 'true' };
    expect(await index.outcome(DELETE, { method: 'DELETE', query })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });
});

describe('delete by id', () => {
  it('removes the named records and leaves the others', async () => {
    expect(await space.outcome(DELETE, { ids: ['id-2', 'id-3'] })).toEqual(DONE);
    expect(await space.ids()).toEqual(['id-1']);
  });

  it('is silent about unknown ids', async () => {
    expect(await space.outcome(DELETE, { ids: ['nobody', 'id-1'] })).toEqual(DONE);
    expect(await space.ids()).toEqual(['id-2', 'id-3']);
  });

  it('succeeds again and again', async () => {
    await space.outcome(DELETE, { ids: ['id-1'] });
    expect(await space.outcome(DELETE, { ids: ['id-1'] })).toEqual(DONE);
  });

  it('keeps a namespace whose last record goes', async () => {
    await space.outcome(DELETE, { ids: ['id-1', 'id-2', 'id-3'] });
    expect((await index.counts())[space.name]).toBe(0);
  });

  it('touches no other namespace', async () => {
    const other = await index.filled(GENRES);
    await space.outcome(DELETE, { ids: ['id-1'] });
    expect(await other.ids()).toEqual(['id-1', 'id-2', 'id-3']);
  });

  it('accepts a thousand ids', async () => {
    const ids = Array.from({ length: 1_000 }, (_item, at) => `id-${String(at)}`);
    expect(await space.outcome(DELETE, { ids })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });

  it('refuses more than a thousand ids', async () => {
    const ids = Array.from({ length: 1_001 }, (_item, at) => `id-${String(at)}`);
    expect(await space.outcome(DELETE, { ids })).toEqual(invalidWith('1000'));
    expect(await space.ids()).toHaveLength(3);
  });

  it('accepts deleteAll and a filter that say nothing beside the ids', async () => {
    expect(await space.outcome(DELETE, { ids: ['id-1'], deleteAll: false, filter: {} })).toEqual(DONE);
    expect(await space.ids()).toEqual(['id-2', 'id-3']);
  });

  it.each([[['id-1', 2]], ['id-1'], [[null]], [[['id-1']]], [{ id: 'id-1' }]])(
    'refuses ids that are no texts: %j',
    async (ids) => {
      expect(await space.outcome(DELETE, { ids })).toEqual(invalidWith('ids'));
    },
  );

  it('refuses an id that is nothing', async () => {
    expect(await space.outcome(DELETE, { ids: ['id-1', ''] })).toEqual(invalidWith('Vector ID'));
    expect(await space.ids()).toHaveLength(3);
  });
});

describe('delete by filter', () => {
  it('removes what matches', async () => {
    expect(await space.outcome(DELETE, { filter: { genre: { $eq: 'documentary' } } })).toEqual(DONE);
    expect(await space.ids()).toEqual(['id-2']);
  });

  it('succeeds when nothing matches', async () => {
    expect(await space.outcome(DELETE, { filter: { genre: 'western' } })).toEqual(DONE);
    expect(await space.ids()).toHaveLength(3);
  });

  it('refuses an empty filter', async () => {
    expect(await space.outcome(DELETE, { filter: {} })).toEqual(invalid('Delete with empty metadata filter is not allowed'));
    expect(await space.ids()).toHaveLength(3);
  });

  it('refuses an invalid filter', async () => {
    expect(await space.outcome(DELETE, { filter: { genre: { $like: 'x' } } })).toEqual(invalidWith('$like'));
    expect(await space.ids()).toHaveLength(3);
  });

  it('tells how many records went in a header', async () => {
    const answer = await space.post(DELETE, { filter: { genre: 'documentary' } });
    expect(answer.headers.get('x-deleted-count')).toBe('2');
  });
});

describe('delete of everything', () => {
  it('empties the namespace', async () => {
    expect(await space.outcome(DELETE, { deleteAll: true })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });

  it('keeps the emptied namespace, so that further deletes find it', async () => {
    await space.outcome(DELETE, { deleteAll: true });
    expect((await index.counts())[space.name]).toBe(0);
    expect(await space.outcome(DELETE, { deleteAll: true })).toEqual(DONE);
    expect(await space.outcome(DELETE, { ids: ['id-1'] })).toEqual(DONE);
  });

  it('touches no other namespace', async () => {
    const other = await index.filled(GENRES);
    await space.outcome(DELETE, { deleteAll: true });
    expect(await other.ids()).toHaveLength(3);
  });

  it('takes the snake_case spelling', async () => {
    expect(await space.outcome(DELETE, { delete_all: true })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });

  it.each(['true', 1, []])('refuses a deleteAll that is no boolean: %j', async (deleteAll) => {
    expect(await space.outcome(DELETE, { deleteAll })).toEqual(invalidWith('deleteAll'));
    expect(await space.ids()).toHaveLength(3);
  });
});

describe('delete of nothing or of too much', () => {
  const NOTHING = invalid('Must specify one of ids, delete_all or filter');

  it.each([{}, { deleteAll: false }, { ids: [] }, { ids: [], deleteAll: false }, { ids: null, filter: null, deleteAll: null }])(
    'is refused when nothing is selected: %j',
    async (body) => {
      expect(await space.outcome(DELETE, body)).toEqual(NOTHING);
      expect(await space.ids()).toHaveLength(3);
    },
  );

  it('is refused without a body', async () => {
    expect(await index.outcome(DELETE, { method: 'POST' })).toEqual(NOTHING);
  });

  it.each([
    [{ ids: ['id-1'], deleteAll: true }, 'Cannot specify both ids and delete_all'],
    [{ ids: ['id-1'], filter: { genre: 'comedy' } }, 'Cannot specify both ids and filter'],
    [{ deleteAll: true, filter: { genre: 'comedy' } }, 'Cannot specify both delete_all and filter'],
  ])('is refused when two things are selected: %j', async (body, message) => {
    expect(await space.outcome(DELETE, body)).toEqual(invalid(message));
    expect(await space.ids()).toHaveLength(3);
  });
});

describe('delete in a namespace that does not exist', () => {
  it.each([{ ids: ['id-1'] }, { filter: { genre: 'comedy' } }, { deleteAll: true }])('is 404: %j', async (body) => {
    expect(await index.namespace().outcome(DELETE, body)).toEqual(MISSING_NAMESPACE);
  });

  it('is 404 after the namespace was deleted', async () => {
    await index.call(`/namespaces/${space.name}`, { method: 'DELETE' });
    expect(await space.outcome(DELETE, { deleteAll: true })).toEqual(MISSING_NAMESPACE);
  });

  it.each(['', '__default__'])('succeeds when it is the default one of an empty index: %j', async (name) => {
    const empty = await createIndex(gateway, { dimension: 2 });
    const selections = [{ ids: ['id-1'] }, { filter: { genre: 'comedy' } }, { deleteAll: true }];
    const outcomes = await Promise.all(selections.map((body) => empty.namespace(name).outcome(DELETE, body)));
    expect(outcomes).toEqual([DONE, DONE, DONE]);
  });
});

describe('DELETE /vectors/delete', () => {
  const remove = async (query: Readonly<Record<string, string | readonly string[]>>): Promise<unknown> =>
    index.outcome(DELETE, { method: 'DELETE', query: { namespace: space.name, ...query } });

  it('removes ids that the URL names', async () => {
    expect(await remove({ ids: ['id-1', 'id-3'] })).toEqual(DONE);
    expect(await space.ids()).toEqual(['id-2']);
  });

  it('empties the namespace', async () => {
    expect(await remove({ deleteAll: 'true' })).toEqual(DONE);
    expect(await space.ids()).toEqual([]);
  });

  it('is refused when nothing is selected', async () => {
    expect(await remove({ deleteAll: 'false' })).toEqual(invalid('Must specify one of ids, delete_all or filter'));
  });

  it('is refused with ids and deleteAll', async () => {
    expect(await remove({ ids: 'id-1', deleteAll: 'true' })).toEqual(invalid('Cannot specify both ids and delete_all'));
  });

  it('is 404 in a namespace that does not exist', async () => {
    expect(await remove({ deleteAll: 'true', namespace: 'nowhere' })).toEqual(MISSING_NAMESPACE);
  });
});
