import { isIP } from 'node:net';

/** Bytes in one MiB. */
export const MiB = 1024 * 1024;

/** One setting: where it comes from, how it is read, and what the README says of it. */
interface Setting<T> {
  readonly variable: string;
  /** Names that Chroma's own server uses for the same thing; the first name wins. */
  readonly aliases: readonly string[];
  readonly fallback: T;
  readonly description: string;
  /** Throws an `Error` whose message completes "must be …". */
  readonly read: (text: string) => T;
}

/** A port number, `0` for any free port, or not served at all. */
export type Port = number | 'off';

const setting = <T>(
  variable: string,
  fallback: T,
  read: (text: string) => T,
  description: string,
  ...aliases: readonly string[]
): Setting<T> => ({ variable, aliases, fallback, description, read });

/** Every setting of the gateway. `npm run docs` makes the README's table from this list. */
export const SETTINGS = {
  databaseUrl: setting<string | undefined>(
    'DATABASE_URL',
    undefined,
    postgresUrl,
    'The Postgres to use, `postgres://user:password@host:port/database`. Unset: the embedded one.',
  ),
  dataDirectory: setting('POLYVEC_DATA_DIR', './polyvec-data', text, "The embedded Postgres' directory.", 'CHROMA_PERSIST_PATH'),
  host: setting('POLYVEC_HOST', '127.0.0.1', host, 'The address that every port listens on.', 'CHROMA_LISTEN_ADDRESS'),
  chromaPort: setting<Port>(
    'POLYVEC_CHROMA_PORT',
    8000,
    port,
    "Chroma's port. `0`: any free port; `off`: not served.",
    'CHROMA_PORT',
  ),
  consolePort: setting<Port>('POLYVEC_CONSOLE_PORT', 8080, port, 'Health, and every protocol under its prefix (`/chroma`).'),
  chromaAllowReset: setting(
    'POLYVEC_CHROMA_ALLOW_RESET',
    false,
    boolean,
    "Whether Chroma's `reset` may delete everything.",
    'CHROMA_ALLOW_RESET',
    'ALLOW_RESET',
  ),
  chromaV1: setting('POLYVEC_CHROMA_V1', true, boolean, "Whether Chroma's API v1 (clients 0.4 and 0.5) is served."),
  chromaV1MissingKey: setting(
    'POLYVEC_CHROMA_V1_MISSING_KEY',
    'excluded',
    oneOf('excluded', 'included'),
    'Whether `$ne`, `$nin` and `$not_contains` on v1 return records that lack the key.',
  ),
  chromaV1CollectionShape: setting(
    'POLYVEC_CHROMA_V1_COLLECTION_SHAPE',
    'modern',
    oneOf('modern', 'minimal'),
    'Collections on v1 as Python 0.5.1 and later read them, or only `id`, `name`, `metadata` for Python 0.4.',
  ),
  chromaLegacyConfiguration: setting(
    'POLYVEC_CHROMA_LEGACY_CONFIGURATION',
    'auto',
    oneOf('auto', 'always_modern', 'always_legacy'),
    'The configuration shape on v2: `auto` gives Python 0.5.16 to 0.6.3 theirs, by their user agent.',
  ),
  chromaMaxBatchSize: setting(
    'POLYVEC_CHROMA_MAX_BATCH_SIZE',
    41_666,
    positive,
    'Records in one request, as announced to Chroma clients, who split by it. Not enforced.',
  ),
  maxBodyBytes: setting(
    'POLYVEC_MAX_BODY_BYTES',
    40 * MiB,
    positive,
    'The largest request body.',
    'CHROMA_MAX_PAYLOAD_SIZE_BYTES',
  ),
  corsOrigins: setting<readonly string[]>(
    'POLYVEC_CORS_ORIGINS',
    [],
    list,
    'Origins that browsers may call from, comma-separated; `*` for any.',
    'CHROMA_CORS_ALLOW_ORIGINS',
  ),
  statementTimeoutMs: setting(
    'POLYVEC_STATEMENT_TIMEOUT_MS',
    60_000,
    positive,
    'The longest a statement may take. The embedded engine is restarted when one takes longer.',
  ),
  poolSize: setting('POLYVEC_POOL_SIZE', 10, positive, 'Connections to Postgres.'),
  poolTimeoutMs: setting('POLYVEC_POOL_TIMEOUT_MS', 30_000, positive, 'The longest a request waits for a connection.'),
  shutdownTimeoutMs: setting('POLYVEC_SHUTDOWN_TIMEOUT_MS', 10_000, positive, 'The longest a stop waits for open requests.'),
  logLevel: setting('POLYVEC_LOG_LEVEL', 'info', oneOf('debug', 'info', 'warn', 'error', 'silent'), 'What is logged.'),
} as const;

type Settings = typeof SETTINGS;

/** The settings in force. */
export type Config = { readonly [Key in keyof Settings]: Settings[Key] extends Setting<infer T> ? T : never };

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
  for (const [key, definition] of Object.entries(SETTINGS) as [keyof Config, Setting<unknown>][]) {
    known.add(definition.variable);
    const names = [definition.variable, ...definition.aliases];
    const name = names.find((candidate) => environment[candidate] !== undefined && environment[candidate] !== '');
    const given = overrides[key] ?? (name === undefined ? undefined : environment[name]);
    config[key] = definition.fallback;
    if (given === undefined) continue;
    try {
      config[key] = definition.read(given);
    } catch (error) {
      const source = overrides[key] === undefined ? String(name) : `--${key}`;
      problems.push(`${source} must be ${(error as Error).message}, not "${given}"`);
    }
  }
  for (const name of Object.keys(environment)) {
    if (name.startsWith('POLYVEC_') && !known.has(name)) problems.push(`${name} is not a setting`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return config as Config;
}

function text(value: string): string {
  return value;
}

function boolean(value: string): boolean {
  const word = value.toLowerCase();
  if (word === 'true' || word === '1') return true;
  if (word === 'false' || word === '0') return false;
  throw new Error('true or false');
}

function positive(value: string): number {
  if (/^[1-9]\d{0,14}$/.test(value)) return Number(value);
  throw new Error('a whole number above 0');
}

function port(value: string): Port {
  if (value === 'off') return 'off';
  if (/^\d{1,5}$/.test(value) && Number(value) < 65_536) return Number(value);
  throw new Error('a port number, 0 or off');
}

function host(value: string): string {
  if (isIP(value) !== 0 || /^[a-zA-Z0-9.-]+$/.test(value)) return value;
  throw new Error('an address or a host name');
}

function postgresUrl(value: string): string {
  if (/^postgres(ql)?:\/\//.test(value) && URL.canParse(value)) return value;
  throw new Error('a postgres:// URL');
}

/** A comma-separated list, or a JSON list as Chroma writes it. */
function list(value: string): readonly string[] {
  if (value.startsWith('[')) {
    const items: unknown = JSON.parse(value);
    if (Array.isArray(items) && items.every((item) => typeof item === 'string')) return items;
    throw new Error('a list of texts');
  }
  return value.split(',').map((item) => item.trim());
}

function oneOf<const T extends string>(...values: readonly T[]): (value: string) => T {
  return (value) => {
    const match = values.find((candidate) => candidate === value);
    if (match === undefined) throw new Error(`one of ${values.join(', ')}`);
    return match;
  };
}
