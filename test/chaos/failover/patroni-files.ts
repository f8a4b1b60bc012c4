/** One node of a Patroni cluster on the loopback interface. */
export interface NodePlace {
  readonly name: string;
  /** Of Postgres. */
  readonly port: number;
  /** Of Patroni's REST API. */
  readonly restPort: number;
  readonly directory: string;
}

/** Who the gateway logs in as, and the others. */
export const USER = 'polyvec';

/** The least that Patroni allows: a leader that is silent for so many seconds is replaced. */
const TTL_SECONDS = 20;

/** The configuration of one node; JSON is YAML. A write is acknowledged when two nodes have it, or not at all. */
export function patroniFile(node: NodePlace, etcdPort: number, programs: string, password: string): string {
  const login = { username: USER, password };
  return JSON.stringify({
    scope: 'polyvec',
    name: node.name,
    restapi: { listen: `127.0.0.1:${String(node.restPort)}`, connect_address: `127.0.0.1:${String(node.restPort)}` },
    etcd3: { host: `127.0.0.1:${String(etcdPort)}` },
    bootstrap: {
      dcs: {
        ttl: TTL_SECONDS,
        loop_wait: 2,
        retry_timeout: 5,
        // a primary that crashes is replaced, not restarted
        primary_start_timeout: 0,
        synchronous_mode: true,
        synchronous_mode_strict: true,
        postgresql: { use_pg_rewind: true, parameters: { max_connections: 60, shared_buffers: '32MB', wal_keep_size: '256MB' } },
      },
      initdb: [{ encoding: 'UTF8' }, { locale: 'C.UTF-8' }, 'data-checksums'],
      pg_hba: ['host all all 127.0.0.1/32 scram-sha-256', 'host replication all 127.0.0.1/32 scram-sha-256'],
    },
    postgresql: {
      listen: `127.0.0.1:${String(node.port)}`,
      connect_address: `127.0.0.1:${String(node.port)}`,
      data_dir: `${node.directory}/data`,
      bin_dir: programs,
      pgpass: `${node.directory}/pgpass`,
      authentication: { superuser: login, replication: { username: 'replicator', password }, rewind: login },
      parameters: {
        unix_socket_directories: node.directory,
        dynamic_shared_memory_type: 'mmap',
        wal_retrieve_retry_interval: '500ms',
      },
      remove_data_directory_on_rewind_failure: true,
      remove_data_directory_on_diverged_timelines: true,
    },
    watchdog: { mode: 'off' },
  });
}

/** HAProxy in front of the nodes: only the primary is let through, as Patroni's REST API says. */
export function haproxyFile(nodes: readonly NodePlace[], port: number): string {
  return [
    'defaults',
    '  mode tcp',
    '  timeout connect 2s',
    '  timeout client 30m',
    '  timeout server 30m',
    '  timeout check 1s',
    'listen primary',
    `  bind 127.0.0.1:${String(port)}`,
    '  option httpchk OPTIONS /primary',
    '  http-check expect status 200',
    '  default-server inter 1s fall 2 rise 1 on-marked-down shutdown-sessions',
    ...nodes.map(
      ({ name, port: postgres, restPort }) => `  server ${name} 127.0.0.1:${String(postgres)} check port ${String(restPort)}`,
    ),
    '',
  ].join('\n');
}
