/**
 * Where each suite runs: the longest of these beginnings of its path says it, and a suite that none of them fits stops the run.
 *
 *   embedded   `npm test`: the sources' own tests, and what belongs to the embedded engine. On a server only in the full run.
 *   engine     `npm test`, never on a server: what has no meaning there.
 *   both       also `npm run test:server`: what says soonest that a protocol, a filter or a store is broken, on either engine.
 *   server     `npm run test:server` alone, where a statement costs a tenth. On the embedded engine only in the full run.
 *   clients    `npm run test:clients`: the official client libraries.
 *   citus      `npm run test:citus`: what needs a cluster of Citus.
 *   full       beside the clients in the full run only, or when it is named: `TEST_EFFORT=full npm run test:clients -- test/frameworks`.
 *
 * `npm test` has six minutes on two cores; test/docs holds it to that, by test/durations.json.
 */
const PLACES = {
  'src/': 'embedded',
  'test/chaos/': 'server',
  'test/chaos/kill.spec.ts': 'both',
  'test/citus/': 'citus',
  'test/cli/': 'server',
  'test/cli/running-gateway.spec.ts': 'embedded',
  'test/clients/': 'clients',
  'test/console/': 'server',
  'test/console/records.spec.ts': 'both',
  'test/copy/': 'server',

  'test/deploy/': 'server',

  'test/differences/': 'embedded',
  'test/differences/vectorizer-differences.spec.ts': 'server',
  'test/docs/': 'embedded',
  'test/docs/samples.spec.ts': 'server',
  'test/faults/': 'server',
  'test/faults/full-disk.spec.ts': 'engine',
  'test/filters/': 'server',
  'test/frameworks/': 'full',
  'test/http/': 'server',
  'test/keys/': 'server',
  'test/lifecycle/': 'server',
  'test/lifecycle/migrate-once.spec.ts': 'both',
  'test/lifecycle/probes.spec.ts': 'both',
  'test/limits/': 'server',
  'test/limits/json-depth.spec.ts': 'embedded',
  'test/limits/request-limits.spec.ts': 'embedded',
  'test/observability/': 'server',
  'test/observability/dashboards.spec.ts': 'embedded',
  'test/postgres/': 'server',
  'test/postgres/data-directory.spec.ts': 'engine',
  'test/postgres/embedded': 'engine',
  'test/postgres/kept-plans.spec.ts': 'both',
  'test/postgres/kept-searches.spec.ts': 'both',
  'test/postgres/prepared.spec.ts': 'both',
  'test/protocols/': 'server',
  'test/protocols/conformance.spec.ts': 'embedded',
  'test/protocols/cross-protocol.spec.ts': 'both',
  'test/protocols/chroma/': 'both',
  'test/protocols/chroma/forks.spec.ts': 'server',
  'test/protocols/chroma/recorded.spec.ts': 'embedded',
  'test/protocols/chroma/search-list.spec.ts': 'embedded',
  'test/protocols/chroma/search-literal.spec.ts': 'server',
  'test/protocols/chroma/search-quality.spec.ts': 'server',
  'test/protocols/chroma/search-rest.spec.ts': 'server',
  'test/protocols/chroma/settings.spec.ts': 'server',
  'test/protocols/pinecone/backups.spec.ts': 'both',
  'test/protocols/pinecone/delete.spec.ts': 'both',
  'test/protocols/pinecone/fetch.spec.ts': 'both',
  'test/protocols/pinecone/filter': 'both',
  'test/protocols/pinecone/list.spec.ts': 'both',
  'test/protocols/pinecone/query.spec.ts': 'both',
  'test/protocols/pinecone/request-fields.spec.ts': 'embedded',
  'test/protocols/pinecone/update.spec.ts': 'both',
  'test/protocols/pinecone/upsert.spec.ts': 'both',
  'test/protocols/vectorizer/batch-update.spec.ts': 'both',
  'test/protocols/vectorizer/delete.spec.ts': 'both',
  'test/protocols/vectorizer/read.spec.ts': 'both',
  'test/protocols/vectorizer/request-fields.spec.ts': 'embedded',
  'test/protocols/vectorizer/search.spec.ts': 'both',
  'test/stores/': 'server',
  'test/stores/collection-ports.spec.ts': 'both',
  'test/stores/counted-reads.spec.ts': 'both',
  'test/stores/document-index.spec.ts': 'both',
  'test/stores/filters.spec.ts': 'both',
  'test/stores/index-growth.spec.ts': 'embedded',
  'test/stores/model.spec.ts': 'both',
  'test/stores/place': 'both',
  'test/stores/place-settling.spec.ts': 'server',
  'test/stores/promotion-in-steps.spec.ts': 'engine',
  'test/stores/snapshots.spec.ts': 'server',
  'test/support/': 'embedded',
};

/** `npm run test:citus` names the suites that it runs, those of servers among them. */
const EVERY_ENGINE = ['both', 'embedded', 'server'];
/** By mode, for the gate and for the full run. */
const PLACES_OF = {
  embedded: { part: ['both', 'embedded', 'engine'], whole: [...EVERY_ENGINE, 'engine'] },
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
