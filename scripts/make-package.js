import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const MODULES = 'node_modules/';
/** Where src/postgres/embedded/new-database.ts looks for it. */
const NEW_DATABASE = 'dist/postgres/embedded/new-database.tar.gz';
const MAX_BYTES = 64 * 1024 * 1024;

/** What no program reads at run time: two fifths of what the dependencies weigh. */
const LEFT_OUT = [/\.map$/, /\.[cm]?ts$/, /\.tsbuildinfo$/, /\.md$/i];
const LICENCE = /^(licen[cs]e|notice|copying)/i;
/** The forms of a library that Node does not load. */
const FORMS_LEFT_OUT = [
  /^rxjs\/(src|dist\/(bundles|esm|esm5|types))$/,
  /^class-(validator|transformer)\/(bundles|esm2015|esm5|types)$/,
  /^libphonenumber-js\/(bundle|es6|es6-modern|min|mobile|source|metadata\.(full|min|mobile)\.json(\.js)?)$/,
  /^protobufjs\/dist$/,
  /^@grpc\/grpc-js\/src$/,
  /^validator\/(es|validator(\.min)?\.js)$/,
  /^@electric-sql\/pglite\/dist\/(live|worker|contrib|pgcrypto\.tar\.gz)$/,
  /^@electric-sql\/pglite\/dist\/.*\.cjs$/,
  /^bintrees\/(examples|test|dist)$/,
  /^@opentelemetry\/api\/build\/(esm|esnext)$/,
];

/**
 * Makes the package that is published: what package.json's `files` names, with the dependencies inside, in the versions of the lock file.
 * Builds first when needed.
 * @param destination an existing folder
 * @returns the path of the tarball
 */
export function makePackage(destination) {
  buildIfNeeded();
  const staging = mkdtempSync(join(tmpdir(), 'polyvec-package-'));
  try {
    const [{ files }] = npm(root, 'pack', '--dry-run', '--json', '--ignore-scripts');
    for (const { path } of files) copy(path, staging);
    for (const path of productionPackages()) copy(path, staging);
    addNewDatabase(staging);
    writeFileSync(join(staging, 'package.json'), manifest());
    const [{ filename }] = npm(staging, 'pack', '--json', '--ignore-scripts', '--pack-destination', resolve(destination));
    return join(destination, filename);
  } finally {
    rmSync(staging, { recursive: true, force: true });
  }
}

/** So that the first start need not make one. It depends on nothing but the engine's version, and is kept for the next package. */
function addNewDatabase(staging) {
  const { version } = JSON.parse(readFileSync(join(root, 'node_modules/@electric-sql/pglite/package.json'), 'utf8'));
  const kept = join(root, `node_modules/.cache/polyvec-new-database/${version}.tar.gz`);
  if (!existsSync(kept)) {
    mkdirSync(dirname(kept), { recursive: true });
    const draft = `${kept}.${process.pid}`;
    const { status, stderr } = spawnSync(process.execPath, ['scripts/new-database.js', draft], { cwd: root, encoding: 'utf8' });
    if (status !== 0) throw new Error(`a new database could not be made: ${stderr}`);
    renameSync(draft, kept);
  }
  cpSync(kept, join(staging, NEW_DATABASE));
}

/** Of no use to a consumer is what only develops the package; what `overrides` said is settled by what is inside. */
function manifest() {
  const { scripts, devDependencies, overrides, ...kept } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  return `${JSON.stringify({ ...kept, bundleDependencies: Object.keys(kept.dependencies) }, undefined, 2)}\n`;
}

/** The folders of what the lock file installs without the dependencies for development. */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional && existsSync(join(root, path)))
    .map(([path]) => path);
}

/** Copies a file, or a package's folder without what is left out and without the packages inside, which are copied by themselves. */
function copy(path, staging) {
  const to = join(staging, path);
  mkdirSync(dirname(to), { recursive: true });
  const source = realpathSync(join(root, path));
  const name = path.slice(path.lastIndexOf(MODULES) + MODULES.length);
  const isWanted = (from) => {
    const inside = relative(source, from).split(sep).join('/');
    return path.startsWith(MODULES) ? isRead(inside === '' ? name : `${name}/${inside}`, inside) : true;
  };
  cpSync(source, to, { recursive: true, filter: isWanted });
}

/** Whether a file or folder of a package is of use at run time, or is its licence. */
function isRead(path, inside) {
  if (inside === 'node_modules') return false;
  if (LICENCE.test(basename(path))) return true;
  return ![...LEFT_OUT, ...FORMS_LEFT_OUT].some((pattern) => pattern.test(path));
}

function npm(cwd, ...words) {
  const { status, stdout, stderr } = spawnSync('npm', words, {
    cwd,
    encoding: 'utf8',
    maxBuffer: MAX_BYTES,
    shell: process.platform === 'win32',
  });
  if (status !== 0) throw new Error(`npm ${words.join(' ')} failed: ${stderr}`);
  return JSON.parse(stdout);
}
