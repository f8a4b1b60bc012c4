import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** `npm run test:citus`: its exit code, and what it writes. */
async function testCitus(env: Readonly<Record<string, string>>): Promise<readonly [code: number, output: string]> {
  return new Promise((done) => {
    const script = join(ROOT, 'scripts/test-citus.js');
    execFile(process.execPath, [script], { cwd: ROOT, env: { PATH: process.env['PATH'] ?? '', ...env } }, (error, out, err) => {
      done([typeof error?.code === 'number' ? error.code : 0, out + err]);
    });
  });
}

describe('npm run test:citus', () => {
  it('says how to bring up a cluster of three nodes where none is named, and exits with 2', async () => {
    const [code, output] = await testCitus({});
    expect(code).toBe(2);
    const parts = [
      'TEST_CITUS_URL is not set',
      'for port in 54340 54341 54342; do',
      '$PGBIN/initdb -D $CITUS/$port',
      "shared_preload_libraries = 'citus'",
      'max_prepared_transactions = 300',
      'wal_level = logical',
      "-c 'CREATE EXTENSION citus' -c 'CREATE EXTENSION vector'",
      "SELECT citus_set_coordinator_host('127.0.0.1', 54340)",
      "SELECT citus_add_node('127.0.0.1', 54341)",
      "SELECT citus_add_node('127.0.0.1', 54342)",
      'export TEST_CITUS_URL=postgres://polyvec@127.0.0.1:54340/polyvec',
      'export TEST_CITUS_STOP_WORKER=',
      'export TEST_CITUS_START_WORKER=',
    ];
    expect(parts.filter((part) => !output.includes(part))).toEqual([]);
  });

  it('exits with 2 when there is no server at the address', async () => {
    const [code, output] = await testCitus({ TEST_CITUS_URL: 'postgres://polyvec@127.0.0.1:1/polyvec' });
    expect([code, output]).toEqual([2, expect.stringContaining('no connection to TEST_CITUS_URL')]);
  });
});
