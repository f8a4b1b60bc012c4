import { boolean, list, oneOf, setting, text } from './values.js';

/** The settings of keys; a part of the gateway's. */
export const KEY_SETTINGS = {
  auth: setting(
    'POLYVEC_AUTH',
    'off',
    oneOf('off', 'keys'),
    'Whether requests need an API key (`polyvec keys create`). Without, the gateway listens on loopback addresses only.',
  ),
  allowOpenAccess: setting(
    'POLYVEC_ALLOW_OPEN_ACCESS',
    false,
    boolean,
    'With `POLYVEC_AUTH=off`: listen on other addresses all the same. Whoever reaches a port can then read and delete everything.',
  ),
  allowedHosts: setting<readonly string[]>(
    'POLYVEC_ALLOWED_HOSTS',
    [],
    list,
    'Without keys: hosts that requests may be for, comma-separated, besides `localhost` and names below it, names without a dot or below `internal`, addresses, `POLYVEC_PUBLIC_HOST` and `POLYVEC_PINECONE_DOMAIN`; `*`: any. Others get 421. On other addresses than loopback, checked only when this is set.',
  ),
  rootKey: setting<string | undefined>(
    'POLYVEC_ROOT_KEY',
    undefined,
    secret,
    'A key that may do everything in every tenant, of at least 32 characters; it is stored nowhere.',
  ),
  rootKeyFile: setting<string | undefined>('POLYVEC_ROOT_KEY_FILE', undefined, text, 'A file that holds the root key.'),
} as const;

/** White space around it, such as the line's end of a mounted file, is not part of it. */
function secret(value: string): string {
  const key = value.trim();
  if (key.length >= 32) return key;
  throw new Error('at least 32 characters');
}
