import fc from 'fast-check';
import { sequence } from './generate/operations.js';
import { newTally, runSequence } from './generate/run-sequence.js';
import { type Scenario, scenario } from './scenario.js';
import { COLLECTION_CALLS } from './scenarios/collections.js';
import { CONFIGURATION } from './scenarios/configuration.js';
import { DOCUMENT_FILTERS } from './scenarios/document-filters.js';
import { EMBEDDINGS } from './scenarios/embeddings.js';
import { FILTERS } from './scenarios/filters.js';
import { HTTP } from './scenarios/http.js';
import { PRECEDENCE } from './scenarios/precedence.js';
import { QUERIES } from './scenarios/queries.js';
import { READS } from './scenarios/reads.js';
import { SYSTEM } from './scenarios/system.js';
import { VALUES } from './scenarios/values.js';
import { WRITES } from './scenarios/writes.js';

/** Scenarios of one subject, which are recorded in one file of this name. */
export interface Group {
  readonly name: string;
  readonly scenarios: readonly Scenario[];
}

const RECORDED_SEQUENCES = 6;
const RECORDED_LENGTH = 40;
/** Fixed, unlike that of the random tests: other requests would need other recordings. */
const RECORDED_SEED = 20261121;

/** Some random sequences, as scenarios. */
const SEQUENCES = fc
  .sample(sequence(RECORDED_LENGTH), { seed: RECORDED_SEED, numRuns: RECORDED_SEQUENCES })
  .map((operations, index) =>
    scenario(`random requests: sequence ${String(index + 1)}`, (pair) => runSequence(pair, operations, newTally())),
  );

/** Every scenario, in the order of the protocol's description. */
export const GROUPS: readonly Group[] = [
  { name: 'http', scenarios: HTTP },
  { name: 'system', scenarios: SYSTEM },
  { name: 'collections', scenarios: COLLECTION_CALLS },
  { name: 'configuration', scenarios: CONFIGURATION },
  { name: 'writes', scenarios: WRITES },
  { name: 'embeddings', scenarios: EMBEDDINGS },
  { name: 'values', scenarios: VALUES },
  { name: 'reads', scenarios: READS },
  { name: 'filters', scenarios: FILTERS },
  { name: 'document-filters', scenarios: DOCUMENT_FILTERS },
  { name: 'queries', scenarios: QUERIES },
  { name: 'precedence', scenarios: PRECEDENCE },
  { name: 'random', scenarios: SEQUENCES },
];
