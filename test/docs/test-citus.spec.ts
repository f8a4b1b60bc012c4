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

  it('says what is wrong about a node before any suite runs', async () => {
    const good = { citus: '13.2-1', vector: '0.8.0', server: '15.8', prepared: 300, workers: 64, connections: 300 };
    const ready = { ...good, wal: 'logical', superuser: true };
    expect(await problemsOf(ready, ready)).toEqual([]);
    const bare = { citus: null, vector: null, server: '16.1', prepared: 0, workers: 8, connections: 100 };
    expect(await problemsOf({ ...bare, wal: 'replica', superuser: false }, ready)).toEqual([
      expect.stringContaining('db1:5432 has no extension citus'),
      expect.stringContaining('has no extension vector'),
      expect.stringContaining('the coordinator 13.2-1'),
      expect.stringContaining('the coordinator 0.8.0'),
      expect.stringContaining('is Postgres 16.1, the coordinator 15.8'),
      expect.stringContaining('max_prepared_transactions = 0: as many as max_connections, 100'),
      expect.stringContaining('max_worker_processes = 8'),
      expect.stringContaining('max_connections = 100: 200 at least'),
      expect.stringContaining('wal_level = replica'),
      expect.stringContaining('superuser'),
    ]);
    const old = { ...ready, vector: '0.7.4' };
    expect(await problemsOf(old, old)).toEqual(['db1:5432 has pgvector 0.7.4: 0.8.0 is the oldest']);
  });
});

/** By a process of its own: the scripts are not part of what is compiled. */
async function problemsOf(found: object, first: object): Promise<unknown> {
  const code = `import { problemsOfNode } from './scripts/citus-problems.js';
    console.log(JSON.stringify(problemsOfNode('db1:5432', ${JSON.stringify(found)}, ${JSON.stringify(first)})));`;
  return new Promise((done, fail) => {
    execFile(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT }, (error, out) => {
      if (error === null) done(JSON.parse(out));
      else fail(new Error(error.message, { cause: error }));
    });
  });
}
