import pg from 'pg';
import { readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway as start } from '../../src/gateway.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { type Answer, type Match, PineconeApi } from '../support/clients/pinecone-api.js';
import { findServerPrograms, type Replication, startReplication } from '../support/servers/standby.js';

const programs = findServerPrograms();
const describeWithStandby = programs === undefined ? describe.skip : describe;
const reason =
  programs === undefined ? ' (skipped: no Postgres server with pgvector is installed, of which to make a standby)' : '';

const VERSION = { 'x-pinecone-api-version': '2025-10' };
const NAMESPACE = 'n';

/** An index at one gateway. */
class Index {
  private readonly api: PineconeApi;

  constructor(
    private readonly gateway: Gateway,
    readonly name: string,
  ) {
    this.api = new PineconeApi(`${gateway.urls.get('console') ?? ''}/pinecone/_index/${name}`);
  }

  async upsert(id: string, values: readonly number[] = [1, 0]): Promise<number> {
    const answer = await this.api.call('/vectors/upsert', {
      body: { vectors: [{ id, values }], namespace: NAMESPACE },
      headers: VERSION,
    });
    expect(answer.status).toBe(200);
    return Number(answer.headers.get('x-pinecone-request-lsn'));
  }

  async remove(id: string): Promise<void> {
    const answer = await this.api.call('/vectors/delete', { body: { ids: [id], namespace: NAMESPACE }, headers: VERSION });
    expect(answer.status).toBe(200);
  }

  async removeNamespace(): Promise<void> {
    const answer = await this.api.call(`/namespaces/${NAMESPACE}`, { method: 'DELETE', headers: VERSION });
    expect(answer.status).toBe(200);
  }

  /** What a query finds, in the order of ids, and the counter that it tells. */
  async seen(): Promise<{ readonly ids: readonly string[]; readonly lsn: number }> {
    const answer = await this.query();
    expect(answer.status).toBe(200);
    const { matches } = answer.body as { readonly matches: readonly Match[] };
    return { ids: matches.map(({ id }) => id).sort(), lsn: Number(answer.headers.get('x-pinecone-max-indexed-lsn')) };
  }

  async queryStatus(): Promise<number> {
    return (await this.query()).status;
  }

  async total(): Promise<unknown> {
    const answer = await this.api.call('/describe_index_stats', { body: {}, headers: VERSION });
    expect(answer.status).toBe(200);
    return (answer.body as { readonly totalVectorCount: unknown }).totalVectorCount;
  }

  private async query(): Promise<Answer> {
    return this.api.call('/query', { body: { vector: [1, 0], topK: 100, namespace: NAMESPACE }, headers: VERSION });
  }

  /** The ids that Chroma shows. */
  async shownByChroma(): Promise<readonly string[]> {
    const api = new ChromaApi(this.gateway.urls.get('chroma') ?? '');
    const { id } = (await api.call(`${COLLECTIONS}/${this.name}`)).body as { readonly id: string };
    return new CollectionApi(api, id, this.name).ids();
  }
}

describeWithStandby(`a gateway with a read replica${reason}`, () => {
  let replication: Replication;
  let here: Gateway;
  let there: Gateway;

  beforeAll(async () => {
    replication = await startReplication(programs ?? '');
    const config = readConfig({
      DATABASE_URL: replication.primaryUrl,
      POLYVEC_REPLICA_URL: replication.standbyUrl,
      POLYVEC_CHROMA_PORT: '0',
      POLYVEC_CONSOLE_PORT: '0',
      POLYVEC_PINECONE_PORT: '0',
      POLYVEC_PINECONE_INDEX_PORTS: 'off',
      POLYVEC_VECTORIZER_PORT: 'off',
      // it says when it does without the replica, which it must
      POLYVEC_LOG_LEVEL: 'silent',
    });
    here = await start(config);
    there = await start(config);
  });

  afterAll(async () => {
    await Promise.all([here, there].map((gateway) => gateway.stop()));
    await replication.stop();
  });

  afterEach(async () => {
    await replication.resume();
  });

  /** An index with the record `first`, which both servers have. */
  async function newIndex(name: string): Promise<{ readonly written: Index; readonly elsewhere: Index }> {
    const control = new PineconeApi(here.urls.get('pinecone') ?? '');
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    const created = await control.call('/indexes', { body: { name, spec, dimension: 2, metric: 'cosine' }, headers: VERSION });
    expect(created.status).toBe(201);
    const [written, elsewhere] = [new Index(here, name), new Index(there, name)];
    await written.upsert('first');
    await replication.caughtUp();
    expect(await elsewhere.seen()).toEqual({ ids: ['first'], lsn: 1 });
    return { written, elsewhere };
  }

  it('reads Pinecone’s records there: what the standby does not have yet, another instance does not see', async () => {
    const { written, elsewhere } = await newIndex('behind');
    await replication.pause();
    await written.upsert('second');
    expect(await elsewhere.seen()).toEqual({ ids: ['first'], lsn: 1 });
    expect(await elsewhere.total()).toBe(1);
    await replication.resume();
    await replication.caughtUp();
    expect(await elsewhere.seen()).toEqual({ ids: ['first', 'second'], lsn: 2 });
  });

  it('sees what it has written itself, at once', async () => {
    const { written } = await newIndex('own');
    await replication.pause();
    for (const id of ['a', 'b', 'c']) {
      const lsn = await written.upsert(id);
      const seen = await written.seen();
      expect(seen.ids).toContain(id);
      expect(seen.lsn).toBe(lsn);
    }
    await written.remove('a');
    expect((await written.seen()).ids).toEqual(['b', 'c', 'first']);
    expect(await written.total()).toBe(3);
  });

  it('does not see a namespace again that it has deleted, nor what was in it before it made it anew', async () => {
    const { written } = await newIndex('anew');
    await replication.pause();
    await written.removeNamespace();
    expect(await written.seen()).toEqual({ ids: [], lsn: 0 });
    await written.upsert('later');
    expect(await written.seen()).toEqual({ ids: ['later'], lsn: 1 });
  });

  it('does not find an index again that it has deleted', async () => {
    const { written } = await newIndex('deleted');
    await replication.pause();
    const control = new PineconeApi(here.urls.get('pinecone') ?? '');
    expect((await control.call('/indexes/deleted', { method: 'DELETE', headers: VERSION })).status).toBe(202);
    expect(await written.queryStatus()).toBe(404);
  });

  it('reads the primary through protocols that promise more', async () => {
    const { written, elsewhere } = await newIndex('promise');
    await new PineconeApi(`${here.urls.get('console') ?? ''}/pinecone/_index/promise`).call('/vectors/upsert', {
      body: { vectors: [{ id: 'plain', values: [0, 1] }] },
      headers: VERSION,
    });
    await replication.pause();
    await new PineconeApi(`${here.urls.get('console') ?? ''}/pinecone/_index/promise`).call('/vectors/upsert', {
      body: { vectors: [{ id: 'newer', values: [0, 1] }] },
      headers: VERSION,
    });
    expect(await elsewhere.shownByChroma()).toEqual(['plain', 'newer']);
    expect(await written.shownByChroma()).toEqual(['plain', 'newer']);
  });

  it('reads the primary when the replica is gone, and the replica when it is back', async () => {
    const { written, elsewhere } = await newIndex('gone');
    await replication.stopStandby();
    try {
      await written.upsert('second');
      for (let time = 0; time < 3; time += 1) expect((await elsewhere.seen()).ids).toEqual(['first', 'second']);
    } finally {
      await replication.startStandby();
    }
    await replication.caughtUp();
    await replication.pause();
    await written.upsert('third');
    const seen = await eventually(
      () => elsewhere.seen(),
      ({ ids }) => !ids.includes('third'),
    );
    expect(seen).toEqual({ ids: ['first', 'second'], lsn: 2 });
  });

  it('does without a server that is no standby of its database', async () => {
    const client = new pg.Client({ connectionString: replication.primaryUrl });
    await client.connect();
    await client.query('CREATE DATABASE another');
    await client.end();
    const another = new URL(replication.primaryUrl);
    another.pathname = '/another';
    const gateway = await start(
      readConfig({
        DATABASE_URL: replication.primaryUrl,
        POLYVEC_REPLICA_URL: another.href,
        POLYVEC_CHROMA_PORT: 'off',
        POLYVEC_CONSOLE_PORT: '0',
        POLYVEC_PINECONE_PORT: 'off',
        POLYVEC_PINECONE_INDEX_PORTS: 'off',
        POLYVEC_VECTORIZER_PORT: 'off',
        POLYVEC_LOG_LEVEL: 'silent',
      }),
    );
    const { written } = await newIndex('alone');
    const seen = await new Index(gateway, written.name).seen();
    await gateway.stop();
    expect(seen).toEqual({ ids: ['first'], lsn: 1 });
  });
});
