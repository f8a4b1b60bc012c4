-- Snapshots: what a collection was at one moment. They outlive it, and become collections again.

CREATE TABLE polyvec.snapshots (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  database_id uuid NOT NULL REFERENCES polyvec.databases ON DELETE CASCADE,
  kind text NOT NULL CHECK (kind IN ('backup', 'collection')),
  name text COLLATE "C",
  description text,
  -- the collection it is of, which may be gone by now
  source_uuid uuid NOT NULL,
  source_name text COLLATE "C" NOT NULL,
  source_deleted_at timestamptz,
  -- the collection's definition at that moment
  protocol text NOT NULL,
  metric text NOT NULL,
  dimension integer,
  vector_type text NOT NULL,
  has_sparse boolean NOT NULL,
  settings json NOT NULL,
  metadata jsonb,
  fields json NOT NULL DEFAULT '[]',
  record_count bigint NOT NULL DEFAULT 0,
  namespace_count bigint NOT NULL DEFAULT 0,
  size_bytes bigint NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  -- its rows' collection id, which is no collection's
  rows_id bigint NOT NULL UNIQUE DEFAULT nextval(pg_get_serial_sequence('polyvec.collections', 'id'))
);

CREATE INDEX snapshots_list ON polyvec.snapshots (database_id, kind, created_at, uuid);
CREATE INDEX snapshots_source ON polyvec.snapshots (source_uuid);
-- backups are known by their uuid, and may be called anything
CREATE UNIQUE INDEX snapshots_name ON polyvec.snapshots (database_id, name) WHERE kind = 'collection';

CREATE TABLE polyvec.snapshot_namespaces (
  snapshot_uuid uuid NOT NULL REFERENCES polyvec.snapshots ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  lsn bigint NOT NULL,
  schema json,
  created_at timestamptz NOT NULL,
  PRIMARY KEY (snapshot_uuid, name)
);

-- Apart from the pool, whose index of metadata every search reads: rows that nothing searches would only be in the way. Sparse
-- vectors are beside the pool's, without postings, which follow from them.
CREATE TABLE polyvec.snapshot_records (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  id text COLLATE "C" NOT NULL,
  long_id text COLLATE "C",
  rid bigint NOT NULL,
  document text COLLATE "C",
  uri text COLLATE "C",
  metadata jsonb NOT NULL,
  PRIMARY KEY (collection_id, namespace, rid)
);

CREATE TABLE polyvec.snapshot_vectors (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  rid bigint NOT NULL,
  embedding vector NOT NULL,
  PRIMARY KEY (collection_id, namespace, rid)
);

ALTER TABLE polyvec.snapshot_vectors ALTER embedding SET STORAGE EXTERNAL;
ALTER TABLE polyvec.snapshot_vectors SET (toast_tuple_target = 8160);
ALTER TABLE polyvec.snapshot_vectors ALTER embedding SET STATISTICS 0;
ALTER TABLE polyvec.snapshot_records ALTER document SET STATISTICS 0;
ALTER TABLE polyvec.snapshot_records ALTER metadata SET STATISTICS 0;

-- triggers, because snapshots go with their database, and collections in more ways than one
CREATE FUNCTION polyvec.remember_dropped_snapshot() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO polyvec.dropped_collections (id, record_table, vector_table)
  VALUES (OLD.rows_id, 'snapshot_records', 'snapshot_vectors');
  RETURN NULL;
END $$;

CREATE TRIGGER remember_dropped_snapshot AFTER DELETE ON polyvec.snapshots
  FOR EACH ROW EXECUTE FUNCTION polyvec.remember_dropped_snapshot();

CREATE FUNCTION polyvec.date_snapshots_of_dropped_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE polyvec.snapshots SET source_deleted_at = now() WHERE source_uuid = OLD.uuid;
  RETURN NULL;
END $$;

CREATE TRIGGER date_snapshots_of_dropped_collection AFTER DELETE ON polyvec.collections
  FOR EACH ROW EXECUTE FUNCTION polyvec.date_snapshots_of_dropped_collection();

-- What became of snapshots: collections, each made in one transaction together with its row here.
CREATE TABLE polyvec.restore_jobs (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  database_id uuid NOT NULL REFERENCES polyvec.databases ON DELETE CASCADE,
  kind text NOT NULL,
  snapshot_uuid uuid NOT NULL,
  target_uuid uuid NOT NULL,
  target_name text COLLATE "C" NOT NULL,
  status text NOT NULL CHECK (status IN ('pending', 'running', 'completed', 'failed')),
  created_at timestamptz NOT NULL DEFAULT now(),
  completed_at timestamptz
);

CREATE INDEX restore_jobs_list ON polyvec.restore_jobs (database_id, kind, created_at, uuid);
