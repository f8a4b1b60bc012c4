import type { Page } from 'playwright-core';
import { chromiumPath, TestBrowser } from '../test/support/browser.js';
import { inParallel } from './measure.js';

/** Makes collections at the address of Chroma's, and says in a sentence how Home is with them in a browser; nothing without one. */
export async function homeOfMany(consoleUrl: string, collectionsUrl: string, count: number): Promise<string> {
  if (chromiumPath === undefined) return '';
  await inParallel(count, async (index) => {
    const body = JSON.stringify({ name: `many-${String(index).padStart(5, '0')}` });
    const answer = await fetch(collectionsUrl, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    if (!answer.ok) throw new Error(await answer.text());
    await answer.text();
  });
  const browser = await TestBrowser.launch(consoleUrl);
  try {
    const { page } = await browser.open('/requests');
    const last = `many-${String(count - 2).padStart(5, '0')}`;
    const list = await timed(async () => {
      await page.goto(`${consoleUrl}/?sort=-created`);
      await page.getByRole('link', { name: 'many-' }).first().waitFor();
    });
    const sorted = await timed(async () => {
      await page.getByRole('button', { name: 'Name' }).click();
      await page.locator('[aria-sort=ascending]').waitFor();
    });
    const scrolled = await timed(() => scrollThrough(page));
    const filtered = await timed(async () => {
      await page.getByRole('searchbox').fill(last);
      await page.locator('[aria-rowcount="2"]').waitFor();
    });
    const rows = await page.getByRole('row').count();
    const [first, ...others] = [list, sorted, scrolled, filtered].map((ms) => `${(ms / 1_000).toFixed(2)} s`);
    return (
      `Home with ${count.toLocaleString('en')} collections: ${String(first)} until they are listed, ${String(others[0])} to sort them, ` +
      `${String(others[1])} for 100 steps of scrolling through all, ${String(others[2])} to filter one${rows > 2 ? ' (not alone)' : ''}.`
    );
  } finally {
    await browser.close();
  }
}

/** A hundred steps, each once its rows are drawn. */
async function scrollThrough(page: Page): Promise<void> {
  await page.evaluate(`(async () => {
    const scroller = document.querySelector('.grid-scroll');
    for (let step = 0; step <= 100; step += 1) {
      scroller.scrollTo(0, (scroller.scrollHeight - scroller.clientHeight) * step / 100);
      await new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn)));
    }
  })()`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const before = performance.now();
  await work();
  return performance.now() - before;
}
