import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { ChromaApi, CollectionApi, uniqueName } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { copied, type CopyRun } from '../support/copy/copy-run.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { exitCode, polyvec, waitFor } from '../support/gateway/polyvec-command.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const COUNT = 60;
const IDS = Array.from({ length: COUNT }, (_, n) => `r${String(n)}`);
/** On a circle: each has neighbours of its own. */
const VECTORS = IDS.map((_, n) => [Math.cos(n / 10), Math.sin(n / 10)]);

let gateway: TestGateway;
let api: ChromaApi;
let folder: string;
let source: CollectionApi;
let name: string;

/** The source and the target are one server. */
beforeAll(async () => {
  gateway = await startGateway();
  api = new ChromaApi(gateway.chromaUrl);
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cutover-'));
  name = uniqueName();
  source = await api.filled({ ids: IDS, embeddings: VECTORS, metadatas: IDS.map((_, n) => ({ n })) });
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

function url(collection: string): string {
  return `chroma://${new URL(gateway.chromaUrl).host}/default_tenant/default_database/${collection}`;
}

async function into(to: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> {
  return copied(NOWHERE, url(source.name), { to, checkpointDir: join(folder, 'checkpoints'), ...options });
}

/** A collection of the same ids, whose vectors are those of others. */
async function shuffled(): Promise<void> {
  const embeddings = VECTORS.map((_, n) => VECTORS[(n * 23) % COUNT] ?? []);
  await api.filled({ ids: IDS, embeddings, metadatas: IDS.map((_, n) => ({ n })) }, { name });
}

async function target(): Promise<CollectionApi> {
  const { body } = await api.call(`${COLLECTIONS}/${name}`);
  return new CollectionApi(api, (body as { id: string }).id, name);
}

function shadowsOf({ lines }: CopyRun): readonly unknown[] {
  return lines.map((line) => JSON.parse(line) as { event: string }).filter(({ event }) => event === 'shadow');
}

describe('case 40: a shadow', () => {
  it('of an equal copy has an overlap of 1', async () => {
    const run = await into(url(name), { shadow: '20', json: true });
    expect(shadowsOf(run)).toMatchObject([{ queries: 20, overlap: 1, worst: [] }]);
    expect(run.code).toBe(0);
  });

  it('of a shuffled copy is below the threshold, and names the worst searches; the exit code is 1', async () => {
    await shuffled();
    const options = { shadow: '20', verify: 'none', onConflict: 'skip' };
    const { code, lines } = await into(url(name), options);
    expect([code, lines]).toEqual([1, expect.arrayContaining([expect.stringMatching(/^shadow of .*20 searches.* below 0\.95/)])]);
    expect(lines.filter((line) => /^ {2}"r\d+": 0\.\d\d$/.test(line)).length).toBeGreaterThan(0);
    expect(await into(url(name), { ...options, shadowThreshold: '0.001' })).toMatchObject({ code: 0 });
  });

  it('is searched exactly on a side without a server', async () => {
    const run = await into(`jsonl:${folder}/out.jsonl`, { shadow: '20', json: true });
    expect(shadowsOf(run)).toMatchObject([{ queries: 20, overlap: 1 }]);
  });

  it('of another protocol has the same results', async () => {
    const to = `pinecone+http://${new URL(gateway.pineconeUrl).host}/${name}`;
    const run = await into(to, { shadow: '20', json: true });
    expect(shadowsOf(run)).toMatchObject([{ queries: 20, overlap: 1 }]);
  });

  it('takes its searches from a file, with filters that both sides understand', async () => {
    const queries = join(folder, 'queries.jsonl');
    await writeFile(queries, '{"embedding":[1,0],"where":{"n":{"$gt":30}}}\n{"embedding":[0,1]}\n');
    const run = await into(url(name), { shadowQueries: queries, json: true });
    expect(shadowsOf(run)).toMatchObject([{ queries: 2, overlap: 1 }]);
    await writeFile(queries, '{"embedding":"none"}');
    const { code, lines } = await into(url(uniqueName()), { shadowQueries: queries });
    expect([code, lines.at(-1)]).toEqual([2, `${queries}, line 1: its field embedding is no list of numbers`]);
  });
});

describe('--verify sample', () => {
  it('compares so many records with the source, and their number', async () => {
    await shuffled();
    const differing = await into(url(name), { verify: 'sample=20', onConflict: 'overwrite' });
    expect(differing).toMatchObject({ code: 0 });
    await (await target()).post('update', { ids: IDS, embeddings: IDS.map(() => [3, 3]) });
    const { code, lines } = await into(url(name), { verify: 'sample=20' });
    expect([code, lines.filter((line) => line.startsWith('WRONG'))]).toEqual([
      1,
      Array(20).fill(expect.stringMatching(/differs in embedding$/)),
    ]);
  });

  it.each([
    ['verify', 'sample=0'],
    ['verify', 'some'],
    ['rate', '-1'],
    ['shadow', 'x'],
    ['shadowThreshold', '2'],
    ['watch', '0'],
  ])('--%s %s is refused', async (option, value) => {
    expect(await into(url(name), { shadow: '1', [option]: value })).toMatchObject({ code: 2 });
  });
});

it('--watch brings what has changed until it is stopped, and ends well', async () => {
  const args = ['copy', url(source.name), url(name), '--watch', '0.2', '--checkpoint-dir', join(folder, 'checkpoints')];
  const run = polyvec(args, {});
  await waitFor(run, 'and all of it is equal');
  await source.post('update', { ids: ['r7'], embeddings: [[5, 5]] });
  await source.post('add', { ids: ['new'], embeddings: [[6, 6]] });
  await waitFor(run, 'records have changed, and were copied');
  const copy = await target();
  const read = async (): Promise<unknown> =>
    ((await copy.post('get', { ids: ['r7', 'new'], include: ['embeddings'] })).body as { embeddings: unknown }).embeddings;
  const expected = expect.arrayContaining([
    [5, 5],
    [6, 6],
  ]) as unknown;
  while (!run.output().includes('2 records have changed') && (run.output().match(/1 records have changed/g) ?? []).length < 2)
    await sleep(50);
  expect(await read()).toEqual(expected);
  run.child.kill('SIGINT');
  expect(await exitCode(run)).toBe(0);
}, 120_000);

describe('polyvec+http: a gateway by its address', () => {
  it.each(['consoleUrl', 'chromaUrl'] as const)('is a target and a source, at %s', async (port) => {
    const gatewayAt = `polyvec+http://${new URL(gateway[port]).host}/default_tenant/default_database`;
    expect(await into(`${gatewayAt}/${name}`)).toMatchObject({ code: 0 });
    const file = join(folder, 'back.jsonl');
    const { code, lines } = await copied(NOWHERE, `${gatewayAt}/${name}`, { to: `jsonl:${file}` });
    expect([code, lines.at(-1)]).toEqual([0, '60 records in 1 collection, and all of it is equal']);
  });
});

it('--watch needs a target that can be written to again', async () => {
  const { code, lines } = await into(`jsonl:${folder}/out.jsonl`, { watch: '1' });
  expect([code, lines.at(-1)]).toEqual([2, '--watch needs a database or a server as TO']);
});

it('--rate does not change what is copied', async () => {
  expect(await into(url(name), { rate: '100000' })).toMatchObject({ code: 0 });
});
