import { accessibilityViolations, describeInBrowser } from '../support/browser.js';
import { useConsole } from '../support/console/console-suite.js';
import { startGateway } from '../support/gateway/gateway.js';

const DATABASE = '/api/v2/tenants/default_tenant/databases/default_database';
const COUNT = 300;
const MANY = 100_000;
const DIMENSIONS = 64;
/** Opaque pixels of the canvas, so many of which are no background. */
const DRAWN_PIXELS = `(() => {
  const canvas = document.querySelector('canvas');
  const gl = canvas.getContext('webgl2');
  const pixels = new Uint8Array(canvas.width * canvas.height * 4);
  gl.readPixels(0, 0, canvas.width, canvas.height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  return pixels.filter((value, index) => index % 4 === 3 && value > 0).length;
})()`;

describeInBrowser('the map of a collection', () => {
  const console = useConsole(() => startGateway(), { webgl: true });
  let uuid: string;

  beforeAll(async () => {
    const numbers = Array.from({ length: COUNT }, (_, index) => index);
    const made = await post('/collections', { name: 'points' });
    uuid = (made as { readonly id: string }).id;
    await post(`/collections/${uuid}/upsert`, {
      ids: numbers.map((number) => `point-${String(number)}`),
      embeddings: numbers.map((number) => [Math.cos(number), Math.sin(number), (number % 3) * 4, number / COUNT]),
      metadatas: numbers.map((number) => ({ group: `group ${String(number % 3)}` })),
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

  it.each(['light', 'dark'] as const)('draws the sample, coloured by a field, accessibly in %s', async (colorScheme) => {
    const page = await console.open(`/c/${uuid}/map?color=group&by=pca`, { colorScheme });
    await page.locator('canvas[data-drawn="300"]').waitFor();
    await page.getByRole('button', { name: 'group 2' }).waitFor();
    expect(await page.evaluate(DRAWN_PIXELS)).toBeGreaterThan(500);
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('has a table as its equal, which opens the record', async () => {
    const page = await console.open(`/c/${uuid}/map?by=pca`);
    await page
      .getByRole('row', { name: /point-/ })
      .first()
      .click();
    await page.getByRole('complementary', { name: /Record point-/ }).waitFor();
  });

  it('places points by UMAP in a worker', async () => {
    await console.open(`/c/${uuid}/map`);
    await console.page.locator('canvas[data-placed="1"]').waitFor({ timeout: 300_000 });
    expect(await console.page.evaluate(DRAWN_PIXELS)).toBeGreaterThan(500);
  });

  it('takes the points within a lasso to the records', async () => {
    const page = await console.open(`/c/${uuid}/map?by=pca`);
    await page.locator('canvas[data-drawn="300"]').waitFor();
    await page.getByRole('button', { name: 'Lasso' }).click();
    const box = await page.locator('canvas').boundingBox();
    const [x, y, width, height] = [box?.x ?? 0, box?.y ?? 0, box?.width ?? 0, box?.height ?? 0];
    await page.mouse.move(x + 2, y + 50);
    await page.mouse.down();
    await page.mouse.move(x + width - 2, y + 50);
    await page.mouse.move(x + width - 2, y + height - 2);
    await page.mouse.move(x + 2, y + height - 2);
    await page.mouse.up();
    const button = await page.getByRole('button', { name: /Open \d+ picked in Records/ }).textContent();
    const picked = Number(/\d+/.exec(button ?? '')?.[0]);
    expect(picked).toBeGreaterThan(200);
    await page.getByRole('button', { name: /Open \d+ picked in Records/ }).click();
    await page.getByText(`${String(picked)} picked on the map`).waitFor();
    await page.getByText('200 loaded, more as you scroll').waitFor();
    await page.reload();
    await page.getByText('200 loaded, more as you scroll').waitFor();
    await page.evaluate(`document.querySelector('.grid-scroll').scrollTo(0, 1e6)`);
    await page.getByText(`${String(picked)} in all`).waitFor();
  });

  it('lights up what a search finds', async () => {
    const page = await console.open(`/c/${uuid}/map?by=pca`);
    await page.locator('canvas[data-drawn="300"]').waitFor();
    await page.getByLabel('Light up').fill('point-7');
    await page.getByLabel('Light up').press('Enter');
    await page.getByRole('tab', { name: /^Lit 1/ }).waitFor();
  });

  it('keeps all points under a filter, and says how many fit it', async () => {
    const filter = JSON.stringify({ match: 'all', conditions: [{ field: 'group', op: 'eq', value: 'group 1' }] });
    const page = await console.open(`/c/${uuid}/map?by=pca&filter=${encodeURIComponent(filter)}`);
    await page.locator('canvas[data-drawn="300"]').waitFor();
    await page.getByText('300 of 300, seed 7; the filter fits 100').waitFor();
  });

  // the embedded engine gives samples of up to 10,000: these points are made here
  it('draws 100,000 points', async () => {
    const page = await console.open('/');
    const header = {
      count: MANY,
      total: MANY,
      dimensions: DIMENSIONS,
      seed: 7,
      colors: null,
      ids: Array.from({ length: MANY }, (_, index) => `p${String(index)}`),
    };
    const points = Buffer.from(
      Int8Array.from({ length: MANY * DIMENSIONS }, (_, index) => Math.imul(index ^ (index >>> 9), 0x9e3779b1) >> 24).buffer,
    );
    await page.route('**/console/api/v1/collections/*/map', (route) =>
      route.fulfill({
        contentType: 'application/octet-stream',
        body: Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), points]),
      }),
    );
    await page.goto(`${console.gateway.consoleUrl}/c/${uuid}/map?by=pca&n=${String(MANY)}`);
    await page.locator(`canvas[data-drawn="${String(MANY)}"]`).waitFor({ timeout: 120_000 });
    expect(await page.evaluate(DRAWN_PIXELS)).toBeGreaterThan(5_000);
    await page.mouse.move(700, 400);
    await page.mouse.wheel(0, -600);
    expect(await page.evaluate(DRAWN_PIXELS)).toBeGreaterThan(1_000);
  });

  it.each(['light', 'dark'] as const)('measures how much of what is nearest is found, accessibly in %s', async (colorScheme) => {
    const page = await console.open(`/c/${uuid}/quality`, { colorScheme });
    await page.getByText('Recall of this collection').waitFor();
    await page.getByLabel('Queries').selectOption('10');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Recall@10 over 10 queries').waitFor();
    expect(await page.locator('.figure').nth(1).textContent()).toContain('100');
    await page.getByRole('button', { name: 'Measure' }).waitFor();
    expect(page.url()).toContain('queries=10');
    await page.getByLabel('Recall to keep').selectOption('0.95');
    await page.getByRole('heading', { name: 'Recall that searches keep: 95 %' }).waitFor();
    await page.getByLabel('Recall to keep').selectOption('default');
    await page.getByRole('heading', { name: 'Recall that searches keep: 98 %' }).waitFor();
    expect(await accessibilityViolations(page)).toEqual([]);
  });

  it('measures with a filter, and stops when it is asked to', async () => {
    const filter = JSON.stringify({ match: 'all', conditions: [{ field: 'group', op: 'eq', value: 'group 1' }] });
    const page = await console.open(`/c/${uuid}/quality?queries=200&filter=${encodeURIComponent(filter)}`);
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByRole('progressbar', { name: 'Measuring' }).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('button', { name: 'Measure' }).waitFor();
    expect(await page.getByRole('alert').count()).toBe(0);
    await page.getByLabel('Queries').selectOption('10');
    await page.getByRole('button', { name: 'Measure' }).click();
    await page.getByText('Recall@10 over 10 queries').waitFor();
  });
});
