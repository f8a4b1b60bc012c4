/** Reads and joins the results that jest writes with `--json`. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/** The paths of the suites of which a test failed, or which could not run. */
export function failedSuites(file) {
  if (!existsSync(file)) return [];
  return read(file)
    .testResults.filter(({ status }) => status === 'failed')
    .map(({ name }) => name);
}

/** Puts the results of the suites that ran again in the place of their first ones, and lists under `unsteady` those that passed now. */
export function joinResults(file, againFile) {
  if (!existsSync(againFile)) return;
  const [first, again] = [read(file), read(againFile)];
  const names = new Set(again.testResults.map(({ name }) => name));
  const testResults = [...first.testResults.filter(({ name }) => !names.has(name)), ...again.testResults];
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults);
  const count = (...states) => tests.filter(({ status }) => states.includes(status)).length;
  const joined = {
    ...first,
    success: again.success,
    testResults,
    numPassedTests: count('passed'),
    numFailedTests: count('failed'),
    numPendingTests: count('pending', 'skipped', 'disabled'),
    numRuntimeErrorTestSuites: again.numRuntimeErrorTestSuites,
    unsteady: again.testResults.filter(({ status }) => status === 'passed').map(({ name }) => name),
  };
  writeFileSync(file, JSON.stringify(joined));
}

function read(file) {
  return JSON.parse(readFileSync(file, 'utf8'));
}
