import { CONSOLE_SETTINGS } from './console.js';
import { EMBEDDING_SETTINGS } from './embedding.js';
import { FAULT_SETTINGS } from './faults.js';
import { KEY_SETTINGS } from './keys.js';
import { LIFECYCLE_SETTINGS } from './lifecycle.js';
import { LIMIT_SETTINGS } from './limits.js';
import { OBSERVABILITY_SETTINGS } from './observability.js';
import { PINECONE_SETTINGS } from './pinecone.js';
import { SERVER_SETTINGS } from './server.js';
import { STORAGE_SETTINGS } from './storage.js';
import {
  boolean,
  duration,
  emulation,
  host,
  list,
  MiB,
  oneOf,
  type Port,
  port,
  positive,
  postgresUrl,
  type Setting,
  setting,
  strictly,
  text,
  wholeNumber,
} from './values.js';
import { VECTORIZER_SETTINGS } from './vectorizer.js';

export { MiB } from './values.js';

export type { Port } from './values.js';

/** Every setting of the gateway. `npm run docs` makes docs/settings.md from this list. */
export const SETTINGS = {
  databaseUrl: setting<string | undefined>(
    'DATABASE_URL',
    undefined,
    postgresUrl,
    'The Postgres to use, `postgres://user:password@host:port/database`; several hosts, `host1:port,host2:port`, are tried in order until one takes writes. Unset: the embedded one.',
  ),
  ...SERVER_SETTINGS,
  dataDirectory: setting('POLYVEC_DATA_DIR', './polyvec-data', text, "The embedded Postgres' directory.", 'CHROMA_PERSIST_PATH'),
  host: setting('POLYVEC_HOST', '127.0.0.1', host, 'The address that every port listens on.', 'CHROMA_LISTEN_ADDRESS'),
  ...KEY_SETTINGS,
  chromaPort: setting<Port>(
    'POLYVEC_CHROMA_PORT',
    8000,
    port,
    "Chroma's port. `0`: any free port; `off`: not served.",
    'CHROMA_PORT',
  ),
  ...PINECONE_SETTINGS,
  ...VECTORIZER_SETTINGS,
  consolePort: setting<Port>(
    'POLYVEC_CONSOLE_PORT',
    8080,
    port,
    'The web console, health, and every protocol under its prefix (`/chroma`, `/pinecone`, `/vectorizer`).',
  ),
  ...CONSOLE_SETTINGS,
  chromaAllowReset: setting(
    'POLYVEC_CHROMA_ALLOW_RESET',
    false,
    boolean,
    "Whether Chroma's `reset` may delete everything.",
    'CHROMA_ALLOW_RESET',
    'ALLOW_RESET',
  ),
  chromaV1: setting('POLYVEC_CHROMA_V1', true, boolean, "Whether Chroma's API v1 (clients 0.4 and 0.5) is served."),
  chromaV1MissingKey: emulation(
    setting(
      'POLYVEC_CHROMA_V1_MISSING_KEY',
      'excluded',
      oneOf('excluded', 'included'),
      'Whether `$ne`, `$nin` and `$not_contains` on v1 return records that lack the key.',
    ),
  ),
  chromaV1CollectionShape: emulation(
    setting(
      'POLYVEC_CHROMA_V1_COLLECTION_SHAPE',
      'auto',
      oneOf('auto', 'modern', 'minimal'),
      'Collections on v1: `modern` as Python 0.5.1 and later read them; `minimal` only `id`, `name`, `metadata`; `auto` lists them as `minimal` for Python up to 0.5.3, which needs `modern` from 0.5.1 on, and is `modern` else.',
    ),
  ),
  chromaLegacyConfiguration: emulation(
    setting(
      'POLYVEC_CHROMA_LEGACY_CONFIGURATION',
      'auto',
      oneOf('auto', 'always_modern', 'always_legacy'),
      'The configuration shape on v2: `auto` gives Python 0.5.16 to 0.6.3 theirs, by their user agent.',
    ),
  ),
  chromaUnknownQueryIds: emulation(
    setting(
      'POLYVEC_CHROMA_UNKNOWN_QUERY_IDS',
      'ignored',
      oneOf('ignored', 'refused'),
      "Whether a query fails, as Chroma's, when its `ids` name a record that is not there.",
    ),
  ),
  chromaMaxBatchSize: setting(
    'POLYVEC_CHROMA_MAX_BATCH_SIZE',
    5_461,
    positive,
    'Records in one request, as announced to Chroma clients, who split by it or refuse more. Not enforced here.',
  ),
  tlsCert: setting<string | undefined>(
    'POLYVEC_TLS_CERT',
    undefined,
    text,
    'A PEM file: the certificate and its chain. With it every port speaks TLS besides plaintext. `polyvec certs` makes one.',
  ),
  tlsKey: setting<string | undefined>('POLYVEC_TLS_KEY', undefined, text, "A PEM file: the certificate's private key."),
  maxBodyBytes: setting(
    'POLYVEC_MAX_BODY_BYTES',
    40 * MiB,
    positive,
    "The largest request body of Chroma's API, but for writes.",
    'CHROMA_MAX_PAYLOAD_SIZE_BYTES',
  ),
  chromaMaxWriteBytes: strictly(
    setting(
      'POLYVEC_CHROMA_MAX_WRITE_BYTES',
      500 * MiB,
      wholeNumber(1, 511 * MiB),
      "The largest body of Chroma's add, update and upsert; unless set, `POLYVEC_MAX_BODY_BYTES` where that is set.",
      'POLYVEC_MAX_BODY_BYTES',
      'CHROMA_MAX_PAYLOAD_SIZE_BYTES',
    ),
    40 * MiB,
  ),
  corsOrigins: setting<readonly string[]>(
    'POLYVEC_CORS_ORIGINS',
    [],
    list,
    'Origins that browsers may call from, comma-separated; `*` for any. Without keys, pages of other origins get 403.',
    'CHROMA_CORS_ALLOW_ORIGINS',
  ),
  ...EMBEDDING_SETTINGS,
  embeddingTimeoutMs: setting(
    'POLYVEC_EMBEDDING_TIMEOUT_MS',
    30_000,
    duration,
    'The longest an endpoint that embeds or reranks may take for an answer.',
  ),
  statementTimeoutMs: setting(
    'POLYVEC_STATEMENT_TIMEOUT_MS',
    60_000,
    duration,
    'The longest a statement may take. The embedded engine is restarted when one takes longer.',
  ),
  ...STORAGE_SETTINGS,
  poolSize: setting('POLYVEC_POOL_SIZE', 10, positive, 'Connections to Postgres.'),
  ...FAULT_SETTINGS,
  ...LIMIT_SETTINGS,
  ...LIFECYCLE_SETTINGS,
  shutdownTimeoutMs: setting('POLYVEC_SHUTDOWN_TIMEOUT_MS', 10_000, duration, 'The longest a stop waits for open requests.'),
  ...OBSERVABILITY_SETTINGS,
  logLevel: setting('POLYVEC_LOG_LEVEL', 'info', oneOf('debug', 'info', 'warn', 'error', 'silent'), 'What is logged.'),
} as const;

type Settings = typeof SETTINGS;

/** The settings in force. */
export type Config = { readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer T> ? T : never };

/** Settings whose values are nobody's business: keys, and URLs, which may hold a password. */
const SECRET = /(?:KEY|URL)$/;

export function isSecretSetting(variable: string): boolean {
  return SECRET.test(variable);
}

/** Nest's name for the configuration, which is no class. */
export const CONFIG = Symbol('Config');

/** Everything that is wrong with the settings, one line each. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'));
  }
}

/**
 * Reads the settings: `overrides` (the command line) over `environment` over the defaults.
 * @throws ConfigError with every problem: wrong values, and `POLYVEC_*` variables that nothing reads.
 */
export function readConfig(
  environment: Readonly<Record<string, string | undefined>>,
  overrides: Readonly<Partial<Record<keyof Config, string>>> = {},
): Config {
  const problems: string[] = [];
  const config: Record<string, unknown> = {};
  const known = new Set<string>();
  const isStrict = (overrides.limits ?? environment[LIMIT_SETTINGS.limits.variable]) === 'strict';
  for (const [key, definition] of Object.entries(SETTINGS) as [keyof Config, Setting<unknown>][]) {
    known.add(definition.variable);
    const names = [definition.variable, ...definition.aliases];
    const name = names.find((candidate) => {
      const value = environment[candidate] ?? '';
      return value !== '' && (candidate === definition.variable || definition.isForeign?.(value) !== true);
    });
    const given = overrides[key] ?? (name === undefined ? undefined : environment[name]);
    config[key] = isStrict && definition.strict !== undefined ? definition.strict : definition.fallback;
    if (given === undefined) continue;
    try {
      config[key] = definition.read(given);
    } catch (error) {
      const source = overrides[key] === undefined ? String(name) : `--${key}`;
      const shown = isSecretSetting(definition.variable) ? '' : `, not "${given}"`;
      problems.push(`${source} must be ${(error as Error).message}${shown}`);
    }
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('POLYVEC_') && !known.has(name)) problems.push(`${name} is not a setting`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}
