import 'reflect-metadata';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { TestBrowser } from './browser.js';
import { startGateway } from './gateway/gateway.js';

const DATABASE = '/api/v2/tenants/default_tenant/databases/default_database';
const FOLDER = join(import.meta.dirname, '../../docs/images');
const DIMENSION = 48;
const SUBJECTS = ['history', 'science', 'music', 'travel', 'food', 'sport', 'art', 'law'];
const THINGS =
  'river stone garden engine violin market winter harbour signal orchard lantern copper meadow archive compass glacier'.split(
    ' ',
  );
const WIDTHS = { wide: { width: 1280, height: 800 }, narrow: { width: 390, height: 844 } } as const;

/** The same numbers in every run. */
let state = 7;
function random(): number {
  state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return state / 2 ** 32;
}

function pick(words: readonly string[]): string {
  return words[Math.floor(random() * words.length)] ?? '';
}

/** Near the middle of a subject, as texts on it would be. */
function embedding(subject: number): readonly number[] {
  return Array.from(
    { length: DIMENSION },
    (_, axis) => Math.sin((subject + 1) * (axis + 1) * 2.7) + (random() + random() - 1) * 1.6,
  );
}

async function post(url: string, body: unknown): Promise<{ readonly id: string }> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url}: ${String(answer.status)} ${await answer.text()}`);
  return (await answer.json()) as { readonly id: string };
}

async function fill(url: string, name: string, count: number): Promise<string> {
  const { id } = await post(`${url}/collections`, { name, metadata: { 'hnsw:space': 'cosine' } });
  for (let start = 0; start < count; start += 300) {
    const numbers = Array.from({ length: Math.min(300, count - start) }, (_, index) => start + index);
    const subjects = numbers.map(() => Math.floor(random() * SUBJECTS.length));
    await post(`${url}/collections/${id}/upsert`, {
      ids: numbers.map((number) => `${name.slice(0, 3)}-${String(number).padStart(5, '0')}`),
      embeddings: subjects.map(embedding),
      documents: numbers.map(() => `On the ${pick(THINGS)} and the ${pick(THINGS)}: notes from a ${pick(THINGS)}`),
      metadatas: subjects.map((subject) => ({
        subject: SUBJECTS[subject] ?? '',
        year: 2000 + Math.floor(random() * 26),
        rating: Math.round(random() * 50) / 10,
        source: pick(['web', 'print', 'radio']),
      })),
    });
  }
  return id;
}

async function takeAll(browser: TestBrowser, uuid: string): Promise<void> {
  const query = `[${embedding(2)
    .map((component) => component.toFixed(2))
    .join(',')}]`;
  const pictures = {
    home: { path: '/', ready: '[role=grid] [role=gridcell]' },
    records: { path: `/c/${uuid}/records?id=art-00002`, ready: '.panel .document' },
    search: { path: `/c/${uuid}/records?mode=vector&q=${query}`, ready: '.plan' },
    map: { path: `/c/${uuid}/map?color=subject&n=1000`, ready: 'canvas[data-drawn][data-placed="1"]' },
  };
  for (const [name, { path, ready }] of Object.entries(pictures)) {
    for (const colorScheme of ['light', 'dark'] as const) {
      for (const [width, viewport] of Object.entries(WIDTHS)) {
        const { page } = await browser.open(path, { colorScheme, viewport });
        await page.waitForSelector(ready, { timeout: 180_000 });
        await page.waitForTimeout(500);
        await page.screenshot({ path: join(FOLDER, `console-${name}-${colorScheme}-${width}.png`) });
        await page.context().close();
      }
    }
  }
}

mkdirSync(FOLDER, { recursive: true });
const gateway = await startGateway();
const browser = await TestBrowser.launch(gateway.consoleUrl, true);
try {
  const url = gateway.chromaUrl + DATABASE;
  const uuid = await fill(url, 'articles', 1_200);
  await fill(url, 'support-tickets', 300);
  await post(`${gateway.pineconeUrl}/indexes`, {
    name: 'films',
    dimension: 8,
    metric: 'cosine',
    spec: { serverless: { cloud: 'aws', region: 'us-east-1' } },
  });
  await post(`${gateway.vectorizerUrl}/collections/notes/insert`, { text: 'an old note', metadata: { kind: 'note' } });
  await takeAll(browser, uuid);
} finally {
  await browser.close();
  await gateway.stop();
}
process.exit(0);
