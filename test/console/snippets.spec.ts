import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type SnippetName, snippetOf, type SnippetSource } from '../../console/src/screens/records/snippets.js';
import { Sql } from '../../src/postgres/sql.js';
import { FOUND, makeHostileSearch } from '../support/console/hostile-search.js';
import { onDatabase } from '../support/copy/copy-run.js';
import { createStorage, startGatewayOn, type TestGateway, type TestStorage } from '../support/gateway/gateway.js';
import { ROOT_KEY } from '../support/gateway/keyed-gateway.js';

/** Programs as “copy as” gives them, run: those that need nothing but a shell or a database. */

let storage: TestStorage;
let gateway: TestGateway;
let directory: string;
let source: SnippetSource;

beforeAll(async () => {
  storage = await createStorage();
  const settings = { POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY };
  gateway = await startGatewayOn({ environment: storage.environment, remove: () => Promise.resolve() }, settings);
  ({ source } = await makeHostileSearch(gateway, { dimension: 8_000, key: ROOT_KEY }));
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polyvec-snippet-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

afterAll(async () => {
  await gateway.stop();
  await storage.remove();
});

function codeOf(name: SnippetName): string {
  return snippetOf(name, source).code ?? '';
}

/** What the shell prints. @throws Error with what it complains about */
async function bash(code: string): Promise<string> {
  const file = join(directory, 'program.sh');
  await writeFile(file, code);
  const shell = spawn('bash', ['-euo', 'pipefail', file], { cwd: directory, env: { ...process.env, POLYVEC_API_KEY: ROOT_KEY } });
  let output = '';
  let errors = '';
  shell.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  shell.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const code_ = await new Promise((resolve) => shell.on('close', resolve));
  if (code_ !== 0) throw new Error(errors);
  return output;
}

it.each([
  ['curl', (answer: unknown) => (answer as { readonly ids: readonly (readonly string[])[] }).ids[0]],
  [
    'vectorizer',
    (answer: unknown) => (answer as { readonly results: readonly { readonly id: string }[] }).results.map(({ id }) => id),
  ],
] as const)('the program %s finds what the console has found, and runs nothing that is stored', async (name, idsOf) => {
  expect(idsOf(JSON.parse(await bash(codeOf(name))))).toEqual([FOUND]);
  expect(await readdir(directory)).toEqual(['program.sh']);
});

it('a program reads the key, and does not have it', () => {
  expect(codeOf('curl')).toContain('$POLYVEC_API_KEY');
  expect(codeOf('curl')).not.toContain(ROOT_KEY);
});

it('the statement finds the same', async () => {
  await gateway.stop();
  const rows = await onDatabase(storage, async (database) => {
    const [made] = await database.query<{ format: string }>(new Sql([codeOf('sql').replace(/ \\gexec$/, '')], []));
    return database.query<{ id: string }>(new Sql([made?.format ?? ''], []));
  });
  expect(rows.map(({ id }) => id)).toEqual([FOUND]);
});
