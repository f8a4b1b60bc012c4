/** What `npm run test:citus` asks of the cluster before its suites: most failures there would only say that a setting is wrong. */

/** Asked of each node by a connection of its own. */
export const ASK_NODE = `SELECT (SELECT extversion FROM pg_extension WHERE extname = 'citus') AS citus,
  (SELECT extversion FROM pg_extension WHERE extname = 'vector') AS vector, current_setting('server_version') AS server,
  current_setting('max_prepared_transactions')::integer AS prepared, current_setting('max_worker_processes')::integer AS workers,
  current_setting('max_connections')::integer AS connections, current_setting('wal_level') AS wal,
  (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser`;

const LEAST_CONNECTIONS = 200;
const LEAST_WORKERS = 16;

/** What has to be changed about the node before the suites mean anything, a line each. `first` is the coordinator. */
export function problemsOfNode(name, found, first) {
  const { citus, vector, server, prepared, workers, connections, wal, superuser } = found;
  const restart = 'in postgresql.conf, and restart it';
  return [
    [citus === null, 'has no extension citus: CREATE EXTENSION citus in the database of that name'],
    [vector === null, 'has no extension vector: CREATE EXTENSION vector in the database of that name'],
    [vector !== null && isBefore(vector, [0, 8]), `has pgvector ${vector}: 0.8.0 is the oldest`],
    [citus !== first.citus, `has citus ${citus}, the coordinator ${first.citus}: the same version everywhere`],
    [vector !== first.vector, `has pgvector ${vector}, the coordinator ${first.vector}: the same version everywhere`],
    [major(server) !== major(first.server), `is Postgres ${server}, the coordinator ${first.server}: the same major version`],
    [
      prepared < connections,
      `has max_prepared_transactions = ${prepared}: as many as max_connections, ${connections}, ${restart}`,
    ],
    [workers < LEAST_WORKERS, `has max_worker_processes = ${workers}: ${LEAST_WORKERS} at least, ${restart}`],
    [connections < LEAST_CONNECTIONS, `has max_connections = ${connections}: ${LEAST_CONNECTIONS} at least, ${restart}`],
    [wal !== 'logical', `has wal_level = ${wal}: 'logical', or places do not move while clients write; ${restart}`],
    [
      !superuser,
      "knows the role of TEST_CITUS_URL as a plain one: suites make databases and extensions, it must be a superuser's",
    ],
  ]
    .filter(([isWrong]) => isWrong)
    .map(([, problem]) => `${name} ${problem}`);
}

function major(version) {
  return version.split('.')[0];
}

function isBefore(version, [majorOf, minorOf]) {
  const [foundMajor, foundMinor] = version.split('.').map(Number);
  return foundMajor < majorOf || (foundMajor === majorOf && foundMinor < minorOf);
}
