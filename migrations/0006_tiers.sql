-- Tables of their own for large collections, and HNSW indexes over their vectors.

-- Every write of an embedding into such a table takes a number, and a vector index covers a range of numbers: what is newer than
-- the last index costs no insert into a graph, and is searched exactly.
CREATE SEQUENCE polyvec.vector_seq CACHE 1;

-- the pool has no vector indexes, and numbers nothing
ALTER TABLE polyvec.pool_vectors ADD seq bigint NOT NULL DEFAULT 0;

-- about to get tables of its own: writers queue up for a lock meanwhile, so that the move has its turn
ALTER TABLE polyvec.collections ADD moving boolean NOT NULL DEFAULT false;
-- its documents have a trigram index
ALTER TABLE polyvec.collections ADD document_index boolean NOT NULL DEFAULT false;

-- kept by whoever inserts and deletes: a count of a million records takes longer than all the rest
ALTER TABLE polyvec.namespaces ADD record_count bigint NOT NULL DEFAULT 0;
UPDATE polyvec.namespaces n SET record_count = r.count FROM (
    SELECT collection_id, namespace, count(*) FROM polyvec.pool_records GROUP BY collection_id, namespace) AS r
  WHERE r.collection_id = n.collection_id AND r.namespace = n.name;

-- pages of a database's collections
CREATE INDEX collections_list ON polyvec.collections (database_id, uuid);

CREATE TABLE polyvec.vector_indexes (
  -- its name is hnsw_<id>
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  namespace text COLLATE "C" NOT NULL,
  -- the numbers it covers: those above the first, up to the second
  low bigint NOT NULL,
  high bigint NOT NULL,
  -- what it holds: vectors, their 16-bit components, or a bit of each component
  content text NOT NULL CHECK (content IN ('full', 'half', 'binary')),
  -- vectors in it when it was built
  rows bigint NOT NULL DEFAULT 0,
  -- retired: replaced, and to be dropped
  state text NOT NULL DEFAULT 'building' CHECK (state IN ('building', 'ready', 'retired')),
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX vector_indexes_collection ON polyvec.vector_indexes (collection_id);

-- Work that one instance does at a time, whoever comes first; whoever dies over it is followed when its time is over.
CREATE TABLE polyvec.leases (
  name text PRIMARY KEY,
  owner uuid NOT NULL,
  until timestamptz NOT NULL
);

-- A collection that has moved leaves rows behind, too, but its sparse vectors stay where they are.
ALTER TABLE polyvec.dropped_collections
  ADD with_sparse boolean NOT NULL DEFAULT true,
  DROP CONSTRAINT dropped_collections_pkey,
  ADD PRIMARY KEY (id, record_table);
