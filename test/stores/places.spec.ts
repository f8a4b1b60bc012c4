import pg from 'pg';
import { PLACE_TABLES } from '../../src/collections/place-tables.store.js';
import type { CollectionPage } from '../../src/console/api/contract/collections.js';
import { eventually, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { createIndex } from '../support/clients/pinecone-api.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';

const url = process.env['TEST_DATABASE_URL'] ?? '';
const describeOnServer = url === '' ? describe.skip : describe;
const reason = url === '' ? " (skipped: roles and other connections are a server's; TEST_DATABASE_URL names one)" : '';

/** Who an instance of an earlier version is, to the others. */
const OLDER = { application_name: 'polyvec' };

type Listed = CollectionPage['collections'][number];

interface Whereabouts {
  readonly id: string;
  readonly place: string;
}

/** Records of eight components; more than 200 make a collection large. */
function records(
  count: number,
  from = 0,
): Readonly<Record<'ids' | 'embeddings' | 'documents' | 'metadatas', readonly unknown[]>> {
  const numbers = Array.from({ length: count }, (_, index) => from + index);
  return {
    ids: numbers.map((number) => `r${String(number)}`),
    embeddings: numbers.map((number) => [number, 1, 2, 3, 4, 5, 6, 7]),
    documents: numbers.map((number) => `document ${String(number)}`),
    metadatas: numbers.map((number) => ({ number, kind: number % 2 === 0 ? 'even' : 'odd' })),
  };
}

describeOnServer(`the place of a large collection${reason}`, () => {
  let storage: TestStorage;
  let gateway: TestGateway;
  let tables: pg.Client;
  let chroma: ChromaApi;

  beforeAll(async () => {
    storage = await createStorage();
    gateway = await startGatewayOn(storage, SMALL_TIERS);
    tables = await connected();
    chroma = new ChromaApi(gateway.chromaUrl);
  });

  afterAll(async () => {
    await tables.end();
    await gateway.stop();
  });

  async function connected(options: pg.ClientConfig = {}): Promise<pg.Client> {
    const client = new pg.Client({ connectionString: storage.environment['DATABASE_URL'], ...options });
    await client.connect();
    return client;
  }

  async function whereabouts(uuid: string): Promise<Whereabouts> {
    const { rows } = await tables.query<Whereabouts>('SELECT id, place FROM polyvec.collections WHERE uuid = $1', [uuid]);
    return rows[0] ?? { id: '', place: '' };
  }

  async function settled(uuid: string): Promise<Whereabouts> {
    return eventually(
      () => whereabouts(uuid),
      ({ id, place }) => place === `polyvec_${id}`,
    );
  }

  /** The tables of a schema with their numbers of rows, by name. */
  async function contents(place: string): Promise<Readonly<Record<string, number>>> {
    const { rows } = await tables.query<{ name: string }>(
      `SELECT relname AS name FROM pg_class WHERE relnamespace = to_regnamespace($1) AND relkind = 'r' ORDER BY 1`,
      [place],
    );
    const counts: Record<string, number> = {};
    for (const { name } of rows) {
      const counted = await tables.query<{ count: number }>(`SELECT count(*)::integer AS count FROM ${place}.${name}`);
      counts[name] = counted.rows[0]?.count ?? -1;
    }
    return counts;
  }

  it('is not locked by a statement that lists collections, however many of them have one', async () => {
    const { id: uuid } = await chroma.filled(records(250), { name: 'listed' });
    const { id, place } = await settled(uuid);
    const listing = await connected();
    await listing.query('BEGIN');
    const { rows } = await listing.query(
      `SELECT n.name, n.record_count::integer AS records, n.lsn::integer > 0 AS written, n.created_at <= now() AS made, n.schema
       FROM polyvec.collections c CROSS JOIN LATERAL polyvec.placed_namespaces(c.place, c.id) AS n WHERE c.id = $1`,
      [id],
    );
    expect(rows).toEqual([{ name: '', records: 250, written: true, made: true, schema: null }]);
    const { rows: locks } = await listing.query(
      `SELECT l.relation::regclass FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
       WHERE l.pid = pg_backend_pid() AND c.relnamespace = $1::regnamespace`,
      [place],
    );
    expect(locks).toEqual([]);
    await listing.end();
  });

  it('is a schema with everything that its statements read and write, and nothing of it is left in the shared one', async () => {
    const index = await createIndex(gateway, { dimension: 8, metric: 'dotproduct' });
    const vectors = Array.from({ length: 230 }, (_, number) => ({
      id: `v${String(number)}`,
      values: [number, 1, 2, 3, 4, 5, 6, 7],
      sparseValues: { indices: [number % 7, 10 + number], values: [1, 0.5] },
    }));
    await index.call('/vectors/upsert', { body: { vectors: vectors.slice(0, 200), namespace: 'a' } });
    await index.call('/vectors/upsert', { body: { vectors: vectors.slice(200), namespace: 'b' } });
    const found = await eventually(
      async () =>
        (await tables.query<Whereabouts>('SELECT id, place FROM polyvec.collections WHERE name = $1', [index.name])).rows[0],
      (row) => row?.place !== 'polyvec',
    );
    const { id = '', place = '' } = found ?? {};
    expect(place).toBe(`polyvec_${id}`);
    expect(await contents(place)).toMatchObject({
      guard: 1,
      namespaces: 2,
      postings: 460,
      [`records_${id}`]: 230,
      sparse: 230,
      [`vectors_${id}`]: 230,
    });
    const left = `SELECT (SELECT count(*) FROM polyvec.namespaces WHERE collection_id = $1)
      + (SELECT count(*) FROM polyvec.pool_records WHERE collection_id = $1)
      + (SELECT count(*) FROM polyvec.pool_sparse WHERE collection_id = $1)
      + (SELECT count(*) FROM polyvec.pool_postings WHERE collection_id = $1) AS rows`;
    expect(
      await eventually(
        async () => (await tables.query<{ rows: string }>(left, [id])).rows,
        ([row]) => row?.rows === '0',
      ),
    ).toEqual([{ rows: '0' }]);
    const stats = await index.call('/describe_index_stats', { body: {} });
    expect(stats.body).toMatchObject({ totalVectorCount: 230, namespaces: { a: { vectorCount: 200 }, b: { vectorCount: 30 } } });
    const hits = await index.call('/query', {
      body: { namespace: 'b', topK: 1, vector: [0, 0, 0, 0, 0, 0, 0, 0], sparseVector: { indices: [239], values: [1] } },
    });
    expect(hits.body).toMatchObject({ matches: [{ id: 'v229' }] });
  });

  it('is not looked into by the console’s list, which says when it was counted', async () => {
    const collection = await chroma.filled(records(250));
    const { place } = await settled(collection.id);
    const api = new ConsoleApi(gateway.consoleUrl);
    const listed = async (query = ''): Promise<Listed | undefined> =>
      (await api.get<CollectionPage>(`/collections${query}`)).collections.find(({ uuid }) => uuid === collection.id);
    const isCounted = (row: Listed | undefined): boolean => row?.countedAt !== null;
    expect(await eventually(listed, isCounted)).toMatchObject({
      records: 250,
      namespaces: 1,
      countedAt: expect.any(String) as string,
    });
    await collection.post('delete', { ids: ['r0'] });
    expect(await listed(`?only=${collection.id}`)).toMatchObject({ records: 249, countedAt: null });
    expect(await eventually(listed, (row) => row?.records === 249)).toMatchObject({ records: 249 });
    await tables.query(`ALTER TABLE ${place}.namespaces RENAME TO elsewhere`);
    expect(await listed()).toMatchObject({ records: 249, countedAt: expect.any(String) as string });
    await tables.query(`ALTER TABLE ${place}.elsewhere RENAME TO namespaces`);
  });

  it('goes with the collection', async () => {
    const collection = await chroma.filled(records(210));
    const { place } = await settled(collection.id);
    expect(Object.keys(await contents(place))).toHaveLength(3 + Object.keys(PLACE_TABLES).length);
    await chroma.call(`${COLLECTIONS}/${collection.name}`, { method: 'DELETE' });
    const schemas = async (): Promise<number | null> =>
      (await tables.query('SELECT FROM pg_namespace WHERE nspname = $1', [place])).rowCount;
    expect(await eventually(schemas, (count) => count === 0)).toBe(0);
  });

  it('guards by the epoch of the catalog: what changes there is seen by the next request of an instance that remembers it', async () => {
    const collection = await chroma.filled(records(210));
    const { id, place } = await settled(collection.id);
    await tables.query('UPDATE polyvec.collections SET epoch = epoch + 1 WHERE id = $1', [id]);
    const epochs = await tables.query(
      `SELECT c.epoch = g.epoch AS equal FROM polyvec.collections c JOIN ${place}.guard g USING (id) WHERE c.id = $1`,
      [id],
    );
    expect(epochs.rows).toEqual([{ equal: true }]);
    await collection.fill(records(1, 500));
    expect(await collection.ids({ where: { number: 500 } })).toEqual(['r500']);
  });

  it('makes its own collection unavailable while it cannot be reached, and no other; lists name all', async () => {
    const [far, near] = [await chroma.filled(records(210)), await chroma.filled(records(3))];
    const { place } = await settled(far.id);
    // as a coordinator answers whose node is down
    await tables.query(`CREATE FUNCTION ${place}.unreachable() RETURNS boolean LANGUAGE plpgsql AS $$
      BEGIN RAISE 'connection to the remote node failed' USING ERRCODE = '08006'; END $$`);
    for (const name of ['guard', 'namespaces']) {
      await tables.query(`ALTER TABLE ${place}.${name} RENAME TO kept_${name}`);
      await tables.query(`CREATE VIEW ${place}.${name} AS SELECT k.* FROM ${place}.kept_${name} k WHERE ${place}.unreachable()`);
    }
    const listed = (await chroma.call(COLLECTIONS)).body as readonly { readonly name: string }[];
    const answers = [
      await far.post('get', { ids: ['r1'] }),
      await far.post('add', records(1, 900)),
      await chroma.call(`${COLLECTIONS}/${far.name}`, { method: 'DELETE' }),
      await near.post('get', { ids: ['r1'] }),
      await near.post('add', records(1, 900)),
    ];
    for (const name of ['guard', 'namespaces']) {
      await tables.query(`DROP VIEW ${place}.${name}`);
      await tables.query(`ALTER TABLE ${place}.kept_${name} RENAME TO ${name}`);
    }
    expect(listed.map(({ name }) => name)).toEqual(expect.arrayContaining([far.name, near.name]));
    expect(answers.map(({ status }) => status)).toEqual([503, 503, 503, 200, 201]);
    expect(await far.ids({ include: [] })).toHaveLength(210);
  });

  describe('while an instance of an earlier version is connected', () => {
    let older: pg.Client;
    let collection: CollectionApi;

    beforeAll(async () => {
      older = await connected(OLDER);
      collection = await chroma.filled(records(210));
      await promoted(tables, collection.id);
    });

    afterAll(async () => {
      await older.end();
    });

    it('is not made: tables of its own are in the shared schema, where that instance looks for them', async () => {
      const { id, place } = await whereabouts(collection.id);
      expect(place).toBe('polyvec');
      const found = await tables.query(`SELECT FROM polyvec.records_${id}`);
      expect(found.rowCount).toBe(210);
    });

    it('is made once that instance is gone, while others write, and loses nothing', async () => {
      const before = await whereabouts(collection.id);
      await older.end();
      let written = 0;
      const moving = new AbortController();
      const writing = (async (): Promise<void> => {
        for (; !moving.signal.aborted; written += 1) await collection.fill(records(1, 1_000 + written));
      })();
      const { id, place } = await settled(collection.id);
      moving.abort();
      await writing;
      expect([before.place, place]).toEqual(['polyvec', `polyvec_${id}`]);
      expect(await collection.ids({ include: [] })).toHaveLength(210 + written);
      expect(await contents(place)).toMatchObject({ [`records_${id}`]: 210 + written, [`vectors_${id}`]: 210 + written });
    });
  });
});

describeOnServer(`a role that may not create schemas${reason}`, () => {
  const role = `polyvec_small_${String(process.pid)}`;
  let storage: TestStorage;
  let owner: pg.Client;
  let gateway: TestGateway;

  beforeAll(async () => {
    storage = await createStorage();
    owner = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await owner.connect();
    const { rows } = await owner.query<{ name: string }>('SELECT current_database() AS name');
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'small'`);
    await owner.query(`REVOKE CREATE ON DATABASE ${rows[0]?.name ?? ''} FROM PUBLIC`);
    await owner.query(`ALTER SCHEMA polyvec OWNER TO ${role}`);
    await owner.query(`
      DO $$ DECLARE name text; BEGIN
        FOR name IN SELECT oid::regclass FROM pg_class WHERE relnamespace = 'polyvec'::regnamespace AND relkind = 'r' LOOP
          EXECUTE 'ALTER TABLE ' || name || ' OWNER TO ${role}';
        END LOOP;
        FOR name IN SELECT oid::regclass FROM pg_class c WHERE relnamespace = 'polyvec'::regnamespace AND relkind = 'S'
            AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')) LOOP
          EXECUTE 'ALTER SEQUENCE ' || name || ' OWNER TO ${role}';
        END LOOP;
        FOR name IN SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'polyvec'::regnamespace LOOP
          EXECUTE 'ALTER FUNCTION ' || name || ' OWNER TO ${role}';
        END LOOP;
      END $$`);
    const small = new URL(storage.environment['DATABASE_URL'] ?? '');
    Object.assign(small, { username: role, password: 'small' });
    gateway = await startGatewayOn(storage, { ...SMALL_TIERS, DATABASE_URL: small.href });
  });

  afterAll(async () => {
    await gateway.stop();
    const admin = new pg.Client({ connectionString: url });
    await admin.connect();
    await admin.query(`DROP ROLE ${role}`);
    await admin.end();
  });

  it('keeps large collections in the shared schema, whole, and searches them by their indexes', async () => {
    const collection = await new ChromaApi(gateway.chromaUrl).filled(records(260));
    expect(await promoted(owner, collection.id)).toBe(true);
    const indexes = (): Promise<number | null> =>
      owner.query(`SELECT FROM polyvec.vector_indexes WHERE state = 'ready'`).then(({ rowCount }) => rowCount);
    expect(await eventually(indexes, (count) => count === 1)).toBe(1);
    const { rows } = await owner.query('SELECT place FROM polyvec.collections WHERE uuid = $1', [collection.id]);
    expect(rows).toEqual([{ place: 'polyvec' }]);
    expect(await collection.ids({ include: [] })).toHaveLength(260);
    await owner.end();
  });
});
