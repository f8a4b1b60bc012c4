import { closeConnections, send } from '../../support/differential/exchange.js';
import { compareWithRecording } from '../../support/differential/recording.js';
import { readRecording } from '../../support/differential/recording-files.js';
import { GROUPS } from '../../support/differential/scenarios.js';
import { LiveServer } from '../../support/differential/server.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';

/**
 * The scenarios of the differential suite, with the recorded answers of the real server in place of the server. Whether they
 * are still its answers, `npm run test:clients` checks.
 */
const recorded = GROUPS.map(({ name, scenarios }) => ({ name, scenarios, recording: readRecording(name) }));

let gateway: TestGateway;

beforeAll(async () => {
  gateway = await startGateway({ env: { POLYVEC_CHROMA_ALLOW_RESET: 'true' } });
});

afterAll(async () => {
  closeConnections();
  await gateway.stop();
});

describe.each(recorded)('recorded answers: $name', ({ scenarios, recording }) => {
  it('are there for every scenario, and for no other', () => {
    expect([...recording.scenarios.keys()]).toEqual(scenarios.map(({ name }) => name));
  });

  it.each(scenarios)('$name', async (scenario) => {
    await send(gateway.chromaUrl, { method: 'POST', path: '/api/v2/reset' });
    const exchanges = recording.scenarios.get(scenario.name) ?? [];
    expect(await compareWithRecording(scenario, exchanges, new LiveServer(gateway.chromaUrl))).toBe('');
  });
});
