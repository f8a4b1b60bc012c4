import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { ChromaApi, uniqueName } from '../support/clients/chroma-api.js';
import { PineconeApi } from '../support/clients/pinecone-api.js';
import { copied, type CopyRun, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, makeKeys, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };
const PLACE = 'default_tenant/default_database';
const FITTING = { id: 'a', embedding: [1, 2], metadata: { n: 1 } };
const TOO_LARGE = [
  FITTING,
  { id: 'e'.repeat(513), embedding: [1, 2] },
  { id: 'm', embedding: [1, 2], metadata: { text: 'x'.repeat(41 * 1024) } },
];

let gateway: TestGateway;
let keys: Readonly<Record<'all' | 'reads', string>>;
let folder: string;
let name: string;

beforeAll(async () => {
  const storage = await createStorage();
  keys = await makeKeys(storage.environment, {
    all: { tenant: '*', scope: 'read,write,admin' },
    reads: { tenant: 'default_tenant', scope: 'read' },
  });
  gateway = await startGatewayOn(storage, { POLYVEC_AUTH: 'keys' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'before-'));
  name = uniqueName()
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, '-')
    .slice(0, 40);
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function linesIn(records: readonly object[]): Promise<string> {
  const file = join(folder, `${name}.jsonl`);
  // written once: a file with another date is another source
  if (!existsSync(file)) await writeFile(file, records.map((record) => JSON.stringify(record)).join('\n'));
  return `jsonl:${file}`;
}

async function into(
  to: string,
  records: readonly object[],
  options: Partial<CopyArguments> = {},
  storage: Pick<TestStorage, 'environment' | 'remove'> = NOWHERE,
): Promise<CopyRun> {
  await writeFile(join(folder, 'key'), keys.all);
  const given = { to, metric: 'cosine', checkpointDir: join(folder, 'checkpoints'), toKeyFile: join(folder, 'key') };
  return copied(storage, await linesIn(records), { ...given, ...options });
}

const pinecone = (): string => `pinecone+http://${new URL(gateway.pineconeUrl).host}/${name}`;
const chroma = (): string => `chroma://${new URL(gateway.chromaUrl).host}/${PLACE}/${name}`;

/** The status of asking for the index that would have been made. */
async function indexStatus(): Promise<number> {
  const headers = { 'api-key': keys.all };
  return (await new PineconeApi(gateway.pineconeUrl).call(`/indexes/${name}`, { headers })).status;
}

function eventsOf({ lines }: CopyRun): readonly Readonly<Record<string, unknown>>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('case 35: what one record breaks', () => {
  it('of the limits of Pinecone is told before the first write, and no index is made', async () => {
    const { code, lines } = await into(pinecone(), TOO_LARGE);
    const place = `${PLACE}/${name}`;
    expect([code, lines.slice(-3)]).toEqual([
      2,
      [
        `${place}: "${'e'.repeat(513)}" cannot be copied: its id has 513 characters, and Pinecone takes 1 to 512`,
        `${place}: "m" cannot be copied: its metadata have more than 40 KiB`,
        'nothing was copied: --on-error skip --reject-file FILE copies all the others',
      ],
    ]);
    expect(await indexStatus()).toBe(404);
    expect((await readdir(folder)).sort()).toEqual(['key', `${name}.jsonl`].sort());
  });

  it('is counted there when such records are to be skipped', async () => {
    const { code, lines } = await into(pinecone(), TOO_LARGE, { onError: 'skip' });
    expect([code, lines.at(-1)]).toEqual([1, '1 records are equal, and 2 were skipped']);
    expect(lines.indexOf('2 records cannot be copied, and are skipped')).toBeLessThan(lines.indexOf('3 records'));
  });

  it('is found on the way with --no-check', async () => {
    expect(await into(pinecone(), TOO_LARGE, { check: false })).toMatchObject({ code: 3 });
    expect(await indexStatus()).toBe(200);
  });

  it('is told before the first write into a database, too, with --check, also in a dry run', async () => {
    const storage = await createStorage();
    const records = [FITTING, { id: 'other', embedding: [1, 2, 3] }];
    for (const dryRun of [true, false]) {
      const { code, lines } = await into('polyvec:', records, { check: true, dryRun }, storage);
      expect([code, lines.at(-2)]).toEqual([2, expect.stringMatching(/"other" cannot be copied: .* 3 dimensions/)]);
    }
    expect(await onGateway(storage, (api) => readOver(api, 'default_tenant', 'default_database', name))).toBeUndefined();
    await storage.remove();
  });
});

describe('what a target cannot hold', () => {
  it.each([
    ['Chroma', chroma, /^chroma:.* cannot hold namespaces besides the default one, sparse vectors, and objects/],
    ['Pinecone', pinecone, /^pinecone\+http:.* cannot hold tenants and databases, documents, uris, /],
    [
      'Vector Data Format',
      (): string => `vdf:${folder}/vdf`,
      /^vdf:.* cannot hold tenants and databases, sparse vectors, uris, /,
    ],
  ])('is listed before the start: %s', async (_name, to, words) => {
    const { code, lines } = await into(to(), [FITTING]);
    expect([code, lines[0]]).toEqual([0, expect.stringMatching(words)]);
  });

  it('is nothing for JSONL', async () => {
    const { lines } = await into(`jsonl:${folder}/out`, [FITTING]);
    expect(lines.join()).not.toContain('cannot hold');
  });
});

describe('a key that only reads', () => {
  it.each([
    ['Chroma', chroma],
    ['Pinecone', pinecone],
  ])('is refused as that of the target, and nothing was written: %s', async (_name, to) => {
    await writeFile(join(folder, 'reads'), keys.reads);
    const { code, lines } = await into(to(), [FITTING], { toKeyFile: join(folder, 'reads') });
    expect([code, lines.at(-1)]).toEqual([2, expect.stringMatching(/^nothing was written, it is not permitted: .* answers 403/)]);
    const api = new ChromaApi(gateway.chromaUrl);
    const headers = { 'x-chroma-token': keys.all };
    const { status } = await api.call(`/api/v2/tenants/default_tenant/databases/default_database/collections/${name}`, {
      headers,
    });
    expect(status).toBe(404);
  });
});

describe('case 44: with --json every line is a JSON object', () => {
  it('when records are skipped', async () => {
    const events = eventsOf(await into(pinecone(), TOO_LARGE, { json: true, onError: 'skip' }));
    expect(events.filter(({ event }) => event === 'rejected')).toHaveLength(2);
    expect(new Set(events.map(({ event }) => event))).toEqual(
      new Set(['target', 'plan', 'unfit', 'progress', 'rejected', 'report']),
    );
  });

  it('when the copy is interrupted', async () => {
    const run = await into(pinecone(), TOO_LARGE, { json: true, check: false });
    expect(eventsOf(run).at(-1)).toMatchObject({ event: 'interrupted', reason: expect.stringContaining('513') as string });
  });

  it('in a dry run, with a shadow, and when there is nothing to do', async () => {
    const to = chroma();
    expect(eventsOf(await into(to, [FITTING], { json: true, dryRun: true })).at(-1)).toMatchObject({ event: 'plan' });
    const shadowed = eventsOf(await into(to, [FITTING], { json: true, shadow: '1' }));
    expect(shadowed.map(({ event }) => event)).toContain('shadow');
    const [first] = shadowed.filter(({ event }) => event === 'report');
    const again = eventsOf(await into(to, [FITTING], { json: true }));
    expect(again.at(-1)).toMatchObject({ event: 'report', outcome: 'there', checksum: first?.['checksum'] });
  });
});
