import type { CollectionPage, CollectionRow } from '../../src/console/api/contract/collections.js';
import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { useConsole } from '../support/console/console-suite.js';
import { startGateway } from '../support/gateway/gateway.js';

/** The console where there are many collections: those of the gateway, and a list as long as Home shows at most. */

const DATABASE = '/api/v2/tenants/default_tenant/databases/default_database';
const MADE = 230;
const MOST = 10_000;

function row(index: number): CollectionRow {
  return {
    ...{ uuid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`, name: `made-up-${String(index).padStart(5, '0')}` },
    ...{ tenant: 'default_tenant', database: 'default_database', protocol: 'chroma', metric: 'cosine', dimension: 3 },
    ...{ vectorType: 'dense', records: MOST - index, namespaces: 1, countedAt: null, aliases: [], port: null, tier: 'pool' },
    indexes: { ready: 0, isBuilding: index === 7, indexedVectors: 0 },
    ...{ deletionProtection: false, createdAt: '2026-01-01T00:00:00.000Z' },
  };
}

describeInBrowser('many collections', () => {
  const console = useConsole(() => startGateway());

  beforeAll(async () => {
    for (let index = 0; index < MADE; index += 1) {
      const answer = await fetch(`${console.gateway.chromaUrl}${DATABASE}/collections`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: `real-${String(index).padStart(3, '0')}` }),
      });
      expect(answer.status).toBe(200);
    }
  });

  /** Which pages were asked for; the gateway's answers are in place of made-up ones with `rows`. */
  async function open(path: string, rows?: readonly CollectionRow[]): Promise<readonly string[]> {
    const asked: string[] = [];
    await console.open('/requests');
    await console.page.route('**/console/api/v1/collections?*', async (route) => {
      const { search, searchParams } = new URL(route.request().url());
      asked.push(search);
      if (rows === undefined) return route.continue();
      const limit = Number(searchParams.get('limit') ?? '200');
      const only = searchParams.get('only')?.split(',');
      const from = rows.findIndex(({ uuid }) => uuid === searchParams.get('after')) + 1;
      const shown = only === undefined ? rows.slice(from, from + limit) : rows.filter(({ uuid }) => only.includes(uuid));
      const next = only === undefined && from + limit < rows.length ? (shown.at(-1)?.uuid ?? null) : null;
      return route.fulfill({ json: { collections: shown, next } satisfies CollectionPage });
    });
    await console.page.goto(console.gateway.consoleUrl + path);
    return asked;
  }

  it('are listed by two requests, of which the palette and backups know all, too', async () => {
    const asked = await open('/?sort=-name');
    const { page } = console;
    await page.getByRole('link', { name: `real-${String(MADE - 1)}` }).waitFor();
    expect(asked).toEqual(['?limit=200', expect.stringMatching(/^\?after=[0-9a-f-]+&limit=9800$/)]);
    for (const name of ['real-000', 'real-117', 'real-229']) {
      await page.keyboard.press('Control+k');
      await page.locator('input[role=combobox]:focus').waitFor();
      await page.keyboard.type(name);
      await page.getByRole('option', { name }).waitFor();
      await page.keyboard.press('Escape');
      // one that is still closing would take the next key for itself
      await page.locator('input[role=combobox]').waitFor({ state: 'detached' });
    }
    await page.goto(`${console.gateway.consoleUrl}/backups`);
    await page.getByRole('button', { name: 'New backup' }).click();
    await page
      .locator('dialog option')
      .nth(MADE - 1)
      .waitFor({ state: 'attached' });
  });

  it('are drawn in view only, and are searched, sorted and walked through', async () => {
    await open(
      '/',
      Array.from({ length: MOST }, (_, index) => row(index)),
    );
    const { page } = console;
    await page.getByRole('link', { name: 'made-up-00000' }).waitFor();
    await page.getByText('the first 10,000: choose a tenant for others').waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(MOST + 1));
    await page.evaluate(`document.querySelector('.grid-scroll').scrollTo(0, 1e7)`);
    await page.getByRole('link', { name: 'made-up-09999' }).waitFor();
    expect(await page.getByRole('row').count()).toBeLessThan(60);
    await page.getByRole('button', { name: 'Records' }).click();
    await page.evaluate(`document.querySelector('.grid-scroll').scrollTo(0, 0)`);
    await page.getByRole('link', { name: 'made-up-09999' }).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('up-0500');
    await page.getByRole('link', { name: 'made-up-05009' }).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('11');
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('are not loaded again while an index is built: only the row that has one is', async () => {
    const asked = await open('/', [...Array.from({ length: 300 }, (_, index) => row(index))]);
    await console.page.getByRole('progressbar', { name: 'Index of made-up-00007' }).waitFor();
    while (asked.length < 4) await new Promise((wake) => setTimeout(wake, 100));
    expect(asked.slice(2, 4)).toEqual(Array.from({ length: 2 }, () => `?only=${row(7).uuid}`));
  });
});
