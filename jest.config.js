import { readdirSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { suitesOf } from './test/suites.js';

const root = import.meta.dirname;

/** The paths of all suites from the root of the project, with slashes. */
function allSuites() {
  return ['src', 'test'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith('.spec.ts'))
      .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/')),
  );
}

// scripts/test.js says which suites are meant; random tests are the same in every run, so that what has passed passes again.
// TEST_SEED chooses another seed, and TEST_SEED=random a new one, to look for more
const { TEST_MODE: mode = 'embedded', TEST_EFFORT: effort, TEST_NAMED: named, TEST_SEED: seed = '20261121' } = process.env;
const isWhole = effort === 'full' || named !== undefined;
process.env.TEST_SEED = seed === 'random' ? String(Math.floor(Math.random() * 2 ** 31)) : seed;

/** Jest runs the ES modules as they are; swc only takes the types away. */
export default {
  testEnvironment: '<rootDir>/test/support/setup/environment.js',
  roots: ['<rootDir>/src', '<rootDir>/test'],
  testMatch: suitesOf(mode, allSuites(), isWhole).map((file) => `<rootDir>/${file}`),
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1', '^fast-check$': '<rootDir>/test/support/setup/fast-check.js' },
  transform: { '^.+\\.ts$': '@swc/jest' },
  setupFiles: ['reflect-metadata'],
  testSequencer: '<rootDir>/test/support/setup/sequencer.js',
  reporters: ['<rootDir>/test/support/setup/reporter.js', 'summary'],
  // against hanging only: it leaves room for a machine that is four times slower than the slowest one
  testTimeout: 600_000,
  // a worker that has loaded many suites is replaced before it is large
  workerIdleMemoryLimit: '1GB',
};
