import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, urlOf, waitFor } from '../support/gateway/polyvec-command.js';

describe('polyvec start', () => {
  let storage: TestStorage;
  const ports = FREE_PORTS;

  beforeEach(async () => {
    storage = await createStorage();
  });

  afterEach(async () => {
    await storage.remove();
  });

  it('says what it is, where its data is and where it listens, serves, and stops on SIGTERM with code 0', async () => {
    const run = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(run, 'Listening');
    expect(run.output()).toMatch(/Polyvec \d+\.\d+\.\d+\n {2}engine +.*Postgres \d+.*pgvector \d+.*\n {2}auth +off/);
    expect((await fetch(`${urlOf(run, 'chroma')}/api/v2/heartbeat`)).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
  });

  it('takes flags over the environment', async () => {
    const run = polyvec(['start', '--port', '0', '--host', '127.0.0.1'], {
      ...ports,
      POLYVEC_CHROMA_PORT: '1',
      ...storage.environment,
    });
    await waitFor(run, 'Listening');
    run.child.kill('SIGINT');
    expect(await exitCode(run)).toBe(0);
  });

  it('lists everything that is wrong with the settings, and does not start', async () => {
    const run = polyvec(['start', '--port', 'x'], { POLYVEC_POOL_SIZE: '-1', POLYVEC_NOPE: '1' });
    expect(await exitCode(run)).toBe(1);
    expect(run.output().trim().split('\n')).toEqual([
      'polyvec: --chromaPort must be a port number, 0 or off, not "x"',
      'polyvec: POLYVEC_POOL_SIZE must be a whole number above 0, not "-1"',
      'polyvec: POLYVEC_NOPE is not a setting',
    ]);
  });

  it('helps', async () => {
    const run = polyvec(['start', '--help'], {});
    expect(await exitCode(run)).toBe(0);
    for (const option of ['--path', '--port', '--host']) expect(run.output()).toContain(option);
  });

  it('says that the port is in use', async () => {
    const first = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(first, 'Listening');
    const { port } = new URL(urlOf(first, 'chroma'));
    const other = await createStorage();
    const second = polyvec(['start', '--port', port], { ...ports, ...other.environment });
    expect(await exitCode(second)).toBe(1);
    expect(second.output()).toContain(`cannot listen on 127.0.0.1 port ${port} for chroma: it is in use`);
    first.child.kill('SIGTERM');
    await exitCode(first);
    await other.remove();
  });

  it('comes up without its database server, says so, and stops', async () => {
    const run = polyvec(['start'], { ...ports, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' });
    await waitFor(run, 'Listening');
    expect(run.output()).toContain('engine     the database at 127.0.0.1:1/nothing, which does not answer yet');
    expect(run.output()).toContain('ECONNREFUSED');
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
  });
});
