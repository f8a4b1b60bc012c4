import fc from 'fast-check';
import { startGateway } from '../support/gateway/gateway.js';
import { startChroma, type ChromaServer } from '../support/differential/chroma-server.js';
import { closeConnections, send } from '../support/differential/exchange.js';
import { beginnings, operation } from '../support/differential/generate/operations.js';
import { runSequence, type Tally } from '../support/differential/generate/run-sequence.js';
import { Pair } from '../support/differential/pair.js';
import { COLLECTION_CALLS } from '../support/differential/scenarios/collections.js';
import { CONFIGURATION } from '../support/differential/scenarios/configuration.js';
import { DOCUMENT_FILTERS } from '../support/differential/scenarios/document-filters.js';
import { EMBEDDINGS } from '../support/differential/scenarios/embeddings.js';
import { FILTERS } from '../support/differential/scenarios/filters.js';
import { HTTP } from '../support/differential/scenarios/http.js';
import { PRECEDENCE } from '../support/differential/scenarios/precedence.js';
import { QUERIES } from '../support/differential/scenarios/queries.js';
import { READS } from '../support/differential/scenarios/reads.js';
import { SYSTEM } from '../support/differential/scenarios/system.js';
import { VALUES } from '../support/differential/scenarios/values.js';
import { WRITES } from '../support/differential/scenarios/writes.js';

let chroma: ChromaServer;
let polyvec: ChromaServer;
const running: ChromaServer[] = [];

beforeAll(async () => {
  chroma = await startChroma();
  running.push(chroma);
  polyvec = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
  running.push(polyvec);
});

afterAll(async () => {
  closeConnections();
  await Promise.all(running.map(({ stop }) => stop()));
});

beforeEach(async () => {
  await Promise.all([chroma, polyvec].map(({ chromaUrl }) => send(chromaUrl, { method: 'POST', path: '/api/v2/reset' })));
});

it.each([
  ...HTTP,
  ...SYSTEM,
  ...COLLECTION_CALLS,
  ...CONFIGURATION,
  ...WRITES,
  ...EMBEDDINGS,
  ...VALUES,
  ...READS,
  ...FILTERS,
  ...DOCUMENT_FILTERS,
  ...QUERIES,
  ...PRECEDENCE,
])('$name', async ({ run }) => {
  const pair = new Pair(chroma.chromaUrl, polyvec.chromaUrl);
  await run(pair);
  expect(pair.report()).toBe('');
});

describe('random requests', () => {
  const seed = Number(process.env['TEST_SEED'] ?? '20261121');
  const tally: Tally = { requests: 0, succeeded: 0, filters: 0, telling: 0 };

  it(`get the same answers (TEST_SEED=${String(seed)})`, async () => {
    const sequence = fc.tuple(beginnings, fc.array(operation, { minLength: 1, maxLength: 60, size: 'max' }));
    const property = fc.asyncProperty(sequence, async ([first, rest]) => {
      const pair = new Pair(chroma.chromaUrl, polyvec.chromaUrl);
      await runSequence(pair, [...first, ...rest], tally);
      expect(pair.report()).toBe('');
    });
    await fc.assert(property, { seed, numRuns: 60, interruptAfterTimeLimit: 400_000, markInterruptAsFailure: true });
  }, 500_000);

  it('are at least two thousand, half of them succeed, and a third of the filters tell records apart', () => {
    expect(tally.requests).toBeGreaterThanOrEqual(2000);
    expect(tally.succeeded / tally.requests).toBeGreaterThanOrEqual(1 / 2);
    expect(tally.telling / tally.filters).toBeGreaterThanOrEqual(1 / 3);
  });
});
