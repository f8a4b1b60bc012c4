import type { CollectionDetail, FieldList } from '../../src/console/api/contract/collections.js';
import type {
  Condition,
  DeletePreview,
  Faces,
  FilterInput,
  FilterSyntaxes,
  RecordPage,
  RecordRow,
  SearchResult,
} from '../../src/console/api/contract/records.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { ConsoleApi, type ConsoleCall } from '../support/clients/console-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The console's API: records, filters, searches, edits and deletes. */

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

let gateway: TestGateway;
let console: ConsoleApi;
let chroma: ChromaApi;
let uuid: string;

beforeAll(async () => {
  gateway = await startGateway();
  console = new ConsoleApi(gateway.consoleUrl);
  chroma = new ChromaApi(gateway.chromaUrl);
  uuid = await makeCollection('bees');
  await add(uuid, {
    ids: ['a', 'b', 'c', 'd', 'e'],
    embeddings: [
      [1, 0],
      [0.9, 0.1],
      [0, 1],
      [0.5, 0.5],
      [-1, 0],
    ],
    documents: ['the old bee', 'a young bee', null, 'x'.repeat(3_000), '<script>alert(1)</script>'],
    metadatas: [
      { kind: 'bee', age: 3, size: 1.5, tags: ['old', 'queen'] },
      { kind: 'bee', age: 1, wild: true },
      { kind: 'wasp', age: 3.0, tags: ['old'] },
      null,
      { 'a.b': 'dotted', kind: "'; DROP TABLE x; --" },
    ],
  });
});

afterAll(async () => {
  await gateway.stop();
});

async function makeCollection(name: string): Promise<string> {
  const body = {
    tenant: 'default_tenant',
    database: 'default_database',
    name,
    protocol: 'chroma',
    dimension: null,
    metric: 'l2',
  };
  return (await console.get<CollectionDetail>('/collections', { body })).uuid;
}

async function add(collection: string, body: object): Promise<void> {
  const answer = await chroma.call(`${COLLECTIONS}/${collection}/add`, { body });
  expect(answer.status).toBe(201);
}

function of<T>(path: string, call?: ConsoleCall): Promise<T> {
  return console.get<T>(`/collections/${uuid}/${path}`, call);
}

function page(rest: object = {}): Promise<RecordPage> {
  return of<RecordPage>('records', { body: { namespace: '', limit: 200, ...rest } });
}

const idsOf = (rows: readonly { readonly id: string }[]): readonly string[] => rows.map(({ id }) => id).sort();
const filterOf = (...conditions: readonly Condition[]): FilterInput => ({ match: 'all', conditions });

describe('records', () => {
  it('come in pages, in the order of their first insert', async () => {
    const first = await page({ limit: 3 });
    const second = await page({ limit: 3, after: first.next });
    expect([...first.records, ...second.records].map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd', 'e']);
    expect([first.next, second.next]).toEqual([expect.stringMatching(/^\d+$/), null]);
  });

  it('have cut documents, and a glimpse of their vectors', async () => {
    const { records } = await page();
    const long = records.find(({ id }) => id === 'd');
    expect([long?.document?.length, long?.isCut, long?.embedding]).toEqual([2_048, true, undefined]);
    expect(long?.vector).toMatchObject({ dimension: 2, glimpse: [0.5, 0.5] });
    expect(long?.vector?.norm).toBeCloseTo(Math.SQRT1_2);
  });

  it('are whole where they are asked for by ids', async () => {
    const { records } = await page({ ids: ['d', 'none', 'a'], embeddings: true });
    expect(records.map(({ id, embedding }) => [id, embedding])).toEqual([
      ['d', [0.5, 0.5]],
      ['a', [1, 0]],
    ]);
    expect(records[0]?.document?.length).toBe(3_000);
  });

  it.each([
    ['more than a page', { limit: 201 }],
    ['embeddings without ids', { embeddings: true }],
    ['a cursor that is none', { after: '1; DROP TABLE x' }],
    ['a filter that is none', { filter: { match: 'some', conditions: [] } }],
    ['a condition without an operator', { filter: { match: 'all', conditions: [{ field: 'a', op: 'like', value: 'b' }] } }],
  ])('are not given for %s', async (_what, wrong) => {
    const answer = await console.call(`/collections/${uuid}/records`, { body: { namespace: '', limit: 10, ...wrong } });
    expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ code: 'invalid' })]);
  });

  it('tell by a sample which fields there are', async () => {
    const { sampled, fields } = await of<FieldList>('fields');
    expect(sampled).toBe(5);
    expect(fields.map(({ name }) => name)).toEqual(['a.b', 'age', 'kind', 'size', 'tags', 'wild']);
    expect(fields.find(({ name }) => name === 'kind')?.values[0]).toEqual({ value: 'bee', count: 2 });
    expect(fields.find(({ name }) => name === 'tags')).toMatchObject({
      types: ['list'],
      values: [
        { value: 'old', count: 2 },
        { value: 'queen', count: 1 },
      ],
    });
  });
});

const CONDITIONS: readonly (readonly [string, FilterInput])[] = [
  ['eq', filterOf({ field: 'kind', op: 'eq', value: 'bee' })],
  ['ne', filterOf({ field: 'kind', op: 'ne', value: 'bee' })],
  ['a number that is equal', filterOf({ field: 'age', op: 'eq', value: 3 })],
  ['a comparison', filterOf({ field: 'age', op: 'gt', value: 1 })],
  ['gte and lt', filterOf({ field: 'age', op: 'gte', value: 1 }, { field: 'age', op: 'lt', value: 3 })],
  ['in', filterOf({ field: 'kind', op: 'in', value: ['wasp', 'ant'] })],
  ['nin', filterOf({ field: 'kind', op: 'nin', value: ['wasp', 'bee'] })],
  ['a boolean', filterOf({ field: 'wild', op: 'eq', value: true })],
  ['a field that is there', filterOf({ field: 'size', op: 'exists', value: true })],
  ['a field that is missing', filterOf({ field: 'size', op: 'exists', value: false })],
  ['contains', filterOf({ field: 'tags', op: 'contains', value: 'old' })],
  ['not_contains', filterOf({ field: 'tags', op: 'not_contains', value: 'queen' })],
  ['the document', filterOf({ field: null, op: 'contains', value: 'bee' })],
  ['not the document', filterOf({ field: null, op: 'not_contains', value: 'old' })],
  ['a dotted field', filterOf({ field: 'a.b', op: 'eq', value: 'dotted' })],
  ['a hostile value', filterOf({ field: 'kind', op: 'eq', value: "'; DROP TABLE x; --" })],
  ['a list', filterOf({ field: 'tags', op: 'eq', value: 'old' })],
  [
    'one or the other',
    {
      match: 'any',
      conditions: [
        { field: 'kind', op: 'eq', value: 'wasp' },
        { field: null, op: 'contains', value: 'young' },
      ],
    },
  ],
  ['nothing at all', filterOf()],
];

describe('a filter', () => {
  it.each(CONDITIONS)('by %s selects the same records in every syntax, or says why not', async (_what, filter) => {
    const syntaxes = await of<FilterSyntaxes>('filter-syntaxes', { body: filter });
    const expected = idsOf((await page({ filter })).records);
    const found = await Promise.all([byChroma(syntaxes), byPinecone(syntaxes), byVectorizer(syntaxes)]);
    const reasons = [syntaxes.chroma.why, syntaxes.pinecone.why, syntaxes.vectorizer.why];
    expect(found.map((ids, place) => reasons[place] ?? ids)).toEqual(reasons.map((reason) => reason ?? expected));
  });

  it('is shown as SQL with its values written in', async () => {
    const filter = filterOf({ field: 'kind', op: 'eq', value: "it's" });
    const { sql } = await of<FilterSyntaxes>('filter-syntaxes', { body: filter });
    expect(sql).toMatch(/r\.collection_id = \d+ AND r\.namespace = '' AND /);
    expect(sql).toContain("it''s");
    expect(sql).not.toContain('$1');
  });

  it('that Chroma refuses is refused', async () => {
    const filter = filterOf({ field: 'kind', op: 'gt', value: 'bee' });
    const answer = await console.call(`/collections/${uuid}/records`, { body: { namespace: '', limit: 1, filter } });
    expect(answer.body).toMatchObject({ code: 'invalid', message: 'Invalid where clause' });
  });
});

/** What is null is the filter of everything: the reason beside it is looked at first. */
const parsed = (text: string | null): unknown => JSON.parse(text ?? 'null');

async function byChroma({ chroma: { where, whereDocument } }: FilterSyntaxes): Promise<readonly string[]> {
  const body = { where: parsed(where), where_document: parsed(whereDocument), include: [] };
  const answer = await chroma.call(`${COLLECTIONS}/${uuid}/get`, { body });
  return [...(answer.body as { readonly ids: readonly string[] }).ids].sort();
}

async function byPinecone({ pinecone: { filter } }: FilterSyntaxes): Promise<readonly string[]> {
  const url = `${gateway.consoleUrl}/pinecone/_index/bees/vectors/fetch_by_metadata`;
  const answer = await post(url, { filter: parsed(filter) ?? {}, limit: 100 }, { 'x-pinecone-api-version': '2025-10' });
  return Object.keys((answer as { readonly vectors: object }).vectors).sort();
}

async function byVectorizer({ vectorizer: { filter } }: FilterSyntaxes): Promise<readonly string[]> {
  const answer = await post(`${gateway.vectorizerUrl}/collections/bees/search`, {
    query: '',
    limit: 100,
    filter: parsed(filter) ?? {},
  });
  return idsOf((answer as { readonly results: readonly RecordRow[] }).results);
}

async function post(url: string, body: object, headers: object = {}): Promise<unknown> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  return answer.json();
}

describe('a record', () => {
  it('is shown as each protocol answers it', async () => {
    const faces = await of<Faces>('record?id=a');
    const [, , path = '', body = ''] = /^(\w+) (\S+) (.*)$/.exec(faces.chroma.request) ?? [];
    const byChromaClients = await chroma.call(path, { body });
    expect(faces.chroma.answer).toBe(byChromaClients.text);
    const fetched = await fetch(`${gateway.consoleUrl}/pinecone/_index/bees${pathOf(faces.pinecone.request)}`);
    expect(faces.pinecone.answer).toBe(await fetched.text());
    const got = await fetch(`${gateway.vectorizerUrl}${pathOf(faces.vectorizer.request)}`);
    expect(faces.vectorizer.answer).toBe(await got.text());
    expect(faces.sql.statement).toContain("r.id = 'a'");
    expect(JSON.parse(faces.sql.row)).toMatchObject({ id: 'a', namespace: '', embedding: '[1,0]' });
  });

  it('that is not there is 404', async () => {
    expect((await console.call(`/collections/${uuid}/record?id=none`)).status).toBe(404);
  });

  it('is added once, changed in parts, and keeps the rest', async () => {
    const edit = (body: object): Promise<RecordRow> =>
      of<RecordRow>('record', { method: 'PUT', body: { namespace: '', id: 'new', ...body } });
    const added = await edit({ isNew: true, document: 'one', metadata: '{"x":1,"y":2.0}', embedding: [0, 2] });
    expect(added).toMatchObject({ id: 'new', document: 'one', metadata: '{"x": 1, "y": 2.0}', vector: { norm: 2 } });
    const again = await console.call(`/collections/${uuid}/record`, {
      method: 'PUT',
      body: { namespace: '', id: 'new', isNew: true },
    });
    expect(again.status).toBe(409);
    expect(await edit({ metadata: '{"x":5}' })).toMatchObject({ document: 'one', metadata: '{"x": 5}', vector: { norm: 2 } });
    expect(await edit({ document: null })).toMatchObject({ document: null, metadata: '{"x": 5}', vector: { norm: 2 } });
    expect(await edit({ metadata: null, embedding: [3, 0] })).toMatchObject({ metadata: null, vector: { norm: 3 } });
    const { token } = await of<DeletePreview>('delete-preview', { body: { namespace: '', ids: ['new'] } });
    await of('delete', { body: { token, selection: { namespace: '', ids: ['new'] }, expected: 1 } });
  });

  it('is in Pinecone’s default namespace by either of its names', async () => {
    const place = { tenant: 'default_tenant', database: 'default_database' };
    const index = { ...place, name: 'edited', protocol: 'pinecone', dimension: 2, metric: 'cosine' };
    const made = await console.get<CollectionDetail>('/collections', { body: index });
    const path = `/collections/${made.uuid}`;
    const body = { namespace: '__default__', id: 'a', isNew: true, embedding: [1, 0] };
    await console.get(`${path}/record`, { method: 'PUT', body });
    const { records } = await console.get<RecordPage>(`${path}/records`, { body: { namespace: '', limit: 10 } });
    expect(records.map(({ id }) => id)).toEqual(['a']);
  });

  it.each([
    ['without an embedding', { document: 'x' }],
    ['with one of another dimension', { embedding: [1, 2, 3] }],
    ['with metadata that Chroma does not store', { embedding: [1, 2], metadata: '{"a":{"b":1}}' }],
    ['with metadata that is no object', { embedding: [1, 2], metadata: '[]' }],
  ])('%s is refused', async (_what, wrong) => {
    const body = { namespace: '', id: 'wrong', isNew: true, ...wrong };
    const answer = await console.call(`/collections/${uuid}/record`, { method: 'PUT', body });
    expect([answer.status >= 400 && answer.status < 500, (answer.body as { readonly code: string }).code]).toEqual([
      true,
      'invalid',
    ]);
  });
});

const pathOf = (request: string): string => request.slice(request.indexOf(' ') + 1);

describe('a search', () => {
  const search = (body: object): Promise<SearchResult> =>
    of<SearchResult>('search', { body: { namespace: '', limit: 3, ...body } });

  it('says what it has found, how, and in which time', async () => {
    const found = await search({ embedding: [1, 0] });
    expect(found.hits.map(({ id, distance }) => [id, distance])).toEqual([
      ['a', 0],
      ['b', expect.closeTo(0.02)],
      ['d', 0.5],
    ]);
    expect([found.plan, found.planInWords]).toEqual([
      expect.stringMatching(/^exact; reason=no index; .*found=3$/),
      'exact: there is no index, found 3',
    ]);
    expect(found.timing.databaseMs).toBeLessThanOrEqual(found.timing.totalMs);
    expect(found.embedding).toEqual([1, 0]);
  });

  it('like records leaves those records out', async () => {
    expect((await search({ ids: ['a', 'b'], limit: 1 })).hits.map(({ id }) => id)).toEqual(['d']);
  });

  it('exactly compares with every record that the filter selects', async () => {
    const found = await search({ embedding: [1, 0], exact: true, filter: filterOf({ field: 'kind', op: 'eq', value: 'wasp' }) });
    expect([found.hits.map(({ id }) => id), found.planInWords]).toEqual([['c'], 'exact: it was asked for, found 1']);
  });

  it.each([
    ['by nothing', {}, 400],
    ['by two things', { embedding: [1, 0], ids: ['a'] }, 400],
    ['by a text without a model', { text: 'bee' }, 400],
    ['of another dimension', { embedding: [1] }, 400],
    ['for too many', { embedding: [1, 0], limit: 101 }, 400],
    ['like records that are not there', { ids: ['none'] }, 404],
  ])('%s is refused', async (_what, body, status) => {
    expect((await console.call(`/collections/${uuid}/search`, { body: { namespace: '', limit: 1, ...body } })).status).toBe(
      status,
    );
  });
});

describe('a delete', () => {
  it('removes what was seen before, and nothing that came since', async () => {
    const collection = await makeCollection('doomed');
    await add(collection, { ids: ['1', '2'], embeddings: [[1], [2]], metadatas: [{ k: 1 }, { k: 1 }] });
    const selection = { namespace: '', filter: filterOf({ field: 'k', op: 'eq', value: 1 }) };
    const preview = await console.get<DeletePreview>(`/collections/${collection}/delete-preview`, { body: selection });
    expect([preview.count, preview.isMore, idsOf(preview.examples)]).toEqual([2, false, ['1', '2']]);
    const confirm = (rest: object): ReturnType<ConsoleApi['call']> =>
      console.call(`/collections/${collection}/delete`, { body: { token: preview.token, selection, expected: 2, ...rest } });
    await add(collection, { ids: ['3'], embeddings: [[3]], metadatas: [{ k: 1 }] });
    expect((await confirm({})).status).toBe(409);
    expect((await confirm({ expected: 3 })).status).toBe(400);
    expect((await confirm({ selection: { namespace: '', filter: filterOf() } })).status).toBe(400);
    expect((await confirm({ token: preview.token.replace(/^\d/, '9') })).status).toBe(400);
    const again = await console.get<DeletePreview>(`/collections/${collection}/delete-preview`, { body: selection });
    expect((await confirm({ token: again.token, expected: 3 })).body).toContainEqual({ kind: 'done', deleted: 3 });
  });

  it('is refused once a record has been replaced or written again, and takes a new preview', async () => {
    const collection = await makeCollection('swapped');
    await add(collection, { ids: ['1', '2'], embeddings: [[1], [2]], metadatas: [{ k: 1 }, { k: 1 }] });
    const selection = { namespace: '', filter: filterOf({ field: 'k', op: 'eq', value: 1 }) };
    const path = `/collections/${collection}`;
    const preview = (): Promise<DeletePreview> => console.get<DeletePreview>(`${path}/delete-preview`, { body: selection });
    const confirm = (token: string): ReturnType<ConsoleApi['call']> =>
      console.call(`${path}/delete`, { body: { token, selection, expected: 2 } });
    const first = await preview();
    await chroma.call(`${COLLECTIONS}/${collection}/delete`, { body: { ids: ['2'] } });
    await add(collection, { ids: ['3'], embeddings: [[3]], metadatas: [{ k: 1 }] });
    const swapped = await confirm(first.token);
    expect([swapped.status, swapped.body]).toEqual([409, expect.objectContaining({ code: 'changed' })]);
    const second = await preview();
    await chroma.call(`${COLLECTIONS}/${collection}/update`, { body: { ids: ['3'], documents: ['another'] } });
    expect((await confirm(second.token)).status).toBe(409);
    expect((await confirm((await preview()).token)).body).toContainEqual({ kind: 'done', deleted: 2 });
  });

  it('of records by their ids is refused once one of them has been written again', async () => {
    const collection = await makeCollection('named');
    await add(collection, { ids: ['1'], embeddings: [[1]], documents: ['seen'] });
    const selection = { namespace: '', ids: ['1'] };
    const path = `/collections/${collection}`;
    const { token } = await console.get<DeletePreview>(`${path}/delete-preview`, { body: selection });
    await chroma.call(`${COLLECTIONS}/${collection}/update`, { body: { ids: ['1'], documents: ['another'] } });
    expect((await console.call(`${path}/delete`, { body: { token, selection, expected: 1 } })).status).toBe(409);
  });

  it('is refused on another collection than the one that was seen', async () => {
    const selection = { namespace: '', ids: ['a'] };
    const { token } = await of<DeletePreview>('delete-preview', { body: selection });
    const other = await makeCollection('other');
    expect((await console.call(`/collections/${other}/delete`, { body: { token, selection, expected: 1 } })).status).toBe(400);
  });
});
