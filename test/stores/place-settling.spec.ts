import pg from 'pg';
import { CollectionStore } from '../../src/collections/collection.store.js';
import { readConfig } from '../../src/config/config.js';
import { startGateway } from '../../src/gateway.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { PlaceStore } from '../../src/records/maintenance/place.store.js';
import { eventually, hasVectorIndex, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { randomEmbedding, randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { FREE_PORTS } from '../support/gateway/polyvec-command.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: it ends one connection of several; TEST_DATABASE_URL names a server)';

const COUNT = 220;

/** What the test holds so that the move waits, `$` for the collection's number; and the statement in which its connection is ended. */
const STEPS: readonly (readonly [step: string, hold: string, statement: RegExp])[] = [
  ['waits for its turn', 'SELECT pg_advisory_xact_lock(7065828, $)', /pg_advisory_xact_lock/],
  ['takes the catalog’s row', 'SELECT FROM polyvec.collections WHERE id = $ FOR KEY SHARE', /FOR UPDATE/],
  ['moves the records', 'LOCK TABLE polyvec.records_$ IN ACCESS SHARE MODE', /ALTER TABLE .*records_\d+" SET SCHEMA/],
  ['moves the vectors', 'LOCK TABLE polyvec.vectors_$ IN ACCESS SHARE MODE', /ALTER TABLE .*vectors_\d+" SET SCHEMA/],
  [
    'makes the tables of the place',
    'LOCK TABLE polyvec.namespaces IN ACCESS EXCLUSIVE MODE',
    /CREATE TABLE .*LIKE polyvec."namespaces"/,
  ],
  [
    'removes the namespaces that it has copied',
    'SELECT FROM polyvec.namespaces WHERE collection_id = $ FOR UPDATE',
    /DELETE FROM polyvec."namespaces"/,
  ],
  [
    'leaves the rest to the sweeper',
    'LOCK TABLE polyvec.dropped_collections IN EXCLUSIVE MODE',
    /INSERT INTO polyvec.dropped_collections/,
  ],
];

interface Older {
  readonly uuid: string;
  readonly id: string;
}

describeOnServer(`tables of earlier versions on their way into a place${reason}`, () => {
  let storage: TestStorage;
  let tables: pg.Client;
  let holder: pg.Client;
  let database: Database;
  let collections: readonly Older[];

  beforeAll(async () => {
    storage = await createStorage();
    [tables, holder] = [newClient(), newClient()];
    await Promise.all([tables.connect(), holder.connect()]);
    collections = await madeByOlder();
    database = await openDatabase(readConfig({ ...storage.environment }), () => undefined);
  });

  afterAll(async () => {
    await database.close();
    await Promise.all([tables.end(), holder.end()]);
    await storage.remove();
  });

  function newClient(options: pg.ClientConfig = {}): pg.Client {
    return new pg.Client({ connectionString: storage.environment['DATABASE_URL'], ...options });
  }

  /** One for each step, with tables and an index in the shared schema; their gateway has stopped. */
  async function madeByOlder(): Promise<readonly Older[]> {
    const older = newClient({ application_name: 'polyvec' });
    await older.connect();
    const settings = { ...FREE_PORTS, POLYVEC_PINECONE_INDEX_PORTS: 'off', POLYVEC_LOG_LEVEL: 'error', ...SMALL_TIERS };
    const gateway = await startGateway(readConfig({ ...storage.environment, ...settings }));
    const chroma = new ChromaApi(gateway.urls.get('chroma') ?? '');
    const random = randomFrom(1);
    const numbers = Array.from({ length: COUNT }, (_, number) => number);
    const made: Older[] = [];
    for (const [step] of STEPS.entries()) {
      const { id: uuid } = await chroma.filled({
        ids: numbers.map((number) => `r${String(number)}`),
        embeddings: numbers.map(() => randomEmbedding(random)),
      });
      expect([step, await promoted(tables, uuid), await hasVectorIndex(tables, uuid)]).toEqual([step, true, true]);
      const { rows } = await tables.query<{ id: string }>('SELECT id FROM polyvec.collections WHERE uuid = $1', [uuid]);
      made.push({ uuid, id: rows[0]?.id ?? '' });
    }
    await gateway.stop();
    await older.end();
    return made;
  }

  /** The server's process that waits in such a statement, other than `before`. */
  async function waiting(statement: RegExp, before?: number): Promise<number> {
    const pid = await eventually(
      async () => {
        const { rows } = await tables.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ $1 AND pid <> $2`,
          [statement.source, before ?? 0],
        );
        return rows[0]?.pid;
      },
      (found) => found !== undefined,
    );
    if (pid === undefined) throw new Error(`nothing waits in ${statement.source}`);
    return pid;
  }

  /** Where the collection is, by the catalog and by its tables. */
  async function whereabouts({ id }: Older): Promise<object> {
    const { rows } = await tables.query<object>(
      `SELECT c.place, c.record_table, to_regnamespace('polyvec_' || c.id)::text AS schema, (
         SELECT string_agg(n.nspname || '.' || t.relname, ' ' ORDER BY t.relname) FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
         WHERE t.relname IN ('records_' || c.id, 'vectors_' || c.id)) AS tables
       FROM polyvec.collections c WHERE c.id = $1`,
      [id],
    );
    return rows[0] ?? {};
  }

  it.each(STEPS.map(([step, ...rest], at) => [step, at, ...rest] as const))(
    'are where they were when the connection is ended while the move %s, and get there with the next attempt',
    async (_step, at, hold, statement) => {
      const older = collections[at] ?? { uuid: '', id: '' };
      const before = await whereabouts(older);
      const collection = await new CollectionStore(database).findAnywhere(older.uuid);
      if (collection === undefined) throw new Error('it is there');
      await holder.query('BEGIN');
      await holder.query(hold.replace('$', older.id));
      const store = new PlaceStore(database);
      // it does not wait for long, and maintenance comes again later
      const settling = eventually(
        () => store.settle(collection).catch(() => false),
        (done) => done,
      );
      let meanwhile: object;
      try {
        const pid = await waiting(statement);
        await tables.query('SELECT pg_terminate_backend($1)', [pid]);
        // the next attempt comes as far: what the first one did is undone
        await waiting(statement, pid);
        meanwhile = await whereabouts(older);
      } finally {
        await holder.query('ROLLBACK');
      }
      const isSettled = await settling;
      const { id } = older;
      const place = `polyvec_${id}`;
      expect(before).toEqual({
        place: 'polyvec',
        record_table: `records_${id}`,
        schema: null,
        tables: `polyvec.records_${id} polyvec.vectors_${id}`,
      });
      expect(meanwhile).toEqual(before);
      expect(isSettled).toBe(true);
      expect(await whereabouts(older)).toEqual({
        ...before,
        place,
        schema: place,
        tables: `${place}.records_${id} ${place}.vectors_${id}`,
      });
      const counts = await tables.query(
        `SELECT (SELECT count(*) FROM ${place}.records_${id}) AS records, (SELECT count(*) FROM ${place}.vectors_${id}) AS vectors,
           (SELECT sum(record_count) FROM ${place}.namespaces) AS counted, (SELECT count(*) FROM ${place}.guard) AS guards`,
      );
      expect(counts.rows).toEqual([{ records: '220', vectors: '220', counted: '220', guards: '1' }]);
      expect(await hasVectorIndex(tables, older.uuid, 0)).toBe(true);
    },
  );
});
