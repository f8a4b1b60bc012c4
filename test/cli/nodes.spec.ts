import pg from 'pg';
import { distribute, listNodes, moveToNode, rebalance, undistribute } from '../../src/cli/nodes.js';
import { type Config, readConfig } from '../../src/config/config.js';
import { remoteBuilds } from '../../src/postgres/cluster/builds.js';
import { distributeFunctions, nodeProblems } from '../../src/postgres/cluster/cluster-checks.js';
import { shardWritersEnded } from '../../src/postgres/cluster/writers.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { identifier, sql } from '../../src/postgres/sql.js';
import { eventually, hasVectorIndex, promoted, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { installCitusStandIn } from '../support/servers/citus-stand-in.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: it needs a second connection; TEST_DATABASE_URL names a server)';

type Command = (config: Config, print: (line: string) => void) => Promise<void>;

/** What a command prints. */
async function printed(config: Config, command: Command): Promise<readonly string[]> {
  const lines: string[] = [];
  await command(config, (line) => lines.push(line));
  return lines;
}

describe('polyvec nodes on a plain Postgres', () => {
  let storage: TestStorage;
  let config: Config;

  beforeAll(async () => {
    storage = await createStorage();
    config = readConfig({ ...storage.environment, POLYVEC_LOG_LEVEL: 'error' });
  });

  afterAll(async () => {
    await storage.remove();
  });

  it('lists the one server, and says that moving needs Citus', async () => {
    expect(await printed(config, listNodes)).toEqual([
      expect.stringMatching(/^\S+:\d+ {2}server {2}[\d.]+ [kM]B$/),
      expect.stringMatching(/^ {2}polyvec {2}[\d.]+ [kM]B {2}the catalog, and all collections without a place of their own$/),
      'One server: moving places to others needs Citus.',
    ]);
  });

  it('moves nothing', async () => {
    const move = printed(config, (c, print) => moveToNode(c, { place: 'polyvec_1', node: 'a:1', mode: 'online' }, print));
    await expect(move).rejects.toThrow('places move between nodes of a cluster of Citus, and this is one plain Postgres');
    await expect(printed(config, (c, print) => distribute(c, undefined, print))).rejects.toThrow('one plain Postgres');
  });
});

describeOnServer(
  `polyvec nodes, and maintenance, where Citus’ tables and functions are (stand-ins: nothing is distributed)${reason}`,
  () => {
    let storage: TestStorage;
    let gateway: TestGateway;
    let tables: pg.Client;
    let config: Config;
    /** Promoted before there was a cluster, and since. */
    let early: string;
    let late: string;

    beforeAll(async () => {
      storage = await createStorage();
      gateway = await startGatewayOn(storage, SMALL_TIERS);
      config = readConfig({ ...storage.environment, POLYVEC_LOG_LEVEL: 'error' });
      tables = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
      await tables.connect();
      early = await placed('early');
      await installCitusStandIn(tables);
      late = await placed('late');
    });

    afterAll(async () => {
      await tables.end();
      await gateway.stop();
    });

    async function placed(name: string): Promise<string> {
      const api = new ChromaApi(gateway.chromaUrl);
      const collection = await api.filled(records(250), { name });
      expect(await promoted(tables, collection.id)).toBe(true);
      expect(await hasVectorIndex(tables, collection.id)).toBe(true);
      const { rows } = await tables.query<{ place: string }>('SELECT place FROM polyvec.collections WHERE uuid = $1', [
        collection.id,
      ]);
      return rows[0]?.place ?? '';
    }

    it('lists nodes with their places, and which of them is down', async () => {
      await tables.query(`INSERT INTO down VALUES ('10.0.0.2')`);
      const lines = await printed(config, listNodes);
      await tables.query('DELETE FROM down');
      expect(lines).toEqual([
        expect.stringMatching(/^10\.0\.0\.1:5432 {2}coordinator {2}[\d.]+ [kM]B$/),
        expect.stringMatching(/^ {2}polyvec(_\d+)? {2}[\d.]+ [kM]B/),
        expect.stringMatching(/^ {2}polyvec(_\d+)? {2}[\d.]+ [kM]B/),
        '10.0.0.2:5432  worker  DOWN',
        expect.stringMatching(/^10\.0\.0\.3:5432 {2}worker {2}[\d.]+ [kM]B$/),
        expect.stringMatching(new RegExp(`^ {2}${late} {2}[\\d.]+ [kM]B {2}late$`)),
      ]);
      expect(lines).toContainEqual(expect.stringMatching(new RegExp(`^ {2}${early} {2}[\\d.]+ [kM]B {2}early$`)));
    });

    it('moves a place, by its name or its collection’s, and prints how long it took', async () => {
      const move = (place: string, node: string) => (c: Config, print: (line: string) => void) =>
        moveToNode(c, { place, node, mode: 'online' }, print);
      expect(await printed(config, move('late', '10.0.0.2:5432'))).toEqual([
        `${late}  10.0.0.3:5432 -> 10.0.0.2:5432`,
        expect.stringMatching(/^ {2}done in [\d.]+ s$/),
      ]);
      expect(await printed(config, move(late, '10.0.0.2:5432'))).toEqual([`${late} is on 10.0.0.2:5432 already`]);
      await expect(printed(config, move(late, '10.0.0.9:5432'))).rejects.toThrow('there is no node "10.0.0.9:5432"');
      await expect(printed(config, move('nobody', '10.0.0.3:5432'))).rejects.toThrow('there is no place "nobody"');
      await expect(printed(config, move('early', '10.0.0.3:5432'))).rejects.toThrow(`polyvec nodes distribute ${early}`);
    });

    it('distributes what was made before, rebalances by size, and brings all back', async () => {
      expect(await printed(config, (c, print) => distribute(c, undefined, print))).toEqual([
        `${early}  coordinator -> a node`,
        expect.stringMatching(/^ {2}done in/),
      ]);
      const dry = await printed(config, (c, print) => rebalance(c, { mode: 'online', isDry: true }, print));
      expect(dry).toEqual([expect.stringMatching(/^polyvec_\d+ {2}[\d.]+ [kM]B {2}10\.0\.0\.2:5432 -> 10\.0\.0\.3:5432$/)]);
      const done = await printed(config, (c, print) => rebalance(c, { mode: 'blocking', isDry: false }, print));
      expect(done).toEqual([...dry, expect.stringMatching(/^ {2}done in/)]);
      const undone = await printed(config, (c, print) => undistribute(c, undefined, print));
      expect(undone).toHaveLength(4);
      await tables.query('INSERT INTO pg_dist_placement VALUES ($1, 2)', [late.replace('polyvec_', '')]);
    });

    it('sets on shards what a coordinator does not pass on: how columns are sampled, and the memory of builds', async () => {
      const { rows } = await tables.query<{ command: string }>('SELECT command FROM asked');
      const asked = rows.map(({ command }) => command);
      const id = late.replace('polyvec_', '');
      expect(asked).toContain(
        `ALTER TABLE ${late}.records_${id} ALTER metadata SET STATISTICS 1000, ALTER document SET STATISTICS 0, ALTER uri SET STATISTICS 0, ALTER long_id SET STATISTICS 0`,
      );
      const memory = asked.filter((command) => command.includes('maintenance_work_mem'));
      expect(memory.filter((command) => command.includes('SET maintenance_work_mem')).length).toBeGreaterThan(0);
      expect(memory.at(-1)).toContain('RESET maintenance_work_mem');
      const targets = await tables.query(
        `SELECT attname, attstattarget FROM pg_attribute WHERE attrelid = '${late}.records_${id}'::regclass AND attname IN ('metadata', 'document')
       ORDER BY attname`,
      );
      expect(targets.rows).toEqual([
        { attname: 'document', attstattarget: 0 },
        { attname: 'metadata', attstattarget: 1000 },
      ]);
    });

    describe('the settings of nodes', () => {
      let database: Database;

      beforeAll(async () => {
        database = await openDatabase(config, () => undefined);
      });

      afterAll(async () => {
        await database.close();
      });

      it('are checked, with a line for each that must change', async () => {
        const { rows } = await tables.query<{ wal: string; prepared: string }>(
          `SELECT current_setting('wal_level') AS wal, current_setting('max_prepared_transactions') AS prepared`,
        );
        expect(rows).toEqual([{ wal: 'replica', prepared: '0' }]);
        await tables.query(`INSERT INTO down VALUES ('10.0.0.2')`);
        const lines = await nodeProblems(database);
        await tables.query('DELETE FROM down');
        expect(lines).toEqual([
          expect.stringMatching(
            /^max_prepared_transactions is 0 on the coordinator: writes to more than one node fail; set it to \d+/,
          ),
          expect.stringMatching(/^max_worker_processes is \d+ on the coordinator: .* set it to 16 or more, and restart it$/),
          expect.stringMatching(/^wal_level is replica on the coordinator/),
          'the node 10.0.0.2:5432 does not answer: requests for collections on it are answered 503',
          expect.stringMatching(/^max_prepared_transactions is 0 on the node 10\.0\.0\.3:5432/),
          expect.stringMatching(/^max_worker_processes is \d+ on the node 10\.0\.0\.3:5432/),
          expect.stringMatching(/^wal_level is replica on the node 10\.0\.0\.3:5432/),
        ]);
      });

      it('say so where the role may not ask nodes, and nothing fails for it', async () => {
        const role = `polyvec_asker_${String(process.pid)}`;
        await tables.query(`CREATE ROLE ${role}`);
        await tables.query(`GRANT SELECT ON pg_dist_node TO ${role}`);
        await tables.query('REVOKE EXECUTE ON FUNCTION run_command_on_workers FROM PUBLIC');
        const [lines, builds] = await database.transaction(async (transaction) => {
          await transaction.script(`SET LOCAL ROLE ${role}`);
          return [await nodeProblems(transaction), await remoteBuilds(transaction)];
        });
        await tables.query('GRANT EXECUTE ON FUNCTION run_command_on_workers TO PUBLIC');
        await tables.query(`DROP OWNED BY ${role}`);
        await tables.query(`DROP ROLE ${role}`);
        expect(lines.at(-1)).toMatch(/^this role may not ask nodes, .*GRANT EXECUTE ON FUNCTION/);
        expect(builds).toEqual([]);
      });

      it('are one line where no node takes shards', async () => {
        await tables.query('UPDATE pg_dist_node SET shouldhaveshards = FALSE');
        const lines = await nodeProblems(database);
        await tables.query('UPDATE pg_dist_node SET shouldhaveshards = groupid > 0');
        expect(lines).toEqual([expect.stringMatching(/^Citus knows no node that takes shards/)]);
      });

      it('hold up what waits for the writers of a shard until these have ended', async () => {
        const guard = sql`${identifier(late)}.guard`;
        await tables.query('BEGIN');
        await tables.query(`UPDATE ${late}.guard SET epoch = epoch`);
        const during = await shardWritersEnded(database, guard);
        await tables.query('COMMIT');
        expect([during, await shardWritersEnded(database, guard)]).toEqual([false, true]);
        expect(await distributeFunctions(database)).toEqual([]);
      });
    });

    it('settles older tables by copying them, whose indexes are built anew', async () => {
      const older = new pg.Client({ connectionString: storage.environment['DATABASE_URL'], application_name: 'polyvec' });
      await older.connect();
      const collection = await new ChromaApi(gateway.chromaUrl).filled(records(250), { name: 'settled' });
      await promoted(tables, collection.id);
      await hasVectorIndex(tables, collection.id);
      await older.end();
      const place = await eventually(
        async () =>
          (
            await tables.query<{ place: string; id: string }>('SELECT place, id FROM polyvec.collections WHERE uuid = $1', [
              collection.id,
            ])
          ).rows[0],
        (row) => row?.place !== 'polyvec',
      );
      expect(place?.place).toBe(`polyvec_${place?.id ?? ''}`);
      expect(await hasVectorIndex(tables, collection.id)).toBe(true);
      const left = await tables.query('SELECT FROM pg_class WHERE relname = $1 AND relnamespace = $2::regnamespace', [
        `records_${place?.id ?? ''}`,
        'polyvec',
      ]);
      expect(left.rowCount).toBe(0);
      expect(await collection.ids({ include: [] })).toHaveLength(250);
      expect((await tables.query(`SELECT FROM pg_dist_shard WHERE shardid = $1`, [place?.id])).rowCount).toBeGreaterThan(5);
    });
  },
);

/** Of eight components; more than 200 make a collection large. */
function records(count: number): Readonly<Record<'ids' | 'embeddings' | 'documents' | 'metadatas', readonly unknown[]>> {
  const numbers = Array.from({ length: count }, (_, index) => index);
  return {
    ids: numbers.map((number) => `r${String(number)}`),
    embeddings: numbers.map((number) => [number, 1, 2, 3, 4, 5, 6, 7]),
    documents: numbers.map((number) => `document ${String(number)}`),
    metadatas: numbers.map((number) => ({ number })),
  };
}
