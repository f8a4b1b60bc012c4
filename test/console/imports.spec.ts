import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CollectionDetail } from '../../src/console/api/contract/collections.js';
import type { ImportList, ImportRow } from '../../src/console/api/contract/imports.js';
import { writeParquet } from '../../src/copy/parquet/write-file.js';
import { eventually } from '../chaos/promotion/promotion-cluster.js';
import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { useConsole } from '../support/console/console-suite.js';
import { copied } from '../support/copy/copy-run.js';
import { createStorage, makeKeys, startGatewayOn } from '../support/gateway/gateway.js';
import { ROOT_KEY } from '../support/gateway/keyed-gateway.js';

/** What came from elsewhere, as the console's Imports screen shows it, and imports that are started there. */

const KEYS = {
  acme: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin' },
  other: { tenant: 'other', scope: 'read,write,admin' },
  patterned: { tenant: 'acme', scope: 'read,write', collections: 'film*' },
} as const;

describeInBrowser('imports', () => {
  let root: string;
  let keys: Readonly<Record<keyof typeof KEYS, string>>;
  let films: string;
  const console = useConsole(async () => {
    root = await mkdtemp(join(tmpdir(), 'console-imports-'));
    const storage = await createStorage();
    const good = join(root, 'good.jsonl');
    const lines = ['a', 'b', 'c'].map((id, index) => JSON.stringify({ id, embedding: [index, 1], document: id }));
    await writeFile(good, lines.join('\n'));
    await copied(storage, `jsonl:${good}`, { to: 'polyvec:acme/default_database/came' });
    const bad = join(root, 'bad.jsonl');
    await writeFile(bad, [...lines, JSON.stringify({ id: 'd', embedding: [1, 2, 3] })].join('\n'));
    await copied(storage, `jsonl:${bad}`, { to: 'polyvec:acme/default_database/half' });
    keys = await makeKeys(storage.environment, KEYS);
    const auth = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY };
    return startGatewayOn(storage, { ...auth, POLYVEC_IMPORT_ROOT: root });
  });

  beforeAll(async () => {
    films = await make('films');
    await make('other-films');
    await file('acme/films/__default__/0.parquet', ['a', 'b']);
    await file('acme/mixed/0.parquet', ['fits', 'long'], 3);
    await file('other/secret/0.parquet', ['s']);
  });

  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });

  const as = (key: keyof typeof KEYS): ConsoleApi => new ConsoleApi(console.gateway.consoleUrl, keys[key]);

  async function make(name: string): Promise<string> {
    const body = { tenant: 'acme', database: 'default_database', name, protocol: 'pinecone', dimension: 2, metric: 'cosine' };
    return (await as('acme').get<CollectionDetail>('/collections', { body })).uuid;
  }

  /** Records of two components; the last one of `lastLength`. */
  async function file(path: string, ids: readonly string[], lastLength = 2): Promise<void> {
    await mkdir(join(root, path, '..'), { recursive: true });
    const records = ids.map((id, index) => ({
      ...{ id, document: null, uri: null, metadata: '{"from":"a file"}' },
      embedding: new Float32Array(index === ids.length - 1 ? lastLength : 2).fill(1),
    }));
    await writeParquet(join(root, path), records);
  }

  const list = async (key: keyof typeof KEYS): Promise<readonly ImportRow[]> =>
    (await as(key).get<ImportList>('/imports')).imports;
  const start = (path: string, isStrict = false): Promise<{ readonly number: number }> =>
    as('acme').get<{ readonly number: number }>(`/collections/${films}/imports`, { body: { path, isStrict } });

  async function ended(number: number): Promise<ImportRow | undefined> {
    const find = async (): Promise<ImportRow | undefined> =>
      (await list('acme')).find((row) => row.uuid === films && row.number === number);
    return eventually(find, (row) => row?.finishedAt != null);
  }

  async function open(path: string, key: string, options = {}): Promise<void> {
    const page = await console.open(path, options);
    await page.getByLabel('API key').fill(key);
    await page.getByRole('button', { name: 'Open the console' }).click();
    await page.getByRole('navigation', { name: 'Screens' }).waitFor();
  }

  it('by commands are listed, those first that are not finished, and of their places no more than a key may know', async () => {
    const rows = (await list('acme')).filter(({ kind }) => kind === 'copy');
    expect(rows.map(({ name, uuid, status, records, source }) => [name, uuid === null, status, records, source])).toEqual([
      ['half', true, 'InProgress', 0, 'jsonl'],
      ['came', false, 'Completed', 3, 'jsonl'],
    ]);
    const all = await new ConsoleApi(console.gateway.consoleUrl, ROOT_KEY).get<ImportList>('/imports');
    expect(all.isServed).toBe(true);
    expect(all.imports.map(({ source }) => source)).toEqual(
      [join(root, 'bad.jsonl'), join(root, 'good.jsonl')].map((path) => `jsonl:${path}`),
    );
    expect([await list('other'), await list('patterned')]).toEqual([[], []]);
  });

  it('of a file are carried out, and what they have done is told', async () => {
    const { number } = await start('films');
    expect(await ended(number)).toMatchObject({
      ...{ kind: 'import', name: 'films', source: 'file:///films', status: 'Completed' },
      ...{ records: 2, rejects: 0, total: 2, error: null },
    });
    const mixed = await ended((await start('mixed', true)).number);
    expect(mixed).toMatchObject({ status: 'Failed', rejects: 1, error: expect.stringContaining('"long"') as unknown });
    expect((await list('patterned')).map(({ name }) => name)).toEqual(['films', 'films']);
    expect(await list('other')).toEqual([]);
  });

  it.each([
    '../other/secret',
    '..%2fother/secret',
    '/etc',
    '//etc/passwd',
    'https://evil.example/films',
    'file:///etc',
    'films\0',
    'nowhere',
  ])('read nothing but files of the tenant: %j', async (path) => {
    const answer = await as('acme').call(`/collections/${films}/imports`, { body: { path, isStrict: false } });
    expect([answer.status, answer.body]).toEqual([400, expect.objectContaining({ code: 'invalid' })]);
    expect(answer.text).not.toContain(root);
  });

  it('are cancelled by their number, and by no other', async () => {
    const { number } = await start('films');
    const path = `/collections/${films}/imports`;
    expect((await as('acme').call(`${path}/${String(number)}`, { method: 'DELETE' })).status).toBe(204);
    expect(['Cancelled', 'Completed']).toContain((await ended(number))?.status);
    for (const wrong of ['0', '999', 'x'])
      expect((await as('acme').call(`${path}/${wrong}`, { method: 'DELETE' })).status).toBe(404);
    expect((await as('other').call(`${path}/${String(number)}`, { method: 'DELETE' })).status).toBe(404);
  });

  it.each(['light', 'dark'] as const)('are shown with what they have left out, accessibly in %s', async (colorScheme) => {
    await open('/imports', ROOT_KEY, { colorScheme });
    const { page } = console;
    await page.getByRole('row', { name: /half.*not shown to clients yet.*not finished/ }).waitFor();
    await page.getByRole('row', { name: /mixed failed "long"/ }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'came' }).click();
    await page.getByRole('heading', { name: 'came' }).waitFor();
  });

  it('are started from the page, and seen to end', async () => {
    await file('acme/more/0.parquet', ['m1', 'm2', 'm3', 'm4', 'm5']);
    await open('/imports', keys.acme);
    const { page } = console;
    await page.getByRole('button', { name: 'Import a file' }).click();
    await page.getByLabel('Into the collection').selectOption({ label: 'other-films · acme / default_database' });
    await page.getByLabel('File or folder').fill('nothing-there');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('dialog').getByText('There is nothing to import at').waitFor();
    await page.getByLabel('File or folder').fill('more');
    await page.getByRole('button', { name: 'Start' }).click();
    await page.getByRole('row', { name: /other-films.*file:\/\/\/more done.* 5 0 / }).waitFor();
  });
});
