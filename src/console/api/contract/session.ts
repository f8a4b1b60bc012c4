/**
 * What the console's page and the gateway say to each other, below `/console/api/v1`: JSON in camel case, not public, changed with
 * both ends at once. The page imports these types; nothing here may import anything that does not exist in a browser.
 *
 * The page's build goes to `dist/console/page` (vite: `outDir: '../dist/console/page'`): `dist/console` itself holds this folder's
 * compiled code. The gateway serves `index.html` for the page's own paths, `/assets/*` for a year, and other files of the build's root
 * by their names, such as `/favicon.svg`; each with `.br` and `.gz` beside it where they are there.
 *
 * Every call carries `x-polyvec-console: 1`, and `Authorization: Bearer <key>` where keys are on. An error is {@link Failure} with
 * the status of its kind.
 */

/** Of an error: `code` is for programs, `message` for people, `requestId` finds it in the log. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly requestId: string;
}

/** GET `/session`: what the page may do and where clients reach this gateway. Answers 401 where a key is needed and missing. */
export interface Session {
  readonly version: string;
  readonly engine: string;
  /** What `POLYVEC_CONSOLE` allows at most. */
  readonly mode: 'on' | 'read-only';
  readonly keys: boolean;
  readonly permissions: readonly ('read' | 'write' | 'admin')[];
  /** Whether the key reaches every tenant with `admin`. */
  readonly isOperator: boolean;
  /** The tenant and database that the key is bound to; null: all. */
  readonly tenant: string | null;
  readonly database: string | null;
  readonly addresses: Addresses;
  /** When the first client call that was not the console's arrived at this instance; null: none yet. ISO 8601. */
  readonly firstCallAt: string | null;
}

/** The base URLs of the ports, as clients configure them. */
export interface Addresses {
  readonly chroma: string;
  readonly pinecone: string;
  readonly vectorizer: string;
  readonly console: string;
}

/** GET `/tenants`: those within the key's reach, with their databases; at most 1,000 databases together. */
export interface TenantList {
  readonly tenants: readonly { readonly name: string; readonly databases: readonly string[] }[];
}
