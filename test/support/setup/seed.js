/**
 * Random tests are the same in every run, so that what has passed passes again. TEST_SEED chooses another seed, and
 * TEST_SEED=random a new one, to look for more.
 */
import fc from 'fast-check';

const given = process.env.TEST_SEED ?? '20261121';
const seed = given === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(given);
process.env.TEST_SEED = String(seed);
fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
