import type { ChildProcess } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { hasServer } from '../support/faults/faulty-gateway.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { endProcess, launchGateway } from '../support/gateway/gateway-process.js';
import { probed } from '../support/gateway/probes.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));
const INSTANCES = 5;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

(hasServer ? describe : describe.skip)(`${String(INSTANCES)} processes that start at once on an empty database${reason}`, () => {
  let storage: TestStorage;
  const started: ChildProcess[] = [];

  beforeAll(async () => {
    storage = await createStorage({ isEmpty: true });
  });

  afterAll(async () => {
    await Promise.all(started.map((process) => endProcess(process, 'SIGKILL')));
    await storage.remove();
  });

  it('migrate it once, all become ready, and all stop with 0', async () => {
    const gateways = await Promise.all(Array.from({ length: INSTANCES }, () => launchGateway(storage.environment, started)));
    const answers = await Promise.all(gateways.map(({ urls }) => probed(urls.get('console') ?? '', '/readyz', 200)));
    expect(answers).toEqual(Array(INSTANCES).fill([200, { status: 'ok' }]));

    const client = new pg.Client({ connectionString: storage.environment['DATABASE_URL'] });
    await client.connect();
    // one transaction has one time
    const { rows } = await client.query<{ names: string[]; times: string }>(
      'SELECT array_agg(name ORDER BY name) AS names, count(DISTINCT applied_at) AS times FROM polyvec.migrations',
    );
    await client.end();
    expect(rows).toEqual([{ names: (await readdir(MIGRATIONS)).sort(), times: '1' }]);

    await Promise.all(started.map((process) => endProcess(process, 'SIGTERM')));
    expect(started.map(({ exitCode }) => exitCode)).toEqual(Array(INSTANCES).fill(0));
  });
});
