import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode, FREE_PORTS, type Run, runProgram, urlOf, waitFor } from '../support/gateway/polyvec-command.js';
import { buildWithoutDocker, type Image } from '../support/package/dockerfile.js';
import { oneCallEach } from '../support/package/one-call-each.js';

describe('the image, built step by step without Docker', () => {
  let directory: string;
  let image: Image;
  let run: Run;
  let health: (port: string) => Promise<unknown>;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'polyvec-image-'));
    image = buildWithoutDocker('deploy/Dockerfile', directory);
    const [file = '', ...words] = image.command;
    const environment = { ...image.environment, POLYVEC_DATA_DIR: join(image.root, 'data'), POLYVEC_HOST: '127.0.0.1' };
    run = runProgram(file, words, { ...environment, ...FREE_PORTS }, image.directory);
    health = (port) => {
      const [program = '', ...rest] = image.healthCheck;
      return exitCode(runProgram(program, rest, { POLYVEC_CONSOLE_PORT: port }));
    };
    await waitFor(run, 'Ctrl-C stops it.\n');
  });

  afterAll(() => {
    run.child.kill('SIGKILL');
    rmSync(directory, { recursive: true, force: true });
  });

  it('is no administrator’s', () => {
    expect(image.user).toBe('node');
  });

  it('serves every protocol, with its data where the volume is', async () => {
    expect(run.output()).toContain(`data in ${join(image.root, 'data')}`);
    expect(await oneCallEach(run)).toEqual({
      chroma: [['c']],
      'Pinecone over REST': ['p'],
      'Pinecone over gRPC': ['p'],
      vectorizer: ['v'],
    });
  });

  it('is healthy while it is ready, and stops on the signal of Docker', async () => {
    const { port } = new URL(urlOf(run, 'console'));
    expect(await health(port)).toBe(0);
    run.child.kill('SIGTERM');
    expect(await exitCode(run)).toBe(0);
    expect(await health(port)).toBe(1);
  });
});
