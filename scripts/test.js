/**
 * Runs the test suites; test/suites.js says which of them belong to a mode.
 *
 *   npm test                 what a change breaks first, on the embedded engine
 *   npm run test:server      the other suites, and some again, on a server: TEST_DATABASE_URL, or else the development database
 *   npm run test:clients     the official client libraries against the gateway
 *   npm run test:citus       large collections on a cluster of Citus: scripts/test-citus.js, which calls this with --citus
 *   npm run test:full        all suites in all three modes, every client version, full random effort
 *
 * Further arguments go to jest: `npm test -- test/stores`. Suites that are named run in every mode. TEST_EFFORT=full, which
 * `test:full` sets, is the one setting for how much is run; TEST_SEED chooses the seed of random tests. With
 * JEST_RESULTS_DIR set, jest's results are also written there, as embedded.json, server.json or clients.json, and suites that
 * failed, when they are few, run once more alone. The exit code is jest's.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';
import { developmentDatabase } from './development-database.js';
import { installClients } from './install-clients.js';
import { failedSuites, joinResults } from './test-results.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const FLAGS = ['--server', '--clients', '--citus', '--full'];
/** More failed suites than this are no matter of chance. */
const MOST_RUN_AGAIN = 8;
/** Of jest's options, those whose value may be the next word. */
const WITH_VALUE = ['-w', '--maxWorkers', '-t', '--testNamePattern', '-c', '--config', '--shard', '--testTimeout'];

/** Takes the mode's flag out of the arguments; the rest is for jest. */
function readArguments(words) {
  const [flag, ...others] = FLAGS.filter((name) => words.includes(name));
  if (others.length > 0) fail(`choose one of ${FLAGS.join(', ')}`);
  return { mode: flag === undefined ? 'embedded' : flag.slice(2), rest: words.filter((word) => !FLAGS.includes(word)) };
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

/** Readies what the mode needs, the program that tests start as a process among it, and returns the environment for jest. */
function prepare(mode, rest, effort) {
  buildIfNeeded('--no-type-check');
  const environment = { ...process.env, TEST_MODE: mode, TEST_EFFORT: effort };
  if (namesSuites(rest)) environment.TEST_NAMED = 'true';
  // meant for db-up.sh alone: the gateways under test refuse settings they do not know
  delete environment.DEV_DB_PORT;
  // a cluster that is named is for its own run
  if (mode !== 'citus') delete environment.TEST_CITUS_URL;
  if (mode === 'server') environment.TEST_DATABASE_URL ||= requireDatabase();
  else if (mode === 'citus') environment.TEST_DATABASE_URL = environment.TEST_CITUS_URL ?? fail('TEST_CITUS_URL is not set');
  else if (mode === 'embedded') delete environment.TEST_DATABASE_URL;
  else if (!installClients(environment)) fail('a client library could not be installed');
  return environment;
}

/** Whether there is a word that is no option and no option's value. */
function namesSuites(rest) {
  return rest.some((word, index) => !word.startsWith('-') && !WITH_VALUE.includes(rest[index - 1]));
}

function jestArguments(rest, resultsFile) {
  const choosesWorkers = rest.some((word) => /^(-i|--runInBand|-w.*|--maxWorkers.*)$/.test(word));
  return [
    ...(choosesWorkers ? [] : ['--maxWorkers=2']),
    ...(resultsFile === undefined ? [] : ['--json', `--outputFile=${resultsFile}`]),
    ...rest,
  ];
}

/** Runs the suites of a mode, and returns jest's exit code. */
async function run(mode, rest, effort) {
  const environment = prepare(mode, rest, effort);
  const directory = process.env.JEST_RESULTS_DIR;
  if (!directory) return runJest(jestArguments(rest), environment);
  const file = resolve(directory, `${mode}.json`);
  const code = await runJest(jestArguments(rest, file), environment);
  const failed = failedSuites(file);
  return isInterrupted || failed.length === 0 || failed.length > MOST_RUN_AGAIN ? code : runAgain(failed, file, environment);
}

/** A suite that passes alone has failed by the load of the others, or by chance: it counts as passed, and is named. */
async function runAgain(suites, file, environment) {
  console.log(`\nThese suites failed, and run once more, alone:\n  ${suites.join('\n  ')}`);
  const again = file.replace(/\.json$/, '-again.json');
  const code = await runJest(
    ['--runInBand', '--forceExit', '--json', `--outputFile=${again}`, '--runTestsByPath', ...suites],
    environment,
  );
  joinResults(file, again);
  return code;
}

async function runJest(words, environment) {
  const runtime = ['--experimental-vm-modules', '--no-warnings', '--import', './test/support/setup/register.js'];
  const jest = spawn(process.execPath, [...runtime, 'node_modules/jest/bin/jest.js', ...words], {
    cwd: root,
    env: environment,
    stdio: 'inherit',
  });
  const stop = () => jest.kill('SIGTERM');
  process.on('SIGTERM', stop);
  const [code, signal] = await new Promise((done) => {
    jest.on('error', (error) => fail(`jest did not start: ${error.message}`));
    jest.on('exit', (...end) => done(end));
  });
  process.off('SIGTERM', stop);
  if (signal !== null) process.exit(128 + constants.signals[signal]);
  return code;
}

const { mode, rest } = readArguments(process.argv.slice(2));
const effort = mode === 'full' ? 'full' : (process.env.TEST_EFFORT ?? 'quick');
if (effort !== 'quick' && effort !== 'full') fail(`TEST_EFFORT is quick or full, not ${effort}`);
// a terminal's Ctrl-C reaches jest by itself; waiting for it lets it stop what it started
let isInterrupted = false;
process.on('SIGINT', () => {
  isInterrupted = true;
});
let status = 0;
for (const one of mode === 'full' ? ['embedded', 'server', 'clients'] : [mode]) {
  if (!isInterrupted) status = (await run(one, rest, effort)) || status;
}
process.exit(status);
