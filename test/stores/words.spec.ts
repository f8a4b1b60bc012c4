import { readFile } from 'node:fs/promises';
import { eventually, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { type CollectionApi, type Hit, succeeded, VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startTierGateway, type TierGateway } from '../support/tiers/tier-twins.js';

/** Texts and queries with the scores of bm25s, by the script beside it: the best ten, as places of texts. */
interface Reference {
  readonly texts: readonly string[];
  readonly answers: readonly { readonly query: string; readonly best: readonly (readonly [place: number, score: number])[] }[];
}

const LONG = 'submarine '.repeat(300_000);

let gateway: TierGateway;
let api: VectorizerApi;
let texts: CollectionApi;
let reference: Reference;

beforeAll(async () => {
  gateway = await startTierGateway({ ...SMALL_TIERS, POLYVEC_DEDICATED_MIN_FLOATS: '8000' });
  api = new VectorizerApi(gateway.vectorizerUrl);
  texts = await api.create({ dimension: 8 });
  const path = new URL('../support/words/bm25-reference.json', import.meta.url);
  reference = JSON.parse(await readFile(path, 'utf8')) as Reference;
  for (let start = 0; start < reference.texts.length; start += 350) {
    await insert(reference.texts.slice(start, start + 350).map((text, index) => ({ id: String(start + index), text })));
  }
});

afterAll(async () => {
  await gateway.stop();
});

describe('the scores of a search by words', () => {
  it('are within 0.01 of those of bm25s before there is an index, and by it', async () => {
    await expectReference();
    await caughtUp();
    expect(await postings()).toBeGreaterThan(reference.texts.length);
    await expectReference();
  });

  it('are the same before changes are indexed, and after', async () => {
    await caughtUp();
    const [query = ''] = reference.answers.map((answer) => answer.query);
    await insert([
      { id: '5', text: `${query} ${query}` },
      { id: 'new', text: `new ${query}` },
    ]);
    await texts.delete('/vectors/7');
    const before = await lexical(query);
    expect(before.slice(0, 2).map(({ id }) => id)).toEqual(['5', 'new']);
    await caughtUp();
    expect(await lexical(query)).toEqual(before);
    await insert([{ id: '5', text: reference.texts[5] ?? '' }]);
    await insert([{ id: '7', text: reference.texts[7] ?? '' }]);
    await texts.delete('/vectors/new');
    await caughtUp();
    // all is as it was, the numbers that were counted included; only the order of first insert is another
    expect(await counted()).toEqual({ texts: '700', words: String(reference.texts.join(' ').split(' ').length) });
  });

  it('count the words of a text that is longer than any tsvector', async () => {
    await insert([{ id: 'long', text: `${LONG} periscope` }]);
    await caughtUp();
    expect((await lexical('periscope')).map(({ id }) => id)).toEqual(['long']);
    await texts.delete('/vectors/long');
  });
});

describe('a word index', () => {
  it('stays right when its collection gets tables of its own', async () => {
    const [query = ''] = reference.answers.map((answer) => answer.query);
    await insert(Array.from({ length: 350 }, (_, index) => ({ id: `more-${String(index)}`, text: 'more' })));
    const before = await lexical(query);
    expect(await promoted(gateway.tables, await collectionUuid())).toBe(true);
    expect(await lexical(query)).toEqual(before);
    await insert([{ id: 'more-1', text: `${query} ${query}` }]);
    expect((await lexical(query)).map(({ id }) => id)).toContain('more-1');
    await caughtUp();
    expect((await lexical(query)).map(({ id }) => id)).toContain('more-1');
  });

  it('goes with its collection', async () => {
    await caughtUp();
    const id = await collectionId();
    expect(await texts.delete('')).toMatchObject([200, { status: 'deleted' }]);
    const rows = async (): Promise<string | undefined> => {
      const { rows: found } = await gateway.tables.query<{ rows: string }>(
        `SELECT (SELECT count(*) FROM polyvec.word_postings WHERE collection_id = $1) + (SELECT count(*) FROM polyvec.word_texts
          WHERE collection_id = $1) + (SELECT count(*) FROM polyvec.word_counts WHERE collection_id = $1) AS rows`,
        [id],
      );
      return found[0]?.rows;
    };
    expect(await eventually(rows, (count) => count === '0')).toBe('0');
  });
});

async function expectReference(): Promise<void> {
  for (const { query, best } of reference.answers) {
    const hits = await lexical(query);
    expect(hits.map(({ score }) => score)).toEqual(best.map(([, score]) => expect.closeTo(score, 2) as unknown));
    expect(hits.map(({ id }) => id)).toEqual(best.map(([place]) => String(place)));
  }
}

/** The list of words alone, with BM25's scores: the wire has s / (s + 1). */
async function lexical(query: string): Promise<readonly { readonly id: string; readonly score: number }[]> {
  const body = { query, algorithm: 'weighted', alpha: 0, dense_k: 1, sparse_k: 10, with_vector: false };
  const { results } = succeeded(await texts.call('POST', '/hybrid_search', body)) as { results: readonly Hit[] };
  return results.filter(({ score }) => score > 0).map(({ id, score }) => ({ id, score: score / (1 - score) }));
}

async function insert(entries: readonly { readonly id: string; readonly text: string }[]): Promise<void> {
  const body = { collection: texts.name, texts: entries.map((entry) => ({ ...entry, auto_chunk: false })) };
  expect(succeeded(await api.call('POST', '/insert_texts', body))).toMatchObject({ failed: 0 });
}

/** Once the index has all that was written. */
async function caughtUp(): Promise<void> {
  const look = async (): Promise<{ ready: string; pending: string } | undefined> => {
    const { rows } = await gateway.tables.query<{ ready: string; pending: string }>(
      `SELECT c.word_index AS ready, (SELECT count(*) FROM polyvec.pending_words p WHERE p.collection_id = c.id) AS pending
        FROM polyvec.collections c WHERE c.name = $1`,
      [texts.name],
    );
    return rows[0];
  };
  expect(await eventually(look, (seen) => seen?.ready === 'ready' && seen.pending === '0')).toEqual({
    ready: 'ready',
    pending: '0',
  });
}

async function collectionId(): Promise<string> {
  const { rows } = await gateway.tables.query<{ id: string }>('SELECT id FROM polyvec.collections WHERE name = $1', [texts.name]);
  return rows[0]?.id ?? '';
}

async function collectionUuid(): Promise<string> {
  const { rows } = await gateway.tables.query<{ uuid: string }>('SELECT uuid FROM polyvec.collections WHERE name = $1', [
    texts.name,
  ]);
  return rows[0]?.uuid ?? '';
}

async function postings(): Promise<number> {
  const { rows } = await gateway.tables.query<{ count: string }>(
    'SELECT count(*) FROM polyvec.word_postings WHERE collection_id = $1',
    [await collectionId()],
  );
  return Number(rows[0]?.count);
}

async function counted(): Promise<unknown> {
  const { rows } = await gateway.tables.query('SELECT texts, words FROM polyvec.word_counts WHERE collection_id = $1', [
    await collectionId(),
  ]);
  return rows[0];
}
