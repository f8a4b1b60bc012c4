/**
 * Records the real Chroma server's answers to every scenario. A recording that it still agrees with stays as it is, because
 * some answers differ from run to run in what is not compared, such as the order of equally distant matches.
 */
import { chromaRelease, startChroma } from './chroma-server.js';
import { closeConnections, send } from './exchange.js';
import { compareRecordings, type Exchange, record } from './recording.js';
import { readRecording, writeRecording } from './recording-files.js';
import type { Scenario } from './scenario.js';
import { type Group, GROUPS } from './scenarios.js';
import { LiveServer } from './server.js';

async function recordGroup({ name, scenarios }: Group, release: string, url: string): Promise<void> {
  const before = readRecording(name).scenarios;
  const recorded = new Map<string, readonly Exchange[]>();
  let changed = 0;
  for (const scenario of scenarios) {
    await send(url, { method: 'POST', path: '/api/v2/reset' });
    const fresh = await record(scenario, new LiveServer(url));
    const old = before.get(scenario.name);
    const kept = old !== undefined && (await agree(scenario, old, fresh)) ? old : fresh;
    if (kept !== old) changed += 1;
    recorded.set(scenario.name, kept);
  }
  writeRecording(name, { release, scenarios: recorded });
  console.log(`${name}: ${String(scenarios.length)} scenarios, ${String(changed)} recorded anew`);
}

/** False also where the scenario makes other requests than it did. */
async function agree(scenario: Scenario, old: readonly Exchange[], fresh: readonly Exchange[]): Promise<boolean> {
  try {
    return (await compareRecordings(scenario, old, fresh)) === '';
  } catch {
    return false;
  }
}

const chosen = process.argv.slice(2);
const chroma = await startChroma();
try {
  const groups = GROUPS.filter(({ name }) => chosen.length === 0 || chosen.includes(name));
  for (const group of groups) await recordGroup(group, chromaRelease(), chroma.chromaUrl);
} finally {
  closeConnections();
  await chroma.stop();
}
