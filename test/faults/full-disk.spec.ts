import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { openTransports, type Transport } from '../support/faults/fault-transports.js';
import { createStorage, startGatewayOn } from '../support/gateway/gateway.js';
import { endProcess, type GatewayProcess, launchGateway } from '../support/gateway/gateway-process.js';
import { FREE_PORTS } from '../support/gateway/polyvec-command.js';
import { makeSmallDisk, noSmallDisk, type SmallDisk } from '../support/gateway/small-disk.js';

const describeOnSmallDisk = noSmallDisk === '' ? describe : describe.skip;

/** A document of a megabyte, of which compression saves little. */
function newDocument(): string {
  return randomBytes(768 * 1024).toString('base64');
}

async function isReady(consoleUrl: string): Promise<boolean> {
  return (await fetch(`${consoleUrl}/readyz`)).status === 200;
}

/** Asks until the answer is this, or has not been for too long. */
async function settled<T>(ask: () => Promise<T>, wanted: T): Promise<T> {
  let answer = await ask();
  for (let attempt = 0; answer !== wanted && attempt < 600; attempt += 1) {
    await sleep(100);
    answer = await ask();
  }
  return answer;
}

describe('a gateway that is to keep more of the disk free than there is', () => {
  it('starts on data that is there, refuses writes answers reads and is ready', async () => {
    const storage = await createStorage();
    const first = await startGatewayOn(storage, {});
    const chroma = new ChromaApi(first.chromaUrl);
    const { id } = await chroma.filled({ ids: ['first'], embeddings: [[1, 0]] });
    const gateway = await first.restart({ POLYVEC_MIN_FREE_DISK_MB: '100000000' });
    const again = new ChromaApi(gateway.chromaUrl);
    const refused = await again.call(`${COLLECTIONS}/${id}/upsert`, { body: { ids: ['b'], embeddings: [[0, 1]] } });
    expect([refused.status, refused.body]).toEqual([507, { error: 'ChromaError', message: "The database's disk is full" }]);
    const read = await again.call(`${COLLECTIONS}/${id}/get`, { body: { include: [] } });
    expect(read.body).toMatchObject({ ids: ['first'] });
    expect(await isReady(gateway.consoleUrl)).toBe(true);
    await gateway.stop();
  });
});

describeOnSmallDisk(`a gateway on the embedded engine whose disk is full${noSmallDisk}`, () => {
  let disk: SmallDisk;
  let gateway: GatewayProcess;
  let transports: readonly Transport[];
  let close = (): void => undefined;
  const started: ChildProcess[] = [];

  const data = (): string => join(disk.directory, 'data');

  async function start(): Promise<void> {
    gateway = await launchGateway({ ...FREE_PORTS, POLYVEC_DATA_DIR: data(), POLYVEC_LOG_LEVEL: 'info' }, started);
  }

  async function statuses(act: 'read' | 'write'): Promise<readonly number[]> {
    return Promise.all(transports.map(async (transport) => (await transport[act]()).status));
  }

  beforeAll(async () => {
    disk = makeSmallDisk(240);
    await start();
    const { urls } = gateway;
    const opened = await openTransports({
      chromaUrl: urls.get('chroma') ?? '',
      pineconeUrl: urls.get('pinecone') ?? '',
      vectorizerUrl: urls.get('vectorizer') ?? '',
    });
    ({ transports } = opened);
    close = () => {
      opened.close();
    };
    expect(await settled(async () => (await readdir(data())).includes('reserve'), true)).toBe(true);
  });

  afterAll(async () => {
    close();
    await Promise.all(started.map((process) => endProcess(process, 'SIGTERM')));
    disk.remove();
  });

  afterEach(() => {
    disk.empty();
  });

  it.each([20, 0])('with %i MiB left, refuses writes in every protocol, answers reads, is ready and says so', async (left) => {
    const succeeded = transports.map((transport) => transport.succeeded);
    await disk.fill(left);
    expect(await Promise.all(transports.map((transport) => transport.write()))).toEqual(
      transports.map((transport) => transport.expected('storage')),
    );
    expect(await statuses('read')).toEqual(succeeded);
    expect(await isReady(gateway.urls.get('console') ?? '')).toBe(true);
    expect(gateway.log()).toContain(`the disk of the data directory ${data()} has ${String(left)} MiB left: writes are refused`);
    disk.empty();
    expect(await statuses('write')).toEqual(succeeded);
  });

  it('starts an engine again that ended when there was no byte left, from its reserve', async () => {
    await disk.fill(0);
    const lock = (await readdir(data())).find((name) => name.endsWith('.lock')) ?? '';
    const { child } = JSON.parse(await readFile(join(data(), lock), 'utf8')) as { child: { pid: number } };
    process.kill(child.pid, 'SIGKILL');
    const [chroma] = transports;
    expect(await settled(async () => (await chroma?.read())?.status, 200)).toBe(200);
    expect(await statuses('read')).toEqual(transports.map((transport) => transport.succeeded));
    expect((await chroma?.write())?.status).toBe(507);
    expect(gateway.log()).toContain('its reserve of 32 MiB is used');
    disk.empty();
    expect(await statuses('write')).toEqual(transports.map((transport) => transport.succeeded));
  });

  it('is filled by writes until they are refused, and loses none that was acknowledged', async () => {
    const chroma = new ChromaApi(gateway.urls.get('chroma') ?? '');
    const { id } = await chroma.filled({ ids: ['first'], embeddings: [[1, 0]] });
    const path = `${COLLECTIONS}/${id}`;
    const acknowledged = ['first'];
    const write = async (): Promise<number> => {
      const ids = Array.from({ length: 4 }, (_item, index) => `${String(acknowledged.length)}-${String(index)}`);
      const body = { ids, embeddings: ids.map(() => [1, 0]), documents: ids.map(newDocument) };
      const { status } = await chroma.call(`${path}/add`, { body });
      acknowledged.push(...(status === 201 ? ids : []));
      return status;
    };
    expect(await settled(write, 507)).toBe(507);
    const stored = async (): Promise<unknown> => (await chroma.call(`${path}/get`, { body: { include: [] } })).body;
    expect(await stored()).toMatchObject({ ids: acknowledged });
  });
});
