import { randomUUID } from 'node:crypto';
import { verifyDatabase } from '../../src/cli/verify.js';
import { readConfig } from '../../src/config/config.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { type Cluster, eventually, promoted, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi, type Outcome, uniqueName } from '../support/clients/chroma-api.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the database is looked at beside its gateway; TEST_DATABASE_URL names a server)';

describeOnServer(`a fork of a collection with tables of its own${reason}`, () => {
  let cluster: Cluster;
  let chroma: ChromaApi;
  let source: CollectionApi;

  beforeAll(async () => {
    cluster = await startCluster(1);
    chroma = new ChromaApi(cluster.instances[0]?.chromaUrl ?? '');
    const numbers = Array.from({ length: 300 }, (_, number) => number);
    source = await chroma.filled({
      ids: numbers.map((number) => `r${String(number)}`),
      embeddings: numbers.map((number) => Array.from({ length: 8 }, (_, place) => Math.sin(number * (place + 1)))),
      metadatas: numbers.map((number) => ({ part: number % 10, kind: `k${String(number % 3)}` })),
    });
    expect(await promoted(cluster.tables, source.id)).toBe(true);
  });

  afterAll(async () => {
    await cluster.stop();
  });

  it('answers as its source before its other indexes are there, and after; neither is a problem to verify', async () => {
    // as if another instance was building
    await cluster.tables.query(
      `INSERT INTO polyvec.leases (name, owner, until) VALUES ('vector-indexes', $1, now() + interval '1 hour')
      ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until`,
      [randomUUID()],
    );
    const name = uniqueName();
    const [status, body] = await source.outcome('fork', { new_name: name });
    expect(status).toBe(200);
    const fork = new CollectionApi(chroma, (body as { id: string }).id, name);
    const before = await answers(fork);
    expect(before).toEqual(await answers(source));
    expect(await state(fork)).toEqual({ late: true, indexes: [] });
    expect(await verified(name)).toBe(true);
    await fork.fill({ ids: ['new'], embeddings: [[1, 2, 3, 4, 5, 6, 7, 8]], metadatas: [{ part: 7 }] });

    await cluster.tables.query("DELETE FROM polyvec.leases WHERE name = 'vector-indexes'");
    const built = { late: false, indexes: ['gin (metadata jsonb_path_ops)', 'btree (namespace, seq)'] };
    expect(
      await eventually(
        () => state(fork),
        ({ late }) => !late,
      ),
    ).toEqual(built);
    expect(await verified(name)).toBe(true);
    await fork.post('delete', { ids: ['new'] });
    expect(await answers(fork)).toEqual(before);
  });

  it('gets them also after a build that was cut off', async () => {
    const name = uniqueName();
    const [, body] = await source.outcome('fork', { new_name: name });
    const fork = new CollectionApi(chroma, (body as { id: string }).id, name);
    await eventually(
      () => state(fork),
      ({ late }) => !late,
    );
    const { rows } = await cluster.tables.query<{ oid: string }>(
      `SELECT (place || '.' || record_table || '_metadata')::regclass::oid AS oid FROM polyvec.collections WHERE uuid = $1`,
      [fork.id],
    );
    await cluster.tables.query('UPDATE pg_index SET indisvalid = FALSE WHERE indexrelid = $1', [rows[0]?.oid]);
    await cluster.tables.query('UPDATE polyvec.collections SET late_indexes = TRUE WHERE uuid = $1', [fork.id]);
    await fork.fill({ ids: ['more'], embeddings: [[1, 2, 3, 4, 5, 6, 7, 8]] });
    expect(
      await eventually(
        () => state(fork),
        ({ late }) => !late,
      ),
    ).toMatchObject({ late: false });
    expect(await verified(name)).toBe(true);
  });

  async function answers(collection: CollectionApi): Promise<readonly Outcome[]> {
    const where = { $and: [{ part: 7 }, { kind: 'k1' }] };
    return [
      await collection.outcome('get', { where, include: ['metadatas', 'embeddings'] }),
      await collection.outcome('query', { query_embeddings: [[0, 0, 0, 0, 1, 1, 1, 1]], where, n_results: 5 }),
      await collection.outcome('query', { query_embeddings: [[0, 0, 0, 0, 1, 1, 1, 1]], n_results: 5 }),
    ];
  }

  /** Whether indexes are still to come, and which there are beside keys and those of vectors. */
  async function state({ id }: CollectionApi): Promise<{ readonly late: boolean; readonly indexes: readonly string[] }> {
    const { rows } = await cluster.tables.query<{ late: boolean; indexes: string[] }>(
      `SELECT c.late_indexes AS late, ARRAY(
         SELECT substring(i.indexdef FROM 'USING (.+?\\))') FROM pg_indexes i WHERE i.schemaname = c.place
           AND i.indexname IN (c.record_table || '_metadata', c.vector_table || '_seq') ORDER BY i.tablename) AS indexes
       FROM polyvec.collections c WHERE c.uuid = $1`,
      [id],
    );
    return rows[0] ?? { late: false, indexes: [] };
  }

  async function verified(collection: string): Promise<unknown> {
    const database = await openDatabase(readConfig({ DATABASE_URL: cluster.databaseUrl }), () => undefined);
    const lines: string[] = [];
    try {
      return (await verifyDatabase(database, { recall: 0, collection }, (line) => lines.push(line))) || lines;
    } finally {
      await database.close();
    }
  }
});
