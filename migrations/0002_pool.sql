-- The pool: one pair of tables for every small collection. A record is two rows, so that a change of metadata never
-- touches a vector. Search here is exact; there is no vector index.

-- rid numbers records in the order of their first insert, which is the order Chroma lists them in
CREATE SEQUENCE polyvec.rid CACHE 1;

CREATE TABLE polyvec.pool_records (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  -- the record's id, or a stand-in for one that is too long for an index (records/record-key.ts)
  id text COLLATE "C" NOT NULL,
  long_id text COLLATE "C",
  rid bigint NOT NULL,
  document text COLLATE "C",
  uri text COLLATE "C",
  -- an empty object when there is none, so that no condition on it is ever NULL
  metadata jsonb NOT NULL,
  PRIMARY KEY (collection_id, namespace, id),
  UNIQUE (collection_id, namespace, rid)
);

-- equality filters; entries go in at once, because a pending list is read through by every search
CREATE INDEX pool_records_metadata ON polyvec.pool_records USING gin (metadata jsonb_path_ops) WITH (fastupdate = off);

CREATE TABLE polyvec.pool_vectors (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  rid bigint NOT NULL,
  -- no length: any dimension
  embedding vector NOT NULL,
  PRIMARY KEY (collection_id, namespace, rid)
);

-- a vector that fits into a page stays in its row, where an exact search reads it 3.7 times faster
ALTER TABLE polyvec.pool_vectors ALTER embedding SET STORAGE EXTERNAL;
ALTER TABLE polyvec.pool_vectors SET (toast_tuple_target = 8160);

-- nothing is planned by the contents of these, and looking at them is what an ANALYZE spends its time on
ALTER TABLE polyvec.pool_vectors ALTER embedding SET STATISTICS 0;
ALTER TABLE polyvec.pool_records ALTER document SET STATISTICS 0;
ALTER TABLE polyvec.pool_records ALTER uri SET STATISTICS 0;
ALTER TABLE polyvec.pool_records ALTER long_id SET STATISTICS 0;
