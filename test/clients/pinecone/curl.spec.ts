import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { createIndex, type IndexApi, type NamespaceApi } from '../../support/clients/pinecone-api.js';
import { CURL_SAMPLES } from './curl-samples.js';
import { NAMESPACE, RECORDS } from './documented-records.js';
import { type Gateways, startSecureGateway } from './samples.js';

type Sample = Parameters<typeof CURL_SAMPLES.get>[0];

describe('the curl programs of the documentation, over TLS', () => {
  let gateway: Omit<Gateways, 'plain'>;
  let index: IndexApi;
  let namespace: NamespaceApi;

  beforeAll(async () => {
    gateway = await startSecureGateway();
    index = await createIndex(gateway.secure, { dimension: 3, metric: 'cosine' });
    namespace = index.namespace(NAMESPACE);
  });

  beforeEach(async () => {
    await namespace.fill(RECORDS);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('delete records by id', async () => {
    expect(await run('by id')).toEqual({ code: 0, output: '{}' });
    expect(await namespace.ids()).toEqual(['id-3', 'other']);
  });

  it('delete records by metadata, with the variable in single quotes as the key', async () => {
    const { code, output } = await run('by metadata');
    expect(code).toBe(0);
    expect(output).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(output).toMatch(/\r\ncontent-type: application\/json.*\r\n/i);
    expect(output).toMatch(/\r\n\r\n\{\}$/);
    expect(await namespace.ids()).toEqual(['id-1', 'other']);
  });

  it('delete all records in a namespace', async () => {
    expect(await run('all')).toEqual({ code: 0, output: '{}' });
    expect(await index.counts()).toEqual({ [NAMESPACE]: 0 });
    expect(await run('all')).toEqual({ code: 0, output: '{}' });
  });

  /** As a person runs it: the host written into the program, the authority in curl's own variable. */
  async function run(sample: Sample): Promise<{ readonly code: unknown; readonly output: string }> {
    const program = (CURL_SAMPLES.get(sample) ?? '').replace(
      'INDEX_HOST="INDEX_HOST"',
      `INDEX_HOST="localhost:${String(index.port)}"`,
    );
    const env = { ...process.env, CURL_CA_BUNDLE: join(gateway.certificates, 'ca.pem') };
    const child = spawn('bash', ['-c', program], { stdio: ['ignore', 'pipe', 'ignore'], env });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    return { code, output };
  }
});
