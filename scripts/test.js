/**
 * Runs the test suites.
 *
 *   npm test                 every suite but the client suites, on the embedded engine
 *   npm run test:server      the same suites, and on a server too: TEST_DATABASE_URL, or else the development database
 *   npm run test:clients     the official client libraries against the gateway
 *
 * Further arguments go to jest: `npm test -- test/stores`. With JEST_RESULTS_DIR set, jest's results are also written
 * there, as embedded.json, server.json or clients.json. The exit code is jest's.
 */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { developmentDatabase } from './development-database.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Takes the mode's flag out of the arguments; the rest is for jest. */
function readArguments(words) {
  const flags = ['--server', '--clients'];
  const [flag, ...others] = flags.filter((name) => words.includes(name));
  if (others.length > 0) fail(`choose one of ${flags.join(' and ')}`);
  return { mode: flag === undefined ? 'embedded' : flag.slice(2), rest: words.filter((word) => !flags.includes(word)) };
}

function fail(message) {
  console.error(`test: ${message}`);
  process.exit(1);
}

/** The development database's address; it is started first when it is not up. */
function requireDatabase() {
  const url = developmentDatabase();
  if (url === '') fail('no PostgreSQL: run `docker compose up -d` or `npm run db:up`, or set TEST_DATABASE_URL');
  return url;
}

/** Client libraries of other languages live in places of their own; an installed one is found again at once. */
const INSTALLERS = [
  'test/clients/python/install.sh',
  'test/clients/pinecone/python/install.sh',
  'test/clients/pinecone/install.sh',
  'test/clients/vectorizer/python/install.sh',
  'test/clients/vectorizer/install.sh',
];

function installClients() {
  for (const script of INSTALLERS.filter((file) => existsSync(join(root, file)))) {
    const { status } = spawnSync('bash', [script], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
    if (status !== 0) fail(`${script} failed`);
  }
}

/** Readies what the mode needs, and returns the environment for jest. */
function prepare(mode) {
  const environment = { ...process.env };
  // meant for db-up.sh alone: the gateways under test refuse settings they do not know
  delete environment.DEV_DB_PORT;
  switch (mode) {
    case 'embedded':
      delete environment.TEST_DATABASE_URL;
      return environment;
    case 'server':
      environment.TEST_DATABASE_URL ||= requireDatabase();
      return environment;
    default:
      installClients();
      return environment;
  }
}

function nodeArguments() {
  const register = './test/support/setup/register.js';
  return ['--experimental-vm-modules', '--no-warnings', ...(existsSync(join(root, register)) ? ['--import', register] : [])];
}

function jestArguments(mode, rest) {
  const suites =
    mode === 'clients'
      ? ['--roots=<rootDir>/test/clients']
      : ['--testPathIgnorePatterns=/node_modules/', '--testPathIgnorePatterns=<rootDir>/test/clients/'];
  const choosesWorkers = rest.some((word) => /^(-i|--runInBand|-w.*|--maxWorkers.*)$/.test(word));
  const directory = process.env.JEST_RESULTS_DIR;
  return [
    ...rest,
    // last, as jest takes paths that follow one of these for more of them
    ...suites,
    ...(choosesWorkers ? ['--watchman=false'] : ['--maxWorkers=2']),
    ...(directory ? ['--json', `--outputFile=${resolve(directory, `${mode}.json`)}`] : []),
  ];
}

const { mode, rest } = readArguments(process.argv.slice(2));
const environment = prepare(mode);
const jest = spawn(process.execPath, [...nodeArguments(), 'node_modules/jest/bin/jest.js', ...jestArguments(mode, rest)], {
  cwd: root,
  env: environment,
  stdio: 'inherit',
});
// a terminal's Ctrl-C reaches jest by itself; waiting for it lets it stop what it started
process.on('SIGINT', () => {});
process.on('SIGTERM', () => jest.kill('SIGTERM'));
jest.on('error', (error) => fail(`jest did not start: ${error.message}`));
jest.on('exit', (code, signal) => process.exit(code ?? 128 + constants.signals[signal]));
