import { randomUUID } from 'node:crypto';
import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { type Outcome, PineconeApi } from '../support/clients/pinecone-api.js';
import { startTierGateway, type TierGateway } from '../support/tiers/tier-twins.js';

/** The word index of an index of documents: every text of its schema, and no other field. */

const HEADERS = { 'x-pinecone-api-version': '2026-07' };
const TEXT = { type: 'string', full_text_search: {} };
const FIELDS = { title: TEXT, body: TEXT, note: TEXT, vec: { type: 'dense_vector', dimension: 8, metric: 'cosine' } };
/** So many texts are worth an index; a namespace beside them is small enough to be read. */
const MANY = 520;
const FEW = 60;
const WORDS = ['ash', 'birch', 'cedar', 'dogwood', 'elm', 'fir', 'ginkgo', 'hazel', 'ivy', 'juniper'];
const QUERIES = ['ash birch', 'elm', 'juniper ivy fir'];
const CLAUSES = [['body'], ['note'], ['title', 'body', 'note']];
const SEARCHES: readonly object[] = [
  ...CLAUSES.flatMap((fields) => QUERIES.map((query) => ({ score_by: [{ type: 'text', fields, query }] }))),
  { score_by: [{ type: 'query_string', query: 'body:(elm AND juniper) OR note:"fir ash"^2 NOT title:ivy' }] },
  { score_by: [{ type: 'text', fields: ['body'], query: 'elm' }], filter: { note: { $match_any: 'elm fir' } } },
  { score_by: [{ type: 'text', fields: ['note'], query: 'elm ash' }], filter: { number: { $lt: 30 } } },
];

let gateway: TierGateway;
let index: PineconeApi;
let name: string;

beforeAll(async () => {
  // the collection has tables of its own with the second load
  gateway = await startTierGateway({ ...SMALL_TIERS, POLYVEC_DEDICATED_MIN_FLOATS: String(8 * (MANY + FEW + 10)) });
  await create();
});

afterAll(async () => {
  await gateway.stop();
});

describe('the words of every field with full-text search', () => {
  it('are indexed once one of them is searched, each with statistics of its own', async () => {
    const before = await answers();
    expect(before.flat()).not.toEqual([]);
    await indexed();
    const { rows } = await gateway.tables.query<{ source: number; texts: number }>(
      'SELECT source::integer AS source, sum(texts)::integer AS texts FROM polyvec.word_counts WHERE collection_id = $1 GROUP BY 1 ORDER BY 1',
      [await collectionId()],
    );
    const noted = [...documents(MANY), ...documents(FEW)].filter(({ note }) => note !== undefined).length;
    expect(rows).toEqual([MANY + FEW, MANY + FEW, noted].map((texts, source) => ({ source, texts })));
    expect(await answers()).toEqual(before);
    expect(await read()).toEqual(before);
  });

  it.each([
    ['an update by id', 'update', { documents: [{ _id: 'd3', note: 'elm elm elm' }] }],
    ['a field that is removed', 'update', { documents: [{ _id: 'd4', _remove_fields: ['body'] }] }],
    ['a first text that is removed', 'update', { documents: [{ _id: 'd2', _remove_fields: ['title'] }] }],
    ['an update by a filter', 'update', { filter: { number: 5 }, set_fields: { body: 'elm juniper', other: 'ash' } }],
    ['a removal by a filter', 'update', { filter: { number: 6 }, remove_fields: ['note', 'body'] }],
    ['an upsert', 'upsert', { documents: [{ _id: 'new', vec: [1, 0, 0, 0, 0, 0, 0, 0], body: 'cedar elm', note: 'fir' }] }],
    ['a deletion', 'delete', { ids: ['d7', 'd8'] }],
  ])('are found as they are after %s, at once and later', async (_, operation, body) => {
    await indexed();
    expect((await call('few', operation, body))[0]).toBe(202);
    const atOnce = await answers();
    await indexed();
    expect(await answers()).toEqual(atOnce);
    expect(await read()).toEqual(atOnce);
  });

  it('are still those when the collection has tables of its own, and gets them in tables of an earlier version, too', async () => {
    await call('many', 'upsert', { documents: documents(MANY + 40) });
    const before = await answers();
    const place = await eventually(placeOf, (found) => found !== 'polyvec');
    expect(place).toMatch(/^polyvec_\d+$/);
    await indexed();
    expect(await answers()).toEqual(before);
    // as the version before this one has left them
    await gateway.tables.query(`
      DELETE FROM ${place}.word_texts WHERE source > 0; ALTER TABLE ${place}.word_texts DROP COLUMN source;
      DELETE FROM ${place}.word_postings WHERE source > 0; ALTER TABLE ${place}.word_postings DROP COLUMN source;
      DELETE FROM ${place}.word_counts WHERE source > 0; ALTER TABLE ${place}.word_counts DROP COLUMN source;
      UPDATE polyvec.collections SET word_sources = NULL, epoch = epoch + 1 WHERE name = '${name}'`);
    expect(await answers()).toEqual(before);
    await call('few', 'update', { documents: [{ _id: 'd9', note: 'elm' }] });
    await indexed();
    const after = await answers();
    expect(after).toEqual(await read());
    expect(after).not.toEqual(before);
  });
});

/** What each search finds, with scores. */
async function answers(): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  for (const search of SEARCHES) {
    const [status, body] = await call('few', 'search', { ...search, top_k: FEW + 1 });
    expect(status).toBe(200);
    const { matches } = body as { matches: readonly { readonly _id: string; readonly _score: number }[] };
    // sums of the same numbers in another order differ in their last digits
    const scored = matches.map(({ _id, _score }) => [_score.toFixed(9), _id] as const);
    found.push(scored.sort(([a, x], [b, y]) => Number(b) - Number(a) || x.localeCompare(y)));
  }
  return found;
}

/** As above, without the index: all texts are read. */
async function read(): Promise<readonly unknown[]> {
  const become = (state: string): Promise<unknown> =>
    gateway.tables.query('UPDATE polyvec.collections SET word_index = $2, epoch = epoch + 1 WHERE name = $1', [name, state]);
  await become('none');
  const found = await answers();
  await become('ready');
  return found;
}

/** Once the index has all that was written. */
async function indexed(): Promise<void> {
  const score_by = [{ type: 'text', fields: ['body'], query: 'elm' }];
  const look = async (): Promise<unknown> => {
    await call('many', 'search', { score_by, top_k: 1 });
    const place = await placeOf();
    const { rows } = await gateway.tables.query<{ state: string; sources: string; pending: string }>(
      `SELECT c.word_index AS state, c.word_sources::text AS sources,
         (SELECT count(*) FROM ${place}.pending_words p WHERE p.collection_id = c.id)::text AS pending
       FROM polyvec.collections c WHERE c.name = $1`,
      [name],
    );
    return rows[0];
  };
  const wanted = { state: 'ready', sources: '[{"field":null},{"field":"body"},{"field":"note"}]', pending: '0' };
  expect(await eventually(look, (seen) => JSON.stringify(seen) === JSON.stringify(wanted))).toEqual(wanted);
}

async function create(): Promise<void> {
  name = `d-${randomUUID()}`;
  const control = new PineconeApi(gateway.pineconeUrl);
  const [status] = await control.outcome('/indexes', { body: { name, schema: { fields: FIELDS } }, headers: HEADERS });
  expect(status).toBe(201);
  index = new PineconeApi(`${gateway.pineconeUrl}/_index/${name}`);
  expect((await call('many', 'upsert', { documents: documents(MANY) }))[0]).toBe(202);
  expect((await call('few', 'upsert', { documents: documents(FEW) }))[0]).toBe(202);
}

interface Document {
  readonly _id: string;
  readonly note: string | undefined;
}

/** Each with other words, some without a note. */
function documents(count: number): readonly Document[] {
  return Array.from({ length: count }, (_, number) => {
    const words = (salt: number, length: number): string =>
      Array.from({ length }, (__, place) => WORDS[(number * salt + place * (number % 7)) % WORDS.length]).join(' ');
    const vec = Array.from({ length: 8 }, (__, place) => ((number + place) % 8) + 1);
    const note = number % 3 === 0 ? undefined : words(7, 2 + (number % 4));
    return { _id: `d${String(number)}`, vec, number, title: words(1, 3), body: words(3, 1 + (number % 5)), note, other: 'elm' };
  });
}

function call(space: string, operation: string, body: object): Promise<Outcome> {
  return index.outcome(`/namespaces/${space}/documents/${operation}`, { body, headers: HEADERS });
}

async function collectionId(): Promise<string> {
  const { rows } = await gateway.tables.query<{ id: string }>('SELECT id FROM polyvec.collections WHERE name = $1', [name]);
  return rows[0]?.id ?? '';
}

async function placeOf(): Promise<string> {
  const { rows } = await gateway.tables.query<{ place: string }>('SELECT place FROM polyvec.collections WHERE name = $1', [name]);
  return rows[0]?.place ?? '';
}
