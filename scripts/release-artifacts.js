import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { makePackage } from './make-package.js';
import { notesOf } from './release-version.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const DOCUMENTS = ['chroma.json', 'pinecone.json', 'vectorizer.json', 'vector-service.proto'];
const LISTENING = 'Ctrl-C stops it.\n';
const FREE_PORTS = {
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: '0',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_PINECONE_INDEX_PORTS: '0:1',
};

/**
 * Makes the files of a release in a folder that is emptied first: the package, the two small clients, the API documents as the package
 * itself serves them, the notes, and the checksums of all of them.
 * @returns their paths
 */
export async function makeArtifacts(folder, version) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const work = mkdtempSync(join(tmpdir(), 'polyvec-release-'));
  try {
    const tarball = makePackage(folder);
    run(root, 'npm', 'pack', './clients/typescript', '--pack-destination', folder);
    packPython(work, folder, version);
    run(work, 'tar', '-xzf', tarball);
    await writeDocuments(join(work, 'package'), folder, version);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  writeFileSync(join(folder, 'NOTES.md'), notesOf(root, version));
  const files = readdirSync(folder).sort();
  writeFileSync(join(folder, 'SHA256SUMS'), files.map((name) => `${checksum(join(folder, name))}  ${name}\n`).join(''));
  return [...files, 'SHA256SUMS'].map((name) => join(folder, name));
}

/** A source distribution, which pip builds; its layout is in PEP 625. */
function packPython(work, folder, version) {
  const name = `polyvec_vectorizer-${version}`;
  const from = join(root, 'clients/python');
  const isSource = (path) => !/(__pycache__|\.egg-info|\.pyc)$/.test(path);
  for (const part of ['pyproject.toml', 'README.md', 'src']) {
    cpSync(join(from, part), join(work, name, part), { recursive: true, filter: isSource });
  }
  const summary = /^description = "(.*)"$/m.exec(readFileSync(join(from, 'pyproject.toml'), 'utf8'))?.[1];
  const fields = ['Metadata-Version: 2.2', 'Name: polyvec-vectorizer', `Version: ${version}`, `Summary: ${summary}`];
  writeFileSync(join(work, name, 'PKG-INFO'), `${fields.join('\n')}\n`);
  run(work, 'tar', '-czf', join(folder, `${name}.tar.gz`), name);
}

/** Starts what has been packed: what does not start is not released. */
async function writeDocuments(directory, folder, version) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/main.js', 'start'], {
    cwd: directory,
    env: { PATH, HOME, ...FREE_PORTS },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    const console = await consoleOf(child);
    for (const name of DOCUMENTS) {
      const answer = await fetch(`${console}/docs/${name}`);
      if (!answer.ok) throw new Error(`/docs/${name} answered ${answer.status}`);
      const file = name.endsWith('.json') ? `polyvec-${version}-openapi-${name}` : `polyvec-${version}-${name}`;
      writeFileSync(join(folder, file), await answer.text());
    }
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await new Promise((resolve) => child.once('exit', resolve));
  }
}

/** Where its console is, once it listens. @throws Error when it ends before */
function consoleOf(child) {
  return new Promise((resolve, reject) => {
    let output = '';
    child.once('exit', (code) => reject(new Error(`the package does not start: it ended with code ${code}`)));
    child.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (output.includes(LISTENING)) resolve(/^ +console +(\S+)$/m.exec(output)?.[1]);
    });
  });
}

function checksum(file) {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function run(cwd, program, ...words) {
  const { status, stderr, error } = spawnSync(program, words, { cwd, encoding: 'utf8', shell: process.platform === 'win32' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')} failed: ${error?.message ?? stderr}`);
}
