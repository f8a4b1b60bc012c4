import { randomUUID } from 'node:crypto';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { IndexApi, type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/** The documents API, of API version 2026-07. */

const NEW = { 'x-pinecone-api-version': '2026-07' };
const FIELDS = {
  body: { type: 'string', full_text_search: { language: 'en' }, description: 'what it says' },
  embedding: { type: 'dense_vector', dimension: 2, metric: 'dotproduct' },
  terms: { type: 'sparse_vector' },
  year: { type: 'integer' },
};
const QUINCE = {
  _id: 'quince',
  embedding: [1, 0],
  body: 'A marmalade of quinces, slowly cooked.',
  year: 1999,
  tags: ['fruit', 'sweet'],
};
const PLUM = {
  _id: 'plum',
  embedding: [0, 1],
  body: 'Plum jam. Cooked slowly, of plums.',
  terms: { indices: [7], values: [2] },
  year: 2005,
  draft: true,
};
const SILENT = { _id: 'silent', embedding: [0.5, 0.5], year: 2005 };

let gateway: TestGateway;
let control: PineconeApi;
let index: IndexApi;

async function create(fields: object): Promise<Outcome> {
  return control.outcome('/indexes', { body: { name: `d-${randomUUID()}`, schema: { fields } }, headers: NEW });
}

async function created(fields: object): Promise<IndexApi> {
  const [status, body] = await create(fields);
  if (status !== 201) throw new Error(JSON.stringify(body));
  const { name, host } = body as { name: string; host: string };
  return new IndexApi(name, Number(host.slice(host.lastIndexOf(':') + 1)));
}

/** The calls on the documents of a namespace that nothing else uses. */
class Documents {
  readonly namespace = `n-${randomUUID()}`;

  constructor(private readonly of: IndexApi) {}

  async post(operation: string, body: object): Promise<Outcome> {
    return this.of.outcome(`/namespaces/${this.namespace}/documents/${operation}`, { body, headers: NEW });
  }

  /** The ids that a search finds, best first. */
  async found(scoreBy: object | readonly object[], inside: object = {}): Promise<unknown> {
    const body = { score_by: Array.isArray(scoreBy) ? scoreBy : [scoreBy], top_k: 10, ...inside };
    const [status, answer] = await this.post('search', body);
    if (status !== 200) return [status, (answer as { message?: string }).message ?? answer];
    return (answer as { matches: { _id: string }[] }).matches.map(({ _id }) => _id);
  }

  async all(): Promise<unknown> {
    const [, answer] = await this.post('fetch', { ids: ['quince', 'plum', 'silent'] });
    return (answer as { documents: unknown }).documents;
  }
}

async function filled(of = index, documents: readonly object[] = [QUINCE, PLUM, SILENT]): Promise<Documents> {
  const made = new Documents(of);
  expect(await made.post('upsert', { documents })).toEqual([202, { upserted_count: documents.length }]);
  return made;
}

function refusal(words: string): unknown {
  return [400, expect.objectContaining({ message: expect.stringContaining(words) as unknown })];
}

beforeAll(async () => {
  gateway = await startGateway();
  control = new PineconeApi(gateway.pineconeUrl);
  index = await created(FIELDS);
});

afterAll(async () => {
  await gateway.stop();
});

describe('an index of documents', () => {
  it('is described by its schema, without descriptions', async () => {
    const [, body] = await control.outcome(`/indexes/${index.name}`, { headers: NEW });
    const described = Object.fromEntries(Object.entries(FIELDS).map(([name, field]) => [name, { ...field, description: null }]));
    expect(body).toMatchObject({ schema: { fields: described } });
  });

  it('is, to an older client, one of the dense field', async () => {
    const [, body] = await control.outcome(`/indexes/${index.name}`, { headers: { 'x-pinecone-api-version': '2025-10' } });
    expect(body).toMatchObject({ dimension: 2, metric: 'dotproduct', vector_type: 'dense' });
  });

  it.each([
    ['without a field to search by', { year: { type: 'integer' } }, 'must have a vector field'],
    ['of a type that there is not', { body: FIELDS.body, year: { type: 'decimal' } }, "unknown type 'decimal'"],
    ['with two fields of a kind', { a: FIELDS.body, b: FIELDS.body }, 'more than one field of a kind'],
    ['with stemming', { a: { type: 'string', full_text_search: { stemming: true } } }, 'stemming'],
    ['whose words are numbers', { a: { type: 'integer', full_text_search: {} } }, 'only a string'],
    ['that embeds', { a: { type: 'string', embed: { model: 'polyvec-local' } } }, 'embedded'],
    ['that mixes it with an index of vectors', { _values: FIELDS.embedding, body: FIELDS.body }, '_values'],
  ])('is refused %s', async (_what, fields, words) => {
    expect(await create(fields)).toEqual([
      400,
      { error: { code: expect.anything() as unknown, message: expect.stringContaining(words) as unknown }, status: 400 },
    ]);
  });

  it('is written by the documents API alone', async () => {
    const words = 'This index has a document schema, so writes must go through the documents API.';
    for (const [path, body] of [
      ['/vectors/upsert', { vectors: [{ id: 'a', values: [1, 0] }] }],
      ['/vectors/update', { id: 'a', values: [1, 0] }],
      ['/vectors/delete', { ids: ['a'] }],
    ] as const) {
      expect(await index.outcome(path, { body })).toEqual(refusal(words));
    }
  });
});

describe('an upsert', () => {
  it('keeps every field, and a fetch gives them back', async () => {
    const documents = await filled();
    expect(await documents.all()).toEqual({ quince: QUINCE, plum: PLUM, silent: SILENT });
  });

  it('replaces documents whole', async () => {
    const documents = await filled();
    await documents.post('upsert', { documents: [{ _id: 'plum', embedding: [1, 1] }] });
    expect(await documents.all()).toMatchObject({ plum: { _id: 'plum', embedding: [1, 1] } });
    expect(await documents.found({ type: 'text', fields: ['body'], query: 'jam' })).toEqual([]);
  });

  it.each([
    ['nothing', [], 'at least one document'],
    ['no id', [{ embedding: [1, 0] }], "'_id' is required"],
    ['an id twice', [QUINCE, QUINCE], 'occurs twice'],
    ['no required vector', [{ _id: 'a', body: 'text' }], "'embedding' is required"],
    ['a vector of another dimension', [{ _id: 'a', embedding: [1] }], 'dimension'],
    ['a text that is none', [{ _id: 'a', embedding: [1, 0], body: 3 }], 'body: expected a string'],
    ['a value of another type', [{ _id: 'a', embedding: [1, 0], year: 'soon' }], 'year: expected a value of the type integer'],
    ['a list of numbers elsewhere', [{ _id: 'a', embedding: [1, 0], other: [1, 2] }], 'other: a list of numbers'],
    ['a field with a reserved name', [{ _id: 'a', embedding: [1, 0], _score: 1 }], "begin with '_'"],
  ])('of %s is refused, and nothing is written', async (_what, documents, words) => {
    const made = new Documents(index);
    expect(await made.post('upsert', { documents })).toEqual(refusal(words));
    expect(await made.post('list', {})).toMatchObject([200, { documents: [] }]);
  });

  it('needs one of the searched fields where none is required', async () => {
    const made = new Documents(await created({ body: FIELDS.body }));
    expect(await made.post('upsert', { documents: [{ _id: 'a', year: 1 }] })).toEqual(
      refusal("at least one of the fields 'body'"),
    );
    expect(await made.post('upsert', { documents: [{ _id: 'a', body: 'plain text', year: 1 }] })).toEqual([
      202,
      { upserted_count: 1 },
    ]);
    expect(await made.found({ type: 'text', fields: ['body'], query: 'TEXT' })).toEqual(['a']);
  });
});

describe('a search', () => {
  let documents: Documents;

  beforeAll(async () => {
    documents = await filled();
  });

  it('by a dense vector ranks by it', async () => {
    expect(await documents.found({ type: 'dense_vector', field: 'embedding', values: [1, 0] })).toEqual([
      'quince',
      'silent',
      'plum',
    ]);
  });

  it('by a sparse vector finds those that share an index with it', async () => {
    const clause = { type: 'sparse_vector', fields: ['terms'], sparse_values: { indices: [7], values: [3] } };
    const [, answer] = await documents.post('search', { score_by: [clause], top_k: 3 });
    expect(answer).toEqual({ matches: [{ _id: 'plum', _score: 6 }], namespace: documents.namespace, usage: { read_units: 1 } });
  });

  it('by text ranks by BM25, and several clauses add up', async () => {
    expect(await documents.found({ type: 'text', fields: ['body'], query: 'plums jam' })).toEqual(['plum']);
    expect(await documents.found({ type: 'text', field: 'body', query: 'cooked' })).toHaveLength(2);
    const clauses = ['marmalade', 'quinces cooked'].map((query) => ({ type: 'text', fields: ['body'], query }));
    expect(await documents.found(clauses)).toEqual(['quince', 'plum']);
  });

  it('shows no field unless it is asked for', async () => {
    const clause = { type: 'text', fields: ['body'], query: 'marmalade' };
    const shown = async (include: readonly string[] | undefined): Promise<unknown> => {
      const [, answer] = await documents.post('search', { score_by: [clause], top_k: 1, include_fields: include });
      const [{ _score: score, ...match } = { _score: 0 }] = (answer as { matches: { _score: number }[] }).matches;
      expect(score).toBeGreaterThan(0);
      return match;
    };
    expect(await shown(undefined)).toEqual({ _id: 'quince' });
    expect(await shown(['year', 'body', 'none'])).toEqual({ _id: 'quince', year: 1999, body: QUINCE.body });
    expect(await shown(['*'])).toEqual(QUINCE);
  });

  it.each([
    ['jam', ['plum']],
    ['body:jam OR body:marmalade', ['plum', 'quince']],
    ['cooked -jam', ['quince']],
    ['cooked NOT jam', ['quince']],
    ['+plums cooked', ['plum']],
    ['cooked AND quinces', ['quince']],
    ['"cooked slowly"', ['plum']],
    ['"slowly cooked" "no such phrase"', ['quince']],
  ])('by the query string %s finds %j', async (query, expected) => {
    const found = await documents.found({ type: 'query_string', query });
    expect([...(found as string[])].sort()).toEqual(expected);
  });

  it.each(['(jam)', 'ja*', 'jam~2', 'year:[1 TO 2]', 'jam^3', 'title:jam', '-jam', 'jam AND', '"open'])(
    'by the query string %s is refused',
    async (query) => {
      expect(await documents.found({ type: 'query_string', query })).toEqual([400, expect.stringContaining('query_string')]);
    },
  );

  it.each([
    [{ year: { $gt: 2000 } }, ['plum', 'silent']],
    [{ tags: 'fruit' }, ['quince']],
    [{ body: { $match_phrase: 'MARMALADE of quinces' } }, ['quince']],
    [{ body: { $match_phrase: 'quinces of marmalade' } }, []],
    [{ body: { $match_all: 'plums jam' } }, ['plum']],
    [{ body: { $match_any: 'marmalade jam' } }, ['plum', 'quince']],
    [{ $and: [{ body: { $match_any: 'cooked' } }, { year: 1999 }] }, ['quince']],
    [{ $or: [{ body: { $match_all: 'jam' } }, { year: 1999 }] }, ['plum', 'quince']],
    [{ body: { $match_any: 'plu' } }, []],
  ])('with the filter %j finds %j', async (filter, expected) => {
    const found = await documents.found({ type: 'dense_vector', field: 'embedding', values: [1, 1] }, { filter });
    expect([...(found as string[])].sort()).toEqual(expected);
  });

  it.each([
    ['no clause', [], {}, 'at least one clause'],
    [
      'vectors beside texts',
      [
        { type: 'text', fields: ['body'], query: 'a' },
        { type: 'dense_vector', field: 'embedding', values: [1, 0] },
      ],
      {},
      'must appear alone',
    ],
    ['a field that there is not', [{ type: 'text', fields: ['title'], query: 'a' }], {}, "no field 'title'"],
    ['a type that there is not', [{ type: 'magic', query: 'a' }], {}, 'score_by[0].type'],
    ['embedded text', [{ type: 'embed', field: 'body', query: 'a' }], {}, 'not served'],
    ['an empty filter', [{ type: 'text', fields: ['body'], query: 'a' }], { filter: {} }, 'non-empty'],
    ['a comparison of the text', [{ type: 'text', fields: ['body'], query: 'a' }], { filter: { body: 'a' } }, '$match_phrase'],
    [
      'a match of metadata',
      [{ type: 'text', fields: ['body'], query: 'a' }],
      { filter: { tags: { $match_all: 'a' } } },
      'no field with full_text_search',
    ],
    ['a filter by a vector', [{ type: 'text', fields: ['body'], query: 'a' }], { filter: { embedding: 1 } }, 'a vector field'],
    ['no words', [{ type: 'text', fields: ['body'], query: '?!' }], {}, 'at least one word'],
  ])('of %s is refused', async (_what, scoreBy, inside, words) => {
    expect(await documents.found(scoreBy, inside)).toEqual([400, expect.stringContaining(words)]);
  });
});

describe('a fetch', () => {
  it('by a filter comes in pages, in the order of ids', async () => {
    const documents = await filled();
    const first = await documents.post('fetch', { filter: { year: { $gt: 1 } }, limit: 2, include_fields: ['year'] });
    expect(first).toMatchObject([
      200,
      { documents: { plum: { _id: 'plum', year: 2005 }, quince: { _id: 'quince', year: 1999 } } },
    ]);
    const { pagination } = first[1] as { pagination: { next: string } };
    const second = await documents.post('fetch', { filter: { year: { $gt: 1 } }, limit: 2, pagination_token: pagination.next });
    expect(second[1]).toEqual({ documents: { silent: SILENT }, namespace: documents.namespace, usage: { read_units: 1 } });
  });

  it('leaves out what there is not, and takes ids or a filter', async () => {
    const documents = await filled();
    expect(await documents.post('fetch', { ids: ['none'] })).toMatchObject([200, { documents: {} }]);
    expect(await documents.post('fetch', {})).toEqual(refusal("No 'ids' or 'filter'"));
    expect(await documents.post('fetch', { ids: ['a'], filter: { year: 1 } })).toEqual(refusal('mutually exclusive'));
    expect(await documents.post('fetch', { filter: {} })).toEqual(refusal('non-empty'));
  });
});

describe('an update', () => {
  it('by id changes what it names, and removes fields', async () => {
    const documents = await filled();
    const changes = [
      { _id: 'plum', body: 'Now of apples.', _remove_fields: ['draft'] },
      { _id: 'none', year: 1 },
    ];
    expect(await documents.post('update', { documents: changes })).toEqual([202, {}]);
    const { draft: _removed, ...kept } = PLUM;
    expect(await documents.all()).toEqual({ quince: QUINCE, plum: { ...kept, body: 'Now of apples.' }, silent: SILENT });
    expect(await documents.found({ type: 'text', fields: ['body'], query: 'apples' })).toEqual(['plum']);
  });

  it('by a filter sets and removes metadata, and says how many matched', async () => {
    const documents = await filled();
    const update = { filter: { year: 2005 }, set_fields: { year: 2006, seen: true }, remove_fields: ['draft'] };
    expect(await documents.post('update', update)).toEqual([202, { matched_records: 2 }]);
    const { draft: _removed, ...kept } = PLUM;
    expect(await documents.all()).toEqual({
      quince: QUINCE,
      plum: { ...kept, year: 2006, seen: true },
      silent: { ...SILENT, year: 2006, seen: true },
    });
  });

  it.each([
    ['nothing', {}, "One of 'documents' and 'filter'"],
    ['both ways at once', { documents: [{ _id: 'a' }], filter: { year: 1 } }, 'cannot be combined'],
    ['a filter without a change', { filter: { year: 1 } }, "'set_fields' or 'remove_fields'"],
    ['a null', { documents: [{ _id: 'a', year: null }] }, 'null'],
    ['a field both ways', { documents: [{ _id: 'a', year: 1, _remove_fields: ['year'] }] }, 'both set and removed'],
    ['a searched field, removed', { documents: [{ _id: 'a', _remove_fields: ['body'] }] }, 'cannot be removed'],
    ['a searched field, by a filter', { filter: { year: 1 }, set_fields: { body: 'a' } }, 'changed by id'],
    ['matches of a text', { filter: { body: { $match_all: 'a' } }, set_fields: { year: 1 } }, 'not supported here'],
  ])('of %s is refused', async (_what, body, words) => {
    const documents = await filled();
    expect(await documents.post('update', body)).toEqual(refusal(words));
    expect(await documents.all()).toEqual({ quince: QUINCE, plum: PLUM, silent: SILENT });
  });
});

describe('a delete', () => {
  it('takes ids, a filter or everything', async () => {
    const documents = await filled();
    expect(await documents.post('delete', { ids: ['quince', 'none'] })).toEqual([202, {}]);
    expect(await documents.post('delete', { filter: { draft: true } })).toEqual([202, { matched_records: 1 }]);
    expect(await documents.post('list', {})).toMatchObject([200, { documents: [{ _id: 'silent' }] }]);
    expect(await documents.post('delete', { delete_all: true })).toEqual([202, {}]);
    expect(await documents.post('list', {})).toMatchObject([200, { documents: [] }]);
    expect(await documents.post('delete', {})).toEqual(refusal('exactly one'));
    expect(await documents.post('delete', { ids: ['a'], delete_all: true })).toEqual(refusal('exactly one'));
  });
});

describe('a list', () => {
  it('is of ids by their beginning, in pages', async () => {
    const documents = await filled(
      index,
      ['a1', 'a2', 'a3', 'b1'].map((_id) => ({ ...SILENT, _id })),
    );
    const [, first] = await documents.post('list', { prefix: 'a', limit: 2 });
    expect(first).toMatchObject({
      documents: [{ _id: 'a1' }, { _id: 'a2' }],
      namespace: documents.namespace,
      usage: { read_units: 1 },
    });
    const { next } = (first as { pagination: { next: string } }).pagination;
    const [, second] = await documents.post('list', { prefix: 'a', limit: 2, pagination_token: next });
    expect(second).toEqual({ documents: [{ _id: 'a3' }], namespace: documents.namespace, usage: { read_units: 1 } });
  });
});

describe('other protocols', () => {
  it('see the searched text as the document, and the other fields as metadata', async () => {
    await index.call('/namespaces/__default__/documents/upsert', { body: { documents: [QUINCE] }, headers: NEW });
    const chroma = new ChromaApi(gateway.chromaUrl);
    const { id } = (await chroma.call(`/api/v2/tenants/default_tenant/databases/default_database/collections/${index.name}`))
      .body as { id: string };
    const records = `/api/v2/tenants/default_tenant/databases/default_database/collections/${id}`;
    const [, got] = await chroma.outcome(`${records}/get`, { include: ['documents', 'metadatas', 'embeddings'] });
    expect(got).toMatchObject({
      ids: ['quince'],
      documents: [QUINCE.body],
      embeddings: [[1, 0]],
      metadatas: [{ year: 1999, tags: ['fruit', 'sweet'] }],
    });
    await chroma.call(`${records}/upsert`, { body: { ids: ['pear'], embeddings: [[0, 1]], documents: ['pear sauce'] } });
    const [, found] = await index.outcome('/namespaces/__default__/documents/search', {
      body: { score_by: [{ type: 'text', fields: ['body'], query: 'sauce' }], top_k: 1, include_fields: ['*'] },
      headers: NEW,
    });
    expect(found).toMatchObject({ matches: [{ _id: 'pear', body: 'pear sauce', embedding: [0, 1] }] });
  });

  it('are no reason for an index of vectors to take documents', async () => {
    const [, body] = await control.outcome('/indexes', {
      body: { name: `v-${randomUUID()}`, schema: { fields: { _values: FIELDS.embedding } } },
      headers: NEW,
    });
    const { host } = body as { host: string };
    const vectors = new Documents(new IndexApi('', Number(host.slice(host.lastIndexOf(':') + 1))));
    expect(await vectors.post('upsert', { documents: [QUINCE] })).toEqual(refusal('no document schema'));
    expect(await vectors.post('list', {})).toEqual(refusal('no document schema'));
  });
});
