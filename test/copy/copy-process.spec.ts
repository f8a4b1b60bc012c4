import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { changeFolder, type ChromaFixture, chromaFixture } from '../support/copy/chroma-fixture.js';
import { enlarge, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, startGateway, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, polyvec, type Run, runProgram, waitFor } from '../support/gateway/polyvec-command.js';
import { POLYVEC } from '../support/gateway/program.js';
import { byEffort } from '../support/setup/effort.js';

/** A full run kills copies of 100,000 records. */
const RECORDS = byEffort({ quick: 3_000, full: 100_000 });
const ALL = (RECORDS + 20).toLocaleString('en-US');
const WRITTEN = RECORDS.toLocaleString('en-US');
const KILLS = 10;
/** Between one kill and the next, each of which comes so much later after its copy has begun than the one before. */
const STEP_MS = {
  database: byEffort({ quick: 25, full: 200 }),
  file: byEffort({ quick: 5, full: 40 }),
  server: byEffort({ quick: 25, full: 200 }),
};
const PASSWORD = 'geheim-7411-geheim-7411-geheim-7411-geheim';

let fixture: ChromaFixture;
let storage: TestStorage;

beforeEach(async () => {
  [fixture, storage] = await Promise.all([chromaFixture('1.5.9'), createStorage()]);
  enlarge(fixture.folder, RECORDS);
});

afterEach(async () => {
  await Promise.all([fixture.remove(), storage.remove()]);
});

/** So many records, as JSONL. */
function linesOf(document?: string): string {
  const records = Array.from({ length: RECORDS }, (_, n) => ({ id: `r${String(n)}`, embedding: [n + 1, 1], document }));
  return records.map((record) => JSON.stringify(record)).join('\n');
}

function start(): Run {
  const environment = { ...storage.environment, POLYVEC_LOG_LEVEL: 'error', POLYVEC_ROOT_KEY: PASSWORD };
  return polyvec(['copy', `chroma-dir:${fixture.folder}/waiting`, 'polyvec:'], environment);
}

/** Kills copies at ten moments, fewer when one of them was fast enough to come to its end. */
async function killAgainAndAgain(begin: () => Run, stepMs: number): Promise<void> {
  let killed = 0;
  for (; killed < KILLS; killed += 1) {
    const run = begin();
    const ended = exitCode(run);
    while (run.child.exitCode === null && !run.output().includes('copying default_tenant')) await sleep(5);
    await sleep(killed * stepMs);
    run.child.kill('SIGKILL');
    const code = await ended;
    if (code === 0) break;
    expect(run.child.signalCode).toBe('SIGKILL');
  }
  expect(killed).toBeGreaterThan(0);
}

/** How many records clients see; undefined when there is no such collection for them. */
async function seen(): Promise<number | undefined> {
  const found = await onGateway(storage, (api) => readOver(api, 'default_tenant', 'default_database', 'waiting'));
  return found && new Set(found.records.map(({ id }) => id)).size;
}

it('case 30: killed at ten moments, it goes on each time, and in the end every record is there once', async () => {
  await killAgainAndAgain(start, STEP_MS.database);
  const last = start();
  expect(await exitCode(last)).toBe(0);
  expect(last.output()).toContain(`${ALL} records in 1 collection, and all of it is equal`);
  expect(await seen()).toBe(RECORDS + 20);
}, 600_000);

it('case 32: SIGINT ends it with code 3 and the command that goes on, and nothing is seen of it', async () => {
  const run = start();
  await waitFor(run, 'copying default_tenant');
  run.child.kill('SIGINT');
  expect(await exitCode(run)).toBe(3);
  expect(run.output()).toContain(`this goes on from it:\n  polyvec copy chroma-dir:${fixture.folder}/waiting polyvec:`);
  expect(run.output()).not.toContain(PASSWORD);
  expect(await seen()).toBeUndefined();
  const again = start();
  expect(await exitCode(again)).toBe(0);
  expect(again.output()).toMatch(new RegExp(`${ALL} records, [\\d,]+ of them there from before`));
}, 300_000);

it('case 30: killed while it writes a file, it goes on, and the file has every record once', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'export-'));
  const file = join(folder, 'waiting.jsonl');
  const toFile = (): Run => polyvec(['copy', `chroma-dir:${fixture.folder}/waiting`, `jsonl:${file}`], {});
  await killAgainAndAgain(toFile, STEP_MS.file);
  const last = toFile();
  expect(await exitCode(last)).toBe(0);
  expect(last.output()).toContain(`${ALL} records in 1 collection, and all of it is equal`);
  const ids = (await readFile(file, 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => (JSON.parse(line) as { id: string }).id);
  expect([ids.length, new Set(ids).size]).toEqual([RECORDS + 20, RECORDS + 20]);
  await rm(folder, { recursive: true });
}, 300_000);

it('case 15: when Chroma writes to its folder meanwhile, the copy ends with what to do, and nothing is seen of it', async () => {
  const run = polyvec(['copy', `chroma-dir:${fixture.folder}/waiting`, 'polyvec:', '--rate', '1000'], storage.environment);
  await waitFor(run, 'copying default_tenant');
  changeFolder(fixture.folder, 'CREATE TABLE another (id)');
  expect(await exitCode(run)).toBe(3);
  expect(run.output()).toMatch(/has changed while it was copied: stop Chroma.*chroma:\/\/host:8000/);
  expect(await seen()).toBeUndefined();
}, 300_000);

it('case 41: the list of processes shows no key of either side', async () => {
  const gateway = await startGateway();
  const folder = await mkdtemp(join(tmpdir(), 'keys-'));
  const [reads, writes] = [join(folder, 'reads'), join(folder, 'writes')];
  await Promise.all([writeFile(reads, PASSWORD), writeFile(writes, PASSWORD)]);
  const to = `chroma://${new URL(gateway.chromaUrl).host}`;
  const keys = ['--from-key-file', reads, '--to-key-file', writes, '--checkpoint-dir', folder];
  const from = `chroma-dir:${fixture.folder}/waiting`;
  const run = polyvec(['copy', from, to, '--rate', '1000', ...keys], { CHROMA_API_KEY: PASSWORD });
  await waitFor(run, 'copying default_tenant');
  const { stdout } = await promisify(execFile)('ps', ['-ww', '-p', String(run.child.pid), '-o', 'args=']);
  run.child.kill('SIGINT');
  await exitCode(run);
  expect(stdout).toContain(from);
  expect(`${stdout} ${run.output()}`).not.toContain(PASSWORD);
  await gateway.stop();
  await rm(folder, { recursive: true });
}, 300_000);

it('case 33: when the disk of the target is full it ends with code 3, and goes on when there is room', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'export-'));
  const file = join(folder, 'waiting.jsonl');
  const source = join(folder, 'source.jsonl');
  await writeFile(source, linesOf('word '.repeat(40)));
  const words = ['copy', `jsonl:${source}`, `jsonl:${file}`, '--metric', 'l2'];
  // no file of this process gets longer than so many blocks
  const full = runProgram('/bin/sh', ['-c', 'ulimit -f 800; exec "$@"', 'sh', process.execPath, POLYVEC, ...words], {});
  expect([await exitCode(full), full.output()]).toEqual([3, expect.stringContaining('this goes on from it:')]);
  await expect(readFile(file)).rejects.toThrow('ENOENT');
  const again = polyvec(words, {});
  expect(await exitCode(again)).toBe(0);
  expect(again.output()).toMatch(new RegExp(`${WRITTEN} records, [\\d,]+ of them there from before`));
  expect(again.output()).toContain(`${WRITTEN} records in 1 collection, and all of it is equal`);
  expect((await readFile(file, 'utf8')).trimEnd().split('\n')).toHaveLength(RECORDS);
  await rm(folder, { recursive: true });
}, 300_000);

describe('case 30: killed at ten moments while it fills a server', () => {
  let gateway: TestGateway;

  beforeAll(async () => {
    gateway = await startGateway();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it.each([
    ['Chroma', (): string => `chroma://${new URL(gateway.chromaUrl).host}`, '/default_tenant/default_database/'],
    ['Pinecone', (): string => `pinecone+http://${new URL(gateway.pineconeUrl).host}`, '/'],
  ])(
    'of the protocol of %s, every record is there once',
    async (protocol, server, path) => {
      const checkpoints = await mkdtemp(join(tmpdir(), 'checkpoints-'));
      const name = protocol.toLowerCase();
      const source = join(checkpoints, `${name}.jsonl`);
      await writeFile(source, linesOf());
      const words = ['copy', `jsonl:${source}`, server(), '--metric', 'l2', '--checkpoint-dir', checkpoints];
      await killAgainAndAgain(() => polyvec(words, {}), STEP_MS.server);
      const last = polyvec(words, {});
      expect([await exitCode(last), last.output()]).toEqual([0, expect.stringContaining('all of it is equal')]);
      const back = join(checkpoints, 'back', 'films.jsonl');
      const read = polyvec(['copy', `${server()}${path}${name}`, `jsonl:${back}`], {});
      expect([await exitCode(read), read.output()]).toEqual([0, expect.stringContaining(`${WRITTEN} records in 1 collection`)]);
      await rm(checkpoints, { recursive: true });
    },
    600_000,
  );
});

it('case 37: export and import are commands, too; what is imported is what was exported', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'export-'));
  const file = join(folder, 'films.jsonl');
  expect(await exitCode(start())).toBe(0);
  const exported = polyvec(['export', 'default_tenant/default_database/waiting', '--to', file], storage.environment);
  expect(await exitCode(exported)).toBe(0);
  const imported = polyvec(['import', file, '--into', 'default_tenant/default_database/films'], storage.environment);
  expect(await exitCode(imported)).toBe(0);
  expect(imported.output()).toContain(`${ALL} records in 1 collection, and all of it is equal`);
  await rm(folder, { recursive: true });
}, 300_000);

it('what the command line does not know ends it with code 2, before anything is done', async () => {
  const run = polyvec(['copy', 'chroma-dir:nowhere', 'polyvec:', '--faster'], {});
  expect(await exitCode(run)).toBe(2);
  expect(run.output()).toContain("unknown option '--faster'");
});
