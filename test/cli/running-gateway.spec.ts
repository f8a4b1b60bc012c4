import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { exitCode, FREE_PORTS, polyvec, type Run, urlOf, waitFor } from '../support/gateway/polyvec-command.js';

/** Of a file or directory: who may do what with it. */
function modeOf(path: string): string {
  return (statSync(path).mode & 0o777).toString(8);
}

describe('commands beside a gateway on the embedded engine', () => {
  let data: string;
  let gateway: Run;
  let chroma: string;

  const command = async (...words: readonly string[]): Promise<readonly [code: unknown, output: string]> => {
    const run = polyvec(words, { POLYVEC_DATA_DIR: data, POLYVEC_LOG_LEVEL: 'error' });
    return [await exitCode(run), run.output()];
  };
  const create = async (name: string, key: string): Promise<number> => {
    const url = `${chroma}/api/v2/tenants/default_tenant/databases/default_database/collections`;
    const headers = { 'content-type': 'application/json', 'x-chroma-token': key };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify({ name }) })).status;
  };
  /** What the gateway has written down of itself. */
  const lock = (): { readonly path: string; readonly socketDirectory: string } => {
    const [name = ''] = readdirSync(data).filter((one) => one.endsWith('.lock'));
    const path = join(data, name);
    return { path, ...(JSON.parse(readFileSync(path, 'utf8')) as { readonly socketDirectory: string }) };
  };

  beforeAll(async () => {
    data = join(mkdtempSync(join(tmpdir(), 'polyvec-beside-')), 'data');
    gateway = polyvec(['start'], { ...FREE_PORTS, POLYVEC_DATA_DIR: data, POLYVEC_AUTH: 'keys', POLYVEC_LOG_FORMAT: 'text' });
    await waitFor(gateway, 'Ctrl-C stops it.\n');
    chroma = urlOf(gateway, 'chroma');
  });

  afterAll(async () => {
    gateway.child.kill('SIGTERM');
    await exitCode(gateway);
    rmSync(dirname(data), { recursive: true, force: true });
  });

  it('begins after the gateway has said what its first start takes time for', () => {
    expect(gateway.output()).toMatch(/^Making a new database in .*\/data: the first start takes some seconds…\nPolyvec \d/);
  });

  it('makes keys that are good at once, and revokes them', async () => {
    expect(await create('early', 'none')).toBe(401);
    const [code, output] = await command('keys', 'create', '--name', 'first');
    expect(code).toBe(0);
    const key = output.trim();
    expect(await create('made', key)).toBe(200);
    const [, listed] = await command('keys', 'list');
    expect(listed).toContain('first  read,write');
    expect(await command('keys', 'revoke', key)).toEqual([0, expect.stringContaining('is revoked\n')]);
  });

  it('case 42: copies collections in and out, which are there at once', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'polyvec-copied-'));
    const [file, back] = [join(folder, 'films.jsonl'), join(folder, 'back.jsonl')];
    writeFileSync(file, '{"id":"a","embedding":[1,2],"metadata":{"n":1}}\n{"id":"b","embedding":[3,4]}\n');
    const place = 'default_tenant/default_database/films';
    expect(await command('import', file, '--into', place, '--metric', 'cosine')).toEqual([
      0,
      expect.stringContaining('2 records in 1 collection, and all of it is equal'),
    ]);
    const [, key] = await command('keys', 'create', '--name', 'reads');
    const url = `${chroma}/api/v2/tenants/default_tenant/databases/default_database/collections/films`;
    const found = await fetch(url, { headers: { 'x-chroma-token': key.trim() } });
    expect([found.status, await found.json()]).toMatchObject([200, { name: 'films', dimension: 2 }]);
    expect(await command('export', place, '--to', back)).toEqual([0, expect.any(String)]);
    const records = (path: string): unknown[] =>
      readFileSync(path, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown);
    expect(records(back)).toEqual(records(file));
    expect(await command('copy', `jsonl:${back}`, `polyvec:${place}`, '--dry-run')).toEqual([
      2,
      expect.stringContaining('not from this copy'),
    ]);
    rmSync(folder, { recursive: true });
  });

  it('verifies what is stored, and builds indexes anew', async () => {
    await command('keys', 'create', '--name', 'second');
    expect(await command('verify')).toEqual([0, expect.stringContaining('all is well\n')]);
    expect(await command('reindex')).toEqual([0, expect.not.stringContaining('polyvec:')]);
  });

  it('asks for the recall of a collection, and prints what it is', async () => {
    const [, key] = await command('keys', 'create', '--name', 'for recall');
    await create('precise', key.trim());
    const exact = 'no vector index: every vector is compared, and nothing is missed\n';
    expect(await command('recall', 'precise')).toEqual([0, `recall 0.98, as the settings say\n${exact}`]);
    expect(await command('recall', 'precise', '0.9')).toEqual([0, `recall 0.9, asked for this collection\n${exact}`]);
    expect(await command('recall', 'precise')).toEqual([0, `recall 0.9, asked for this collection\n${exact}`]);
    expect(await command('recall', 'precise', 'default')).toEqual([0, `recall 0.98, as the settings say\n${exact}`]);
    expect(await command('recall', 'precise', '98')).toEqual([
      1,
      'polyvec: the recall must be a number from 0.5 to 1, or "default", not "98"\n',
    ]);
    expect(await command('recall', 'none')).toEqual([1, 'polyvec: there is no collection "none"\n']);
  });

  it('says what a move would copy, and that it waits for the gateway to stop', async () => {
    const [, key] = await command('keys', 'create', '--name', 'third');
    expect(await create('large', key.trim())).toBe(200);
    const run = polyvec(['move', '--dry-run', '--from', data, '--to', 'postgres://nobody@127.0.0.1:1/none'], {});
    expect([await exitCode(run), run.output()]).toEqual([
      1,
      expect.stringMatching(/^collection +records\n[^]*large +0\n[^]*polyvec: /m),
    ]);
    const move = polyvec(['move', '--from', data, '--to', 'postgres://nobody@127.0.0.1:1/none'], {});
    expect([await exitCode(move), move.output()]).toEqual([1, expect.stringContaining('is in use by another Polyvec, process')]);
  });

  it('lets nobody in but its own user', () => {
    const { path, socketDirectory } = lock();
    expect([data, path, socketDirectory].map(modeOf)).toEqual(['700', '600', '700']);
    expect(readdirSync(socketDirectory)).toEqual(['.s.PGSQL.5432']);
  });

  it('leaves the gateway running', async () => {
    const answer = await fetch(`${urlOf(gateway, 'console')}/readyz`);
    expect([answer.status, gateway.child.exitCode]).toEqual([200, null]);
  });
});
