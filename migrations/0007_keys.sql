-- API keys: what a client sends is never stored, only its digest.

CREATE TABLE polyvec.api_keys (
  -- the public part of the key, by which it is found
  id text COLLATE "C" PRIMARY KEY,
  name text NOT NULL,
  digest bytea NOT NULL,
  -- the secret before the last rotation, for as long as it is still good
  previous_digest bytea,
  previous_until timestamptz,
  permissions text[] NOT NULL,
  -- names, not references: a reset deletes tenants, never keys; null: every tenant
  tenant text COLLATE "C",
  -- null: every database of the tenant
  database text COLLATE "C",
  -- patterns of collections' names; null: every collection
  collections text[],
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_on date,
  CHECK (database IS NULL OR tenant IS NOT NULL)
);
