-- Files that clients have asked to be imported into an index, and how far each import has come.

CREATE TABLE polyvec.bulk_imports (
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  -- what clients know it by, from 1 on
  number integer NOT NULL,
  uri text NOT NULL,
  -- whether a record that cannot be imported ends the import
  is_strict boolean NOT NULL,
  status text NOT NULL DEFAULT 'Pending' CHECK (status IN ('Pending', 'InProgress', 'Failed', 'Completed', 'Cancelled')),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  -- another one whenever the files may have changed; null until the import has begun
  fingerprint text,
  -- records that the files have
  total bigint NOT NULL DEFAULT 0,
  -- null until the first batch
  cursor text,
  records bigint NOT NULL DEFAULT 0,
  rejects bigint NOT NULL DEFAULT 0,
  error text,
  PRIMARY KEY (collection_id, number)
);

CREATE INDEX bulk_imports_unfinished ON polyvec.bulk_imports (created_at) WHERE finished_at IS NULL;
