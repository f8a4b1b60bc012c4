import { ChromaApi } from '../support/clients/chroma-api.js';
import { type Behaviour, PLANTED } from '../support/faults/fault-proxy.js';
import type { Transport, TransportAnswer, Trouble } from '../support/faults/fault-transports.js';
import { type FaultyGateway, hasServer, serverReason, startFaultyGateway } from '../support/faults/faulty-gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;
/** Background work would take part of what is meant for the requests. */
const STILL = { POLYVEC_MAINTENANCE_INTERVAL_MS: '600000', POLYVEC_VECTORIZER_EXPIRY_INTERVAL_MS: '600000' };
/** How long what has done nothing is tried again. */
const PATIENCE = { POLYVEC_POOL_TIMEOUT_MS: '1000' };
const WRITES = /\b(?:INSERT|UPDATE|DELETE)\b/;

type Act = 'read' | 'write';

const answer = (sqlstate: string, to?: RegExp, times?: number): Behaviour => ({
  kind: 'answer',
  sqlstate,
  ...(to !== undefined && { to }),
  ...(times !== undefined && { times }),
});

/** What happens, to every statement, and how all requests are answered. */
const TOTAL: readonly (readonly [name: string, behaviour: Behaviour, trouble: Trouble])[] = [
  ['is shut down (57P01)', answer('57P01'), 'database'],
  ['has crashed (57P02)', answer('57P02'), 'database'],
  ['is starting (57P03)', answer('57P03'), 'database'],
  ['has lost a connection (08006)', answer('08006'), 'database'],
  ['has too many clients (53300)', answer('53300'), 'database'],
  ['has no memory left (53200)', answer('53200'), 'database'],
  ['cannot read its files (58030)', answer('58030'), 'database'],
  ['waits too long for a lock (55P03)', answer('55P03'), 'database'],
  ['finds deadlocks, again and again (40P01)', answer('40P01'), 'database'],
  ['ends what takes too long (57014)', answer('57014'), 'statement'],
  ['takes no more connections (53300)', { kind: 'reject', sqlstate: '53300' }, 'database'],
  ['does not know us any more (28P01)', { kind: 'reject', sqlstate: '28P01' }, 'database'],
  ['is not there any more (3D000)', { kind: 'reject', sqlstate: '3D000' }, 'database'],
  ['refuses connections', { kind: 'refuse' }, 'database'],
  ['breaks every connection', { kind: 'cut', afterBytes: 0 }, 'database'],
  ['breaks off in the middle of its answers', { kind: 'cut', afterBytes: 7 }, 'database'],
];

/** What happens to writes only. */
const PARTIAL: readonly (readonly [name: string, behaviour: Behaviour, trouble: Trouble])[] = [
  ['has a full disk (53100)', answer('53100', WRITES), 'storage'],
  ['takes no writes (25006)', answer('25006', WRITES), 'read_only'],
];

describeOnServer(`a gateway whose database fails${serverReason}`, () => {
  let faulty: FaultyGateway;

  beforeAll(async () => {
    faulty = await startFaultyGateway({ ...STILL, ...PATIENCE });
  });

  afterAll(async () => {
    await faulty.stop();
  });

  afterEach(async () => {
    await faulty.proxy.set({ kind: 'pass' });
  });

  /** By transport. */
  async function ask(act: Act): Promise<Readonly<Record<string, TransportAnswer>>> {
    return byTransport((transport) => transport[act]());
  }

  async function byTransport<T>(value: (transport: Transport) => T): Promise<Readonly<Record<string, Awaited<T>>>> {
    return Object.fromEntries(
      await Promise.all(faulty.transports.map(async (transport) => [transport.name, await value(transport)] as const)),
    );
  }

  async function statuses(act: Act): Promise<readonly number[]> {
    return Object.values(await ask(act)).map(({ status }) => status);
  }

  function succeeded(): readonly number[] {
    return faulty.transports.map((transport) => transport.succeeded);
  }

  it.each(TOTAL)('says in each protocol that the database %s, and goes on when it is back', async (_name, behaviour, trouble) => {
    await faulty.proxy.set(behaviour);
    const answers = await Promise.all([ask('read'), ask('write')]);
    await faulty.proxy.set({ kind: 'pass' });
    const expected = await byTransport((transport) => transport.expected(trouble));
    expect(answers).toEqual([expected, expected]);
    expect(JSON.stringify(answers)).not.toContain(PLANTED);
    expect([await statuses('read'), await statuses('write')]).toEqual([succeeded(), succeeded()]);
  });

  it.each(PARTIAL)('goes on reading when the database %s, and says so to writers', async (_name, behaviour, trouble) => {
    await faulty.proxy.set(behaviour);
    const [reads, writes] = await Promise.all([statuses('read'), ask('write')]);
    expect(reads).toEqual(succeeded());
    expect(writes).toEqual(await byTransport((transport) => transport.expected(trouble)));
    expect(JSON.stringify(writes)).not.toContain(PLANTED);
    await faulty.proxy.set({ kind: 'pass' });
    expect(await statuses('write')).toEqual(succeeded());
  });
});

describeOnServer(`a statement that fails once${serverReason}`, () => {
  let faulty: FaultyGateway;

  beforeAll(async () => {
    faulty = await startFaultyGateway(STILL);
  });

  afterAll(async () => {
    await faulty.stop();
  });

  afterEach(async () => {
    await faulty.proxy.set({ kind: 'pass' });
  });

  /** The statuses of one request after the other, each of which meets the fault once. */
  async function eachOnce(act: Act, sqlstate: string, to: RegExp): Promise<readonly number[]> {
    const seen: number[] = [];
    for (const transport of faulty.transports) {
      await faulty.proxy.set(answer(sqlstate, to, 1));
      const { status } = await transport[act]();
      seen.push(status);
    }
    return seen;
  }

  function ofEach(status: (transport: Transport) => number): readonly number[] {
    return faulty.transports.map(status);
  }

  it.each(['40P01', '40001', '57P03', '53300', '25006'])('is sent again when it has done nothing: %s', async (sqlstate) => {
    expect(await eachOnce('write', sqlstate, WRITES)).toEqual(ofEach((transport) => transport.succeeded));
  });

  it.each(['57P01', '57P02', '08006'])('is sent again when it only reads: %s', async (sqlstate) => {
    expect(await eachOnce('read', sqlstate, /SELECT/)).toEqual(ofEach((transport) => transport.succeeded));
  });

  it.each(['57P01', '57P02', '08006'])('is not sent again when it may have written: %s', async (sqlstate) => {
    expect(await eachOnce('write', sqlstate, WRITES)).toEqual(ofEach((transport) => transport.expected('database').status));
  });

  it.each(['53100', '57014', '53200'])('is not sent again when that is the answer: %s', async (sqlstate) => {
    const troubles = { '53100': 'storage', '57014': 'statement', '53200': 'database' } as const;
    const trouble = troubles[sqlstate as keyof typeof troubles];
    expect(await eachOnce('write', sqlstate, WRITES)).toEqual(ofEach((transport) => transport.expected(trouble).status));
  });

  it('is sent again with all of its transaction, when that has not ended', async () => {
    // the first record gives a collection its dimension, in the same transaction
    await faulty.proxy.set(answer('57P01', /SET dimension/, 1));
    expect(await firstWrite()).toBe(201);
    await faulty.proxy.set(answer('57P01', /^COMMIT/, 1));
    expect(await firstWrite()).toBe(503);
  });

  async function firstWrite(): Promise<number> {
    const collection = await new ChromaApi(faulty.gateway.chromaUrl).createCollection();
    return (await collection.post('add', { ids: ['a'], embeddings: [[1, 2, 3]] })).status;
  }
});
