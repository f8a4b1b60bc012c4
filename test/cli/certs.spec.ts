import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { promisify } from 'node:util';
import { makeCertificates } from '../../src/cli/certs.js';
import { startGateway } from '../support/gateway/gateway.js';
import { POLYVEC } from '../support/gateway/program.js';

const run = promisify(execFile);
const DAY_MS = 86_400_000;

describe('polyvec certs', () => {
  let directory: string;
  const file = (name: string): string => join(directory, name);
  const read = async (name: string): Promise<string> => readFile(file(name), 'utf8');
  const make = async (...host: string[]): Promise<string> => makeCertificates({ out: directory, host });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'polyvec-certs-'));
  });

  afterEach(async () => {
    await rm(directory, { recursive: true, force: true });
  });

  it('writes what openssl verifies, strictly, for each host', async () => {
    await make('db.example', '*.svc.example', '10.0.0.7', '2001:db8::7');
    const verify = async (...host: string[]): Promise<string> => {
      const strict = ['-x509_strict', '-purpose', 'sslserver', '-CAfile', file('ca.pem'), ...host];
      return (await run('openssl', ['verify', ...strict, file('server.pem')])).stdout;
    };
    for (const host of ['localhost', 'db.example', 'a.svc.example']) {
      expect(await verify('-verify_hostname', host)).toMatch(/: OK\n$/);
    }
    for (const address of ['127.0.0.1', '::1', '10.0.0.7', '2001:db8::7']) {
      expect(await verify('-verify_ip', address)).toMatch(/: OK\n$/);
    }
    await expect(verify('-verify_hostname', 'other.example')).rejects.toThrow(/hostname mismatch/);
    await expect(verify('-verify_ip', '10.0.0.8')).rejects.toThrow(/IP address mismatch/);
  });

  it('writes what a TLS client that trusts the authority accepts, and others do not', async () => {
    await make();
    const server = createServer({ cert: await read('server.pem'), key: await read('server-key.pem') }, (socket) => {
      socket.end();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    for (const servername of ['localhost', '']) {
      const socket = connect({ host: '127.0.0.1', port, servername, ca: await read('ca.pem') });
      await once(socket, 'secureConnect');
      expect(socket.authorized).toBe(true);
      socket.destroy();
    }
    const stranger = connect({ host: '127.0.0.1', port });
    await expect(once(stranger, 'secureConnect')).rejects.toThrow(/self-signed certificate in certificate chain/);
    server.close();
  });

  it('lets the certificate last no longer than every system accepts, and the authority longer', async () => {
    await make();
    const days = (pem: string): number => {
      const { validFrom, validTo } = new X509Certificate(pem);
      return (Date.parse(validTo) - Date.parse(validFrom)) / DAY_MS;
    };
    expect(days(await read('server.pem'))).toBeLessThan(825);
    expect(days(await read('ca.pem'))).toBeGreaterThan(3000);
  });

  it('puts the authority behind the certificate', async () => {
    await make();
    expect((await read('server.pem')).match(/BEGIN CERTIFICATE/g)).toHaveLength(2);
    expect((await read('server.pem')).endsWith(await read('ca.pem'))).toBe(true);
  });

  it('keeps keys to their owner, also where a file was open to all before', async () => {
    await make();
    await chmod(file('server-key.pem'), 0o644);
    await make();
    for (const name of ['ca-key.pem', 'server-key.pem']) expect((await stat(file(name))).mode & 0o777).toBe(0o600);
  });

  it('keeps the authority that is there, and makes a new certificate', async () => {
    await make();
    const before = [await read('ca.pem'), await read('ca-key.pem')];
    const certificate = await read('server.pem');
    expect(await make('db.example')).toContain('the authority that was there');
    expect([await read('ca.pem'), await read('ca-key.pem')]).toEqual(before);
    expect(await read('server.pem')).not.toBe(certificate);
    const { stdout } = await run('openssl', ['verify', '-x509_strict', '-CAfile', file('ca.pem'), file('server.pem')]);
    expect(stdout).toMatch(/: OK\n$/);
  });

  it('gives every authority a name of its own', async () => {
    await make();
    const first = new X509Certificate(await read('ca.pem')).subject;
    await rm(file('ca.pem'));
    await rm(file('ca-key.pem'));
    await make();
    expect(new X509Certificate(await read('ca.pem')).subject).not.toBe(first);
  });

  it('refuses half an authority, and one whose halves do not belong together', async () => {
    await make();
    const key = await read('ca-key.pem');
    await rm(file('ca-key.pem'));
    await expect(make()).rejects.toThrow(/ca\.pem is there, but not the ca-key\.pem/);
    await writeFile(file('ca-key.pem'), await read('server-key.pem'));
    await expect(make()).rejects.toThrow(/the key is not its key/);
    await writeFile(file('ca-key.pem'), key);
    await rm(file('ca.pem'));
    await expect(make()).rejects.toThrow(/ca-key\.pem is there, but not the ca\.pem/);
    await writeFile(file('ca.pem'), 'nonsense');
    await expect(make()).rejects.toThrow(/cannot use .*ca\.pem/);
  });

  it('refuses what is no host', async () => {
    for (const host of ['', 'a b', 'http://a', 'a:80', '-a', 'a..b', '*', 'a.*.b']) {
      await expect(make(host)).rejects.toThrow(`--host must be a host name or an address, not "${host}"`);
    }
  });

  it('is a command that says which variables to set', async () => {
    const args = [POLYVEC, 'certs', '--out', directory, '--host', 'db.example', '10.0.0.7'];
    const { stdout } = await run(process.execPath, args);
    expect(stdout).toContain('for localhost, 127.0.0.1, ::1, db.example, 10.0.0.7:');
    expect(stdout).toContain(`POLYVEC_TLS_CERT=${file('server.pem')}`);
    expect(stdout).toContain(`POLYVEC_TLS_KEY=${file('server-key.pem')}`);
    for (const variable of ['SSL_CERT_FILE', 'NODE_EXTRA_CA_CERTS', 'CURL_CA_BUNDLE']) {
      expect(stdout).toContain(`${variable}=${file('ca.pem')}`);
    }
    expect(stdout).toContain(`keytool -importcert -noprompt -alias polyvec -file ${file('ca.pem')}`);
  });

  describe('for a gateway', () => {
    const start = async (environment: Readonly<Record<string, string>>): Promise<void> => {
      const gateway = await startGateway({ env: environment });
      await gateway.stop();
    };

    it('serve TLS and plaintext on one port', async () => {
      await make();
      const gateway = await startGateway({
        env: { POLYVEC_TLS_CERT: file('server.pem'), POLYVEC_TLS_KEY: file('server-key.pem') },
      });
      const path = '/api/v2/heartbeat';
      const { hostname, port } = new URL(gateway.chromaUrl);
      const encrypted = request({ hostname, port, path, ca: await read('ca.pem'), agent: false });
      encrypted.end();
      const [response] = (await once(encrypted, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).toBe(200);
      expect((await fetch(gateway.chromaUrl + path)).status).toBe(200);
      await gateway.stop();
    });

    it('are refused one without the other', async () => {
      await expect(start({ POLYVEC_TLS_CERT: file('server.pem') })).rejects.toThrow('POLYVEC_TLS_CERT needs POLYVEC_TLS_KEY');
      await expect(start({ POLYVEC_TLS_KEY: file('server-key.pem') })).rejects.toThrow('POLYVEC_TLS_KEY needs POLYVEC_TLS_CERT');
    });

    it('are refused when a file is missing, something else, or of another pair', async () => {
      await make();
      const [cert, key, nonsense] = [file('server.pem'), file('server-key.pem'), file('nonsense.pem')];
      await writeFile(nonsense, 'nonsense');
      const refused = async (POLYVEC_TLS_CERT: string, POLYVEC_TLS_KEY: string, message: string): Promise<void> => {
        await expect(start({ POLYVEC_TLS_CERT, POLYVEC_TLS_KEY })).rejects.toThrow(message);
      };
      await refused(file('none.pem'), key, `POLYVEC_TLS_CERT: cannot read ${file('none.pem')}: ENOENT`);
      await refused(cert, directory, `POLYVEC_TLS_KEY: cannot read ${directory}: EISDIR`);
      await refused(nonsense, key, `POLYVEC_TLS_CERT: ${nonsense} holds no PEM certificate`);
      await refused(cert, nonsense, `POLYVEC_TLS_KEY: ${nonsense} holds no PEM private key`);
      await refused(
        cert,
        file('ca-key.pem'),
        `POLYVEC_TLS_KEY: ${file('ca-key.pem')} is not the key of the certificate in ${cert}`,
      );
    });
  });
});
