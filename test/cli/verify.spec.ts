import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reindexDatabase } from '../../src/cli/reindex.js';
import { verify, verifyDatabase } from '../../src/cli/verify.js';
import { type Config, readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway } from '../../src/gateway.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { sql } from '../../src/postgres/sql.js';
import { indexed } from '../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex } from '../support/clients/pinecone-api.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { POLYVEC } from '../support/gateway/program.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

const run = promisify(execFile);
const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';

const DIMENSION = 8;
const SETTINGS = {
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: '0',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_PINECONE_INDEX_PORTS: '0:4',
  POLYVEC_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
  POLYVEC_DEDICATED_MIN_FLOATS: '800',
  POLYVEC_INDEX_MIN_FLOATS: '800',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};
/** Not every name is a plain one. */
const ODD_NAMESPACE = String.raw`it's \ "odd"`;

useWarmEngines();

/** What is stored by the gateway, which has stopped. */
interface Scene {
  readonly storage: TestStorage;
  readonly environment: Readonly<Record<string, string>>;
  readonly config: Config;
  /** Dedicated, of one namespace. */
  readonly large: string;
  /** Dedicated, of two large namespaces and a small one, and sparse vectors. */
  readonly hybrid: string;
  /** In the pool. */
  readonly small: string;
}

async function createScene(settings: Readonly<Record<string, string>> = {}): Promise<Scene> {
  const storage = await createStorage();
  const environment = { ...SETTINGS, ...storage.environment, ...settings };
  const config = readConfig(environment);
  try {
    const gateway = await startGateway(config);
    try {
      const chroma = new ChromaApi(gateway.urls.get('chroma') ?? '');
      const large = await fillLarge(chroma);
      const hybrid = await fillHybrid(gateway, chroma);
      const small = await chroma.filled(newRecords(5));
      return { storage, environment, config, large: large.name, hybrid, small: small.name };
    } finally {
      await gateway.stop();
    }
  } catch (error) {
    await storage.remove();
    throw error;
  }
}

/** Some of its records have new embeddings since it was indexed, and some are gone. */
async function fillLarge(chroma: ChromaApi): Promise<CollectionApi> {
  const collection = await chroma.filled(newRecords(300));
  expect(await indexed(chroma.baseUrl, collection.id)).toMatchObject({ num_unindexed_ops: 0 });
  await collection.post('update', newRecords(20));
  await collection.post('delete', { ids: Array.from({ length: 20 }, (_, index) => `r${String(100 + index)}`) });
  return collection;
}

async function fillHybrid(gateway: Gateway, chroma: ChromaApi): Promise<string> {
  const index = await createIndex(
    { pineconeUrl: gateway.urls.get('pinecone') ?? '' },
    {
      dimension: DIMENSION,
      metric: 'dotproduct',
    },
  );
  for (const name of ['', ODD_NAMESPACE]) {
    const vectors = newRecords(150).embeddings.map((values, number) => ({
      id: String(number),
      values,
      ...(number < 10 && { sparseValues: { indices: [number, 4_000_000_000], values: [0.5, 0.25] } }),
    }));
    await index.namespace(name).fill(vectors);
  }
  await index.namespace('few').fill([{ id: 'one', values: newRecords(1).embeddings[0] ?? [] }]);
  const { id } = (await chroma.call(`${COLLECTIONS}/${index.name}`)).body as { readonly id: string };
  expect(await indexed(chroma.baseUrl, id)).toMatchObject({ num_unindexed_ops: 0 });
  return index.name;
}

function newRecords(count: number): { readonly ids: readonly string[]; readonly embeddings: readonly (readonly number[])[] } {
  const random = randomFrom(count);
  return {
    ids: Array.from({ length: count }, (_, index) => `r${String(index)}`),
    embeddings: Array.from({ length: count }, () => Array.from({ length: DIMENSION }, () => (random(2_001) - 1_000) / 1_000)),
  };
}

/** What is returned, and what is printed. */
interface Verified {
  readonly isWell: boolean;
  readonly lines: readonly string[];
}

async function verified(
  database: Database,
  options: { readonly collection?: string; readonly recall?: number } = {},
): Promise<Verified> {
  const lines: string[] = [];
  const isWell = await verifyDatabase(database, { recall: 0, ...options }, (line) => lines.push(line));
  return { isWell, lines };
}

function lineOf(lines: readonly string[], collection: string): string | undefined {
  return lines.find((line) => line.startsWith(collection));
}

/** Twice, it changes nothing. */
const OTHER_FORM = `CREATE TABLE saved AS SELECT content FROM polyvec.vector_indexes WHERE id = #;
  UPDATE polyvec.vector_indexes SET content = CASE content WHEN 'full' THEN 'half' ELSE 'full' END WHERE id = #`;
const OWN_FORM = 'UPDATE polyvec.vector_indexes SET content = (SELECT content FROM saved) WHERE id = #; DROP TABLE saved';

async function reindexed(config: Config, database: Database, collection?: string): Promise<readonly string[]> {
  const lines: string[] = [];
  await reindexDatabase(config, database, { collection }, (line) => lines.push(line));
  return lines;
}

/** The tables and the indexes of a collection, as they are called. */
async function namesOf(database: Database, name: string): Promise<{ readonly id: string; readonly indexes: readonly string[] }> {
  const rows = await database.query<{ id: string; index: string | null }>(sql`
    SELECT c.id, i.id AS index FROM polyvec.collections c LEFT JOIN polyvec.vector_indexes i ON i.collection_id = c.id
    WHERE c.name = ${name} ORDER BY i.namespace, i.low`);
  return { id: rows[0]?.id ?? '', indexes: rows.flatMap(({ index }) => (index === null ? [] : [index])) };
}

async function hnswIndexes(database: Database): Promise<readonly string[]> {
  const rows = await database.query<{ name: string }>(sql`
    SELECT relname AS name FROM pg_class WHERE relname ~ '^hnsw_' AND relkind = 'i' ORDER BY oid`);
  return rows.map(({ name }) => name);
}

let scene: Scene;

beforeAll(async () => {
  scene = await createScene();
});

afterAll(async () => {
  await scene.storage.remove();
});

describe('polyvec verify', () => {
  let database: Database;
  /** Before the first reindex. */
  let written: Verified;

  beforeAll(async () => {
    database = await openDatabase(scene.config, () => undefined);
    written = await verified(database);
    await reindexed(scene.config, database);
  });

  afterAll(async () => {
    await database.close();
  });

  it('says of each collection that a gateway has written what it holds, and that all is well', () => {
    const { isWell, lines } = written;
    expect(lineOf(lines, scene.large)).toMatch(/ dedicated {2}280 records {2}280 vectors {2}[1-9] index(es)? {2}ok$/);
    expect(lineOf(lines, scene.hybrid)).toMatch(/ dedicated {2}301 records {2}301 vectors {2}[1-9] index(es)? {2}ok$/);
    expect(lineOf(lines, scene.small)).toMatch(/ pool {2}5 records {2}5 vectors {2}0 indexes {2}ok$/);
    expect(lines[3]).toBe('3 collections, all is well');
    expect(lines).toHaveLength(4);
    expect(isWell).toBe(true);
  });

  it('measures the recall of each namespace that has an index', async () => {
    const { lines } = await verified(database, { collection: scene.hybrid, recall: 30 });
    const measured = lines.filter((line) => line.startsWith('  recall@10'));
    expect(measured.map((line) => /namespace (".*"): /.exec(line)?.[1])).toEqual(['""', JSON.stringify(ODD_NAMESPACE)]);
    for (const line of measured) {
      expect(line).toMatch(/: [01]\.\d{3} \(30 searches\)$/);
      expect(Number(/: ([\d.]+) \(/.exec(line)?.[1])).toBeGreaterThan(0.9);
    }
  });

  it('looks at one collection alone, by its name or its uuid', async () => {
    const [row] = await database.query<{ uuid: string }>(sql`SELECT uuid FROM polyvec.collections WHERE name = ${scene.small}`);
    for (const collection of [scene.small, row?.uuid ?? '']) {
      const { lines } = await verified(database, { collection });
      expect(lines).toEqual([expect.stringContaining(`${scene.small}  pool`), '1 collection, all is well']);
    }
  });

  it('refuses a name that is no collection', async () => {
    await expect(verified(database, { collection: 'nothing' })).rejects.toThrow('there is no collection "nothing"');
  });

  /** What is done to the database, how it is undone, and what is said of it. `%` stands for a collection's number, `#` for that of an index. */
  const LARGE_DAMAGE: readonly (readonly [what: string, damage: string, repair: string, reported: RegExp])[] = [
    [
      'a vector that is gone',
      `CREATE TABLE saved AS SELECT * FROM polyvec_%.vectors_% ORDER BY rid LIMIT 1;
       DELETE FROM polyvec_%.vectors_% WHERE rid = (SELECT rid FROM saved)`,
      'INSERT INTO polyvec_%.vectors_% SELECT * FROM saved; DROP TABLE saved',
      /280 records {2}279 vectors {2}1 index {2}WRONG: 1 record without a vector, the first one "r0"$/,
    ],
    [
      'a record that is gone',
      `CREATE TABLE saved AS SELECT * FROM polyvec_%.records_% ORDER BY rid LIMIT 1;
       DELETE FROM polyvec_%.records_% WHERE rid = (SELECT rid FROM saved)`,
      'INSERT INTO polyvec_%.records_% SELECT * FROM saved; DROP TABLE saved',
      /WRONG: 1 vector without a record; the namespace "" counts 280 records and has 279$/,
    ],
    [
      'a wrong count',
      'UPDATE polyvec_%.namespaces SET record_count = record_count + 1 WHERE collection_id = %',
      'UPDATE polyvec_%.namespaces SET record_count = record_count - 1 WHERE collection_id = %',
      /WRONG: the namespace "" counts 281 records and has 280$/,
    ],
    [
      'a namespace without a row',
      "UPDATE polyvec_%.namespaces SET name = 'x', record_count = 0 WHERE collection_id = %",
      "UPDATE polyvec_%.namespaces SET name = '', record_count = 280 WHERE collection_id = %",
      /WRONG: the namespace "" of 280 records has no row$/,
    ],
    [
      'an index that is not in the catalog',
      `CREATE TABLE saved AS SELECT * FROM polyvec.vector_indexes WHERE id = #;
       DELETE FROM polyvec.vector_indexes WHERE id = #`,
      'INSERT INTO polyvec.vector_indexes OVERRIDING SYSTEM VALUE SELECT * FROM saved; DROP TABLE saved',
      /0 indexes {2}WRONG: the index hnsw_# is not in the catalog$/,
    ],
    [
      'an index that is missing',
      'ALTER INDEX polyvec_%.hnsw_# RENAME TO other',
      'ALTER INDEX polyvec_%.other RENAME TO hnsw_#',
      /WRONG: the index hnsw_# is missing$/,
    ],
    [
      'an index that was not built to its end',
      "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'polyvec_%.hnsw_#'::regclass",
      "UPDATE pg_index SET indisvalid = TRUE WHERE indexrelid = 'polyvec_%.hnsw_#'::regclass",
      /WRONG: the index hnsw_# is invalid$/,
    ],
    [
      'an index over other numbers',
      'UPDATE polyvec.vector_indexes SET high = high + 1 WHERE id = #',
      'UPDATE polyvec.vector_indexes SET high = high - 1 WHERE id = #',
      /WRONG: the index hnsw_# is not what the catalog says$/,
    ],
    ['an index of other contents', OTHER_FORM, OWN_FORM, /WRONG: the index hnsw_# is not what the catalog says$/],
    [
      'a build that nobody goes on with',
      "UPDATE polyvec.vector_indexes SET state = 'building' WHERE id = #",
      "UPDATE polyvec.vector_indexes SET state = 'ready' WHERE id = #",
      /WRONG: the index hnsw_# was begun and not finished$/,
    ],
    [
      'an index that nobody has dropped',
      "UPDATE polyvec.vector_indexes SET state = 'retired' WHERE id = #",
      "UPDATE polyvec.vector_indexes SET state = 'ready' WHERE id = #",
      /WRONG: the index hnsw_# was replaced and not dropped$/,
    ],
    [
      'an index on numbers that is missing',
      "ALTER INDEX polyvec_%.vectors_%_seq RENAME TO other; UPDATE pg_index SET indisunique = TRUE WHERE indexrelid = 'polyvec_%.other'::regclass",
      "ALTER INDEX polyvec_%.other RENAME TO vectors_%_seq; UPDATE pg_index SET indisunique = FALSE WHERE indexrelid = 'polyvec_%.vectors_%_seq'::regclass",
      /WRONG: vectors_% has no index on \(namespace, seq\)$/,
    ],
    [
      'a key that is missing',
      'ALTER TABLE polyvec_%.records_% DROP CONSTRAINT records_%_pkey',
      'ALTER TABLE polyvec_%.records_% ADD PRIMARY KEY (collection_id, namespace, id)',
      /WRONG: records_% has no index on \(collection_id, namespace, id\)$/,
    ],
    [
      'an index on documents that is missing',
      'UPDATE polyvec.collections SET document_index = TRUE WHERE id = %',
      'UPDATE polyvec.collections SET document_index = FALSE WHERE id = %',
      /WRONG: records_% has no index on \(document\)$/,
    ],
    [
      'rows in the pool that it has left there',
      'INSERT INTO polyvec.pool_records SELECT * FROM polyvec_%.records_% LIMIT 1',
      'DELETE FROM polyvec.pool_records WHERE collection_id = %',
      /WRONG: rows of it are left in the pool$/,
    ],
    [
      'a column that is missing',
      'ALTER TABLE polyvec_%.records_% RENAME COLUMN uri TO address',
      'ALTER TABLE polyvec_%.records_% RENAME COLUMN address TO uri',
      /dedicated {2}1 index {2}WRONG: records_% has no column uri$/,
    ],
    [
      'vectors of any length',
      "ALTER TABLE polyvec_%.vectors_% RENAME COLUMN embedding TO old; ALTER TABLE polyvec_%.vectors_% ADD embedding vector NOT NULL DEFAULT '[1]'",
      'ALTER TABLE polyvec_%.vectors_% DROP COLUMN embedding; ALTER TABLE polyvec_%.vectors_% RENAME COLUMN old TO embedding',
      /WRONG: vectors_%\.embedding is vector NOT NULL, not vector\(8\) NOT NULL$/,
    ],
    [
      'a table that is missing',
      'ALTER TABLE polyvec_%.vectors_% RENAME TO other',
      'ALTER TABLE polyvec_%.other RENAME TO vectors_%',
      /WRONG: its table vectors_% is missing$/,
    ],
  ];

  it.each(LARGE_DAMAGE)('reports %s', async (_what, damage, repair, reported) => {
    const { id, indexes } = await namesOf(database, scene.large);
    const filled = (text: string): string => text.replaceAll('%', id).replaceAll('#', indexes[0] ?? '');
    await database.script(filled(damage));
    const { isWell, lines } = await verified(database);
    await database.script(filled(repair));
    expect(lineOf(lines, scene.large)).toMatch(new RegExp(filled(reported.source)));
    expect(lines.at(-1)).toBe('3 collections, 1 of them wrong');
    expect(isWell).toBe(false);
    expect((await verified(database)).isWell).toBe(true);
  });

  it.each([
    [
      'a posting that is missing',
      `CREATE TABLE saved AS SELECT * FROM polyvec_%.postings WHERE collection_id = % AND term = 3;
       DELETE FROM polyvec_%.postings p USING saved s WHERE p.collection_id = s.collection_id AND p.term = s.term AND p.sid = s.sid`,
      'INSERT INTO polyvec_%.postings SELECT * FROM saved; DROP TABLE saved',
      '2 postings unlike the sparse vectors',
    ],
    [
      'a posting of another weight',
      'UPDATE polyvec_%.postings SET weight = weight + 1 WHERE collection_id = % AND term = 4000000000',
      'UPDATE polyvec_%.postings SET weight = weight - 1 WHERE collection_id = % AND term = 4000000000',
      '20 postings unlike the sparse vectors',
    ],
    [
      'a sparse vector without a record',
      "INSERT INTO polyvec_%.sparse VALUES (%, '', -1, -1, '{}', '{}')",
      'DELETE FROM polyvec_%.sparse WHERE collection_id = % AND rid = -1',
      '1 sparse vector without a record',
    ],
    [
      'sparse vectors that the collection does not know of',
      'UPDATE polyvec.collections SET has_sparse = FALSE WHERE id = %',
      'UPDATE polyvec.collections SET has_sparse = TRUE WHERE id = %',
      '20 sparse vectors that the collection does not know of',
    ],
  ])('reports %s', async (_what, damage, repair, reported) => {
    const { id } = await namesOf(database, scene.hybrid);
    await database.script(damage.replaceAll('%', id));
    const { isWell, lines } = await verified(database);
    await database.script(repair.replaceAll('%', id));
    expect(lineOf(lines, scene.hybrid)).toMatch(new RegExp(`WRONG: ${reported}$`));
    expect(isWell).toBe(false);
    expect((await verified(database)).isWell).toBe(true);
  });

  it('tells of indexes that cover the same numbers', async () => {
    const { indexes } = await namesOf(database, scene.hybrid);
    const [first = '', second = ''] = indexes;
    const [before] = await database.query<{ namespace: string; low: string }>(sql`
      SELECT namespace, low FROM polyvec.vector_indexes WHERE id = ${second}`);
    await database.query(sql`
      UPDATE polyvec.vector_indexes SET namespace = '', low = (SELECT low FROM polyvec.vector_indexes WHERE id = ${first}) WHERE id = ${second}`);
    const { lines } = await verified(database);
    await database.query(sql`
      UPDATE polyvec.vector_indexes SET namespace = ${before?.namespace ?? ''}, low = ${before?.low ?? ''} WHERE id = ${second}`);
    expect(lines.join('\n')).toMatch(/the indexes hnsw_\d+ and hnsw_\d+ cover the same numbers/);
    expect((await verified(database)).isWell).toBe(true);
  });

  it('tells of a vector of another length in the pool', async () => {
    const { id } = await namesOf(database, scene.small);
    await database.script(`
      CREATE TABLE saved AS SELECT * FROM polyvec.pool_vectors WHERE collection_id = ${id} ORDER BY rid LIMIT 1;
      UPDATE polyvec.pool_vectors SET embedding = '[1,2]' WHERE collection_id = ${id} AND rid = (SELECT rid FROM saved)`);
    const { lines } = await verified(database);
    await database.script(`
      UPDATE polyvec.pool_vectors v SET embedding = s.embedding FROM saved s WHERE v.collection_id = s.collection_id AND v.rid = s.rid;
      DROP TABLE saved`);
    expect(lines.join('\n')).toContain('WRONG: 1 vector of another dimension than 8');
    expect((await verified(database)).isWell).toBe(true);
  });

  it('tells of rows and tables that are no collection’s, unless they are about to be removed', async () => {
    await database.script(`
      CREATE TABLE polyvec.records_999998 (LIKE polyvec.pool_records);
      INSERT INTO polyvec.pool_vectors (collection_id, namespace, rid, embedding) VALUES (999999, '', 1, '[1]')`);
    const { isWell, lines } = await verified(database);
    expect(lines).toEqual(
      expect.arrayContaining([
        "the table records_999998 is no collection's",
        'rows in pool_vectors belong to 999999, which is no collection',
        '3 collections, 0 of them wrong, and 2 things that belong to none',
      ]),
    );
    expect(isWell).toBe(false);
    await database.script(`
      INSERT INTO polyvec.dropped_collections (id, record_table, vector_table)
      VALUES (999998, 'records_999998', 'vectors_999998'), (999999, 'pool_records', 'pool_vectors')`);
    expect((await verified(database)).isWell).toBe(true);
  });
});

describe('polyvec reindex', () => {
  let database: Database;
  let before: readonly string[];
  let printed: readonly string[];

  beforeAll(async () => {
    database = await openDatabase(scene.config, () => undefined);
    before = await hnswIndexes(database);
    printed = await reindexed(scene.config, database);
  });

  afterAll(async () => {
    await database.close();
  });

  it('says what it does, and how long it takes', () => {
    const text = printed.join('\n');
    expect(text).toMatch(
      new RegExp(
        `${scene.large} +[1-9] index(es)?\n  namespace "": indexing 280 vectors\n  namespace "": done in [\\d.]+ s\n  dead vectors removed in [\\d.]+ s`,
      ),
    );
    expect(text).toContain(`namespace ${JSON.stringify(ODD_NAMESPACE)}: indexing 150 vectors`);
    expect(lineOf(printed, scene.small)).toMatch(/ in the pool, where searches are exact: no index$/);
  });

  it('leaves one new index for each namespace that is large enough, over all of it', async () => {
    const after = await hnswIndexes(database);
    expect(after).toHaveLength(3);
    expect(after.filter((name) => before.includes(name))).toEqual([]);
    const rows = await database.query<{ rows: string; low: string }>(sql`
      SELECT rows, low FROM polyvec.vector_indexes WHERE state = 'ready' ORDER BY vector_indexes.rows`);
    expect(rows).toEqual([150, 150, 280].map((count) => ({ rows: String(count), low: '0' })));
    expect((await verified(database)).isWell).toBe(true);
  });

  it('removes dead vectors', async () => {
    const { id } = await namesOf(database, scene.large);
    const freed = await database.query(sql`
      SELECT FROM pg_class WHERE oid = to_regclass(${`polyvec_${id}.vectors_${id}`}) AND reltuples = 280`);
    expect(freed).toHaveLength(1);
  });

  it.each([
    ['is missing', 'DROP INDEX polyvec_%.hnsw_#'],
    ['is invalid', "UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = 'polyvec_%.hnsw_#'::regclass"],
    ['is not in the catalog', 'DELETE FROM polyvec.vector_indexes WHERE id = #'],
    ['is not what the catalog says', 'UPDATE polyvec.vector_indexes SET high = high + 1 WHERE id = #'],
    ['was begun and not finished', "UPDATE polyvec.vector_indexes SET state = 'building' WHERE id = #"],
  ])('mends an index that %s', async (reported, damage) => {
    const { id, indexes } = await namesOf(database, scene.large);
    await database.script(damage.replaceAll('%', id).replaceAll('#', indexes[0] ?? ''));
    expect(lineOf((await verified(database)).lines, scene.large)).toContain(reported);
    await reindexed(scene.config, database, scene.large);
    expect(lineOf((await verified(database)).lines, scene.large)).toMatch(/1 index {2}ok$/);
    expect(await hnswIndexes(database)).toHaveLength(3);
  });

  it('builds by the settings as they are now', async () => {
    await reindexed({ ...scene.config, indexQuantization: 'binary' }, database, scene.large);
    const { indexes } = await namesOf(database, scene.large);
    const contents = await database.query<{ content: string }>(sql`
      SELECT content FROM polyvec.vector_indexes WHERE id = ${indexes[0] ?? ''}`);
    expect(contents).toEqual([{ content: 'binary' }]);
    expect(lineOf((await verified(database)).lines, scene.large)).toMatch(/1 index {2}ok$/);
  });

  it('drops the index of a namespace that is empty by now', async () => {
    const { id } = await namesOf(database, scene.hybrid);
    await database.script(`
      DELETE FROM polyvec_${id}.records_${id} WHERE namespace = ''; DELETE FROM polyvec_${id}.vectors_${id} WHERE namespace = '';
      DELETE FROM polyvec_${id}.sparse WHERE namespace = '';
      UPDATE polyvec_${id}.namespaces SET record_count = 0 WHERE collection_id = ${id} AND name = ''`);
    expect(await reindexed(scene.config, database, scene.hybrid)).toContain('  namespace "": nothing left to index');
    expect(lineOf((await verified(database)).lines, scene.hybrid)).toMatch(/151 records {2}151 vectors {2}1 index {2}ok$/);
  });

  it('waits until nobody else builds an index, and says so', async () => {
    await database.query(sql`
      INSERT INTO polyvec.leases (name, owner, until)
      VALUES ('vector-indexes', ${randomUUID()}::uuid, clock_timestamp() + interval '1 second')`);
    const lines = await reindexed(scene.config, database, scene.large);
    expect(lines[1]).toBe('  waiting for its turn: a gateway is building an index');
    expect(lines.filter((line) => line.includes('waiting'))).toHaveLength(1);
    expect(lines.at(-1)).toMatch(/dead vectors removed/);
  });

  it('refuses a name that is no collection', async () => {
    await expect(reindexed(scene.config, database, 'nothing')).rejects.toThrow('there is no collection "nothing"');
  });
});

describe('the command line', () => {
  async function polyvec(
    args: readonly string[],
    environment = scene.environment,
  ): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
    const { PATH, HOME } = process.env;
    const options = { env: { PATH, HOME, ...environment } };
    try {
      return { code: 0, ...(await run(process.execPath, [POLYVEC, ...args], options)) };
    } catch (error) {
      return error as { readonly code: number; readonly stdout: string; readonly stderr: string };
    }
  }

  async function miscounted(by: string): Promise<void> {
    const database = await openDatabase(scene.config, () => undefined);
    const { id } = await namesOf(database, scene.hybrid);
    await database.script(`UPDATE polyvec_${id}.namespaces SET record_count = record_count ${by} WHERE name = 'few'`);
    await database.close();
  }

  it('ends with 0 when all is well, and with 1 when it is not, on standard output', async () => {
    expect(await polyvec(['verify', '--recall', '5'])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('\n3 collections, all is well\n') as string,
      stderr: '',
    });
    await miscounted('+ 1');
    expect(await polyvec(['verify'])).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/WRONG: the namespace "few" counts 2 records and has 1\n/) as string,
      stderr: '',
    });
    await miscounted('- 1');
  });

  it('builds anew', async () => {
    expect(await polyvec(['reindex', '--collection', scene.large])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/done in .* s\n  dead vectors removed in .* s\n$/) as string,
      stderr: '',
    });
  });

  it.each([
    [['verify', '--recall', 'many'], 'polyvec: --recall must be a whole number, 0 or above, not "many"\n'],
    [['verify', '--collection', 'nothing'], 'polyvec: there is no collection "nothing"\n'],
    [['reindex', '--collection', 'nothing'], 'polyvec: there is no collection "nothing"\n'],
  ])('refuses %j', async (args, stderr) => {
    expect(await polyvec(args)).toMatchObject({ code: 1, stdout: '', stderr });
  });

  it('makes no database where there is none', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'polyvec-verify-'));
    const path = join(directory, 'mistyped');
    expect(await polyvec(['verify', '--path', path], { ...scene.environment, DATABASE_URL: '' })).toMatchObject({
      code: 1,
      stderr: `polyvec: there is no database in ${path}\n`,
    });
    await rm(directory, { recursive: true });
  });
});

const describeOnServer = hasServer ? describe : describe.skip;
const noServer = hasServer
  ? ''
  : ' (skipped: test/cli/running-gateway.spec.ts is for the embedded engine; TEST_DATABASE_URL names a server)';

describeOnServer(`beside a gateway on a server${noServer}`, () => {
  let gateway: Gateway;

  beforeAll(async () => {
    gateway = await startGateway(scene.config);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('both run while records are written and searched, and nothing is wrong', async () => {
    const chroma = new ChromaApi(gateway.urls.get('chroma') ?? '');
    const shown = await chroma.call(`${COLLECTIONS}/${scene.large}`);
    const { id } = shown.body as { readonly id: string };
    const controller = new AbortController();
    const answers = new Set<number>();
    const busy = (async () => {
      for (let round = 0; !controller.signal.aborted; round += 1) {
        const { embeddings } = newRecords(10);
        const ids = embeddings.map((_, index) => `w${String(round % 20)}-${String(index)}`);
        const written = await chroma.call(`${COLLECTIONS}/${id}/upsert`, { body: { ids, embeddings } });
        const found = await chroma.call(`${COLLECTIONS}/${id}/query`, { body: { query_embeddings: embeddings.slice(0, 2) } });
        const gone = await chroma.call(`${COLLECTIONS}/${id}/delete`, { body: { ids: ids.slice(0, 3) } });
        for (const { status } of [written, found, gone]) answers.add(status);
      }
    })();
    const lines: string[] = [];
    const outcomes: boolean[] = [];
    for (let round = 0; round < 3; round += 1) {
      const reindexing = (async () => {
        const database = await openDatabase(scene.config, () => undefined);
        await reindexDatabase(scene.config, database, { collection: scene.large }, () => undefined);
        await database.close();
      })();
      outcomes.push(await verify(scene.config, { recall: 3 }, (line) => lines.push(line)));
      await reindexing;
    }
    controller.abort();
    await busy;
    expect([...answers]).toEqual([200]);
    expect(lines.filter((line) => line.includes('WRONG'))).toEqual([]);
    expect(outcomes).toEqual([true, true, true]);
  });
});
