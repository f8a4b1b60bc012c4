import fc from 'fast-check';
import { startGateway } from '../support/gateway/gateway.js';
import { startChroma, type ChromaServer } from './differential/chroma-server.js';
import { closeConnections, send } from './differential/exchange.js';
import { beginnings, operation } from './differential/generate/operations.js';
import { runSequence, type Tally } from './differential/generate/run-sequence.js';
import { Pair } from './differential/pair.js';
import { COLLECTION_CALLS } from './differential/scenarios/collections.js';
import { CONFIGURATION } from './differential/scenarios/configuration.js';
import { DOCUMENT_FILTERS } from './differential/scenarios/document-filters.js';
import { EMBEDDINGS } from './differential/scenarios/embeddings.js';
import { FILTERS } from './differential/scenarios/filters.js';
import { HTTP } from './differential/scenarios/http.js';
import { PRECEDENCE } from './differential/scenarios/precedence.js';
import { QUERIES } from './differential/scenarios/queries.js';
import { READS } from './differential/scenarios/reads.js';
import { SYSTEM } from './differential/scenarios/system.js';
import { VALUES } from './differential/scenarios/values.js';
import { WRITES } from './differential/scenarios/writes.js';
import { SEED, byEffort } from '../support/setup/effort.js';

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
  const tally: Tally = { requests: 0, succeeded: 0, filters: 0, telling: 0 };

  it(`get the same answers (TEST_SEED=${String(SEED)})`, async () => {
    const sequence = fc.tuple(beginnings, fc.array(operation, { minLength: 1, maxLength: 60, size: 'max' }));
    const property = fc.asyncProperty(sequence, async ([first, rest]) => {
      const pair = new Pair(chroma.chromaUrl, polyvec.chromaUrl);
      await runSequence(pair, [...first, ...rest], tally);
      expect(pair.report()).toBe('');
    });
    await fc.assert(property, { seed: SEED, numRuns: byEffort({ quick: 20, full: 60 }) });
  });

  it('are many, half of them succeed, and a third of the filters tell records apart', () => {
    expect(tally.requests).toBeGreaterThanOrEqual(byEffort({ quick: 600, full: 2_000 }));
    expect(tally.succeeded / tally.requests).toBeGreaterThanOrEqual(1 / 2);
    expect(tally.telling / tally.filters).toBeGreaterThanOrEqual(1 / 3);
  });
});
