import pg from 'pg';
import type { DeleteInput, DeleteLine, DeletePreview } from '../../src/console/api/contract/records.js';
import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { type ConsoleAnswer, ConsoleApi } from '../support/clients/console-api.js';
import { useConsole } from '../support/console/console-suite.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** Selections that no single statement deletes: in parts, after one preview. */

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const itOnServer = hasServer ? it : it.skip;
const reason = hasServer ? '' : ' (skipped: it needs a second connection; TEST_DATABASE_URL names a server)';
const COUNT = 2_500;

const idsOf = (count: number): readonly string[] => Array.from({ length: count }, (_, index) => `r${String(index)}`);

async function filled(gateway: TestGateway, count: number, name: string): Promise<CollectionApi> {
  const collection = await new ChromaApi(gateway.chromaUrl).createCollection({ name });
  const all = idsOf(count);
  for (let from = 0; from < count; from += 5_000) {
    const ids = all.slice(from, from + 5_000);
    const added = await collection.post('add', { ids, embeddings: ids.map(() => [1]), metadatas: ids.map(() => ({ of: name })) });
    expect(added.status).toBe(201);
  }
  return collection;
}

async function countOf(collection: CollectionApi): Promise<unknown> {
  return (await collection.api.call(`${collection.path}/count`)).body;
}

/** Holds a row that the second part of a deletion waits for, until the function that is returned is called. */
async function heldSecondPart(gateway: TestGateway): Promise<() => Promise<void>> {
  const holder = new pg.Client({ connectionString: gateway.environment['DATABASE_URL'] });
  await holder.connect();
  await holder.query(`BEGIN; SELECT FROM polyvec.pool_records WHERE id = 'r1500' FOR UPDATE`);
  return async () => {
    await holder.query('COMMIT');
    await holder.end();
  };
}

describe('a large selection', () => {
  let gateway: TestGateway;
  let api: ConsoleApi;

  beforeAll(async () => {
    gateway = await startGateway();
    api = new ConsoleApi(gateway.consoleUrl);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  const preview = ({ id }: CollectionApi, selection: DeleteInput): Promise<DeletePreview> =>
    api.get<DeletePreview>(`/collections/${id}/delete-preview`, { body: selection });
  const confirm = ({ id }: CollectionApi, { token, count }: DeletePreview, selection: DeleteInput): Promise<ConsoleAnswer> =>
    api.call(`/collections/${id}/delete`, { body: { token, selection, expected: count } });

  it('of ids is deleted in parts, those that are named twice or are not there counted once or not at all', async () => {
    const collection = await filled(gateway, COUNT, 'ids');
    const selection = { namespace: '', ids: [...idsOf(COUNT - 1), 'r0', 'r7', 'nowhere'] };
    const shown = await preview(collection, selection);
    expect([shown.count, shown.isMore, shown.examples.length]).toEqual([COUNT - 1, false, 20]);
    const { status, body } = await confirm(collection, shown, selection);
    expect([status, body]).toEqual([
      200,
      [
        { kind: 'progress', deleted: 1_000, of: COUNT - 1 },
        { kind: 'progress', deleted: 2_000, of: COUNT - 1 },
        { kind: 'progress', deleted: COUNT - 1, of: COUNT - 1 },
        { kind: 'done', deleted: COUNT - 1 },
      ],
    ]);
    expect(await countOf(collection)).toBe(1);
  });

  it('is refused as a whole once a record of its last part has been written again', async () => {
    const collection = await filled(gateway, COUNT, 'changed');
    const selection = { namespace: '', ids: idsOf(COUNT) };
    const shown = await preview(collection, selection);
    await collection.post('update', { ids: [`r${String(COUNT - 1)}`], documents: ['another'] });
    const answer = await confirm(collection, shown, selection);
    expect([answer.status, answer.body]).toEqual([409, expect.objectContaining({ code: 'changed' })]);
    expect(await countOf(collection)).toBe(COUNT);
  });

  it('of a filter is deleted in parts, and what comes meanwhile stays', async () => {
    const collection = await filled(gateway, 10_500, 'filtered');
    const filter = { match: 'all', conditions: [{ field: 'of', op: 'eq', value: 'filtered' }] } as const;
    const shown = await preview(collection, { namespace: '', filter });
    const lines = (await confirm(collection, shown, { namespace: '', filter })).body as readonly DeleteLine[];
    expect(lines.map(({ deleted }) => deleted)).toEqual([10_000, 10_500, 10_500]);
    expect(await countOf(collection)).toBe(0);
  });

  it('of more ids than a map has points is refused', async () => {
    const collection = await filled(gateway, 1, 'too-many');
    const body = { namespace: '', ids: idsOf(100_001) };
    expect((await api.call(`/collections/${collection.id}/delete-preview`, { body })).status).toBe(400);
  });

  itOnServer(`ends between two parts when its viewer leaves${reason}`, async () => {
    const collection = await filled(gateway, COUNT, 'left');
    const selection = { namespace: '', ids: idsOf(COUNT) };
    const { token, count } = await preview(collection, selection);
    const release = await heldSecondPart(gateway);
    const stop = new AbortController();
    const answer = await fetch(`${gateway.consoleUrl}/console/api/v1/collections/${collection.id}/delete`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-polyvec-console': '1' },
      body: JSON.stringify({ token, selection, expected: count }),
      signal: stop.signal,
    });
    const first = await answer.body?.getReader().read();
    expect(Buffer.from(first?.value as Uint8Array).toString()).toContain('"deleted":1000');
    stop.abort();
    // the gateway hears of it long before
    await new Promise((wake) => setTimeout(wake, 2_000));
    await release();
    await new Promise((wake) => setTimeout(wake, 500));
    expect([COUNT - 1_000, COUNT - 2_000]).toContain(await countOf(collection));
  });
});

describeInBrowser('a large selection on the page', () => {
  const console = useConsole(() => startGateway());

  async function openPicked(collection: CollectionApi, count: number): Promise<void> {
    const page = await console.open('/');
    await page.evaluate(`sessionStorage.setItem('polyvec.pick.some', ${JSON.stringify(JSON.stringify(idsOf(count)))})`);
    await page.goto(`${console.gateway.consoleUrl}/c/${collection.id}/records?pick=some`);
    await page.getByRole('button', { name: 'Delete 2,400 picked…' }).click();
    await page.getByLabel('Type 2,400 to confirm').fill('2400');
  }

  it('that was picked on the map is deleted after one preview', async () => {
    const collection = await filled(console.gateway, COUNT, 'picked');
    await openPicked(collection, 2_400);
    await console.page.getByRole('button', { name: 'Delete 2,400 records' }).click();
    await console.page.getByText('2,400 records deleted.').waitFor();
    await console.page.getByText('None of the picked records is there any more').waitFor();
    expect(await countOf(collection)).toBe(100);
  });

  itOnServer(`shows how far it is, and stops when it is closed${reason}`, async () => {
    const collection = await filled(console.gateway, COUNT, 'stopped');
    await openPicked(collection, 2_400);
    const release = await heldSecondPart(console.gateway);
    const { page } = console;
    await page.getByRole('button', { name: 'Delete 2,400 records' }).click();
    await page.getByText('1,000 of 2,400 deleted; closing this stops it').waitFor();
    expect(await page.getByRole('progressbar', { name: 'Deleting' }).getAttribute('aria-valuenow')).toBe('42');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByText('Stopped after 1,000 records. What was under way may be gone, too.').waitFor();
    await new Promise((wake) => setTimeout(wake, 2_000));
    await release();
    await page.reload();
    await page.getByText('200 loaded, more as you scroll').waitFor();
    expect([COUNT - 1_000, COUNT - 2_000]).toContain(await countOf(collection));
  });

  it('whose answer is cut says how much is gone, and shows what is left', async () => {
    const collection = await filled(console.gateway, COUNT, 'cut');
    await openPicked(collection, 2_400);
    const { page } = console;
    await page.route('**/console/api/v1/collections/*/delete', (route) =>
      route.fulfill({ contentType: 'application/x-ndjson', body: '{"kind":"progress","deleted":1000,"of":2400}\n' }),
    );
    await page.getByRole('button', { name: 'Delete 2,400 records' }).click();
    const alert = page.getByRole('dialog').getByRole('alert');
    expect(await alert.textContent()).toBe(
      'The answer ended after 1,000 records had been deleted. What was under way may be gone, too.',
    );
    expect(await page.getByRole('button', { name: 'Delete 2,400 records' }).isDisabled()).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);
  });
});
