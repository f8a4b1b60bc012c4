-- Namespaces with their write counters, ports of their own for collections, and sparse vectors.

CREATE TABLE polyvec.namespaces (
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  -- one up per write, through any protocol
  lsn bigint NOT NULL DEFAULT 0,
  -- which metadata fields its creator declared; null: none
  schema json,
  created_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (collection_id, name)
  -- every write updates a row in place: room for it in the page
) WITH (fillfactor = 50);

INSERT INTO polyvec.namespaces (collection_id, name, lsn)
  SELECT c.id, r.namespace, 1 FROM polyvec.pool_records r JOIN polyvec.collections c ON c.id = r.collection_id
  GROUP BY c.id, r.namespace;

-- a sparse collection has no dense vectors, a dense one may have sparse ones beside them
ALTER TABLE polyvec.collections
  ADD vector_type text NOT NULL DEFAULT 'dense' CHECK (vector_type IN ('dense', 'sparse')),
  ADD has_sparse boolean NOT NULL DEFAULT false;

CREATE TABLE polyvec.collection_ports (
  port integer PRIMARY KEY,
  collection_id bigint NOT NULL UNIQUE REFERENCES polyvec.collections ON DELETE CASCADE
);

-- A sparse vector as it is given back. Each write of one has a new sid; postings of an earlier sid mean nothing any more,
-- so that whoever leaves one behind costs space, never a wrong score.
CREATE TABLE polyvec.pool_sparse (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  rid bigint NOT NULL,
  sid bigint NOT NULL,
  -- uint32 does not fit into integer
  terms bigint[] NOT NULL,
  weights real[] NOT NULL,
  PRIMARY KEY (collection_id, namespace, rid),
  UNIQUE (collection_id, namespace, sid)
);

-- The inverted index: a search reads the rows of its terms, from the index alone.
CREATE TABLE polyvec.pool_postings (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  term bigint NOT NULL,
  sid bigint NOT NULL,
  weight real NOT NULL,
  PRIMARY KEY (collection_id, namespace, term, sid) INCLUDE (weight)
);

ALTER TABLE polyvec.pool_sparse ALTER terms SET STATISTICS 0;
ALTER TABLE polyvec.pool_sparse ALTER weights SET STATISTICS 0;
