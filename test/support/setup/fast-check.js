/** What suites get that import `fast-check`: with the seed of this run. */
import fc from '../../../node_modules/fast-check/lib/fast-check.js';

fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(process.env.TEST_SEED) });

export * from '../../../node_modules/fast-check/lib/fast-check.js';
export default fc;
