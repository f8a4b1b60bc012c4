import { setTimeout as sleep } from 'node:timers/promises';
import { crowd } from '../chaos/pool/crowd.js';
import { type FaultyGateway, hasServer, serverReason, startFaultyGateway } from '../support/faults/faulty-gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;

describeOnServer(`a pool of four connections${serverReason}`, () => {
  let faulty: FaultyGateway;

  beforeAll(async () => {
    faulty = await startFaultyGateway({
      POLYVEC_POOL_SIZE: '4',
      POLYVEC_POOL_MAX_WAITING: '20',
      POLYVEC_MAINTENANCE_INTERVAL_MS: '600000',
    });
  });

  afterAll(async () => {
    await faulty.stop();
  });

  afterEach(async () => {
    await faulty.proxy.set({ kind: 'pass' });
  });

  it('answers 200 or 503 to two hundred clients at once, and 200 to each of them afterwards', async () => {
    const asks = faulty.transports
      .filter(({ name }) => name !== 'Pinecone over gRPC')
      .flatMap((transport) => [() => transport.read(), () => transport.write()]);
    await faulty.proxy.set({ kind: 'delay', ms: 50 });
    const { statuses, complaints } = await crowd(asks, 200, 0);
    expect(complaints).toEqual([]);
    expect(Object.keys(statuses)).toEqual(['200', '503']);
    await faulty.proxy.set({ kind: 'pass' });
    for (const ask of asks) expect((await ask()).status).toBe(200);
  });

  it('says in each protocol that too many wait already', async () => {
    const transport = faulty.transportNamed('Chroma');
    await faulty.proxy.set({ kind: 'swallow' });
    // four that have a connection, and twenty that wait for one
    const waiting = Array.from({ length: 24 }, () => transport.read());
    await sleep(500);
    const answers = await Promise.all(faulty.transports.map((one) => one.read()));
    await faulty.proxy.set({ kind: 'pass' });
    faulty.proxy.cut();
    await Promise.all(waiting);
    expect(answers).toEqual(faulty.transports.map((one) => one.expected('capacity')));
  });

  it('opens no more connections than it may', async () => {
    const sizes: number[] = [];
    const requests = Array.from({ length: 20 }, async () => {
      await faulty.transportNamed('Chroma').write();
      sizes.push(faulty.proxy.size);
    });
    await Promise.all(requests);
    // one more is for probes
    expect(Math.max(...sizes)).toBeLessThanOrEqual(5);
  });
});
