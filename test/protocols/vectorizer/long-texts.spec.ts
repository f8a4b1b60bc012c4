import {
  type CollectionApi,
  done,
  type Hit,
  noVector,
  refused,
  succeeded,
  VectorizerApi,
} from '../../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

const UUID_V4 = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const WORDS = Array.from({ length: 1000 }, (_, index) => `w${String(index).padStart(3, '0')}`);
/** 5,000 bytes, no word twice. */
const TEXT = WORDS.map((word) => `${word} `)
  .join('')
  .slice(0, 5000);

let gateway: TestGateway;
let api: VectorizerApi;
let collection: CollectionApi;

beforeAll(async () => {
  gateway = await startGateway();
  api = new VectorizerApi(gateway.vectorizerUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  collection = await api.create({ dimension: 64 });
});

interface Inserted {
  readonly message: string;
  readonly vectors_created: number;
  readonly vector_ids: readonly string[];
  readonly chunked: boolean;
  readonly id: string;
}

async function insert(entry: object): Promise<Inserted> {
  return succeeded(await collection.call('POST', '/insert', entry)) as Inserted;
}

/** The stored chunks in their order. */
async function chunks(parent: string): Promise<readonly Hit[]> {
  return collection.search({ query: '', limit: 1000, filter: { parent_id: parent } });
}

async function contents(parent: string): Promise<readonly string[]> {
  return (await chunks(parent)).map(({ payload }) => String(payload?.['content']));
}

function bytes(text: string): number {
  return Buffer.byteLength(text);
}

/** How many bytes the end of one text and the beginning of the other share. */
function shared(left: string, right: string): number {
  const lengths = Array.from({ length: Math.min(left.length, right.length) + 1 }, (_, length) => length);
  return Math.max(...lengths.filter((length) => left.endsWith(right.slice(0, length))));
}

it('case 42: a text of 5,000 bytes is stored as chunks that know their parent', async () => {
  const inserted = await insert({ id: 'd', text: TEXT, metadata: { page: 1 } });
  const ids = inserted.vector_ids;
  expect(ids).toEqual(ids.map((_, index) => `d#${String(index)}`));
  expect(ids.length).toBeGreaterThan(2);
  expect(inserted).toEqual({
    message: `Text inserted successfully (${String(ids.length)} vector(s) created)`,
    ...{ vectors_created: ids.length, vector_ids: ids, collection: collection.name, chunked: true, id: 'd', status: 'inserted' },
  });
  expect(await collection.count()).toBe(ids.length);
  const stored = await chunks('d');
  expect(stored.map(({ id, payload }) => [id, payload])).toEqual(
    ids.map((id, index) => [
      id,
      { content: expect.any(String) as unknown, file_path: 'text_input', chunk_index: index, parent_id: 'd', page: 1 },
    ]),
  );
});

it('case 42: a filter on the parent removes all chunks, and the id of the parent none', async () => {
  const { vectors_created } = await insert({ id: 'd', text: TEXT });
  expect(await collection.delete('/vectors/d')).toEqual(noVector('d'));
  expect(await collection.count()).toBe(vectors_created);
  const deleted = done({ matched: vectors_created, deleted: vectors_created });
  expect(await collection.post('/delete_by_filter', { filter: { parent_id: 'd' } })).toEqual(deleted);
  expect(await collection.count()).toBe(0);
});

it('keeps every word, in windows that end between words and overlap', async () => {
  await insert({ id: 'd', text: TEXT });
  const pieces = await contents('d');
  expect(new Set(pieces.flatMap((piece) => piece.split(' ')))).toEqual(new Set(TEXT.trim().split(' ')));
  for (const piece of pieces) {
    expect(bytes(piece)).toBeLessThanOrEqual(2048);
    expect(piece).toBe(piece.trim());
    expect(piece).not.toBe('');
  }
  for (const [index, piece] of pieces.slice(1).entries()) {
    expect(pieces[index]).toMatch(/ w\d{3}$/);
    expect(shared(pieces[index] ?? '', piece)).toBeGreaterThan(200);
    expect(shared(pieces[index] ?? '', piece)).toBeLessThanOrEqual(256);
  }
});

it('ends windows at the end of a sentence, too', async () => {
  const text = `${'x'.repeat(1500)}.${'y'.repeat(1500)}!${'z'.repeat(1500)}`;
  await insert({ id: 'd', text, chunk_overlap: 0 });
  expect(await contents('d')).toEqual([`${'x'.repeat(1500)}.`, `${'y'.repeat(1500)}!`, 'z'.repeat(1500)]);
});

it('cuts a text without a place to cut after 2048 bytes', async () => {
  await insert({ id: 'd', text: 'x'.repeat(5000), chunk_overlap: 0 });
  expect((await contents('d')).map(({ length }) => length)).toEqual([2048, 2048, 904]);
});

it('drops empty chunks', async () => {
  await insert({ id: 'd', text: `begin${' '.repeat(9000)}end` });
  const pieces = await contents('d');
  expect(pieces[0]).toBe('begin');
  expect(pieces.at(-1)).toBe('end');
  expect(pieces).not.toContain('');
});

it('cuts no character in two', async () => {
  const text = '漢🦄é'.repeat(1000);
  await insert({ id: 'd', text, chunk_size: 1000, chunk_overlap: 0 });
  const pieces = await contents('d');
  expect(pieces.join('')).toBe(text);
  expect(Math.max(...pieces.map(bytes))).toBeLessThanOrEqual(1000);
});

it('heeds chunk_size and chunk_overlap', async () => {
  await insert({ id: 'd', text: TEXT, chunk_size: 500, chunk_overlap: 100 });
  const pieces = await contents('d');
  expect(pieces.length).toBeGreaterThanOrEqual(12);
  for (const [index, piece] of pieces.slice(1).entries()) {
    expect(bytes(piece)).toBeLessThanOrEqual(500);
    expect(shared(pieces[index] ?? '', piece)).toBeGreaterThan(80);
    expect(shared(pieces[index] ?? '', piece)).toBeLessThanOrEqual(100);
  }
});

it.each([
  { chunk_size: 0 },
  { chunk_size: -1 },
  { chunk_size: 'x' },
  { chunk_overlap: -1 },
  { chunk_size: 100, chunk_overlap: 100 },
  { chunk_size: 100, chunk_overlap: 1000 },
])('comes to an end with %j', async (sizes) => {
  const { status } = await collection.call('POST', '/insert', { id: 'd', text: TEXT, ...sizes });
  expect([200, 400]).toContain(status);
});

it('splits a text only above 2048 bytes, whatever its length in characters', async () => {
  expect(await insert({ id: 'a', text: 'x'.repeat(2048) })).toMatchObject({ chunked: false, vector_ids: ['a'] });
  expect(await insert({ id: 'b', text: 'x'.repeat(2049) })).toMatchObject({ chunked: true });
  expect(await insert({ id: 'c', text: 'é'.repeat(1024) })).toMatchObject({ chunked: false, vector_ids: ['c'] });
  expect(await insert({ id: 'd', text: 'é'.repeat(1025) })).toMatchObject({ chunked: true });
});

it('splits no text when it is told not to', async () => {
  expect(await insert({ id: 'd', text: TEXT, auto_chunk: false })).toMatchObject({ chunked: false, vector_ids: ['d'], id: 'd' });
  expect(await collection.vector('d')).toMatchObject({ content: TEXT, payload: {} });
});

it('keeps a short text out of the payload, and gives it back as content', async () => {
  await insert({ id: 'a', text: 'on foxes', metadata: { page: 1 } });
  const { payload, content } = await collection.vector('a');
  expect([payload, content]).toEqual([{ page: 1 }, 'on foxes']);
  expect(await collection.search({ query: 'foxes' })).toMatchObject([{ id: 'a', content: 'on foxes', payload: { page: 1 } }]);
});

it('gives back the text of a chunk', async () => {
  await insert({ id: 'd', text: TEXT });
  const chunk = await collection.vector('d#1');
  expect(chunk.payload['content']).toBe(chunk.content);
  expect(TEXT).toContain(chunk.content);
});

it.each([
  [{ filename: 'a.txt' }, 'a.txt'],
  [{ file_path: 'b/c.txt' }, 'b/c.txt'],
  [{}, 'text_input'],
])('tells of chunks with the metadata %j where they come from', async (metadata, source) => {
  await insert({ id: 'd', text: TEXT, metadata });
  expect((await chunks('d')).map(({ payload }) => payload)).toEqual(
    (await contents('d')).map((content, chunk_index) => ({
      ...{ ...metadata, content, chunk_index, file_path: source, parent_id: 'd' },
    })),
  );
  expect(await collection.describe()).toMatchObject({ document_count: 1 });
});

it("lets no metadata stand in the way of a chunk's own keys", async () => {
  await insert({ id: 'd', text: TEXT, metadata: { content: 'x', chunk_index: 'x', parent_id: 'x', other: 'x' } });
  const stored = await chunks('d');
  expect(stored.map(({ payload }) => payload?.['chunk_index'])).toEqual(stored.map((_, index) => index));
  expect(stored.map(({ payload }) => payload?.['other'])).toEqual(stored.map(() => 'x'));
  expect(stored[0]?.payload?.['content']).toMatch(/^w000 w001 /);
});

it('makes a UUID for every chunk and one for their parent where no id is given', async () => {
  const { vector_ids, id } = await insert({ text: TEXT });
  expect(vector_ids.length).toBeGreaterThan(2);
  expect(new Set(vector_ids).size).toBe(vector_ids.length);
  for (const one of vector_ids) expect(one).toMatch(UUID_V4);
  expect(id).toBe(vector_ids[0]);
  const parents = new Set((await collection.search({ query: '', limit: 100 })).map(({ payload }) => payload?.['parent_id']));
  expect([...parents]).toEqual([expect.stringMatching(UUID_V4)]);
  expect(vector_ids).not.toContain([...parents][0]);
});

it('takes an id of 256 bytes for a text that is split', async () => {
  const id = 'i'.repeat(256);
  expect(await insert({ id, text: TEXT })).toMatchObject({
    id,
    chunked: true,
    vector_ids: expect.arrayContaining([`${id}#0`]) as unknown,
  });
  expect(await collection.vector(`${id}#1`)).toMatchObject({ payload: { parent_id: id } });
});

it('replaces the chunks of the same id', async () => {
  await insert({ id: 'd', text: TEXT, metadata: { version: 1 } });
  const { vectors_created } = await insert({ id: 'd', text: TEXT, metadata: { version: 2 } });
  expect(await collection.count()).toBe(vectors_created);
  expect((await chunks('d')).map(({ payload }) => payload?.['version'])).toEqual(
    Array.from({ length: vectors_created }, () => 2),
  );
});

it.each(['/insert_texts', '/batch_insert'])('splits the texts of %s, each as it says or as the batch says', async (route) => {
  const texts = [
    { id: 'default', text: 'x'.repeat(3000) },
    { id: 'own', text: 'x'.repeat(3000), chunk_size: 1000, chunk_overlap: 0 },
    { id: 'whole', text: 'x'.repeat(3000), auto_chunk: false },
    { id: 'short', text: 'hello' },
  ];
  const batch = { collection: collection.name, texts, chunk_size: 1500, chunk_overlap: 0 };
  const answer = await api.post(route, batch);
  const own = ['own#0', 'own#1', 'own#2'];
  expect(answer).toEqual(done({ failed: 0, count: 4, ids: ['default#0', 'default#1', ...own, 'whole', 'short'] }));
  expect(answer[1]).toMatchObject({
    results: [
      { index: 0, client_id: 'default', status: 'ok', vector_ids: ['default#0', 'default#1'], vectors_created: 2, chunked: true },
      { index: 1, client_id: 'own', status: 'ok', vector_ids: own, vectors_created: 3, chunked: true },
      { index: 2, client_id: 'whole', status: 'ok', vector_ids: ['whole'], vectors_created: 1, chunked: false },
      { index: 3, client_id: 'short', status: 'ok', vector_ids: ['short'], vectors_created: 1, chunked: false },
    ],
  });
});

it('splits no text of a batch that says so, unless the entry says otherwise', async () => {
  const texts = [
    { id: 'whole', text: TEXT },
    { id: 'split', text: TEXT, auto_chunk: true },
  ];
  const body = { collection: collection.name, texts, auto_chunk: false };
  expect((await api.post('/insert_texts', body))[1]).toMatchObject({
    results: [{ vector_ids: ['whole'], chunked: false }, { chunked: true }],
  });
});

it('splits no text that comes with a vector', async () => {
  const vector = Array.from({ length: 64 }, () => 1);
  expect(await insert({ id: 'd', text: TEXT, vector })).toMatchObject({ chunked: false, vector_ids: ['d'] });
  expect((await collection.vector('d')).content).toBe(TEXT);
});

it('refuses encryption of a long text, too', async () => {
  const answer = await collection.post('/insert', { id: 'd', text: TEXT, public_key: 'MFkw' });
  expect(answer).toEqual(refused(400, 'encryption_error'));
  expect(await collection.count()).toBe(0);
});
