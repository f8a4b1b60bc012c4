import { DefaultReporter } from '@jest/reporters';
import { minutesPlanned, nameOf, recordDurations } from './durations.js';

/** A run of fewer suites needs no advice. */
const MANY = 20;
const SLOWEST = 20;

/** Jest's own, which also says what is run and for how long, how far the run is, and at its end which suites were slow. */
export default class ProgressReporter extends DefaultReporter {
  onRunStart(results, options) {
    super.onRunStart(results, options);
    const { TEST_MODE: mode = 'embedded', TEST_EFFORT: effort = 'quick', TEST_SEED: seed } = process.env;
    const total = results.numTotalTestSuites;
    this.log(`${total} suites (${mode}), TEST_EFFORT=${effort} TEST_SEED=${seed}`);
    if (total < MANY) return;
    this.log(`This takes about ${minutesPlanned()} minutes on two free cores. To run less, name what you have changed:`);
    this.log('  npm test -- src/filters test/stores/filters.spec.ts');
  }

  onTestResult(test, result, results) {
    super.onTestResult(test, result, results);
    const { numTotalTestSuites: total, numFailedTestSuites: failed, numPendingTestSuites: skipped, startTime } = results;
    const done = results.numPassedTestSuites + failed + skipped;
    const elapsed = clock((Date.now() - startTime) / 1000);
    if (total > 1) this.log(`  ${done} of ${total} suites, ${elapsed}${failed > 0 ? `, ${failed} failed` : ''}`);
  }

  onRunComplete(contexts, results) {
    super.onRunComplete();
    const suites = results?.testResults ?? [];
    const durations = suites
      .filter(({ perfStats, skipped }) => !skipped && perfStats.end > 0)
      .map(({ testFilePath, perfStats }) => [testFilePath, (perfStats.end - perfStats.start) / 1000]);
    if (process.env.TEST_RECORD_DURATIONS !== undefined) recordDurations(durations);
    if (suites.length < MANY) return;
    const slowest = [...durations].sort(([, one], [, other]) => other - one).slice(0, SLOWEST);
    this.log(`\nThe ${slowest.length} slowest suites:`);
    for (const [path, seconds] of slowest) this.log(`${seconds.toFixed(1).padStart(7)} s  ${nameOf(path)}`);
  }
}

const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
