import Sequencer from '@jest/test-sequencer';
import { durationOf, plan } from './durations.js';

/** The slowest suites first, so that no long one is left for the end. */
export default class SlowestFirst extends Sequencer {
  sort(tests) {
    plan(tests.map(({ path }) => path));
    return [...tests].sort((one, other) => durationOf(other.path) - durationOf(one.path));
  }
}
