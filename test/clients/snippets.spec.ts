import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { type SnippetName, snippetOf } from '../../console/src/screens/records/snippets.js';
import type { Condition } from '../../src/console/api/contract/records.js';
import { FIELD, FOUND, HOSTILE, type HostileSearch, makeHostileSearch } from '../support/console/hostile-search.js';
import type { TestGateway } from '../support/gateway/gateway.js';
import { startKeyedGateway } from '../support/gateway/keyed-gateway.js';
import { ROOT_KEY } from '../support/gateway/keyed-gateway.js';
import { versionsOf } from './versions.js';

/** Programs as the console's “copy as” gives them, run with the newest official clients. */

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const [CHROMA_PYTHON = ''] = versionsOf('chroma-python');
const PINECONE_PYTHON = versionsOf('pinecone-python').at(-1) ?? '';
const CHROMA_JS = versionsOf('chroma-javascript').at(-1) ?? '';
const PINECONE_TS = versionsOf('pinecone-typescript').at(-1) ?? '';
/** Chroma's clients may have a field of that name, which a literal of JavaScript has not. */
const CONDITIONS: readonly Condition[] = [
  { field: FIELD, op: 'eq', value: HOSTILE },
  { field: '__proto__', op: 'eq', value: 'own' },
];

let gateway: TestGateway;
let directory: string;
let hostile: HostileSearch;
let index: HostileSearch;

beforeAll(async () => {
  ({ gateway } = await startKeyedGateway({}));
  hostile = await makeHostileSearch(gateway, { key: ROOT_KEY, conditions: CONDITIONS });
  index = await makeHostileSearch(gateway, { key: ROOT_KEY, protocol: 'pinecone' });
});

afterAll(async () => {
  await gateway.stop();
});

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'polyvec-snippet-'));
});

afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

function codeOf(name: SnippetName, { source }: HostileSearch): string {
  const { code, why } = snippetOf(name, source);
  if (code === null) throw new Error(why);
  return code;
}

/** What the program prints. @throws Error with what it complains about */
async function run(command: string, file: string, code: string): Promise<string> {
  await writeFile(join(directory, file), code);
  const program = spawn(command, [file], { cwd: directory, env: { ...process.env, POLYVEC_API_KEY: ROOT_KEY } });
  let output = '';
  let errors = '';
  program.stdout.on('data', (piece: Buffer) => (output += piece.toString()));
  program.stderr.on('data', (piece: Buffer) => (errors += piece.toString()));
  const status = await new Promise((resolve) => program.on('close', resolve));
  if (status !== 0) throw new Error(errors);
  return output;
}

function python(environment: string, code: string): Promise<string> {
  const file = join(ROOT, '.clients', environment, 'bin/python');
  if (!existsSync(file)) throw new Error(`there is no ${file}: npm run test:clients installs it`);
  return run(file, 'program.py', code);
}

/** Runs a program that imports `name`, which is the package `installed` here. */
async function javaScript(name: string, installed: string, code: string): Promise<string> {
  const place = join(directory, 'node_modules', name);
  await mkdir(dirname(place), { recursive: true });
  await symlink(join(ROOT, 'node_modules', installed), place);
  const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } };
  return run(process.execPath, 'program.mjs', ts.transpileModule(code, options).outputText);
}

it('Chroma, Python', async () => {
  const code = codeOf('chroma-python', hostile)
    .replace(/^print\(/m, 'import json\nprint(json.dumps(')
    .replace(/\)$/, ', default=str))');
  const found = JSON.parse(await python(`python-${CHROMA_PYTHON}`, code)) as { readonly ids: readonly (readonly string[])[] };
  expect(found.ids).toEqual([[FOUND]]);
  expect(await readdir(directory)).toEqual(['program.py']);
});

it('Chroma, JavaScript', async () => {
  const code = codeOf('chroma-js', hostile).replace('console.log(found.ids[0])', 'console.log(JSON.stringify(found.ids))');
  expect(JSON.parse(await javaScript('chromadb', `chromadb-${CHROMA_JS}`, code))).toEqual([[FOUND]]);
});

it('Pinecone, Python', async () => {
  const code =
    codeOf('pinecone-python', index).replace(/^print\(/m, 'found = (') +
    '\nimport json\nprint(json.dumps([m.id for m in found.matches]))';
  expect(JSON.parse(await python(`pinecone-python-${PINECONE_PYTHON}`, code))).toEqual([FOUND]);
});

it('Pinecone, TypeScript', async () => {
  const code = codeOf('pinecone-ts', index).replace(
    'console.log(found.matches)',
    'console.log(JSON.stringify(found.matches.map(({ id }) => id)))',
  );
  expect(JSON.parse(await javaScript('@pinecone-database/pinecone', `pinecone-${PINECONE_TS}`, code))).toEqual([FOUND]);
});
