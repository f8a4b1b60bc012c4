/**
 * `npm run test:citus`: the suites that show large collections on the nodes of a cluster, on the one whose coordinator TEST_CITUS_URL
 * names. Without it, this prints how to bring up a cluster of three nodes, and exits with 2. Every suite makes databases of its own on
 * all nodes, and drops them.
 *
 *   TEST_CITUS_URL            the coordinator, with a database in which Citus knows the workers; a superuser's role
 *   TEST_CITUS_STOP_WORKER    a shell command that stops a worker, hard, with {host} and {port} in it
 *   TEST_CITUS_START_WORKER   one that starts it again
 *
 * Without the two commands, what happens while a worker is down is skipped, and the output says so. Words behind the command choose
 * among the parts: `npm run test:citus -- nodes`.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ASK_NODE, problemsOfNode } from './citus-problems.js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Each part is a run of its own; the words are for people, and for choosing. */
const PARTS = [
  {
    name: 'nodes',
    what: 'places on nodes: promotion under load, moves under load, settling, verify, a worker that is down',
    suites: ['test/citus'],
    env: {},
  },
  {
    name: 'tiers',
    what: 'every operation of every protocol: a collection with a place answers as one in the pool does',
    suites: ['test/stores/tiers.spec.ts', 'test/stores/place-statements.spec.ts', 'test/stores/promotion.spec.ts'],
    env: {},
  },
  {
    name: 'model',
    what: 'random sequences of calls, held to the model, with every collection in a place',
    suites: ['test/stores/model.spec.ts', 'test/stores/filters.spec.ts'],
    env: { TEST_CITUS_PLACES: 'all' },
  },
  {
    name: 'protocols',
    what: "the protocols' own suites, with every collection in a place",
    suites: [
      'test/protocols/cross-protocol.spec.ts',
      'test/protocols/chroma/writes.spec.ts',
      'test/protocols/chroma/search-sparse.spec.ts',
      'test/protocols/pinecone/query.spec.ts',
      'test/protocols/pinecone/grpc.spec.ts',
      'test/protocols/pinecone/backups.spec.ts',
      'test/protocols/vectorizer/search.spec.ts',
      'test/protocols/vectorizer/batch-update.spec.ts',
    ],
    env: { TEST_CITUS_PLACES: 'all' },
  },
];

const HOW_TO = `test:citus: TEST_CITUS_URL is not set.

It names the coordinator of a cluster of Citus, whose tests these are. Citus is in no package registry of npm, PyPI or Debian: take the
packages of citusdata.com for PostgreSQL 15, 16 or 17, or build the extension, and install pgvector 0.8.0 or newer for the same version.
Then, as any user but root, a cluster of three nodes on this machine is:

  export PGBIN=$(pg_config --bindir) CITUS=$HOME/polyvec-citus; mkdir -p $CITUS
  for port in 54340 54341 54342; do
    $PGBIN/initdb -D $CITUS/$port -U polyvec --auth=trust
    printf '%s\\n' "port = $port" "listen_addresses = '127.0.0.1'" "unix_socket_directories = '$CITUS'" \\
      "shared_preload_libraries = 'citus'" "max_connections = 300" "max_prepared_transactions = 300" \\
      "max_worker_processes = 64" "wal_level = logical" "max_wal_senders = 20" "max_replication_slots = 20" \\
      "citus.node_connection_timeout = 5000" >> $CITUS/$port/postgresql.conf
    $PGBIN/pg_ctl -D $CITUS/$port -l $CITUS/$port.log -w start
    $PGBIN/createdb -h 127.0.0.1 -p $port -U polyvec polyvec
    $PGBIN/psql -h 127.0.0.1 -p $port -U polyvec polyvec -c 'CREATE EXTENSION citus' -c 'CREATE EXTENSION vector'
  done
  $PGBIN/psql -h 127.0.0.1 -p 54340 -U polyvec polyvec -c "SELECT citus_set_coordinator_host('127.0.0.1', 54340)" \\
    -c "SELECT citus_add_node('127.0.0.1', 54341)" -c "SELECT citus_add_node('127.0.0.1', 54342)" \\
    -c 'SELECT * FROM citus_get_active_worker_nodes()'

Then:

  export TEST_CITUS_URL=postgres://polyvec@127.0.0.1:54340/polyvec
  export TEST_CITUS_STOP_WORKER="$PGBIN/pg_ctl -D $CITUS/{port} -m immediate -w stop"
  export TEST_CITUS_START_WORKER="$PGBIN/pg_ctl -D $CITUS/{port} -l $CITUS/{port}.log -w start"
  npm run test:citus

Servers elsewhere do as well: the role must be a superuser's, with the same password everywhere, nodes must reach each other (.pgpass or
trust), this machine must reach each of them by the name in pg_dist_node, and every node needs the settings above.

Afterwards: for port in 54340 54341 54342; do $PGBIN/pg_ctl -D $CITUS/$port -m fast stop; done; rm -rf $CITUS
`;

function fail(lines, code) {
  console.error(lines);
  process.exit(code);
}

/** What the cluster is, in a line for each node. Exits with 2 where it is none, and says what is missing. */
async function describeCluster(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url });
  await client.connect().catch((error) => fail(`test:citus: no connection to TEST_CITUS_URL: ${error.message}`, 2));
  try {
    const { rows: versions } = await client.query(
      `SELECT extname, extversion FROM pg_extension WHERE extname IN ('citus', 'vector') ORDER BY extname`,
    );
    if (!versions.some(({ extname }) => extname === 'citus')) {
      fail('test:citus: the database of TEST_CITUS_URL has no extension citus: CREATE EXTENSION citus', 2);
    }
    const { rows: nodes } = await client.query(
      `SELECT nodename, nodeport, groupid = 0 AS coordinator, isactive, shouldhaveshards FROM pg_dist_node
       WHERE noderole = 'primary' ORDER BY groupid`,
    );
    if (!nodes.some(({ coordinator }) => coordinator)) {
      fail("test:citus: the coordinator does not know its own name: SELECT citus_set_coordinator_host('HOST', PORT)", 2);
    }
    if (!nodes.some(({ coordinator, isactive, shouldhaveshards }) => !coordinator && isactive && shouldhaveshards)) {
      fail("test:citus: Citus knows no worker: SELECT citus_add_node('HOST', PORT) in the database of TEST_CITUS_URL", 2);
    }
    const { rows: server } = await client.query('SHOW server_version');
    const extensions = versions.map(({ extname, extversion }) => `${extname} ${extversion}`).join(', ');
    console.log(`Postgres ${server[0].server_version}, ${extensions}`);
    for (const { nodename, nodeport, coordinator } of nodes) {
      console.log(`  ${nodename}:${nodeport}  ${coordinator ? 'coordinator' : 'worker'}`);
    }
    await checkNodes(url, nodes);
  } finally {
    await client.end();
  }
}

/**
 * Databases are made on each node by itself: a plain connection must be possible. Exits with 2 where a node is not as the suites need it,
 * with all that is wrong on all of them.
 */
async function checkNodes(url, nodes) {
  const { default: pg } = await import('pg');
  const lines = [];
  let first;
  // the coordinator comes first
  for (const { nodename, nodeport, coordinator } of nodes) {
    const there = coordinator ? url : Object.assign(new URL(url), { hostname: nodename, port: String(nodeport) }).href;
    const client = new pg.Client({ connectionString: there });
    await client
      .connect()
      .catch((error) => fail(`test:citus: this machine must reach ${nodename}:${nodeport}, too: ${error.message}`, 2));
    const { rows } = await client.query(ASK_NODE);
    await client.end();
    first ??= rows[0];
    lines.push(...problemsOfNode(`${nodename}:${nodeport}`, rows[0], first));
  }
  if (lines.length > 0) fail(`test:citus: the cluster is not ready\n${lines.map((line) => `  ${line}`).join('\n')}`, 2);
}

function runPart({ name, what, suites, env }, words) {
  console.log(`\n== ${name}: ${what}`);
  const { status } = spawnSync(process.execPath, ['scripts/test.js', '--citus', ...suites, '-w', '1', ...words], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: 'inherit',
  });
  return status === 0;
}

const { TEST_CITUS_URL: url, TEST_CITUS_STOP_WORKER: stop, TEST_CITUS_START_WORKER: start } = process.env;
if (url === undefined || url === '') fail(HOW_TO, 2);
const words = process.argv.slice(2);
const chosen = PARTS.filter(({ name }) => words.includes(name));
const rest = words.filter((word) => !PARTS.some(({ name }) => name === word));
await describeCluster(url);
if (!stop || !start) {
  console.log('What happens while a worker is down is skipped: TEST_CITUS_STOP_WORKER and TEST_CITUS_START_WORKER are not set.');
}
const results = (chosen.length === 0 ? PARTS : chosen).map((part) => [part.name, runPart(part, rest)]);
console.log(`\n${results.map(([name, isGood]) => `${isGood ? 'passed' : 'FAILED'}  ${name}`).join('\n')}`);
process.exit(results.every(([, isGood]) => isGood) ? 0 : 1);
