/**
 * Where each suite runs: the longest of these beginnings of its path says it, and a suite that none of them fits stops the run.
 *
 *   embedded   `npm test`: what does not depend on the engine. On a server only in the full run.
 *   both       also `npm run test:server`: what depends on the engine, and one suite for each area of the protocols.
 *   clients    `npm run test:clients`: the official client libraries.
 *   full       beside the clients in the full run only, or when it is named: `TEST_EFFORT=full npm run test:clients -- test/frameworks`.
 */
const PLACES = {
  'src/': 'embedded',
  'test/chaos/': 'both',
  'test/cli/': 'both',
  'test/cli/running-gateway.spec.ts': 'embedded',
  'test/clients/': 'clients',
  'test/console/': 'embedded',
  'test/copy/': 'both',
  'test/copy/chroma-folder.spec.ts': 'embedded',
  'test/copy/chroma-server.spec.ts': 'embedded',
  'test/copy/chroma-target.spec.ts': 'embedded',
  'test/copy/copy-again.spec.ts': 'embedded',
  'test/copy/jsonl.spec.ts': 'embedded',
  'test/copy/parquet.spec.ts': 'embedded',
  'test/copy/pinecone.spec.ts': 'embedded',
  'test/copy/vector-file.spec.ts': 'embedded',
  'test/console/database-down-page.spec.ts': 'both',
  'test/console/records.spec.ts': 'both',
  'test/console/streams.spec.ts': 'both',
  'test/console/workers.spec.ts': 'both',
  'test/deploy/': 'embedded',
  'test/differences/': 'embedded',
  'test/docs/': 'embedded',
  'test/faults/': 'both',
  'test/faults/full-disk.spec.ts': 'embedded',
  'test/filters/': 'both',
  'test/frameworks/': 'full',
  'test/http/': 'embedded',
  'test/keys/': 'embedded',
  'test/keys/keys.spec.ts': 'both',
  'test/lifecycle/': 'both',
  'test/limits/': 'embedded',
  'test/limits/answers.spec.ts': 'both',
  'test/limits/connections.spec.ts': 'both',
  'test/limits/filter-branches.spec.ts': 'both',
  'test/observability/': 'embedded',
  'test/observability/metrics-without-database.spec.ts': 'both',
  'test/observability/worker-metrics.spec.ts': 'both',
  'test/postgres/': 'both',
  'test/postgres/data-directory.spec.ts': 'embedded',
  'test/protocols/': 'embedded',
  'test/protocols/cross-protocol.spec.ts': 'both',
  'test/protocols/indexes.spec.ts': 'both',
  // what several gateways on one database do together
  'test/protocols/vectorizer/expiry': 'both',
  'test/protocols/vectorizer/system.spec.ts': 'both',
  // filters, held to the models; Chroma's are test/stores/filters.spec.ts
  'test/protocols/pinecone/filter-model.spec.ts': 'both',
  'test/protocols/vectorizer/filter-model.spec.ts': 'both',
  // one for each area
  'test/protocols/chroma/tenants-databases.spec.ts': 'both',
  'test/protocols/chroma/writes.spec.ts': 'both',
  'test/protocols/pinecone/backups.spec.ts': 'both',
  'test/protocols/pinecone/grpc.spec.ts': 'both',
  'test/protocols/pinecone/index-ports.spec.ts': 'both',
  'test/protocols/pinecone/query.spec.ts': 'both',
  'test/protocols/vectorizer/batch-update.spec.ts': 'both',
  'test/protocols/vectorizer/search.spec.ts': 'both',
  'test/stores/': 'both',
  'test/support/': 'embedded',
};

/** The suites of a mode among these files, by their paths from the root of the project. `isWhole` also takes those on a server that do not
 * depend on it. @throws Error for one without a place */
export function suitesOf(mode, files, isWhole) {
  const clients = isWhole ? ['clients', 'full'] : ['clients'];
  const places = mode === 'clients' ? clients : mode === 'server' && !isWhole ? ['both'] : ['both', 'embedded'];
  return files.filter((file) => places.includes(placeOf(file)));
}

function placeOf(file) {
  const [beginning] = Object.keys(PLACES)
    .filter((one) => file.startsWith(one))
    .sort((one, other) => other.length - one.length);
  if (beginning === undefined) throw new Error(`${file} runs nowhere: give it a place in test/suites.js`);
  return PLACES[beginning];
}
