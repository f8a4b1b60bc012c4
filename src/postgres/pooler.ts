import type pg from 'pg';
import type { Config } from '../config/config.js';
import type { EngineLog } from './engine.js';
import { connectClient, type ServerConfig } from './host-client.js';
import { whereabouts } from './hosts.js';
import { OverdueBackends } from './overdue-backends.js';
import type { ReadReplica } from './read-replica.js';
import { Sessions } from './sessions.js';

/** How a database is reached beside its pool. */
export interface Access {
  readonly sessions: Sessions;
  /** Appended to each BEGIN: settings that a pooler's connection does not keep. */
  readonly transactionSettings: string;
  /** For reads that allow it. */
  readonly replica?: ReadReplica | undefined;
}

/** Plans for the values at hand, always; and statements here are too short for compilation to pay. */
const SESSION_OPTIONS = '-c plan_cache_mode=force_custom_plan -c jit=off';

/** How long a connection may be silent before the operating system asks whether the other side is still there. */
export const KEEP_ALIVE_MS = 10_000;

type ServerSettings = Pick<Config, 'pooler' | 'directDatabaseUrl' | 'statementTimeoutMs' | 'connectTimeoutMs'>;

/** @throws Error when there are settings for a server, and none is named */
export function refuseWithoutServer(config: Pick<Config, 'pooler' | 'directDatabaseUrl' | 'replicaUrl'>): void {
  if (config.pooler === 'off' && config.directDatabaseUrl === undefined && config.replicaUrl === undefined) return;
  throw new Error('POLYVEC_POOLER, POLYVEC_DIRECT_DATABASE_URL and POLYVEC_REPLICA_URL need a server: set DATABASE_URL, too');
}

/** What a connection to the server asks for when it starts. Poolers refuse what they do not know, and keep none of it. */
export function connectionTo(config: ServerSettings, url: string): ServerConfig {
  return config.pooler === 'transaction' ? pooledConnectionTo(config, url) : directConnectionTo(config, url);
}

/** How the server that `url` names is reached beside the pool: past the pooler where there is a way. */
export function accessTo(config: ServerSettings, url: string, log: EngineLog): Access {
  const direct = directUrlOf(config, url);
  return {
    sessions:
      direct === undefined
        ? new Sessions(pooledConnectionTo(config, url), 'shared')
        : new Sessions(
            directConnectionTo(config, direct),
            'own',
            config.pooler === 'off' ? overdueOf(config, url, log) : undefined,
          ),
    transactionSettings:
      config.pooler === 'off' ? '' : `; SET LOCAL statement_timeout = ${String(config.statementTimeoutMs)}; SET LOCAL jit = off`,
  };
}

/** Runs `work` on a connection past the pooler, where another URL says how, or on the one at hand. */
export async function pastPooler<T>(
  config: ServerSettings,
  client: pg.ClientBase,
  work: (client: pg.ClientBase) => Promise<T>,
): Promise<T> {
  if (config.directDatabaseUrl === undefined) return work(client);
  const direct = await connectClient(pooledConnectionTo(config, config.directDatabaseUrl));
  try {
    return await work(direct);
  } finally {
    await direct.end();
  }
}

/** Warns of settings that a pooler's connections lack: a statement outside of a transaction cannot set its own limit. */
export async function warnOfPooler(config: ServerSettings, client: pg.ClientBase, log: EngineLog): Promise<void> {
  if (config.pooler === 'off') return;
  const { rows } = await client.query<{ timeout: string; jit: string; role: string }>(
    `SELECT current_setting('statement_timeout') AS timeout, current_setting('jit') AS jit, quote_ident(current_user) AS role`,
  );
  const [row] = rows;
  if (row === undefined) return;
  const timeout = `'${String(config.statementTimeoutMs)}ms'`;
  if (row.timeout === '0') {
    log(
      'warn',
      `no statement has a time limit through the pooler: run ALTER ROLE ${row.role} SET statement_timeout = ${timeout}`,
    );
  }
  if (row.jit === 'on')
    log('warn', `searches may be compiled, which costs more than it saves: run ALTER ROLE ${row.role} SET jit = off`);
}

function overdueOf(config: ServerSettings, url: string, log: EngineLog): OverdueBackends {
  return new OverdueBackends(pooledConnectionTo(config, url), (message) => {
    log('warn', message);
  });
}

function directUrlOf({ pooler, directDatabaseUrl }: ServerSettings, url: string): string | undefined {
  return pooler === 'off' ? (directDatabaseUrl ?? url) : directDatabaseUrl;
}

function pooledConnectionTo({ connectTimeoutMs }: ServerSettings, url: string): ServerConfig {
  return {
    ...whereabouts(url),
    connectionTimeoutMillis: connectTimeoutMs,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
  };
}

function directConnectionTo(config: ServerSettings, url: string): ServerConfig {
  return { ...pooledConnectionTo(config, url), options: SESSION_OPTIONS, statement_timeout: config.statementTimeoutMs };
}
