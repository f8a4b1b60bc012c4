import { request } from 'node:http';
import { createProcessStorage, type ProcessStorage } from '../support/gateway/gateway-process.js';
import { scrapeUntil } from '../support/gateway/prometheus.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one process; TEST_DATABASE_URL names a server)';
const REQUESTS = 30;

/** Resolves with the status. Each one has a connection of its own, which any worker may get. */
async function get(url: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { agent: false }, (response) => {
      response.resume().on('end', () => {
        resolve(response.statusCode);
      });
    });
    sent.on('error', reject).end();
  });
}

describeOnServer(`the metrics of several workers${reason}`, () => {
  let storage: ProcessStorage;

  beforeAll(async () => {
    storage = await createProcessStorage({ POLYVEC_WORKERS: '2' });
  });

  afterAll(async () => {
    await storage.remove();
  });

  it('are told by whichever is asked', async () => {
    const { chromaUrl, urls } = await storage.start();
    for (let sent = 0; sent < REQUESTS; sent += 1) expect(await get(`${chromaUrl}/api/v2/version`)).toBe(200);
    const labels = { protocol: 'chroma', operation: 'GET /api/v2/version' };
    const seen = await scrapeUntil(urls.get('console') ?? '', (now) => now.sum('polyvec_requests_total', labels) >= REQUESTS);
    expect(seen.sum('polyvec_requests_total', labels)).toBe(REQUESTS);
    const workers = new Set(seen.of('process_resident_memory_bytes').map((sample) => sample.labels['worker']));
    expect(workers.size).toBe(2);
    expect(seen.metrics).toEqual([...new Set(seen.metrics)]);
    expect(seen.of('polyvec_database_up')).toHaveLength(1);
  });
});
