import type { Config } from '../config/config.js';
import { parseKey } from '../keys/api-key.js';
import { type ApiKey, ApiKeyStore } from '../keys/api-key.store.js';
import { ApiKeysService } from '../keys/api-keys.service.js';
import { redact } from '../observability/redact.js';
import { type Permission, PERMISSIONS } from '../tenants/caller.js';
import { DEFAULT_TENANT } from '../tenants/tenant.js';
import { withDatabase } from './existing-database.js';
import type { Print } from './maintenance-config.js';

/** The options of `polyvec keys create`. */
export interface NewKeyOptions {
  readonly name: string;
  /** `*`: every tenant. */
  readonly tenant?: string | undefined;
  /** Absent, or `*`: every database of the tenant. */
  readonly database?: string | undefined;
  /** Permissions, comma-separated. */
  readonly scope?: string | undefined;
  /** Patterns of collections' names, comma-separated; absent: every collection. */
  readonly collections?: string | undefined;
  /** How long the key is good, such as `90d`; absent: until it is revoked. */
  readonly expires?: string | undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400 };
/** A century. */
const MAX_SECONDS = 36_500 * 86_400;
const DEFAULT_SCOPE = 'read,write';
/** Where a tenant, or a database, is named. */
const EVERY = '*';

/** Makes keys, and prints them: the one time that anybody sees them. @throws Error for options that make no sense, before anything is done */
export async function createKeys(config: Config, options: readonly NewKeyOptions[], print: Print): Promise<void> {
  const wanted = options.map(newKey);
  await withKeys(config, async (keys) => {
    for (const key of wanted) print(await keys.create(key));
  });
}

/** Prints all keys, the newest first, without their secrets. */
export async function listKeys(config: Config, print: Print): Promise<void> {
  await withKeys(config, async (keys) => {
    const found = await keys.list();
    if (found.length === 0) print('no keys');
    for (const key of found) print(lineOf(key));
  });
}

/** Gives a key another secret, and prints it. `key`: its id, or all of it. @throws Error for one that is unknown, revoked or expired */
export async function rotateKey(config: Config, key: string, grace: string, print: Print): Promise<void> {
  const id = idOf(key);
  const seconds = requireDuration(grace, '--grace');
  await withKeys(config, async (keys) => {
    const text = await keys.rotate(id, seconds);
    if (text === undefined) throw new Error(`there is no key ${id} that is good`);
    print(text);
  });
}

/** Makes a key good for nothing, on every instance within seconds. `key`: its id, or all of it. @throws Error for an unknown key */
export async function revokeKey(config: Config, key: string, print: Print): Promise<void> {
  const id = idOf(key);
  await withKeys(config, async (keys) => {
    if (!(await keys.revoke(id))) throw new Error(`there is no key ${id}`);
    print(`${id} is revoked`);
  });
}

/** No secret gets into a message. */
function idOf(key: string): string {
  return parseKey(key)?.id ?? redact(key);
}

async function withKeys(config: Config, work: (keys: ApiKeysService) => Promise<void>): Promise<void> {
  await withDatabase(config, (database) => work(new ApiKeysService(new ApiKeyStore(database), undefined)), 'may be new');
}

function newKey(options: NewKeyOptions): Parameters<ApiKeysService['create']>[0] {
  const tenant = options.tenant ?? DEFAULT_TENANT;
  const database = options.database === undefined || options.database === EVERY ? null : options.database;
  if (tenant === EVERY && database !== null) throw new Error('a key for every tenant is for every database');
  for (const [option, name] of [['--tenant', tenant] as const, ['--database', database ?? 'any'] as const]) {
    if (name.length < 3 && name !== EVERY) throw new Error(`${option}: a name has at least 3 characters`);
  }
  return {
    name: options.name,
    permissions: new Set((options.scope ?? DEFAULT_SCOPE).split(',').map(requirePermission)),
    tenant: tenant === EVERY ? null : tenant,
    database,
    collections: options.collections?.split(',').map((pattern) => pattern.trim()) ?? null,
    lifetime: options.expires === undefined ? null : requireDuration(options.expires, '--expires'),
  };
}

function requirePermission(text: string): Permission {
  const permission = PERMISSIONS.find((candidate) => candidate === text.trim());
  if (permission === undefined) throw new Error(`--scope: ${PERMISSIONS.join(', ')}, or several of them, not "${text}"`);
  return permission;
}

/** In seconds. */
function requireDuration(text: string, option: string): number {
  const [, count, unit = ''] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  if (count === undefined) throw new Error(`${option}: a number with s, m, h or d, such as 12h, not "${text}"`);
  const seconds = Number(count) * (UNITS[unit] ?? 0);
  if (seconds > MAX_SECONDS) throw new Error(`${option}: no more than 36500d, not "${text}"`);
  return seconds;
}

function lineOf(key: ApiKey): string {
  const place = key.tenant === null ? 'every tenant' : `${key.tenant}/${key.database ?? '*'}`;
  const collections = key.collections === null ? '' : `  collections ${key.collections.join(',')}`;
  const used = key.lastUsedOn === null ? 'never used' : `last used ${key.lastUsedOn}`;
  return `${key.id}  ${key.name}  ${[...key.permissions].join(',')}  ${place}${collections}  ${stateOf(key)}  ${used}`;
}

function stateOf({ revokedAt, expiresAt, previousUntil }: ApiKey): string {
  if (revokedAt !== null) return `revoked ${timeOf(revokedAt)}`;
  const expiry = expiresAt === null ? 'good' : `${expiresAt < Date.now() ? 'expired' : 'good until'} ${timeOf(expiresAt)}`;
  return previousUntil === null ? expiry : `${expiry}, its old secret until ${timeOf(previousUntil)}`;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().slice(0, 19) + 'Z';
}
