import { oneOf, postgresUrl, setting, standbyUrl } from './values.js';

/** The settings of what stands between the gateway and a Postgres server, or beside it; a part of the gateway's. */
export const SERVER_SETTINGS = {
  pooler: setting(
    'POLYVEC_POOLER',
    'off',
    oneOf('off', 'transaction'),
    'Whether `DATABASE_URL` is a pooler that hands connections on after each transaction, such as PgBouncer: then nothing is expected to stay with a connection.',
  ),
  directDatabaseUrl: setting<string | undefined>(
    'POLYVEC_DIRECT_DATABASE_URL',
    undefined,
    postgresUrl,
    'The same database past the pooler, for migrations and index builds. Unset: they go through the pooler, with the settings that the server gives them.',
  ),
  replicaUrl: setting<string | undefined>(
    'POLYVEC_REPLICA_URL',
    undefined,
    standbyUrl,
    "A streaming standby of the database, for Pinecone's reads: they see every write of their own instance, and those of others a little later.",
  ),
} as const;
