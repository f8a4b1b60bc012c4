import fc from 'fast-check';
import type { Collection } from '../../src/collections/collection.js';
import { CollectionStore } from '../../src/collections/collection.store.js';
import { inPlace } from '../../src/collections/place-tables.store.js';
import type { Database } from '../../src/postgres/database.js';
import { sql } from '../../src/postgres/sql.js';
import { Stopped } from '../../src/records/maintenance/background-steps.js';
import {
  type DraftKey,
  type DraftPlace,
  DraftPlaceStore,
  type DraftSpan,
  type DraftTable,
} from '../../src/records/maintenance/draft-place.store.js';
import { PlaceStore } from '../../src/records/maintenance/place.store.js';
import { PromotionStore } from '../../src/records/maintenance/promotion.store.js';
import { MOST_ROWS_A_STEP, PromotionInSteps } from '../../src/records/maintenance/promotion-in-steps.js';
import { VerificationStore } from '../../src/records/verification/verification.store.js';
import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createCollection } from '../support/clients/chroma-client.js';
import { createIndex, type NamespaceApi, type Vector } from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { openGatewayDatabase } from '../support/gateway/gateway-database.js';
import { ModelCollection, type ModelSpace } from '../support/models/model.js';
import { type Commands, commands, readAll, type Session } from '../support/models/model-commands.js';
import { byEffort, SEED } from '../support/setup/effort.js';

/** On the embedded engine a collection leaves the pool in steps, between which clients write what they like. */

let gateway: TestGateway;
/** The engine of the gateway, which itself moves nothing. */
let database: Database;
let catalog: CollectionStore;
let promotions: PromotionStore;
let drafts: WatchedDrafts;

/** Tells of every step, before it is made. */
class WatchedDrafts extends DraftPlaceStore {
  readonly reads: number[] = [];
  before: () => Promise<unknown> = () => Promise.resolve();

  override async copy(
    draft: DraftPlace,
    table: DraftTable,
    span: DraftSpan,
    rows: number,
  ): Promise<{ readonly read: number; readonly last: DraftKey | undefined }> {
    await this.before();
    const step = await super.copy(draft, table, span, rows);
    this.reads.push(step.read);
    return step;
  }
}

beforeAll(async () => {
  gateway = await startGateway();
});

async function open(): Promise<void> {
  database = await openGatewayDatabase(gateway.environment);
  const places = new PlaceStore(database);
  catalog = new CollectionStore(database);
  drafts = new WatchedDrafts(database, places);
  promotions = new PromotionStore(database, places, drafts);
}

beforeEach(open);

afterEach(async () => {
  await drafts.discard();
  await database.close();
});

afterAll(async () => {
  await gateway.stop();
});

async function stored(uuid: string): Promise<Collection> {
  const collection = await catalog.findStored(uuid);
  if (collection === undefined) throw new Error(`there is no ${uuid}`);
  return collection;
}

async function begun(uuid: string): Promise<DraftPlace> {
  const draft = await drafts.begin(await stored(uuid));
  if (draft === undefined) throw new Error(`${uuid} got no draft`);
  for (const { text } of draft.definitions) await database.script(text);
  return draft;
}

/** Fills a draft in steps of so many rows at most, and does something after each. Returns how many there were. */
async function fill(
  draft: DraftPlace,
  rowsOf: (step: number) => number,
  between: (step: number) => Promise<unknown>,
): Promise<number> {
  let step = 0;
  for (const table of draft.tables) {
    const until = await drafts.follow(draft, table);
    let after: DraftKey | undefined;
    do {
      if (until !== undefined) ({ last: after } = await drafts.copy(draft, table, { after, until }, rowsOf(step)));
      await between(step);
      step += 1;
    } while (after !== undefined);
  }
  return step;
}

/** How many rows of each table are not in the pool as they are in the draft. */
async function differences({ collection, tables }: DraftPlace): Promise<readonly number[]> {
  const counts = tables.map(async ({ source, target }) => {
    // a vector's number is its own in the draft
    const rowsOf = (table: typeof source): typeof source =>
      sql`SELECT (to_jsonb(b) - 'seq')::text FROM ${table} b WHERE b.collection_id = ${collection.id}`;
    const [row] = await database.query<{ count: string }>(sql`
      SELECT count(*) AS count FROM (
        (${rowsOf(source)} EXCEPT ALL ${rowsOf(target)}) UNION ALL (${rowsOf(target)} EXCEPT ALL ${rowsOf(source)})) AS d`);
    return Number(row?.count);
  });
  return Promise.all(counts);
}

function none(draft: DraftPlace): readonly number[] {
  return draft.tables.map(() => 0);
}

/** What follows the pool, and schemas of the collections that are in it. */
async function traces(): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT DISTINCT tgname::text AS name FROM pg_trigger WHERE tgname LIKE 'follow_pool%' UNION ALL
    SELECT nspname::text FROM pg_namespace n WHERE nspname ~ '^polyvec_[0-9]+$' AND NOT EXISTS (
      SELECT FROM polyvec.collections c WHERE c.place = n.nspname)`);
  return rows.map(({ name }) => name);
}

/** Numbers say which vectors an index covers: each has one of its own, and those that have no direction a very high one. */
async function wrongNumbers({ collection }: DraftPlace): Promise<number> {
  const [row] = await database.query<{ wrong: string }>(sql`
    SELECT count(*) - count(DISTINCT seq) + count(*) FILTER (WHERE seq <= 0
      OR (inner_product(embedding, embedding) = 0 AND ${collection.metric === 'cosine'}) <> (seq > ${2n ** 62n}::bigint)) AS wrong
    FROM ${inPlace(collection, collection.vectorTable)}`);
  return Number(row?.wrong);
}

function inSteps(): PromotionInSteps {
  return new PromotionInSteps(database, drafts, promotions);
}

function chroma(): ChromaApi {
  return new ChromaApi(gateway.chromaUrl);
}

function recordsOf(count: number): object {
  const ids = Array.from({ length: count }, (_, index) => `r${String(index)}`);
  return { ids, embeddings: ids.map((_, index) => [index, 1]), metadatas: ids.map((_, index) => ({ index })) };
}

/** Copies five records into a draft, as one that is cut off then. */
async function copySome(draft: DraftPlace): Promise<number> {
  const [table] = draft.tables;
  if (table === undefined) throw new Error('a draft has tables');
  const until = await drafts.follow(draft, table);
  return until === undefined ? 0 : (await drafts.copy(draft, table, { after: undefined, until }, 5)).read;
}

async function uuidOf(name: string): Promise<string> {
  const [row] = await database.query<{ uuid: string }>(sql`SELECT uuid FROM polyvec.collections WHERE name = ${name}`);
  return row?.uuid ?? '';
}

const IDS = Array.from({ length: 20 }, (_, number) => `v${String(number)}`);

/** Six vectors of these numbers. */
function batchOf(from: number, weight: number): readonly Vector[] {
  return IDS.slice(from, from + 6).map((id, at) => ({
    ...{ id, values: [from + at, weight], metadata: { number: from + at, weight } },
    sparseValues: { indices: [at, 10 + from + at], values: [weight, 1] },
  }));
}

/** What clients of Pinecone do to a namespace. */
async function changeSome(space: NamespaceApi, step: number): Promise<void> {
  const post = async (action: string, body: object): Promise<void> => {
    const { status } = await space.post(`/vectors/${action}`, body, { 'x-pinecone-api-version': '2025-10' });
    expect(status).toBe(200);
  };
  if (space.name !== '' && step % 7 === 6) await post('delete', { deleteAll: true });
  await post('upsert', { vectors: batchOf(step % 9, 2 + step) });
  await post('delete', { ids: [IDS[step % 6]] });
  await post('delete', { filter: { number: { $eq: (3 * step) % 11 } } });
  await post('update', { id: IDS[(step + 2) % 8], values: [step, 7], setMetadata: { step } });
}

const SPACES: readonly ModelSpace[] = ['l2', 'ip', 'cosine'];

/** What clients do before a step, and how many rows the step copies at most. */
interface Turn {
  readonly writes: Commands;
  readonly rows: number;
}

const turn: fc.Arbitrary<Turn> = fc.record({ writes: commands(5), rows: fc.integer({ min: 1, max: 3 }) });

describe(`records of a collection that leaves the pool in steps (TEST_SEED=${String(SEED)})`, () => {
  it('are what the documents say after any sequence of calls before, between and after the steps', async () => {
    const property = fc.asyncProperty(
      ...[fc.constantFrom(...SPACES), commands(15), fc.array(turn, { minLength: 2, maxLength: 12 }), commands(5)],
      async (space: ModelSpace, first: Commands, turns: Turn[], afterwards: Commands) => {
        const uuid = await createCollection(gateway.chromaUrl, undefined, { configuration: { hnsw: { space } } });
        const model = new ModelCollection(space);
        const session: Session = { gateway, uuid };
        const run = (sequence: Commands): Promise<void> => fc.asyncModelRun(() => ({ model, real: session }), sequence);
        await run(first);
        fc.pre((await stored(uuid)).dimension !== null);
        const draft = await begun(uuid);
        const between = (step: number): Promise<void> => run(turns[step]?.writes ?? []);
        await fill(draft, (step) => turns[step]?.rows ?? 5, between);
        expect(await differences(draft)).toEqual(none(draft));
        expect(await promotions.promote(await stored(uuid), draft)).toBe(true);
        expect(await wrongNumbers(draft)).toBe(0);
        await run([readAll]);
        await run(afterwards);
        await run([readAll]);
      },
    );
    await fc.assert(property, { seed: SEED, numRuns: byEffort({ quick: 6, full: 60 }), endOnFailure: true });
    expect(await traces()).toEqual([]);
  });

  it('have their sparse vectors and namespaces, whatever is written between the steps', async () => {
    const index = await createIndex(gateway, { dimension: 2, metric: 'dotproduct' });
    const spaces = ['', 'a', 'b', 'c'].map((name) => index.namespace(name));
    for (const space of spaces) await space.fill(batchOf(0, 1));
    const draft = await begun(await uuidOf(index.name));
    const change = (step: number): Promise<void> => changeSome(spaces[step % spaces.length] ?? index.namespace(), step);
    expect(await fill(draft, () => 4, change)).toBeGreaterThan(6 * spaces.length);
    expect(await differences(draft)).toEqual(none(draft));
    const before = await Promise.all(spaces.map((space) => space.fetch(...IDS)));
    const counts = await index.counts();
    expect(await promotions.promote(await stored(draft.collection.uuid), draft)).toBe(true);
    expect(await Promise.all(spaces.map((space) => space.fetch(...IDS)))).toEqual(before);
    expect(await index.counts()).toEqual(counts);
    expect(Object.values(before[0] ?? {})).not.toEqual([]);
  });

  it('have what was built for their words, and what is built between the steps', async () => {
    const collection = await chroma().filled(recordsOf(5));
    const { id } = await stored(collection.id);
    const index = (rid: number): Promise<unknown> =>
      database.query(sql`
        INSERT INTO polyvec.word_postings (collection_id, namespace, source, word, rid, occurrences, length)
        SELECT ${id}::bigint, '', 0, 'word' || n, ${rid}::bigint, n, 9 FROM generate_series(1, 3) n`);
    for (let rid = 2_000; rid < 2_010; rid += 1) await index(rid);
    const draft = await begun(collection.id);
    const change = async (step: number): Promise<void> => {
      await index(1_000 - step);
      await database.query(sql`
        UPDATE polyvec.word_postings SET occurrences = occurrences + 1 WHERE collection_id = ${id} AND rid IN (${1_001 - step}::bigint, ${2_000 + (step % 10)}::bigint)`);
      await database.query(sql`
        DELETE FROM polyvec.word_postings WHERE collection_id = ${id} AND word = 'word2' AND rid % 3 = ${step % 3}::integer`);
      await database.query(sql`
        INSERT INTO polyvec.word_counts (collection_id, namespace, source, texts, words) VALUES (${id}, '', 0, 1, 3)
        ON CONFLICT (collection_id, namespace, source) DO UPDATE SET texts = word_counts.texts + 1`);
    };
    expect(await fill(draft, () => 1, change)).toBeGreaterThan(30);
    expect(await differences(draft)).toEqual(none(draft));
    expect(await promotions.promote(await stored(collection.id), draft)).toBe(true);
  });

  it('are copied a bounded number at a time, and clients write between any two steps', async () => {
    const count = 2 * MOST_ROWS_A_STEP + 100;
    const collection = await chroma().filled(recordsOf(count));
    let step = 0;
    drafts.before = async () => {
      step += 1;
      await collection.post('upsert', {
        ids: ['between', String(step)],
        embeddings: [
          [step, step],
          [step, 0],
        ],
      });
    };
    expect(await inSteps().promote(await stored(collection.id))).toBe(true);
    expect(Math.max(...drafts.reads)).toBeLessThanOrEqual(MOST_ROWS_A_STEP);
    expect(drafts.reads.reduce((sum, read) => sum + read, 0)).toBeGreaterThanOrEqual(2 * count);
    const { body } = await collection.post('get', { ids: ['between', '1', String(step)], include: ['embeddings'] });
    expect(body).toMatchObject({
      embeddings: expect.arrayContaining([
        [step, step],
        [1, 0],
        [step, 0],
      ]) as unknown,
    });
    expect((await chroma().call(`${collection.path}/count`)).body).toBe(count + 1 + step);
  });
});

describe('a promotion in steps that is cut off', () => {
  it('leaves nothing behind when the collection is deleted meanwhile', async () => {
    const collection = await chroma().filled(recordsOf(20));
    drafts.before = async () => {
      if (drafts.reads.length === 2) await chroma().call(collection.collections + '/' + collection.name, { method: 'DELETE' });
    };
    expect(await inSteps().promote(await stored(collection.id))).toBe(false);
    expect(await traces()).toEqual([]);
  });

  it('leaves nothing behind when the gateway stops, and is begun anew', async () => {
    const collection = await chroma().filled(recordsOf(20));
    const stopped = inSteps();
    drafts.before = () => {
      stopped.stop();
      return Promise.resolve();
    };
    await expect(stopped.promote(await stored(collection.id))).rejects.toBeInstanceOf(Stopped);
    expect(await traces()).toEqual([]);
    drafts.before = () => Promise.resolve();
    expect(await inSteps().promote(await stored(collection.id))).toBe(true);
    expect(await collection.ids()).toHaveLength(20);
  });

  it('is begun anew by another, of which what was begun before has no part', async () => {
    const collection = await chroma().filled(recordsOf(20));
    const first = await begun(collection.id);
    expect(await copySome(first)).toBe(5);
    const second = await begun(collection.id);
    expect(await copySome(first)).toBe(0);
    expect(await promotions.promote(await stored(collection.id), first)).toBe(false);
    await fill(
      second,
      () => 7,
      () => Promise.resolve(),
    );
    expect(await promotions.promote(await stored(collection.id), second)).toBe(true);
    expect(await collection.ids()).toHaveLength(20);
  });

  it('is no fault to `polyvec verify`', async () => {
    const draft = await begun((await chroma().filled(recordsOf(3))).id);
    expect(await new VerificationStore(database).forgottenTables(database)).toEqual([]);
    await drafts.discard(draft.collection.place);
  });

  it('leaves a schema alone that is not ours, and the tables stay in the shared one', async () => {
    const collection = await chroma().filled(recordsOf(20));
    const { id } = await stored(collection.id);
    await database.script(
      `CREATE SCHEMA polyvec_${id}; CREATE TABLE polyvec_${id}.precious (); COMMENT ON SCHEMA polyvec_${id} IS 'mine'`,
    );
    expect(await inSteps().promote(await stored(collection.id))).toBe(true);
    await drafts.discard();
    expect(await stored(collection.id)).toMatchObject({ place: 'polyvec', recordTable: `records_${id}` });
    expect(await collection.ids()).toHaveLength(20);
    await database.script(`DROP TABLE polyvec_${id}.precious; DROP SCHEMA polyvec_${id}`);
  });

  it('is removed by the next start, where the collection moves if it is still too large', async () => {
    const [small, large] = [await chroma().filled(recordsOf(20)), await chroma().filled(recordsOf(1_000))];
    for (const { id } of [small, large]) {
      expect(await copySome(await begun(id))).toBe(5);
    }
    await database.close();
    gateway = await gateway.restart(SMALL_TIERS);
    await open();
    expect(await eventually(async () => (await stored(large.id)).place !== 'polyvec', Boolean)).toBe(true);
    expect(await traces()).toEqual([]);
    const api = chroma();
    expect((await api.call(`${small.path}/count`)).body).toBe(20);
    expect((await api.call(`${large.path}/count`)).body).toBe(1_000);
  });
});
