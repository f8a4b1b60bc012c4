import { ask, COLLECTIONS } from '../support/clients/chroma-client.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';
import { scrape, scrapeUntil } from '../support/gateway/prometheus.js';

const isEmbedded = (process.env['TEST_DATABASE_URL'] ?? '') === '';
const describeOnEngine = isEmbedded ? describe : describe.skip;
const reason = isEmbedded ? '' : ' (skipped: a server is not ours to stop)';
const UP = 'polyvec_database_up';

let storage: ProcessStorage;
let gateway: GatewayProcess;
let consoleUrl: string;

beforeAll(async () => {
  storage = await createProcessStorage();
  gateway = await storage.start();
  consoleUrl = gateway.urls.get('console') ?? '';
});

afterAll(async () => {
  await storage.remove();
});

describe('errors of the database', () => {
  it('are counted by their kind', async () => {
    const tables = await storage.connect();
    try {
      await tables.query('ALTER TABLE polyvec.collections RENAME TO collections_away');
      const { status } = await ask(gateway.chromaUrl, COLLECTIONS);
      expect(status).toBe(500);
      const seen = await scrape(consoleUrl);
      expect(seen.sum('polyvec_database_errors_total', { kind: 'other' })).toBeGreaterThanOrEqual(1);
      expect(seen.sum(UP)).toBe(0);
      expect(seen.of('polyvec_collections')).toEqual([]);
      await tables.query('ALTER TABLE polyvec.collections_away RENAME TO collections');
      expect((await scrape(consoleUrl)).sum(UP)).toBe(1);
    } finally {
      await tables.end();
    }
  });
});

describeOnEngine(`a database that is stopped${reason}`, () => {
  it('takes its own figures with it, and nothing else', async () => {
    const engine = await storage.enginePid();
    process.kill(engine, 'SIGSTOP');
    try {
      const seen = await scrape(consoleUrl);
      expect(seen.sum(UP)).toBe(0);
      expect(seen.metrics).not.toContain('polyvec_collections');
      expect(seen.metrics).toEqual(expect.arrayContaining(['polyvec_requests_total', 'process_resident_memory_bytes']));
      expect(seen.sum('polyvec_pool_connections', { state: 'used' })).toBeGreaterThanOrEqual(1);
    } finally {
      process.kill(engine, 'SIGCONT');
    }
    expect((await scrapeUntil(consoleUrl, (now) => now.sum(UP) === 1)).sum(UP)).toBe(1);
  });

  it('and starts again is counted', async () => {
    process.kill(await storage.enginePid(), 'SIGKILL');
    const seen = await scrapeUntil(consoleUrl, (now) => now.sum('polyvec_engine_restarts_total') === 1 && now.sum(UP) === 1);
    expect(seen.sum('polyvec_engine_restarts_total')).toBe(1);
    expect(seen.sum(UP)).toBe(1);
  });
});
