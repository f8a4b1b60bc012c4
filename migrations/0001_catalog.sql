-- Tenants, databases and collections: what names mean. Small, and always in cache.

CREATE TABLE polyvec.tenants (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  name text COLLATE "C" NOT NULL UNIQUE,
  -- Pinecone's project id
  short_id text NOT NULL UNIQUE DEFAULT substr(md5(gen_random_uuid()::text), 1, 7),
  -- the first part of a Chroma resource name (CRN)
  resource_name text COLLATE "C" UNIQUE,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE polyvec.databases (
  id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  tenant_id bigint NOT NULL REFERENCES polyvec.tenants ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);

CREATE TABLE polyvec.collections (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- what clients know it by
  uuid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
  database_id uuid NOT NULL REFERENCES polyvec.databases ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  -- the protocol that created it
  protocol text NOT NULL,
  metric text NOT NULL CHECK (metric IN ('l2', 'cosine', 'ip')),
  -- unknown until the first embedding is written, then fixed
  dimension integer CHECK (dimension > 0),
  metadata jsonb,
  -- what a protocol remembers of it, by the protocol's name; json, not jsonb: it is given back as it came
  settings json NOT NULL DEFAULT '{}',
  deletion_protection boolean NOT NULL DEFAULT false,
  -- where its rows are; the pool's pair of tables until it has a pair of its own
  record_table text NOT NULL DEFAULT 'pool_records',
  vector_table text NOT NULL DEFAULT 'pool_vectors',
  -- one up whenever something that instances remember has changed
  epoch bigint NOT NULL DEFAULT 1,
  created_at timestamptz NOT NULL DEFAULT now(),
  UNIQUE (database_id, name)
);

-- Which metadata fields occur in a collection, and with which types of values.
CREATE TABLE polyvec.collection_fields (
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  type text NOT NULL,
  PRIMARY KEY (collection_id, name, type)
);

-- Collections that no longer exist, but whose rows still do: they are removed in steps, by whichever instance comes first.
CREATE TABLE polyvec.dropped_collections (
  id bigint PRIMARY KEY,
  record_table text NOT NULL,
  vector_table text NOT NULL,
  dropped_at timestamptz NOT NULL DEFAULT now()
);

-- a trigger, because a collection also goes with its database and its tenant
CREATE FUNCTION polyvec.remember_dropped_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO polyvec.dropped_collections (id, record_table, vector_table)
  VALUES (OLD.id, OLD.record_table, OLD.vector_table);
  RETURN NULL;
END $$;

CREATE TRIGGER remember_dropped_collection AFTER DELETE ON polyvec.collections
  FOR EACH ROW EXECUTE FUNCTION polyvec.remember_dropped_collection();

INSERT INTO polyvec.tenants (name) VALUES ('default_tenant');
INSERT INTO polyvec.databases (id, tenant_id, name)
  SELECT '00000000-0000-0000-0000-000000000000', id, 'default_database' FROM polyvec.tenants;
