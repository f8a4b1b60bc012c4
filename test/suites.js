/**
 * Where each suite runs: the longest of these beginnings of its path says it, and a suite that none of them fits stops the run.
 *
 *   embedded   `npm test`: what does not depend on the engine. On a server only in the full run.
 *   both       also `npm run test:server`: what depends on the engine, and one suite for each area of the protocols.
 *   server     `npm run test:server` alone: what would take a minute or more of `npm test`. On the embedded engine only in the full run.
 *   clients    `npm run test:clients`: the official client libraries.
 *   citus      `npm run test:citus`: what needs a cluster of Citus.
 *   full       beside the clients in the full run only, or when it is named: `TEST_EFFORT=full npm run test:clients -- test/frameworks`.
 */
const PLACES = {
  'src/': 'embedded',
  'test/chaos/': 'both',
  'test/citus/': 'citus',
  'test/cli/': 'both',
  'test/cli/running-gateway.spec.ts': 'embedded',
  'test/cli/verify.spec.ts': 'server',
  'test/clients/': 'clients',
  'test/console/': 'embedded',
  'test/console/home-page.spec.ts': 'server',
  'test/console/map-page.spec.ts': 'server',
  'test/console/operator-page.spec.ts': 'server',
  'test/console/other-site.spec.ts': 'server',
  'test/console/records-page.spec.ts': 'server',
  'test/copy/': 'both',
  'test/copy/chroma-folder.spec.ts': 'embedded',
  'test/copy/chroma-server.spec.ts': 'embedded',
  'test/copy/chroma-target.spec.ts': 'embedded',
  'test/copy/copy-process.spec.ts': 'server',
  'test/copy/copy.spec.ts': 'server',
  'test/copy/copy-again.spec.ts': 'embedded',
  'test/copy/jsonl.spec.ts': 'embedded',
  'test/copy/parquet.spec.ts': 'embedded',
  'test/copy/pinecone.spec.ts': 'embedded',
  'test/copy/postgres.spec.ts': 'server',
  'test/copy/vector-file.spec.ts': 'embedded',
  'test/console/database-down-page.spec.ts': 'server',
  'test/console/records.spec.ts': 'both',
  'test/console/streams.spec.ts': 'both',
  'test/console/workers.spec.ts': 'both',
  'test/deploy/': 'embedded',
  'test/deploy/image.spec.ts': 'server',
  'test/deploy/installed-package.spec.ts': 'server',
  'test/deploy/release.spec.ts': 'server',
  'test/differences/': 'embedded',
  'test/docs/': 'embedded',
  'test/faults/': 'both',
  'test/faults/full-disk.spec.ts': 'embedded',
  'test/filters/': 'both',
  'test/frameworks/': 'full',
  'test/http/': 'embedded',
  'test/keys/': 'embedded',
  'test/keys/keys.spec.ts': 'server',
  'test/lifecycle/': 'both',
  'test/limits/': 'embedded',
  'test/limits/answers.spec.ts': 'server',
  'test/limits/connections.spec.ts': 'both',
  'test/limits/filter-branches.spec.ts': 'both',
  'test/observability/': 'embedded',
  'test/observability/metrics-without-database.spec.ts': 'both',
  'test/observability/worker-metrics.spec.ts': 'both',
  'test/postgres/': 'both',
  'test/postgres/data-directory.spec.ts': 'embedded',
  'test/postgres/embedded': 'embedded',
  'test/postgres/multi-host.spec.ts': 'server',
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
  'test/protocols/chroma/search-sparse.spec.ts': 'both',
  'test/protocols/chroma/search-postings.spec.ts': 'both',
  'test/protocols/chroma/tenants-databases.spec.ts': 'both',
  'test/protocols/chroma/writes.spec.ts': 'both',
  'test/protocols/pinecone/backups.spec.ts': 'both',
  'test/protocols/pinecone/grpc.spec.ts': 'both',
  'test/protocols/pinecone/index-ports.spec.ts': 'both',
  'test/protocols/pinecone/large.spec.ts': 'server',
  'test/protocols/pinecone/query.spec.ts': 'both',
  'test/protocols/vectorizer/batch-update.spec.ts': 'both',
  'test/protocols/vectorizer/search.spec.ts': 'both',
  'test/stores/': 'both',
  'test/stores/tiers.spec.ts': 'server',
  'test/stores/large.spec.ts': 'server',
  'test/support/': 'embedded',
};

/** `npm run test:citus` names the suites that it runs, those of servers among them. */
const EVERY_ENGINE = ['both', 'embedded', 'server'];
/** By mode, for the gate and for the full run. */
const PLACES_OF = {
  embedded: { part: ['both', 'embedded'], whole: EVERY_ENGINE },
  server: { part: ['both', 'server'], whole: EVERY_ENGINE },
  citus: { part: ['citus'], whole: [...EVERY_ENGINE, 'citus'] },
  clients: { part: ['clients'], whole: ['clients', 'full'] },
};

/** The suites of a mode among these files, by their paths from the root of the project. `isWhole` takes those of both engines' modes, on
 * either engine. @throws Error for one without a place */
export function suitesOf(mode, files, isWhole) {
  const { part, whole } = PLACES_OF[mode];
  return files.filter((file) => (isWhole ? whole : part).includes(placeOf(file)));
}

function placeOf(file) {
  const [beginning] = Object.keys(PLACES)
    .filter((one) => file.startsWith(one))
    .sort((one, other) => other.length - one.length);
  if (beginning === undefined) throw new Error(`${file} runs nowhere: give it a place in test/suites.js`);
  return PLACES[beginning];
}
