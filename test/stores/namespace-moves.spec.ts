import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { CollectionStore } from '../../src/collections/collection.store.js';
import { readConfig } from '../../src/config/config.js';
import { NOTHING_YET } from '../../src/copy/copy.js';
import { PolyvecSource } from '../../src/copy/sources/polyvec-database.js';
import { CollectionFilling } from '../../src/copy/targets/collection-filling.js';
import { CopiesStore } from '../../src/copy/targets/copies.store.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { NamespacePlaceStore } from '../../src/records/maintenance/namespace-place.store.js';
import { PlaceStore } from '../../src/records/maintenance/place.store.js';
import { TableShapeStore } from '../../src/records/verification/table-shape.store.js';
import { VerificationService } from '../../src/records/verification/verification.service.js';
import { VerificationStore } from '../../src/records/verification/verification.store.js';
import { type Cluster, eventually, promoted, SMALL_TIERS, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { randomEmbedding, randomFrom } from '../chaos/promotion/promotion-writer.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { PineconeApi } from '../support/clients/pinecone-api.js';
import { byEffort } from '../support/setup/effort.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: it needs several connections; TEST_DATABASE_URL names a server)';

const COUNT = 120;
const VERSION = { 'x-pinecone-api-version': '2025-10' };

/** What the test holds so that the move waits, `$` for the index' number; and the statement in which its connection is ended. */
const STEPS: readonly (readonly [step: string, hold: string, statement: RegExp])[] = [
  ['waits for its turn', 'SELECT pg_advisory_xact_lock(7065828, $)', /^SELECT pg_advisory_xact_lock/],
  ['takes the catalog’s row', 'SELECT FROM polyvec.collections WHERE id = $ FOR KEY SHARE', /FOR UPDATE/],
  ['waits for writers', 'SELECT FROM polyvec_$.guard FOR KEY SHARE', /FROM "polyvec_\d+"."guard".*FOR UPDATE/],
  ['makes the place', 'LOCK TABLE polyvec.pool_sparse IN ACCESS EXCLUSIVE MODE', /CREATE TABLE .*LIKE polyvec."pool_sparse"/],
  ['copies the records', 'LOCK TABLE polyvec_$.records_$ IN ACCESS EXCLUSIVE MODE', /INSERT INTO "polyvec_\d+"."records_\d+"/],
  ['copies the vectors', 'LOCK TABLE polyvec_$.vectors_$ IN ACCESS EXCLUSIVE MODE', /INSERT INTO "polyvec_\d+"."vectors_\d+"/],
  ['removes what it has copied', 'LOCK TABLE polyvec_$.vectors_$ IN SHARE MODE', /DELETE FROM "polyvec_\d+"."vectors_\d+"/],
  [
    'retires indexes',
    `SELECT FROM polyvec.vector_indexes WHERE collection_id = $ FOR UPDATE`,
    /UPDATE polyvec.vector_indexes SET state = 'retired'/,
  ],
];

interface Index {
  readonly name: string;
  readonly id: string;
  readonly uuid: string;
}

type Vectors = readonly { readonly id: string; readonly values: readonly number[] }[];

function vectors(count: number, prefix = 'r'): Vectors {
  const random = randomFrom(count);
  return Array.from({ length: count }, (_, number) => ({ id: `${prefix}${String(number)}`, values: randomEmbedding(random) }));
}

function dataOf({ pineconeUrl }: { readonly pineconeUrl: string }, name: string): PineconeApi {
  return new PineconeApi(`${pineconeUrl}/_index/${name}`);
}

async function makeIndex(cluster: Cluster): Promise<Index> {
  const [first] = cluster.instances;
  if (first === undefined) throw new Error('there is an instance');
  const name = `i-${randomUUID()}`;
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const answer = await new PineconeApi(first.pineconeUrl).call('/indexes', {
    body: { name, dimension: 8, spec },
    headers: VERSION,
  });
  if (answer.status !== 201) throw new Error(answer.text);
  const { rows } = await cluster.tables.query<{ id: string; uuid: string }>(
    'SELECT id, uuid FROM polyvec.collections WHERE name = $1',
    [name],
  );
  const { id = '', uuid = '' } = rows[0] ?? {};
  return { name, id, uuid };
}

async function upsert(api: PineconeApi, namespace: string, records: Vectors): Promise<number> {
  return (await api.call('/vectors/upsert', { body: { namespace, vectors: records }, headers: VERSION })).status;
}

async function counts(api: PineconeApi): Promise<Readonly<Record<string, number>>> {
  const { body } = await api.call('/describe_index_stats', { body: {}, headers: VERSION });
  const { namespaces } = body as { readonly namespaces: Readonly<Record<string, { readonly vectorCount: number }>> };
  return Object.fromEntries(Object.entries(namespaces).map(([name, { vectorCount }]) => [name, vectorCount]));
}

async function placesOf(tables: pg.Client, { id }: Index): Promise<readonly string[]> {
  const { rows } = await tables.query<{ namespace: string }>(
    'SELECT namespace FROM polyvec.collections WHERE parent_id = $1 ORDER BY namespace',
    [id],
  );
  return rows.map(({ namespace }) => namespace);
}

describeOnServer(`a namespace on its way into a place of its own${reason}`, () => {
  let cluster: Cluster;
  let database: Database;
  let store: NamespacePlaceStore;
  let catalog: CollectionStore;
  let holder: pg.Client;

  beforeAll(async () => {
    // nothing moves by itself, and each namespace has an index
    cluster = await startCluster(1, { ...SMALL_TIERS, POLYVEC_INDEX_MIN_FLOATS: '800' });
    database = await openDatabase(readConfig({ DATABASE_URL: cluster.databaseUrl }), () => undefined);
    catalog = new CollectionStore(database);
    store = new NamespacePlaceStore(database, catalog, new PlaceStore(database));
    holder = new pg.Client({ connectionString: cluster.databaseUrl });
    await holder.connect();
  });

  afterAll(async () => {
    await database.close();
    await holder.end();
    await cluster.stop();
  });

  /** An index with two namespaces in its place. */
  async function filled(): Promise<{ readonly index: Index; readonly api: PineconeApi }> {
    const index = await makeIndex(cluster);
    const api = dataOf(cluster.instances[0] ?? { pineconeUrl: '' }, index.name);
    expect([await upsert(api, 'a', vectors(COUNT)), await upsert(api, 'b', vectors(COUNT))]).toEqual([200, 200]);
    expect(await promoted(cluster.tables, index.uuid)).toBe(true);
    return { index, api };
  }

  async function move(index: Index, namespace: string): Promise<boolean> {
    const collection = await catalog.findAnywhere(index.uuid);
    if (collection === undefined) throw new Error('it is there');
    return (await store.moveOut(collection, namespace)) !== undefined;
  }

  /** The server's process that waits in such a statement, other than `before`. */
  async function waiting(statement: RegExp, before = 0): Promise<number> {
    const pid = await eventually(
      async () => {
        const { rows } = await cluster.tables.query<{ pid: number }>(
          `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query ~ $1 AND pid <> $2`,
          [statement.source, before],
        );
        return rows[0]?.pid;
      },
      (found) => found !== undefined,
    );
    if (pid === undefined) throw new Error(`nothing waits in ${statement.source}`);
    return pid;
  }

  /** Where its rows are, by tables: of all places, those with rows of the index or of its children. */
  async function whereabouts({ id }: Index): Promise<readonly object[]> {
    const { rows: held } = await cluster.tables.query<{ id: string; place: string; namespace: string | null }>(
      `SELECT id, place, namespace FROM polyvec.collections WHERE id = $1 OR parent_id = $1 ORDER BY namespace NULLS FIRST`,
      [id],
    );
    const found: object[] = [];
    for (const { id: own, place, namespace } of held) {
      const { rows } = await cluster.tables.query<object>(
        `SELECT (SELECT count(*) FROM ${place}.records_${own})::integer AS records,
          (SELECT count(*) FROM ${place}.vectors_${own})::integer AS vectors,
          (SELECT string_agg(name || ' ' || record_count, ' ' ORDER BY name) FROM ${place}.namespaces) AS counted,
          (SELECT count(*) FROM ${place}.guard)::integer AS guards`,
      );
      found.push({ namespace, ...rows[0] });
    }
    return found;
  }

  const whole = [
    { namespace: null, records: 2 * COUNT, vectors: 2 * COUNT, counted: `a ${String(COUNT)} b ${String(COUNT)}`, guards: 1 },
  ];
  const apart = [
    { namespace: null, records: COUNT, vectors: COUNT, counted: `b ${String(COUNT)}`, guards: 1 },
    { namespace: 'a', records: COUNT, vectors: COUNT, counted: `a ${String(COUNT)}`, guards: 1 },
  ];

  it.each(STEPS)(
    'is where it was when the connection is ended while the move %s, and gets there next time',
    async (step, hold, statement) => {
      const { index, api } = await filled();
      const indexes = (): Promise<number | null> =>
        cluster.tables
          .query(`SELECT FROM polyvec.vector_indexes WHERE collection_id = $1 AND namespace = 'a' AND state = 'ready'`, [
            index.id,
          ])
          .then(({ rowCount }) => rowCount);
      expect([step, await eventually(indexes, (count) => count === 1)]).toEqual([step, 1]);
      const before = await whereabouts(index);
      await holder.query('BEGIN');
      await holder.query(hold.replaceAll('$', index.id));
      let during: readonly object[];
      const moving = move(index, 'a').catch(() => 'failed');
      try {
        const pid = await waiting(statement);
        await cluster.tables.query('SELECT pg_terminate_backend($1)', [pid]);
        await eventually(
          async () => (await cluster.tables.query('SELECT FROM pg_stat_activity WHERE pid = $1', [pid])).rowCount,
          (count) => count === 0,
        );
        during = await placesOf(cluster.tables, index).then((places) => places.map((namespace) => ({ namespace })));
      } finally {
        await holder.query('ROLLBACK');
      }
      const outcome = await moving;
      const schemas = await cluster.tables.query(
        `SELECT FROM pg_namespace WHERE nspname ~ '^polyvec_[0-9]+$' AND NOT EXISTS (
         SELECT FROM polyvec.collections c WHERE c.place = nspname)`,
      );
      expect([before, during, outcome]).toEqual([whole, [], outcome]);
      expect([true, 'failed']).toContain(outcome);
      expect(schemas.rowCount).toBe(0);
      // some connections are asked again by themselves, where nothing was begun
      if (outcome === 'failed') {
        expect(await whereabouts(index)).toEqual(whole);
        expect(await upsert(api, 'a', vectors(1))).toBe(200);
        expect(await move(index, 'a')).toBe(true);
      }
      expect(await whereabouts(index)).toEqual(apart);
      expect(await counts(api)).toEqual({ a: COUNT, b: COUNT });
      expect([await upsert(api, 'a', vectors(1, 'new')), await upsert(api, 'b', vectors(2, 'new'))]).toEqual([200, 200]);
      expect(await counts(api)).toEqual({ a: COUNT + 1, b: COUNT + 2 });
    },
  );

  it('stays while an instance is connected that would look for it where it was', async () => {
    for (const name of ['polyvec', 'polyvec (places)']) {
      const { index } = await filled();
      const older = new pg.Client({ connectionString: cluster.databaseUrl, application_name: name });
      await older.connect();
      const refused = await move(index, 'a');
      await older.end();
      await eventually(
        async () => (await cluster.tables.query('SELECT FROM pg_stat_activity WHERE application_name = $1', [name])).rowCount,
        (count) => count === 0,
      );
      expect([name, refused, await move(index, 'a')]).toEqual([name, false, true]);
    }
  });

  it('needs no queue of writers after a move that was cut off', async () => {
    const { index } = await filled();
    await cluster.tables.query('UPDATE polyvec.collections SET moving = TRUE, epoch = epoch + 1 WHERE id = $1', [index.id]);
    const collection = await catalog.findAnywhere(index.uuid);
    if (collection === undefined) throw new Error('it is there');
    await holder.query('BEGIN');
    await holder.query('SELECT pg_advisory_xact_lock(7065828, $1::integer)', [index.id]);
    await store.rest(collection);
    const during = await catalog.findAnywhere(index.uuid);
    await holder.query('ROLLBACK');
    await store.rest(collection);
    expect([during?.moving, (await catalog.findAnywhere(index.uuid))?.moving]).toEqual([true, false]);
  });

  it('is looked for in its place by an instance that remembers it elsewhere, whatever it does next', async () => {
    const asks: readonly ((api: PineconeApi) => Promise<unknown>)[] = [
      async (api) => (await api.call('/vectors/fetch?ids=r1&namespace=a', { headers: VERSION })).text.includes('"r1"'),
      async (api) => (await upsert(api, 'a', vectors(3))) === 200,
      async (api) => (await counts(api))['a'] === COUNT,
      async (api) => (await api.call('/vectors/list?namespace=a', { headers: VERSION })).text.includes('"r1"'),
      async (api) =>
        (await api.call('/vectors/delete', { body: { namespace: 'a', ids: ['nobody'] }, headers: VERSION })).status === 200,
      async (api) =>
        (await api.call('/query', { body: { namespace: 'a', topK: 1, id: 'r1' }, headers: VERSION })).text.includes('"r1"'),
      async (api) => (await api.call('/namespaces/a', { headers: VERSION })).status === 200,
      async (api) => (await api.call('/namespaces', { body: { name: 'a' }, headers: VERSION })).status === 409,
    ];
    for (const [at, ask] of asks.entries()) {
      const { index, api } = await filled();
      expect(await move(index, 'a')).toBe(true);
      expect([at, await ask(api)]).toEqual([at, true]);
      // and where it was, when it is there again
      const child = await catalog.findAnywhere(index.uuid).then((one) => one && catalog.findHolder(database, one, 'a'));
      if (child === undefined) throw new Error('it is there');
      expect(await catalog.deleteChild(child)).toBe(true);
      expect([await upsert(api, 'a', vectors(2, 'again')), await counts(api)]).toEqual([200, { a: 2, b: COUNT }]);
    }
  });

  it('is verified by itself, and the index for what it should not hold any more', async () => {
    const { index } = await filled();
    expect(await move(index, 'a')).toBe(true);
    const verification = new VerificationService(database, catalog, new VerificationStore(database), new TableShapeStore());
    const found = await verification.collections(index.name);
    const problems = async (): Promise<readonly unknown[]> =>
      Promise.all(found.map(async ({ name, uuid }) => [name, (await verification.verify(uuid))?.problems]));
    const before = await problems();
    await cluster.tables.query(`INSERT INTO polyvec_${index.id}.namespaces (collection_id, name) VALUES ($1, 'a')`, [index.id]);
    const label = `${index.name} (namespace "a")`;
    expect(before).toEqual([
      [index.name, []],
      [label, []],
    ]);
    expect(await problems()).toEqual([
      [index.name, ['the namespace "a" is held by another place']],
      [label, []],
    ]);
  });

  it('is read and filled by a copy as any other', async () => {
    const { index, api } = await filled();
    expect(await move(index, 'a')).toBe(true);
    const collection = await catalog.findAnywhere(index.uuid);
    if (collection === undefined) throw new Error('it is there');
    const to = { tenant: collection.tenant, database: collection.database, name: index.name };
    const source = new PolyvecSource(database, 'here', to, () => Promise.resolve());
    const [from] = await source.collections();
    if (from === undefined) throw new Error('it is shown');
    const read: Record<string, number> = {};
    for await (const { records } of source.read(from, null)) {
      for (const { namespace = '' } of records) read[namespace] = (read[namespace] ?? 0) + 1;
    }
    const copies = new CopiesStore(database);
    await copies.beginVisible('here', from, to, collection, true);
    const place = { collection, to, policy: 'overwrite', isHidden: false, isShared: true } as const;
    const filling = new CollectionFilling(database, catalog, copies, place);
    const records = ['a', 'b'].map((namespace) => ({
      ...{ id: 'copied', namespace, document: null, uri: null, metadata: null, embedding: new Float32Array(8).fill(1) },
    }));
    await filling.write(records, NOTHING_YET, { ...NOTHING_YET, cursor: 'done', records: 2 });
    expect([from.records, read, await filling.count()]).toEqual([2 * COUNT, { a: COUNT, b: COUNT }, 2 * COUNT + 2]);
    expect(await counts(api)).toEqual({ a: COUNT + 1, b: COUNT + 1 });
    expect((await filling.find(records)).map(({ id, namespace }) => [id, namespace])).toEqual([
      ['copied', 'a'],
      ['copied', 'b'],
    ]);
  });

  it('follows what changes of its index, and a name that is no longer its own finds it no more', async () => {
    const { index, api } = await filled();
    expect(await move(index, 'a')).toBe(true);
    expect((await counts(api))['a']).toBe(COUNT);
    const [first] = cluster.instances;
    const chroma = new ChromaApi(first?.chromaUrl ?? '');
    const name = `renamed-${randomUUID()}`;
    const moved = await chroma.call(`${COLLECTIONS}/${index.uuid}`, {
      method: 'PUT',
      body: { new_name: name, new_metadata: { made: 'by hand' } },
    });
    expect(moved.status).toBe(200);
    const { rows } = await cluster.tables.query(
      `SELECT k.metadata = c.metadata AS metadata, k.settings::text = c.settings::text AS settings, k.name
       FROM polyvec.collections k JOIN polyvec.collections c ON c.id = k.parent_id WHERE c.id = $1`,
      [index.id],
    );
    expect(rows).toEqual([{ metadata: true, settings: true, name: null }]);
    const fetched = async (asked: string): Promise<number> =>
      (await dataOf(first ?? { pineconeUrl: '' }, asked).call('/vectors/fetch?ids=r1&namespace=a', { headers: VERSION })).status;
    expect([await fetched(name), await fetched(index.name)]).toEqual([200, 404]);
  });
});

describeOnServer(`namespaces that move while two instances write to them${reason}`, () => {
  it('lose nothing that was acknowledged, and are whole whenever somebody looks', async () => {
    const cluster = await startCluster(2, { ...SMALL_TIERS, POLYVEC_NAMESPACE_PLACE_FLOATS: '800' });
    try {
      for (let round = 0; round < byEffort({ quick: 1, full: 6 }); round += 1) {
        const index = await makeIndex(cluster);
        const apis = cluster.instances.map((instance) => dataOf(instance, index.name));
        const written = new Map(['', 'a', 'b', 'c'].map((namespace) => [namespace, new Set<string>()]));
        const refused: string[] = [];
        const ending = new AbortController();
        const write = async (api: PineconeApi, namespace: string, writer: number): Promise<void> => {
          for (let batch = 0; !ending.signal.aborted && batch < 200; batch += 1) {
            const records = vectors(5, `w${String(writer)}-${String(batch)}-`);
            const status = await upsert(api, namespace, records);
            if (status !== 200) refused.push(`${namespace} ${String(status)}`);
            else for (const { id } of records) written.get(namespace)?.add(id);
          }
        };
        const shrank: string[] = [];
        const watch = async (api: PineconeApi): Promise<void> => {
          let seen: Readonly<Record<string, number>> = {};
          while (!ending.signal.aborted) {
            const now = await counts(api);
            for (const [name, count] of Object.entries(seen))
              if ((now[name === '' ? '__default__' : name] ?? now[name] ?? 0) < count) shrank.push(name);
            seen = now;
          }
        };
        const working = [
          ...[...written.keys()].flatMap((namespace) => apis.map((api, writer) => write(api, namespace, writer))),
          ...apis.map(watch),
        ];
        const places = await eventually(
          () => placesOf(cluster.tables, index),
          (found) => found.length === 3,
        );
        ending.abort();
        await Promise.all(working);
        expect([places, refused, shrank]).toEqual([['a', 'b', 'c'], [], []]);
        for (const [namespace, ids] of written) {
          for (const api of apis) expect([namespace, await listed(api, namespace)]).toEqual([namespace, [...ids].sort()]);
        }
      }
    } finally {
      await cluster.stop();
    }
  });
});

async function listed(api: PineconeApi, namespace: string): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let token = ''; ;) {
    const query = { namespace, limit: 100, ...(token !== '' && { paginationToken: token }) };
    const { body } = await api.call('/vectors/list', { query, headers: VERSION });
    const page = body as {
      readonly vectors: readonly { readonly id: string }[];
      readonly pagination?: { readonly next: string };
    };
    for (const { id } of page.vectors) ids.push(id);
    if (page.pagination === undefined) return ids.sort();
    token = page.pagination.next;
  }
}
