import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('../../scripts/audit.js', import.meta.url));

/** Of a package that is installed with this one. */
function advisory(severity: string): object {
  const range = { vulnerable_versions: '>=0.0.1', cwe: [], cvss: { score: 9, vectorString: null } };
  return { express: [{ id: 1, url: 'https://advisories.example/1', title: 'It opens the door', severity, ...range }] };
}

/** What the script prints and its exit code, with a registry that answers every question for advisories like this. */
async function audit(status: number, answer: object): Promise<readonly [code: unknown, output: string]> {
  const registry = createServer((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(request.method === 'POST' ? status : 404, { 'content-type': 'application/json' });
      response.end(JSON.stringify(answer));
    });
  }).listen(0, '127.0.0.1');
  await once(registry, 'listening');
  const { port } = registry.address() as AddressInfo;
  // npm remembers advisories
  const cache = await mkdtemp(join(tmpdir(), 'polyvec-audit-'));
  const registryUrl = `http://127.0.0.1:${String(port)}/`;
  const settings = { npm_config_registry: registryUrl, npm_config_fetch_retries: '0', npm_config_cache: cache };
  const child = spawn(process.execPath, [SCRIPT], { env: { ...process.env, ...settings } });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  await once(child, 'close');
  registry.close();
  await rm(cache, { recursive: true, force: true });
  return [child.exitCode, output];
}

describe('the audit of the gate', () => {
  it('passes when nothing is known', async () => {
    expect(await audit(200, {})).toEqual([0, 'audited: 0 of the level high or critical, 0 in all\n']);
  });

  it('passes when what is known is not grave', async () => {
    expect(await audit(200, advisory('moderate'))).toEqual([0, expect.stringContaining('audited: 0 of the level high')]);
  });

  it('fails when something grave is known, and names the package', async () => {
    expect(await audit(200, advisory('high'))).toEqual([1, expect.stringContaining('high: express')]);
  });

  it.each([404, 405, 500])('says that nothing was audited when the registry answers %i, and does not fail', async (status) => {
    expect(await audit(status, {})).toEqual([0, expect.stringMatching(/^not audited: /)]);
  });
});
