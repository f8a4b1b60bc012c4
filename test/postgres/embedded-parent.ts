import { EmbeddedEngine } from '../../src/postgres/embedded/embedded-engine.js';

/** Started by a test that kills it: opens the data directory, reports, and stays. */
const [dataDirectory = ''] = process.argv.slice(2);
try {
  const engine = await EmbeddedEngine.start({ dataDirectory, statementTimeoutMs: 60_000, log: () => undefined });
  process.send?.({ childPid: engine.childPid, connection: engine.connection });
  setInterval(() => undefined, 60_000);
} catch (error) {
  process.send?.({ failure: (error as Error).message }, () => process.exit(1));
}
