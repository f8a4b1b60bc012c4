import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { useConsole } from '../support/console/console-suite.js';
import { startGateway } from '../support/gateway/gateway.js';

const DATABASE = '/api/v2/tenants/default_tenant/databases/default_database';
const COLOURS = ['red', 'green', 'blue'];
const COUNT = 240;
const HOSTILE = `<script>window.hacked=1</script><img src=x onerror="window.hacked=1">'"\`\${1}`;

describeInBrowser('the records of a collection', () => {
  const console = useConsole(() => startGateway());
  let uuid: string;

  beforeAll(async () => {
    uuid = await create('things');
    const numbers = Array.from({ length: COUNT }, (_, index) => index);
    await upsert(uuid, {
      ids: numbers.map((number) => `id-${String(number).padStart(3, '0')}`),
      embeddings: numbers.map((number) => [number, COUNT - number, 1]),
      documents: numbers.map((number) => `document number ${String(number)}`),
      metadatas: numbers.map((number) => ({ colour: COLOURS[number % 3] ?? '', number })),
    });
  });

  async function post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(console.gateway.chromaUrl + DATABASE + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  async function create(name: string): Promise<string> {
    return ((await post('/collections', { name })) as { readonly id: string }).id;
  }

  async function upsert(collection: string, records: unknown): Promise<void> {
    await post(`/collections/${collection}/upsert`, records);
  }

  async function idsOf(where: unknown): Promise<readonly string[]> {
    return ((await post(`/collections/${uuid}/get`, { where, include: [] })) as { readonly ids: readonly string[] }).ids;
  }

  async function open(query = '', options = {}): Promise<void> {
    await console.open(`/c/${uuid}/records${query}`, options);
    await console.page.getByRole('grid').waitFor();
  }

  it('draws the rows in view only, and the others as they come into view', async () => {
    await open();
    const { page } = console;
    await page.getByRole('row', { name: /id-000/ }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.evaluate(`document.querySelector('.grid-scroll').scrollTo(0, 1e6)`);
    await page.getByText(`${String(COUNT)} in all`).waitFor();
    await page.evaluate(`document.querySelector('.grid-scroll').scrollTo(0, 1e6)`);
    await page.getByRole('row', { name: /id-239/ }).waitFor();
  });

  it.each(['light', 'dark'] as const)('is accessible in %s, with the side panel open', async (colorScheme) => {
    await open('?id=id-001', { colorScheme });
    await console.page.getByRole('complementary', { name: 'Record id-001' }).getByText('document number 1').waitFor();
    expect(await accessibilityViolations(console.page)).toEqual([]);
  });

  it('adds the value that is clicked to the filter, and keeps it in the URL', async () => {
    await open();
    const { page } = console;
    await page.getByRole('button', { name: 'green' }).first().click();
    await page.getByText(`${String(COUNT / 3)} in all`).waitFor();
    await page.reload();
    await page.getByText(`${String(COUNT / 3)} in all`).waitFor();
    await page.getByRole('button', { name: 'Remove colour = "green"' }).click();
    await page.getByText('200 loaded').waitFor();
  });

  it('builds a filter from suggestions, and shows it as each protocol writes it', async () => {
    await open();
    const { page } = console;
    await page.getByRole('button', { name: 'Filter' }).click();
    await page.getByLabel('Field', { exact: true }).selectOption('number');
    await page.getByLabel('Condition', { exact: true }).selectOption('lt');
    await page.getByLabel('Value', { exact: true }).fill('12');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('12 in all').waitFor();
    await page.getByRole('button', { name: 'As code' }).click();
    expect(await page.getByLabel('filter for Chroma', { exact: true }).textContent()).toContain('"$lt"');
    await page.getByRole('tab', { name: 'Vectorizer' }).click();
    expect(await page.getByLabel('filter for vectorizer', { exact: true }).textContent()).toContain('number');
    await page.getByRole('tab', { name: 'SQL' }).click();
    expect(await page.getByRole('region', { name: 'SQL' }).textContent()).toContain('metadata');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('shows a record as each protocol answers it', async () => {
    await open('?id=id-002');
    const panel = console.page.getByRole('complementary', { name: 'Record id-002' });
    for (const protocol of ['Chroma', 'Pinecone', 'Vectorizer']) {
      await panel.getByRole('tab', { name: protocol }).click();
      await panel.getByRole('heading', { name: 'Answer' }).waitFor();
    }
    await panel.getByRole('tab', { name: 'Chroma' }).click();
    expect(await panel.getByLabel('answer', { exact: true }).textContent()).toContain('document number 2');
    await panel.getByRole('tab', { name: 'SQL' }).click();
    expect(await panel.getByLabel('row', { exact: true }).textContent()).toContain('document number 2');
  });

  it('adds a record, changes it, and deletes it after a preview', async () => {
    await open();
    const { page } = console;
    await page.getByRole('button', { name: 'Add record' }).click();
    await page.getByLabel('Id', { exact: true }).fill('added');
    await page.getByLabel('Metadata', { exact: true }).fill('{"added": true}');
    await page.getByLabel('Embedding', { exact: true }).fill('[1, 2, 3]');
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByText('added is added.').waitFor();
    expect(await idsOf({ added: true })).toEqual(['added']);
    await page.goto(`${console.gateway.consoleUrl}/c/${uuid}/records?id=added`);
    const panel = page.getByRole('complementary', { name: 'Record added' });
    await panel.getByRole('button', { name: 'Edit' }).click();
    await page.getByLabel('Metadata', { exact: true }).fill('{"added": false}');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('added is saved.').waitFor();
    expect(await idsOf({ added: false })).toEqual(['added']);
    await panel.getByRole('button', { name: 'Delete…' }).click();
    await page.getByRole('button', { name: 'Delete 1 record' }).click();
    await page.getByText('1 record deleted.').waitFor();
    expect(await idsOf({ added: false })).toEqual([]);
  });

  it('deletes what a filter selects, once the count is typed', async () => {
    await upsert(uuid, {
      ids: Array.from({ length: 30 }, (_, index) => `doomed-${String(index)}`),
      embeddings: Array.from({ length: 30 }, () => [1, 1, 1]),
      metadatas: Array.from({ length: 30 }, () => ({ doomed: true })),
    });
    await open(`?filter=${encodeURIComponent('{"match":"all","conditions":[{"field":"doomed","op":"eq","value":true}]}')}`);
    const { page } = console;
    await page.getByRole('button', { name: 'Delete what the filter selects…' }).click();
    const confirm = page.getByRole('button', { name: 'Delete 30 records' });
    await confirm.waitFor();
    expect(await confirm.isDisabled()).toBe(true);
    expect(await page.getByRole('region', { name: 'Examples' }).getByRole('row').count()).toBe(21);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByLabel('Type 30 to confirm').fill('30');
    await confirm.click();
    await page.getByText('30 records deleted.').waitFor();
    expect(await idsOf({ doomed: true })).toEqual([]);
  });

  it('does not delete more than the preview has shown, and shows a new one', async () => {
    await upsert(uuid, { ids: ['grown-1'], embeddings: [[1, 1, 1]], metadatas: [{ grown: true }] });
    await open(`?filter=${encodeURIComponent('{"match":"all","conditions":[{"field":"grown","op":"eq","value":true}]}')}`);
    const { page } = console;
    await page.getByRole('button', { name: 'Delete what the filter selects…' }).click();
    await page.getByRole('button', { name: 'Delete 1 record' }).waitFor();
    await upsert(uuid, { ids: ['grown-2'], embeddings: [[1, 1, 1]], metadatas: [{ grown: true }] });
    await page.getByRole('button', { name: 'Delete 1 record' }).click();
    await page.getByRole('dialog').getByRole('alert').waitFor();
    await page.getByRole('button', { name: 'Delete 2 records' }).waitFor();
    expect(await idsOf({ grown: true })).toEqual(['grown-1', 'grown-2']);
  });

  it('searches by vector, says how, and compares with an exact search', async () => {
    await open();
    const { page } = console;
    await page.getByLabel('Search by vector').fill('[0, 240, 1]');
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    const plan = page.getByRole('region', { name: 'How it was found' });
    await plan
      .getByText(/^exact/)
      .first()
      .waitFor();
    expect(await page.getByRole('row').nth(1).textContent()).toContain('id-000');
    await plan.getByRole('button', { name: 'Run it exactly' }).click();
    await plan.getByText('Recall of this query: 100 %').waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.reload();
    await page.getByRole('row', { name: /id-000/ }).waitFor();
  });

  it('searches for what is like a record, without the record', async () => {
    await open('?id=id-100');
    const { page } = console;
    await page.getByRole('button', { name: 'Similar' }).click();
    await page.getByRole('region', { name: 'How it was found' }).waitFor();
    const names = await page.getByRole('row').allTextContents();
    expect(names.slice(1, 3).join()).toMatch(/id-(099|101)/);
    expect(names.join()).not.toContain('id-100');
  });

  it('says what is wrong with a vector', async () => {
    await console.open(`/c/${uuid}/records?mode=vector&q=one,two`);
    await console.page.getByText('“one” is no number.').waitFor();
  });

  it('copies a search as programs, which have no key in them', async () => {
    await open('?mode=vector&q=[0,240,1]');
    const { page } = console;
    await page.getByRole('button', { name: 'Copy as…' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('program', { exact: true }).waitFor();
    expect(await dialog.getByLabel('program', { exact: true }).textContent()).toContain(
      `port=${new URL(console.gateway.chromaUrl).port}`,
    );
    await dialog.getByRole('tab', { name: 'SQL' }).click();
    expect(await dialog.getByLabel('program', { exact: true }).textContent()).toContain(uuid);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('goes through records, opens, filters and closes with the keyboard alone', async () => {
    await open();
    const { page } = console;
    await page.getByRole('row', { name: /id-000/ }).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('complementary', { name: 'Record id-001' }).waitFor();
    await page.keyboard.press('e');
    await page.getByRole('dialog', { name: 'Edit id-001' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Delete');
    await page.getByRole('button', { name: 'Delete 1 record' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.getByRole('complementary').waitFor({ state: 'detached' });
  });

  it('shows ids, documents and metadata as text, whatever they are', async () => {
    const collection = await create('hostile');
    await upsert(collection, { ids: [HOSTILE], embeddings: [[1, 2]], documents: [HOSTILE], metadatas: [{ [HOSTILE]: HOSTILE }] });
    const page = await console.open(`/c/${collection}/records`);
    await page
      .getByRole('row')
      .nth(1)
      .click({ position: { x: 60, y: 10 } });
    const panel = page.getByRole('complementary');
    await panel.getByRole('heading', { name: HOSTILE }).waitFor();
    await panel.getByRole('button', { name: HOSTILE }).click();
    await page.getByText('1 in all').waitFor();
    await panel.getByRole('tab', { name: 'Chroma' }).click();
    await panel.getByLabel('answer', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'As code' }).click();
    await page.getByLabel('filter for Chroma', { exact: true }).waitFor();
    expect(await page.evaluate('window.hacked')).toBeUndefined();
    expect(await page.locator('img').count()).toBe(0);
  });
});
