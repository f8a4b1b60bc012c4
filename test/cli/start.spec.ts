import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { exitCode, FREE_PORTS, polyvec, runProgram, urlOf, waitFor } from '../support/gateway/polyvec-command.js';
import { POLYVEC } from '../support/gateway/program.js';

/** Three ports that are in use until the test has ended. */
async function occupyPorts(): Promise<readonly [string, string, string]> {
  const servers = Array.from({ length: 3 }, () => createServer().listen(0, '127.0.0.1'));
  busy.push(...servers);
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const [first = '', second = '', third = ''] = servers.map((server) => String((server.address() as AddressInfo).port));
  return [first, second, third];
}

const busy: Server[] = [];

describe('polyvec start', () => {
  let storage: TestStorage;
  const ports = FREE_PORTS;

  beforeEach(async () => {
    storage = await createStorage();
  });

  afterEach(async () => {
    for (const server of busy.splice(0)) server.close();
    await storage.remove();
  });

  it('says what it is, where its data is and where it listens, serves, and stops on SIGTERM with code 0', async () => {
    const run = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(run, 'Listening');
    expect(run.output()).toMatch(/Polyvec \d+\.\d+\.\d+\n {2}engine +.*Postgres \d+.*pgvector \d+.*\n {2}auth +off/);
    expect((await fetch(`${urlOf(run, 'chroma')}/api/v2/heartbeat`)).status).toBe(200);
    expect((await fetch(urlOf(run, 'docs'))).status).toBe(200);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
    expect(run.output()).toMatch(/\nPolyvec has stopped\.\n$/);
  });

  it('prints warnings for people after its banner, and for programs as JSON', async () => {
    const [port] = await occupyPorts();
    const warning = `index ports that something else has are left out: ${port}`;
    const environment = { ...ports, ...storage.environment, POLYVEC_PINECONE_INDEX_PORTS: `${port}-${port}` };
    // both outputs in one pipe, or their order would be that of the reader
    const words = ['-c', 'exec "$0" "$@" 2>&1', process.execPath, POLYVEC, 'start'];
    const forPeople = runProgram('sh', words, { ...environment, POLYVEC_LOG_FORMAT: 'text' });
    await waitFor(forPeople, warning);
    const [banner, log] = forPeople.output().split('Listening. Ctrl-C stops it.\n');
    expect(banner).toMatch(/^(?:Making a new database .*\n)?Polyvec \d/);
    expect(log).toMatch(new RegExp(`^\\d\\d:\\d\\d:\\d\\d warn {2}Pinecone: ${warning}\n`, 'm'));
    forPeople.child.kill('SIGTERM');
    expect(await exitCode(forPeople)).toBe(0);
    const forPrograms = polyvec(['start'], environment);
    await waitFor(forPrograms, 'Listening');
    const lines = forPrograms.output().split('\n');
    const logged = JSON.parse(lines.find((line) => line.includes(warning)) ?? '') as unknown;
    expect(logged).toMatchObject({ level: 40, context: 'Pinecone', msg: warning });
    forPrograms.child.kill('SIGTERM');
    expect(await exitCode(forPrograms)).toBe(0);
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

  it('names every port that is in use, and the setting that chooses another one', async () => {
    const [chroma, console, pinecone] = await occupyPorts();
    const run = polyvec(['start', '--port', chroma], {
      ...ports,
      ...storage.environment,
      POLYVEC_CONSOLE_PORT: console,
      POLYVEC_PINECONE_PORT: pinecone,
    });
    expect(await exitCode(run)).toBe(1);
    const problems = run
      .output()
      .split('\n')
      .filter((line) => line.startsWith('polyvec: '));
    expect(problems).toEqual([
      `polyvec: cannot listen on 127.0.0.1 port ${chroma} for chroma: it is in use; choose another one with POLYVEC_CHROMA_PORT`,
      `polyvec: cannot listen on 127.0.0.1 port ${pinecone} for pinecone: it is in use; choose another one with POLYVEC_PINECONE_PORT`,
      `polyvec: cannot listen on 127.0.0.1 port ${console} for console: it is in use; choose another one with POLYVEC_CONSOLE_PORT`,
    ]);
  });

  it('logs which models there are, and the setting for others, when one is asked for that is not there', async () => {
    const run = polyvec(['start'], { ...ports, ...storage.environment });
    await waitFor(run, 'Listening');
    const body = JSON.stringify({ model: 'bge-m3', inputs: [{ text: 'a' }], parameters: {} });
    const headers = { 'content-type': 'application/json', 'x-pinecone-api-version': '2025-10' };
    const ask = async (): Promise<number> =>
      (await fetch(`${urlOf(run, 'pinecone')}/embed`, { method: 'POST', headers, body })).status;
    expect([await ask(), await ask()]).toEqual([404, 404]);
    await waitFor(
      run,
      'the model \\"bge-m3\\" is not configured: there are polyvec-local, polyvec-local-sparse; POLYVEC_EMBEDDING_MODELS',
    );
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
    expect(run.output().split('is not configured')).toHaveLength(2);
  });

  it('asks whether another command was meant, and starts nothing', async () => {
    const run = polyvec(['strat'], {});
    expect(await exitCode(run)).toBe(1);
    expect(run.output()).toContain("unknown command 'strat'\n(Did you mean start?)");
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
