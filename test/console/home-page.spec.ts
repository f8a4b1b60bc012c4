import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { useConsole } from '../support/console/console-suite.js';
import { startGateway } from '../support/gateway/gateway.js';

const PLACE = '/api/v2/tenants/default_tenant/databases/default_database';
const HOSTILE = `<img src=x onerror="window.hacked=1">'"{{7*7}}\${1}&lt;`;

describeInBrowser('the list of collections', () => {
  const console = useConsole(() => startGateway());

  async function post(path: string, body: unknown): Promise<unknown> {
    const answer = await fetch(console.gateway.chromaUrl + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return answer.json();
  }

  async function createSorted(): Promise<void> {
    for (const name of ['sorted-a', 'sorted-c', 'sorted-b']) await post(`${PLACE}/collections`, { name, get_or_create: true });
  }

  it.each(['light', 'dark'] as const)(
    'shows programs with the real ports while it is empty, accessibly in %s',
    async (colorScheme) => {
      const page = await console.open('/', { colorScheme });
      await page.getByText('Waiting for the first call of a client').waitFor();
      const port = new URL(console.gateway.chromaUrl).port;
      expect(await page.getByLabel('Chroma, Python program', { exact: true }).textContent()).toContain(`port=${port}`);
      expect(await page.getByLabel('Vectorizer, curl program', { exact: true }).textContent()).toContain(
        `:${new URL(console.gateway.vectorizerUrl).port}`,
      );
      expect(await accessibilityViolations(page)).toEqual([]);
    },
  );

  it.each([
    ['reduce', true],
    ['no-preference', false],
  ] as const)('with motion wished as %s has its spinner stand: %s', async (reducedMotion, isStill) => {
    const page = await console.open('/', { reducedMotion });
    await page.getByText('Waiting for the first call').waitFor();
    expect((await page.evaluate('getComputedStyle(document.querySelector(".spinner")).animationName')) === 'none').toBe(isStill);
  });

  it.each([
    ['active', 'solid'],
    ['none', 'none'],
  ] as const)('with forced colours %s marks the chosen screen by an outline: %s', async (forcedColors, outline) => {
    const page = await console.open('/', { forcedColors });
    await page.getByText('Waiting for the first call').waitFor();
    expect(await page.evaluate('getComputedStyle(document.querySelector("[aria-current=page]")).outlineStyle')).toBe(outline);
  });

  it('notices the first call of a client', async () => {
    await console.open('/');
    await console.page.getByText('Waiting for the first call').waitFor();
    await fetch(`${console.gateway.chromaUrl}/api/v2/heartbeat`);
    await post(`${PLACE}/collections`, { name: 'first' });
    await console.page.getByRole('link', { name: 'first' }).waitFor();
  });

  it('creates a collection and goes to its records', async () => {
    const page = await console.open('/');
    await page.getByRole('button', { name: 'New collection' }).click();
    await page.getByLabel('Name').fill('made-here');
    await page.getByLabel('For clients of').selectOption('vectorizer');
    await page.getByLabel('Dimension').fill('3');
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('heading', { name: 'made-here' }).waitFor();
    expect(page.url()).toMatch(/\/c\/[0-9a-f-]{36}\/records$/);
    const answer = await fetch(`${console.gateway.chromaUrl}${PLACE}/collections/made-here`);
    expect(await answer.json()).toMatchObject({ name: 'made-here', dimension: 3 });
  });

  it('says why a collection cannot be created', async () => {
    const page = await console.open('/?new=1');
    await page.getByLabel('Name').fill('made-here');
    await page.getByRole('button', { name: 'Create' }).click();
    expect(await page.getByRole('alert').textContent()).toMatch(/made-here/);
  });

  it('renames a collection, and gives it an alias', async () => {
    const page = await console.open('/');
    await page.getByRole('button', { name: 'Edit made-here' }).click();
    await page.getByLabel('Name').fill('renamed');
    await page.getByLabel('New alias').fill('other-name');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('also other-name').waitFor();
    await page.getByRole('link', { name: 'renamed' }).waitFor();
  });

  it('protects a collection, and offers to delete the others only', async () => {
    const page = await console.open('/');
    await page.getByRole('button', { name: 'Edit renamed' }).click();
    await page.getByLabel('Protected from deletion').check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('button', { name: 'Delete renamed' }).waitFor({ state: 'detached' });
    expect(await page.getByRole('button', { name: 'Delete first' }).count()).toBe(1);
  });

  it('deletes a collection once its name is typed', async () => {
    const page = await console.open('/');
    await page.getByRole('button', { name: 'Delete first' }).click();
    const confirm = page.getByRole('button', { name: 'Delete collection' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel('Type first to confirm').fill('first');
    await confirm.click();
    await page.getByText('first is deleted.').waitFor();
    await page.getByRole('link', { name: 'first', exact: true }).waitFor({ state: 'detached' });
  });

  it('shows names as text, whatever they are', async () => {
    await fetch(`${console.gateway.vectorizerUrl}/collections`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ name: HOSTILE, dimension: 2, metric: 'cosine' }),
    });
    const page = await console.open('/');
    await page.getByRole('link', { name: HOSTILE }).click();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(HOSTILE);
    expect(await page.evaluate('window.hacked')).toBeUndefined();
  });

  it('has its search and its order in the URL', async () => {
    await createSorted();
    const page = await console.open('/?q=sorted&sort=-name');
    const names = page.getByRole('gridcell').getByRole('link');
    await names.first().waitFor();
    expect(await names.allTextContents()).toEqual(['sorted-c', 'sorted-b', 'sorted-a']);
    await page.getByRole('button', { name: 'Name' }).click();
    await page.reload();
    await names.first().waitFor();
    expect(await names.allTextContents()).toEqual(['sorted-a', 'sorted-b', 'sorted-c']);
  });

  it('is used with the keyboard alone', async () => {
    await createSorted();
    const page = await console.open('/');
    await page.getByRole('grid').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('sorted-b');
    await page.getByRole('link', { name: 'sorted-a' }).waitFor({ state: 'detached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'sorted-b' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await page.getByRole('heading', { name: 'Collections' }).waitFor();
    await page.keyboard.press('Control+k');
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await page.keyboard.type('sorted-c');
    await page.getByRole('option', { name: /sorted-c/ }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'sorted-c' }).waitFor();
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keyboard' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it.each(['light', 'dark'] as const)('is accessible in %s, also on a telephone', async (colorScheme) => {
    await console.open('/', { colorScheme, viewport: { width: 390, height: 844 } });
    await console.page.getByRole('grid').waitFor();
    expect(await accessibilityViolations(console.page)).toEqual([]);
  });

  it('keeps the colours that were chosen', async () => {
    const page = await console.open('/', { colorScheme: 'light' });
    await page.getByRole('button', { name: /Colours: system/ }).click();
    await page.getByRole('button', { name: /Colours: light/ }).click();
    await page.reload();
    await page.getByRole('button', { name: /Colours: dark/ }).waitFor();
    expect(await page.evaluate('document.documentElement.dataset.theme')).toBe('dark');
    expect(await page.context().cookies()).toEqual([]);
  });

  it('loads samples into a database that is empty', async () => {
    await post('/api/v2/tenants/default_tenant/databases', { name: 'samples-here' });
    const page = await console.open('/?tenant=default_tenant&database=samples-here');
    await page.getByRole('button', { name: 'Load 1 000 samples' }).click();
    await page.getByRole('link', { name: 'samples' }).click();
    await page
      .getByRole('row', { name: /sample-/ })
      .first()
      .waitFor();
    const path = '/api/v2/tenants/default_tenant/databases/samples-here/collections';
    const [made] = (await (await fetch(console.gateway.chromaUrl + path)).json()) as readonly { readonly id: string }[];
    const count = await fetch(`${console.gateway.chromaUrl}${path}/${made?.id ?? ''}/count`);
    expect(await count.json()).toBe(1_000);
  });

  it('says that there is no such page', async () => {
    await console.open('/c/00000000-0000-4000-8000-000000000000/records');
    await console.page.getByRole('alert').waitFor();
  });
});

describeInBrowser('a console that is read-only', () => {
  const console = useConsole(() => startGateway({ env: { POLYVEC_CONSOLE: 'read-only' } }));
  let uuid: string;

  beforeAll(async () => {
    uuid = ((await post(`${PLACE}/collections`, { name: 'kept' })) as { readonly id: string }).id;
    await post(`${PLACE}/collections/${uuid}/upsert`, { ids: ['a'], embeddings: [[1, 2]], documents: ['stays'] });
  });

  async function post(path: string, body: object): Promise<unknown> {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(console.gateway.chromaUrl + path, { method: 'POST', headers, body: JSON.stringify(body) })).json();
  }

  it('shows collections, and offers no change of them', async () => {
    const page = await console.open('/');
    await page.getByRole('link', { name: 'kept' }).waitFor();
    expect(await page.getByRole('button', { name: /New collection|Edit|Delete/ }).count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('shows records, and takes no key that would change them', async () => {
    const page = await console.open(`/c/${uuid}/records`);
    await page.getByRole('row', { name: /stays/ }).click();
    await page.getByRole('complementary', { name: 'Record a' }).waitFor();
    expect(await page.getByRole('button', { name: /Add record|Edit|Delete/ }).count()).toBe(0);
    await page.getByRole('row', { name: /stays/ }).focus();
    await page.keyboard.press('e');
    await page.keyboard.press('Delete');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });
});
