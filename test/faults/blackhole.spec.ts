import { setTimeout as sleep } from 'node:timers/promises';
import { type FaultyGateway, hasServer, serverReason, startFaultyGateway } from '../support/faults/faulty-gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;
const HOLE_MS = 3_000;
const CLIENTS = 4;

describeOnServer(`a database that takes everything and gives nothing${serverReason}`, () => {
  let faulty: FaultyGateway;

  beforeAll(async () => {
    faulty = await startFaultyGateway({
      POLYVEC_STATEMENT_TIMEOUT_MS: '1000',
      POLYVEC_CONNECT_TIMEOUT_MS: '500',
      POLYVEC_POOL_SIZE: '4',
    });
  });

  afterAll(async () => {
    await faulty.stop();
  });

  it('keeps nobody waiting, and leaves nothing behind', async () => {
    let isOver = false;
    const during: string[] = [];
    const ask = async (index: number): Promise<void> => {
      const transport = faulty.transports[index % faulty.transports.length];
      const act = index % 2 === 0 ? 'read' : 'write';
      const answer = await transport?.[act]();
      const allowed = [transport?.succeeded, transport?.expected('database').status, transport?.expected('statement').status];
      if (!isOver) during.push(answer === undefined || !allowed.includes(answer.status) ? JSON.stringify(answer) : 'refused');
    };
    await faulty.proxy.set({ kind: 'swallow' });
    const clients = Array.from({ length: CLIENTS * faulty.transports.length }, async (_, index) => {
      while (!isOver) await ask(index);
    });
    await sleep(HOLE_MS);
    isOver = true;
    await faulty.proxy.set({ kind: 'pass' });
    await Promise.all(clients);
    // everyone has been told something while it lasted, some more than once
    expect(during.length).toBeGreaterThanOrEqual(clients.length);
    expect(new Set(during)).toEqual(new Set(['refused']));
    const succeeded = faulty.transports.map((transport) => transport.succeeded);
    expect(await Promise.all(faulty.transports.map(async (transport) => (await transport.write()).status))).toEqual(succeeded);
    expect(await Promise.all(faulty.transports.map(async (transport) => (await transport.read()).status))).toEqual(succeeded);
  });

  it('answers 504 to those whose statement it has, and 503 to those who find no connection', async () => {
    const transport = faulty.transportNamed('Chroma');
    await Promise.all(Array.from({ length: 4 }, () => transport.read()));
    await faulty.proxy.set({ kind: 'swallow' });
    const answers = await Promise.all(Array.from({ length: 12 }, () => transport.read()));
    await faulty.proxy.set({ kind: 'pass' });
    const overdue = answers.filter(({ status }) => status === 504);
    const refused = answers.filter(({ status }) => status === 503);
    expect(overdue.length).toBeGreaterThan(0);
    expect(overdue.length + refused.length).toBe(12);
    expect(overdue).toEqual(overdue.map(() => transport.expected('statement')));
  });
});
