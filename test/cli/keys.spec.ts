import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseKey } from '../../src/keys/api-key.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { POLYVEC } from '../support/gateway/program.js';

const run = promisify(execFile);

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** `polyvec keys …`, as a person calls it. */
async function keys(storage: TestStorage, ...options: readonly string[]): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  // what it warns of is the server's business
  const env = { PATH, HOME, POLYVEC_LOG_LEVEL: 'error', ...storage.environment };
  try {
    const ended = await run(process.execPath, [POLYVEC, 'keys', ...options], { env });
    return { code: 0, ...ended };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

describe('polyvec keys', () => {
  let storage: TestStorage;

  beforeAll(async () => {
    storage = await createStorage();
  });

  afterAll(async () => {
    await storage.remove();
  });

  it('makes a key, prints it alone, and lists it without its secret', async () => {
    const made = await keys(
      storage,
      'create',
      '--name',
      'search',
      '--tenant',
      'acme',
      '--scope',
      'read',
      '--collections',
      'docs-*,faq',
    );
    const key = parseKey(made.stdout.trim());
    expect([made.code, made.stderr, key === undefined]).toEqual([0, '', false]);
    const listed = await keys(storage, 'list');
    expect(listed.stdout).toBe(`${key?.id ?? ''}  search  read  acme/*  collections docs-*,faq  good  never used\n`);
    const revoked = await keys(storage, 'revoke', key?.id ?? '');
    expect([revoked.code, revoked.stdout]).toEqual([0, `${key?.id ?? ''} is revoked\n`]);
  });

  it.each([
    [['create'], /--name/],
    [['create', '--name', 'x', '--scope', 'everything'], /--scope: read, write, admin/],
    [['create', '--name', 'x', '--expires', 'soon'], /--expires: a number with s, m, h or d/],
    [['create', '--name', 'x', '--tenant', '*', '--database', 'some'], /every database/],
    [['rotate', 'nobody'], /there is no key nobody/],
    [['revoke', 'nobody'], /there is no key nobody/],
  ])('%j is refused with what is wrong with it', async (options, expected) => {
    const { code, stdout, stderr } = await keys(storage, ...options);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(expected);
  });
});
