import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Browser, chromium, type Page } from 'playwright-core';
import { chromiumPath, describeInBrowser } from '../support/browser.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi } from '../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** What a page of another site can do to a gateway without keys, in a real browser. */

/** The name that leads to this machine as soon as the page is loaded. */
const REBOUND = 'rebound.example';

/** Sends each without asking for leave, and says of each whether the browser has sent it. */
const SEND_BLINDLY = `async (requests) => {
  const outcomes = [];
  for (const { url, type, body } of requests) {
    const headers = type === undefined ? {} : { 'content-type': type };
    outcomes.push(await fetch(url, { method: 'POST', mode: 'no-cors', headers, body }).then(({ type }) => type, () => 'not sent'));
  }
  return outcomes;
}`;

describeInBrowser('a page of another site', () => {
  let gateway: TestGateway;
  let collection: CollectionApi;
  let index: IndexApi;
  let site: Server;
  let browser: Browser;
  let page: Page;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
    collection = await new ChromaApi(gateway.chromaUrl).createCollection();
    index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const record = { ids: ['a'], embeddings: [[1, 0]] };
    expect((await collection.outcome('add', record))[0]).toBe(201);
    expect((await index.outcome('/vectors/upsert', { body: { vectors: [{ id: 'a', values: [1, 0] }] } }))[0]).toBe(200);
    site = createServer((_request, response) => response.setHeader('content-type', 'text/html').end('<p>Nothing to see')).listen(
      0,
    );
    const args = [
      '--disable-gpu',
      `--host-resolver-rules=MAP ${REBOUND} 127.0.0.1`,
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ];
    browser = await chromium.launch({ executablePath: chromiumPath ?? '', args });
    page = await browser.newPage();
  });

  afterAll(async () => {
    await browser.close();
    site.close();
    await gateway.stop();
  });

  it.each([['text/plain'], [undefined]])('writes and deletes nothing with a body of type %s', async (type) => {
    await page.goto(`http://127.0.0.1:${String((site.address() as AddressInfo).port)}/`);
    const requests = [
      { url: `${gateway.chromaUrl}${collection.path}/add`, body: { ids: ['evil'], embeddings: [[0, 1]] } },
      { url: `${gateway.chromaUrl}${collection.path}/delete`, body: { ids: ['a'] } },
      { url: `${gateway.chromaUrl}/api/v2/reset`, body: {} },
      { url: `${index.baseUrl}/vectors/upsert`, body: { vectors: [{ id: 'evil', values: [0, 1] }] } },
      { url: `${index.baseUrl}/vectors/delete`, body: { ids: ['a'] } },
      { url: `${gateway.vectorizerUrl}/collections/${index.name}/delete_by_filter`, body: { filter: {} } },
      { url: `${gateway.consoleUrl}/pinecone/_port/${String(index.port)}/vectors/delete`, body: { deleteAll: true } },
    ].map(({ url, body }) => ({ url, type, body: JSON.stringify(body) }));
    const outcomes = await page.evaluate(`(${SEND_BLINDLY})(${JSON.stringify(requests)})`);
    // the browser has sent them all: it is the gateway that refused
    expect(outcomes).toEqual(requests.map(() => 'opaque'));
    expect(await collection.outcome('get', {})).toMatchObject([200, { ids: ['a'] }]);
    expect(await index.outcome('/vectors/list')).toMatchObject([200, { vectors: [{ id: 'a' }] }]);
  });

  it('reads nothing under a name that it has bound to this machine', async () => {
    for (const url of [gateway.chromaUrl, gateway.pineconeUrl, gateway.vectorizerUrl, index.baseUrl, gateway.consoleUrl]) {
      const rebound = url.replace('127.0.0.1', REBOUND);
      const answer = await page.goto(`${rebound}/api/v2/heartbeat`);
      expect([url, answer?.status()]).toEqual([url, 421]);
      // of the same origin now, so that the page may read what it gets
      expect(await page.evaluate(`fetch('/api/v2/heartbeat').then(({ status }) => status)`)).toBe(421);
    }
  });
});
