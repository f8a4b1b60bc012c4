import { randomUUID } from 'node:crypto';
import { verifyDatabase } from '../../../src/cli/verify.js';
import { createIndex, type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { openGatewayDatabase } from '../../support/gateway/gateway-database.js';

/** Documents: indexes with a schema of fields, API 2026-07. */

const NEW = { 'x-pinecone-api-version': '2026-07' };
const OLD = { 'x-pinecone-api-version': '2026-04' };
const TEXT = { type: 'string', full_text_search: {} };
const FIELDS = {
  title: TEXT,
  body: TEXT,
  vec: { type: 'dense_vector', dimension: 2, metric: 'cosine' },
  terms: { type: 'sparse_vector' },
};
const DOCUMENTS = [
  {
    _id: 'a',
    vec: [1, 0],
    terms: { indices: [1, 5], values: [1, 0.5] },
    title: 'Brown bears',
    body: 'The quick brown fox',
    year: 1999,
  },
  {
    _id: 'b',
    vec: [0, 1],
    terms: { indices: [5], values: [2] },
    title: 'Foxes',
    body: 'A fox that is brown and quick',
    year: 2001,
  },
  { _id: 'c', vec: [1, 1], title: 'Entropy', body: 'Nothing of the kind', year: 2001, tags: ['x', 'y'] },
];
const USAGE = { read_units: 1 };

let gateway: TestGateway;
let control: PineconeApi;
let index: PineconeApi;
let indexName: string;

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
  indexName = `d-${randomUUID()}`;
  expect((await createWith(FIELDS, indexName))[0]).toBe(201);
  index = new PineconeApi(`${gateway.pineconeUrl}/_index/${indexName}`);
});

afterAll(async () => {
  await gateway.stop();
});

function createWith(fields: object, name = `d-${randomUUID()}`): Promise<Outcome> {
  return control.outcome('/indexes', { body: { name, schema: { fields } }, headers: NEW });
}

function refused(status: number, code: string, part: string): Outcome {
  return [status, { error: { code, message: expect.stringContaining(part) as unknown }, status }];
}

function call(space: string, operation: string, body: object): Promise<Outcome> {
  return index.outcome(`/namespaces/${space}/documents/${operation}`, { body, headers: NEW });
}

/** A namespace that holds the documents. */
async function filled(): Promise<string> {
  const space = `n-${randomUUID()}`;
  expect(await call(space, 'upsert', { documents: DOCUMENTS })).toEqual([202, { upserted_count: 3 }]);
  return space;
}

/** Ids in the order of the answer; the answer itself where it is an error. */
async function ids(space: string, score: object | readonly object[], filter?: object): Promise<unknown> {
  const body = { score_by: [score].flat(), top_k: 10, ...(filter && { filter }) };
  const [status, answer] = await call(space, 'search', body);
  const { matches } = answer as { matches?: readonly { readonly _id: string }[] };
  return matches?.map(({ _id }) => _id) ?? [status, answer];
}

function message(part: string): unknown {
  return [400, expect.objectContaining({ message: expect.stringContaining(part) as unknown })];
}

describe('an index of documents', () => {
  it('is described with the fields of its schema', async () => {
    const searched = { language: 'en', stemming: false, stop_words: false, lowercase: true, max_term_len: 2046 };
    const text = { type: 'string', full_text_search: searched, description: null };
    const [status, described] = await control.outcome(`/indexes/${indexName}`, { headers: NEW });
    expect([status, (described as { schema: unknown }).schema]).toEqual([
      200,
      {
        fields: {
          title: text,
          body: text,
          vec: { ...FIELDS.vec, description: null },
          terms: { ...FIELDS.terms, description: null },
        },
      },
    ]);
  });

  it('is described to older versions by its dense field', async () => {
    const [, described] = await control.outcome(`/indexes/${indexName}`, { headers: OLD });
    expect(described).toMatchObject({ dimension: 2, metric: 'cosine', vector_type: 'dense' });
  });

  it('is a sparse one to older versions when it has text only', async () => {
    const name = `d-${randomUUID()}`;
    expect((await createWith({ body: TEXT }, name))[0]).toBe(201);
    const [, described] = await control.outcome(`/indexes/${name}`, { headers: OLD });
    expect(described).toMatchObject({ metric: 'dotproduct', vector_type: 'sparse' });
  });

  it.each([
    ['two dense fields', { a: FIELDS.vec, b: FIELDS.vec }, 400, 'INVALID_ARGUMENT', 'one dense slot'],
    ['a string that is not searched', { a: { type: 'string' } }, 400, 'INVALID_ARGUMENT', 'full_text_search'],
    ['a string that is filterable', { a: { ...TEXT, filterable: true } }, 400, 'INVALID_ARGUMENT', 'filterable'],
    ['metadata', { a: TEXT, n: { type: 'float' } }, 400, 'INVALID_ARGUMENT', "'float'"],
    ['a reserved name', { _id: TEXT }, 400, 'INVALID_ARGUMENT', '_id'],
    ['stop words alone', { a: { type: 'string', full_text_search: { stop_words: true } } }, 400, 'INVALID_ARGUMENT', 'stemming'],
    ['stemming', { a: { type: 'string', full_text_search: { stemming: true } } }, 400, 'UNIMPLEMENTED', 'stemming'],
    ['embedding', { a: { type: 'string', embed: {} } }, 400, 'UNIMPLEMENTED', 'embed'],
    ['no dimension', { a: { type: 'dense_vector' } }, 422, 'UNPROCESSABLE_ENTITY', 'dimension'],
  ])('is refused: %s', async (_, fields, status, code, part) => {
    expect(await createWith(fields)).toEqual(refused(status, code, part));
  });

  it('takes no writes of vectors', async () => {
    const answer = await index.outcome('/vectors/upsert', { body: { vectors: [{ id: 'v', values: [1, 0] }] } });
    expect(answer).toEqual(message('writes must go through the documents API.'));
  });

  it('is there for no older version', async () => {
    expect(await index.outcome('/namespaces/x/documents/list', { body: {}, headers: OLD })).toEqual(message('2026-07'));
  });

  it('is not what an index of vectors is', async () => {
    const { name } = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const vectors = new PineconeApi(`${gateway.pineconeUrl}/_index/${name}`);
    expect(await vectors.outcome('/namespaces/x/documents/list', { body: {}, headers: NEW })).toEqual(
      message('no document schema'),
    );
  });
});

describe('documents', () => {
  it('are fetched as they were sent, with all fields or those that are named', async () => {
    const space = await filled();
    const documents = Object.fromEntries(DOCUMENTS.map((document) => [document._id, document]));
    expect(await call(space, 'fetch', { ids: ['a', 'b', 'c', 'nobody'] })).toEqual([
      200,
      { documents, namespace: space, usage: USAGE },
    ]);
    expect(await call(space, 'fetch', { ids: ['c'], include_fields: ['title', 'tags'] })).toEqual([
      200,
      { documents: { c: { _id: 'c', title: 'Entropy', tags: ['x', 'y'] } }, namespace: space, usage: USAGE },
    ]);
  });

  it('are fetched by a filter, and listed, in pages', async () => {
    const space = await filled();
    const wanted = { filter: { year: 2001 }, include_fields: ['year'], limit: 1 };
    const [, first] = await call(space, 'fetch', wanted);
    const { documents, pagination } = first as { documents: object; pagination: { next: string } };
    expect(documents).toEqual({ b: { _id: 'b', year: 2001 } });
    expect(await call(space, 'fetch', { ...wanted, pagination_token: pagination.next })).toEqual([
      200,
      { documents: { c: { _id: 'c', year: 2001 } }, namespace: space, usage: USAGE },
    ]);
    const [, listed] = await call(space, 'list', { limit: 2 });
    const page = listed as { documents: object; pagination: { next: string } };
    expect(page.documents).toEqual([{ _id: 'a' }, { _id: 'b' }]);
    expect(await call(space, 'list', { limit: 2, pagination_token: page.pagination.next })).toEqual([
      200,
      { documents: [{ _id: 'c' }], namespace: space, usage: USAGE },
    ]);
  });

  it('are replaced whole by an upsert', async () => {
    const space = await filled();
    await call(space, 'upsert', { documents: [{ _id: 'a', vec: [0, 1] }] });
    expect(await call(space, 'fetch', { ids: ['a'] })).toEqual([
      200,
      { documents: { a: { _id: 'a', vec: [0, 1] } }, namespace: space, usage: USAGE },
    ]);
  });

  it('are changed by id, in part; those that are not there stay so', async () => {
    const space = await filled();
    const documents = [
      { _id: 'c', title: 'New', _remove_fields: ['year', 'body'] },
      { _id: 'nobody', title: 'x' },
    ];
    expect(await call(space, 'update', { documents })).toEqual([202, {}]);
    expect(await call(space, 'fetch', { ids: ['c', 'nobody'] })).toEqual([
      200,
      { documents: { c: { _id: 'c', vec: [1, 1], title: 'New', tags: ['x', 'y'] } }, namespace: space, usage: USAGE },
    ]);
  });

  it('lose any text, by id and by a filter, and are not found by it', async () => {
    const space = await filled();
    const documents = [
      { _id: 'a', year: 2000, _remove_fields: ['title'] },
      { _id: 'b', title: 'Brown', _remove_fields: ['body'] },
    ];
    expect(await call(space, 'update', { documents })).toEqual([202, {}]);
    const removal = { filter: { tags: 'x' }, remove_fields: ['title', 'year'] };
    expect(await call(space, 'update', removal)).toEqual([202, { matched_records: 1 }]);
    const [, answer] = await call(space, 'fetch', { ids: ['a', 'b', 'c'], include_fields: ['title', 'body', 'year'] });
    expect((answer as { documents: unknown }).documents).toEqual({
      a: { _id: 'a', body: DOCUMENTS[0]?.body, year: 2000 },
      b: { _id: 'b', title: 'Brown', year: 2001 },
      c: { _id: 'c', body: DOCUMENTS[2]?.body },
    });
    expect(await ids(space, { type: 'text', fields: ['title'], query: 'brown entropy' })).toEqual(['b']);
  });

  it('are changed by a filter', async () => {
    const space = await filled();
    const change = { filter: { year: 2001 }, set_fields: { seen: true }, remove_fields: ['tags'] };
    expect(await call(space, 'update', change)).toEqual([202, { matched_records: 2 }]);
    expect(await call(space, 'fetch', { filter: { seen: true }, include_fields: ['tags', 'seen'] })).toEqual([
      200,
      { documents: { b: { _id: 'b', seen: true }, c: { _id: 'c', seen: true } }, namespace: space, usage: USAGE },
    ]);
  });

  it('are changed by a filter in their text and vector, too, all at once', async () => {
    const space = await filled();
    const set = { title: 'Same', body: 'one', vec: [0.5, 0.5], year: 2002 };
    const lsnOf = async (body: object): Promise<number> => {
      const { headers } = await index.call(`/namespaces/${space}/documents/update`, { body, headers: NEW });
      return Number(headers.get('x-pinecone-request-lsn'));
    };
    const before = await lsnOf({ filter: { year: 1999 }, set_fields: { seen: true } });
    expect(await lsnOf({ filter: { year: 2001 }, set_fields: set, remove_fields: ['tags', 'terms-of-use'] })).toBe(before + 1);
    const [, body] = await call(space, 'fetch', { ids: ['b', 'c'] });
    expect(body).toMatchObject({
      documents: { b: { ...set, terms: { indices: [5], values: [2] } }, c: { _id: 'c', ...set } },
    });
    expect(JSON.stringify(body)).not.toContain('tags');
    const found = await call(space, 'search', { score_by: [{ type: 'text', fields: ['title'], query: 'same' }], top_k: 5 });
    expect(found[1]).toMatchObject({ matches: [{ _id: 'b' }, { _id: 'c' }] });
    const short = { filter: { year: 2002 }, set_fields: { vec: [1] } };
    expect((await call(space, 'update', short))[0]).toBe(400);
  });

  it('are deleted by id, by a filter, and all', async () => {
    const space = await filled();
    expect(await call(space, 'delete', { ids: ['a'] })).toEqual([202, {}]);
    expect(await call(space, 'delete', { filter: { tags: 'x' } })).toEqual([202, { matched_records: 1 }]);
    expect(await call(space, 'list', {})).toEqual([200, { documents: [{ _id: 'b' }], namespace: space, usage: USAGE }]);
    expect(await call(space, 'delete', { delete_all: true })).toEqual([202, {}]);
    expect(await call(space, 'list', {})).toEqual([200, { documents: [], namespace: space, usage: USAGE }]);
  });

  it.each([
    ['upsert', { documents: [] }, 'at least one document'],
    ['upsert', { documents: [{ _id: 'x', title: 'no vector' }] }, "lacks the dense_vector field 'vec'"],
    ['upsert', { documents: [{ _id: 'x', vec: [1, 0, 0] }] }, 'dimension'],
    ['upsert', { documents: [{ _id: 'x', vec: [1, 0], title: 5 }] }, 'title: expected a string'],
    ['upsert', { documents: [{ _id: 'x', vec: [1, 0], deep: { a: 1 } }] }, 'deep'],
    [
      'upsert',
      {
        documents: [
          { _id: 'x', vec: [1, 0] },
          { _id: 'x', vec: [1, 0] },
        ],
      },
      'Duplicate',
    ],
    ['upsert', { documents: [{ vec: [1, 0] }] }, '_id'],
    ['update', {}, "'documents' or 'filter'"],
    ['update', { filter: { year: 1 } }, 'set_fields'],
    ['update', { documents: [{ _id: 'a', year: 1, _remove_fields: ['year'] }] }, 'both set and removed'],
    ['update', { documents: [{ _id: 'a', _remove_fields: ['terms'] }] }, 'not served'],
    ['update', { filter: {}, set_fields: { a: 1 } }, 'non-empty'],
    ['delete', {}, 'exactly one'],
    ['delete', { ids: ['a'], delete_all: true }, 'exactly one'],
    ['fetch', {}, 'exactly one'],
    ['list', { limit: 101 }, 'limit'],
  ])('are refused by %s: %j', async (operation, body, part) => {
    expect(await call('refusals', operation, body)).toEqual(message(part));
  });
});

describe('a search of documents', () => {
  let space: string;

  beforeAll(async () => {
    space = await filled();
  });

  it('returns the score, and fields only where they are asked for', async () => {
    const score_by = [{ type: 'dense_vector', field: 'vec', values: [1, 0] }];
    expect(await call(space, 'search', { score_by, top_k: 1 })).toEqual([
      200,
      { matches: [{ _id: 'a', _score: 1 }], namespace: space, usage: USAGE },
    ]);
    expect(await call(space, 'search', { score_by, top_k: 1, include_fields: ['*'] })).toEqual([
      200,
      { matches: [{ ...DOCUMENTS[0], _score: 1 }], namespace: space, usage: USAGE },
    ]);
  });

  it('ranks by dense and by sparse vectors', async () => {
    expect(await ids(space, { type: 'dense_vector', fields: ['vec'], values: [0, 1] })).toEqual(['b', 'c', 'a']);
    expect(await ids(space, { type: 'sparse_vector', field: 'terms', sparse_values: { indices: [5], values: [1] } })).toEqual([
      'b',
      'a',
    ]);
  });

  it('ranks by words, and adds up the scores of fields', async () => {
    const text = (fields: readonly string[], query: string): object => ({ type: 'text', fields, query });
    expect(await ids(space, text(['title'], 'brown'))).toEqual(['a']);
    expect(await ids(space, text(['body'], 'FOX'))).toEqual(['a', 'b']);
    expect(await ids(space, text(['title', 'body'], 'foxes brown'))).toEqual(['b', 'a']);
    expect(await ids(space, [text(['title'], 'entropy'), text(['body'], 'fox')])).toEqual(['c', 'a', 'b']);
    const score = async (fields: readonly string[]): Promise<number> => {
      const [, answer] = await call(space, 'search', { score_by: [text(fields, 'brown')], top_k: 1 });
      return (answer as { matches: { _score: number }[] }).matches[0]?._score ?? 0;
    };
    const parts = (await score(['title'])) + (await score(['body']));
    expect(await score(['title', 'body'])).toBeCloseTo(parts, 5);
  });

  it.each([
    ['body:fox', ['a', 'b']],
    ['body:"brown fox"', ['a']],
    ['fox NOT year', ['a', 'b']],
    ['body:(fox AND that)', ['b']],
    ['title:(bears OR entropy) NOT quick', ['c']],
    ['+body:fox -title:bears', ['b']],
    ['title:entropy^5 body:fox', ['c', 'a', 'b']],
    ['(body:"brown fox" AND title:nowhere) OR title:foxes', ['b']],
  ])('takes query strings: %s', async (query, found) => {
    expect(await ids(space, { type: 'query_string', query })).toEqual(found);
  });

  it.each(['fo*', 'fox~1', 'body:[a TO b]', '/f.x/', '(fox', 'fox)', 'AND fox', 'NOT fox', 'year:2001', 'fox\\ x', '"fox"~2'])(
    'refuses other syntax: %s',
    async (query) => {
      expect(await ids(space, { type: 'query_string', query })).toEqual(message('query_string'));
    },
  );

  it.each([
    [{ body: { $match_phrase: 'brown fox' } }, ['a']],
    [{ body: { $match_phrase: 'fox brown' } }, []],
    [{ body: { $match_all: 'quick fox brown' } }, ['b', 'a']],
    [{ body: { $match_any: 'kind that' } }, ['b', 'c']],
    [{ $and: [{ title: { $match_any: 'foxes entropy' } }, { year: 2001 }] }, ['b', 'c']],
    [{ title: { $match_all: 'foxes' }, year: { $gt: 2000 } }, ['b']],
    [{ $not: { body: { $match_all: 'fox' } } }, ['c']],
    [{ body: { $match_phrase: '...' } }, []],
  ])('filters by words: %j', async (filter, found) => {
    expect(await ids(space, { type: 'dense_vector', field: 'vec', values: [0, 1] }, filter)).toEqual(found);
  });

  it.each([
    ['an empty filter', { filter: {} }, 'non-empty'],
    ['a comparison of text', { filter: { title: 'Foxes' } }, 'title'],
    ['words of metadata', { filter: { year: { $match_all: '2001' } } }, 'full_text_search'],
    ['vectors in a filter', { filter: { vec: 1 } }, 'vectors'],
    ['no scoring', { score_by: [] }, 'at least one'],
    ['an unknown scoring', { score_by: [{ type: 'magic' }] }, 'type'],
    ['embedding', { score_by: [{ type: 'embed', field: 'title', query: 'x' }] }, 'not served'],
    ['a field that is not searched', { score_by: [{ type: 'text', fields: ['year'], query: 'x' }] }, 'full_text_search'],
    ['another dimension', { score_by: [{ type: 'dense_vector', field: 'vec', values: [1] }] }, 'dimension'],
    ['no top_k', { top_k: null }, 'top_k'],
  ])('refuses %s', async (_, inside, part) => {
    const score_by = [{ type: 'text', fields: ['title'], query: 'foxes' }];
    expect(await call(space, 'search', { score_by, top_k: 1, ...inside })).toEqual(message(part));
  });

  it('refuses a vector beside another clause', async () => {
    const vector = { type: 'dense_vector', field: 'vec', values: [1, 0] };
    const text = { type: 'text', fields: ['title'], query: 'foxes' };
    expect(await ids(space, [text, vector])).toEqual(message('alone'));
  });
});

it('an index of texts alone is in order', async () => {
  const name = `d-${randomUUID()}`;
  expect((await createWith({ title: TEXT }, name))[0]).toBe(201);
  const texts = new PineconeApi(`${gateway.pineconeUrl}/_index/${name}`);
  const body = { documents: [{ _id: 'a', title: 'Brown bears' }] };
  expect(await texts.outcome('/namespaces/n/documents/upsert', { body, headers: NEW })).toEqual([202, { upserted_count: 1 }]);
  const database = await openGatewayDatabase(gateway.environment);
  const lines: string[] = [];
  const isWell = await verifyDatabase(database, { recall: 0, collection: name }, (line) => lines.push(line));
  await database.close();
  expect([isWell, lines]).toEqual([true, lines]);
});
