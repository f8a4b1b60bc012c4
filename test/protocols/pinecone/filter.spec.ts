import {
  createIndex,
  DONE,
  type IndexApi,
  invalidWith,
  type NamespaceApi,
  type Outcome,
} from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const FETCH = '/vectors/fetch_by_metadata';

let gateway: TestGateway;
let index: IndexApi;
let space: NamespaceApi;

/** The records under test by their ids: what they have in `f`, and in other fields. */
const RECORDS: Readonly<Record<string, object | undefined>> = {
  both: { f: 'z', g: 'w' },
  empty: { f: '' },
  'empty-list': { f: [] },
  false: { f: false },
  half: { f: 1.5 },
  list: { f: ['x', 'y'] },
  missing: { g: 'x' },
  none: undefined,
  one: { f: 1 },
  text: { f: 'x' },
  'text-1': { f: '1' },
  true: { f: true },
  y: { f: 'y' },
  zero: { f: 0 },
};
const PRESENT = Object.keys(RECORDS).filter((id) => id !== 'missing' && id !== 'none');
const ABSENT = ['missing', 'none'];

function except(...ids: readonly string[]): readonly string[] {
  return PRESENT.filter((id) => !ids.includes(id));
}

function allBut(...ids: readonly string[]): readonly string[] {
  return Object.keys(RECORDS).filter((id) => !ids.includes(id));
}

beforeAll(async () => {
  gateway = await startGateway();
  index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
  space = await stored(RECORDS);
});

afterAll(async () => {
  await gateway.stop();
});

async function stored(records: Readonly<Record<string, object | undefined>>): Promise<NamespaceApi> {
  const entries = Object.entries(records);
  return index.filled(
    entries.map(([id, metadata]) => ({ id, values: [1], ...(metadata && { metadata: metadata as Record<string, unknown> }) })),
  );
}

/** The ids of the records that match, in their order; the answer itself when it is an error. */
async function matching(filter: unknown, inside = space): Promise<readonly string[] | Outcome> {
  const [status, body] = await inside.outcome(FETCH, { filter });
  return status === 200 ? Object.keys((body as { vectors: object }).vectors) : [status, body];
}

async function matchingText(filter: string): Promise<readonly string[]> {
  const body = `{"namespace":"${space.name}","filter":${filter}}`;
  const answer = await index.call(FETCH, { body });
  return Object.keys((answer.body as { vectors: object }).vectors);
}

describe('a filter on one field', () => {
  it.each<[object, readonly string[]]>([
    [{ f: 'x' }, ['list', 'text']],
    [{ f: { $eq: 'x' } }, ['list', 'text']],
    [{ f: { $eq: '' } }, ['empty']],
    [{ f: { $eq: '1' } }, ['text-1']],
    [{ f: { $eq: 'X' } }, []],
    [{ f: 1 }, ['one']],
    [{ f: { $eq: 1 } }, ['one']],
    [{ f: { $eq: 1.5 } }, ['half']],
    [{ f: { $eq: 0 } }, ['zero']],
    [{ f: true }, ['true']],
    [{ f: { $eq: true } }, ['true']],
    [{ f: { $eq: false } }, ['false']],
  ])('is equal by value and type: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ f: { $ne: 'x' } }, allBut('list', 'text')],
    [{ f: { $ne: '1' } }, allBut('text-1')],
    [{ f: { $ne: 1 } }, allBut('one')],
    [{ f: { $ne: true } }, allBut('true')],
    [{ f: { $ne: 'nothing' } }, Object.keys(RECORDS)],
  ])('differs where no element is equal, or the field is missing: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ f: { $gt: 0 } }, ['half', 'one']],
    [{ f: { $gt: 1 } }, ['half']],
    [{ f: { $gte: 1 } }, ['half', 'one']],
    [{ f: { $gte: 0 } }, ['half', 'one', 'zero']],
    [{ f: { $lt: 1 } }, ['zero']],
    [{ f: { $lt: 1.5 } }, ['one', 'zero']],
    [{ f: { $lte: 1 } }, ['one', 'zero']],
    [{ f: { $lte: -1 } }, []],
    [{ f: { $gt: -1e300 } }, ['half', 'one', 'zero']],
  ])('compares numbers, and nothing else: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ f: { $in: ['x'] } }, ['list', 'text']],
    [{ f: { $in: ['x', 1] } }, ['list', 'one', 'text']],
    [{ f: { $in: ['y', 'z', 'nothing'] } }, ['both', 'list', 'y']],
    [{ f: { $in: [true, 0] } }, ['true', 'zero']],
    [{ f: { $in: [] } }, []],
    [{ f: { $nin: ['x'] } }, allBut('list', 'text')],
    [{ f: { $nin: ['x', 1] } }, allBut('list', 'text', 'one')],
    [{ f: { $nin: [true, ''] } }, allBut('true', 'empty')],
    [{ f: { $nin: [] } }, Object.keys(RECORDS)],
  ])('is one of several values, or none of them: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it('exists or does not', async () => {
    expect(await matching({ f: { $exists: true } })).toEqual(PRESENT);
    expect(await matching({ f: { $exists: false } })).toEqual(ABSENT);
  });

  it.each<[object, readonly string[]]>([
    [{ f: { $gte: 0, $lt: 1.5 } }, ['one', 'zero']],
    [{ f: { $ne: 'x', $in: ['x', 'y'] } }, ['y']],
    [{ f: { $gt: 1, $lt: 1 } }, []],
  ])('meets all operators of one object: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });
});

describe('a filter of several conditions', () => {
  it.each<[object, readonly string[]]>([
    [{ f: 'z', g: 'w' }, ['both']],
    [{ f: 'z', g: 'x' }, []],
    [{ $and: [{ f: 'x' }, { f: 'y' }] }, ['list']],
    [{ $and: [{ f: 'x' }] }, ['list', 'text']],
    [{ $and: [{ f: { $gte: 0 } }, { f: { $lte: 1 } }] }, ['one', 'zero']],
    [{ f: 'x', $and: [{ f: 'y' }] }, ['list']],
  ])('needs all of them: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ $or: [{ f: 'x' }, { g: 'x' }] }, ['list', 'missing', 'text']],
    [{ $or: [{ f: 1 }] }, ['one']],
    [{ $or: [{ f: { $gt: 1 } }, { f: { $lt: 1 } }] }, ['half', 'zero']],
    [{ g: { $exists: true }, $or: [{ f: 'z' }, { f: { $exists: false } }] }, ['both', 'missing']],
  ])('needs one of them with $or: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it.each<[object, readonly string[]]>([
    [{ $or: [{ $and: [{ f: 'x' }, { f: 'y' }] }, { $and: [{ f: 'z' }, { g: 'w' }] }] }, ['both', 'list']],
    [{ $and: [{ $or: [{ f: 1 }, { f: 0 }] }, { $or: [{ f: 0 }, { f: 1.5 }] }] }, ['zero']],
    [{ $and: [{ f: { $exists: true } }, { f: { $not: { $eq: 'x' } } }] }, except('list', 'text')],
    [{ f: { $exists: true }, $not: { f: { $in: ['x', 1] } } }, except('list', 'text', 'one')],
  ])('nests: %j', async (filter, ids) => {
    expect(await matching(filter)).toEqual(ids);
  });

  it('nests deeply', async () => {
    let filter: object = { f: 'z' };
    for (let depth = 0; depth < 40; depth++) filter = depth % 2 === 0 ? { $and: [filter] } : { $or: [filter, { f: 'nothing' }] };
    expect(await matching(filter)).toEqual(['both']);
  });

  it('matches everything when it is empty', async () => {
    expect(await matching({})).toEqual(Object.keys(RECORDS));
  });
});

describe('numbers in a filter', () => {
  it.each(['1.0', '1e0', '10e-1', '1.000000000000000000001'])('are equal as float64: %s', async (text) => {
    expect(await matchingText(`{"f":${text}}`)).toEqual(['one']);
  });

  it('know no negative zero', async () => {
    expect(await matchingText('{"f":-0.0}')).toEqual(['zero']);
  });

  it('beyond the exact integers are equal when their float64 is', async () => {
    const large = await stored({ a: { n: 2 ** 53 }, b: { n: 2 ** 53 + 2 }, c: { n: 1e300 }, d: { n: 5e-324 } });
    expect(await matching({ n: 2 ** 53 }, large)).toEqual(['a']);
    expect(await matching({ n: { $gt: 2 ** 53 } }, large)).toEqual(['b', 'c']);
    expect(await matching({ n: 1e300 }, large)).toEqual(['c']);
    expect(await matching({ n: { $lt: 1, $gt: 0 } }, large)).toEqual(['d']);
  });

  it('are not what they nearly are', async () => {
    const sums = await stored({ a: { n: 0.1 + 0.2 }, b: { n: 0.3 } });
    expect(await matching({ n: 0.3 }, sums)).toEqual(['b']);
    expect(await matching({ n: { $gt: 0.3 } }, sums)).toEqual(['a']);
  });
});

describe('names and texts in a filter', () => {
  it.each(['a.b', 'a.b.c', 'žánr', '馬🐎', 'a b', `"quoted"'`, 'back\\slash', 'a$b', '', 'constructor', '%', '{1}'])(
    'may be %j',
    async (text) => {
      const odd = await stored({ field: { [text]: 'v' }, value: { f: text }, list: { f: [text, 'w'] }, other: { f: 'w' } });
      expect(await matching({ [text]: 'v' }, odd)).toEqual(['field']);
      expect(await matching({ f: text }, odd)).toEqual(['list', 'value']);
      expect(await matching({ f: { $in: [text] } }, odd)).toEqual(['list', 'value']);
      expect(await matching({ f: { $ne: text } }, odd)).toEqual(['field', 'other']);
    },
  );

  it('are told apart by case and by Unicode form', async () => {
    const forms = await stored({ composed: { f: '\u00e9' }, decomposed: { f: 'e\u0301' }, upper: { F: '\u00e9' } });
    expect(await matching({ f: '\u00e9' }, forms)).toEqual(['composed']);
  });
});

describe('the number of values in a filter', () => {
  const values = (count: number): readonly string[] => [
    'x',
    ...Array.from({ length: count - 1 }, (_item, at) => `v${String(at)}`),
  ];

  it('may be 10000', async () => {
    expect(await matching({ f: { $in: values(10_000) } })).toEqual(['list', 'text']);
    expect(await matching({ f: { $nin: values(10_000) } })).toEqual(allBut('list', 'text'));
  });

  it.each(['$in', '$nin'])('may not be 10001 in %s', async (operator) => {
    expect(await matching({ f: { [operator]: values(10_001) } })).toEqual(invalidWith('10000'));
  });
});

describe('what is no filter', () => {
  it.each<[string, unknown]>([
    ['f', { f: ['x', 'y'] }],
    ['f', { f: [] }],
    ['f.$eq', { f: { $eq: ['x'] } }],
    ['f.$eq', { f: { $eq: {} } }],
    ['f.$ne', { f: { $ne: ['x'] } }],
    ['f', { f: null }],
    ['f.$eq', { f: { $eq: null } }],
    ['f.$ne', { f: { $ne: null } }],
    ['f.$gt', { f: { $gt: '1' } }],
    ['f.$gte', { f: { $gte: true } }],
    ['f.$lt', { f: { $lt: [1] } }],
    ['f.$lte', { f: { $lte: null } }],
    ['f.$gt', { f: { $gt: {} } }],
    ['f.$in', { f: { $in: 'x' } }],
    ['f.$in', { f: { $in: { $eq: 'x' } } }],
    ['f.$in', { f: { $in: ['x', null] } }],
    ['f.$in', { f: { $in: [['x']] } }],
    ['f.$in', { f: { $in: [{}] } }],
    ['f.$nin', { f: { $nin: 1 } }],
    ['f.$nin', { f: { $nin: [null] } }],
    ['f.$exists', { f: { $exists: 'true' } }],
    ['f.$exists', { f: { $exists: 1 } }],
    ['f.$exists', { f: { $exists: null } }],
    ['f', { f: { g: 1 } }],
    ['f', { f: {} }],
    ['$like', { f: { $like: 'x' } }],
    ['$regex', { f: { $eq: 'x', $regex: 'x' } }],
    ['$and', { f: { $and: [{ $eq: 'x' }] } }],
    ['$gt', { $gt: 1 }],
    ['$eq', { $eq: 'x' }],
    ['$in', { $in: ['x'] }],
    ['$nor', { $nor: [{ f: 'x' }] }],
    ['$and', { $and: [] }],
    ['$or', { $or: [] }],
    ['$and', { $and: { f: 'x' } }],
    ['$or', { $or: 'x' }],
    ['$or', { $or: null }],
    ['$and', { $and: ['x'] }],
    ['$or', { $or: [{ f: 'x' }, null] }],
    ['$and', { $and: [{ f: 'x' }, { g: { $like: 1 } }] }],
    ['filter', []],
    ['filter', 'x'],
    ['filter', 1],
    ['filter', [{ f: 'x' }]],
  ])('is told with its place, %s: %j', async (place, filter) => {
    expect(await matching(filter)).toEqual(invalidWith(place));
  });
});

describe('every operation that takes a filter', () => {
  const filter = { f: { $in: ['x', 1] } };
  let own: NamespaceApi;

  beforeEach(async () => {
    own = await stored(RECORDS);
  });

  it('matches the same records in a query', async () => {
    const matches = await own.matches({ vector: [1], topK: 100, filter });
    expect(matches.map(({ id }) => id)).toEqual(['list', 'one', 'text']);
  });

  it('matches the same records in a delete', async () => {
    expect(await own.outcome('/vectors/delete', { filter })).toEqual(DONE);
    expect(await own.ids()).toEqual(Object.keys(RECORDS).filter((id) => !['list', 'one', 'text'].includes(id)));
  });

  it('matches the same records in an update', async () => {
    expect(await own.outcome('/vectors/update', { filter, setMetadata: { seen: true } })).toEqual([200, { matchedRecords: 3 }]);
    expect(await matching({ seen: true }, own)).toEqual(['list', 'one', 'text']);
  });

  it('matches the same records in statistics', async () => {
    const answer = await index.call('/describe_index_stats', { body: { filter } });
    expect(answer.body).toMatchObject({ namespaces: { [own.name]: { vectorCount: 3 } } });
  });

  it.each(['/query', '/vectors/delete', '/vectors/update', '/describe_index_stats'])('refuses what is none: %s', async (path) => {
    const body = { topK: 1, vector: [1], setMetadata: { seen: true }, filter: { f: { $like: 'x' } } };
    expect(await own.outcome(path, body)).toEqual(invalidWith('$like'));
  });
});
