import fc from 'fast-check';
import { chromaRelease, type ChromaServer, startChroma } from '../support/differential/chroma-server.js';
import { closeConnections, send } from '../support/differential/exchange.js';
import { sequence } from '../support/differential/generate/operations.js';
import { newTally, runSequence } from '../support/differential/generate/run-sequence.js';
import { Pair } from '../support/differential/pair.js';
import { compareRecordings, Recorder } from '../support/differential/recording.js';
import { readRecording } from '../support/differential/recording-files.js';
import { GROUPS } from '../support/differential/scenarios.js';
import { LiveServer } from '../support/differential/server.js';
import { startGateway } from '../support/gateway/gateway.js';
import { byEffort, SEED } from '../support/setup/effort.js';

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

describe.each(GROUPS)('$name', ({ name: group, scenarios }) => {
  const recording = readRecording(group);

  it('are recorded from this release of the server', () => {
    expect(recording.release).toBe(chromaRelease());
  });

  // the recordings stand for the server in `npm test`: they must be what it says today
  it.each(scenarios)('$name', async (scenario) => {
    const recorder = new Recorder(new LiveServer(chroma.chromaUrl));
    const pair = new Pair(recorder, new LiveServer(polyvec.chromaUrl));
    await scenario.run(pair);
    expect(pair.report()).toBe('');
    const recorded = recording.scenarios.get(scenario.name) ?? [];
    expect(await compareRecordings(scenario, recorded, recorder.exchanges)).toBe('');
  });
});

describe('random requests', () => {
  const tally = newTally();

  it(`get the same answers (TEST_SEED=${String(SEED)})`, async () => {
    const property = fc.asyncProperty(sequence(1), async (operations) => {
      const pair = new Pair(new LiveServer(chroma.chromaUrl), new LiveServer(polyvec.chromaUrl));
      await runSequence(pair, operations, tally);
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
