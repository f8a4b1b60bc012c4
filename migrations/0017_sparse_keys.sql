-- Postings of the sparse vectors that are metadata, by key: what searches read, built in the background from the records.

-- whether writes to the default namespace list the records that they change; once it is set, it stays
ALTER TABLE polyvec.collections ADD sparse_keys_indexed boolean NOT NULL DEFAULT false;

CREATE TABLE polyvec.sparse_key_indexes (
  collection_id bigint PRIMARY KEY REFERENCES polyvec.collections ON DELETE CASCADE,
  -- whose sparse vectors the segments hold
  keys text[] NOT NULL
);

-- Records of the default namespace with numbers above low, up to high, as they were at one moment. Segments follow each other from 0.
CREATE TABLE polyvec.sparse_segments (
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  low bigint NOT NULL,
  high bigint NOT NULL,
  records integer NOT NULL,
  PRIMARY KEY (collection_id, low)
);

-- The records of a segment (by its low) whose vectors have the index `term`.
CREATE TABLE polyvec.sparse_key_postings (
  collection_id bigint NOT NULL,
  key text COLLATE "C" NOT NULL,
  -- uint32 does not fit into integer
  term bigint NOT NULL,
  segment bigint NOT NULL,
  rids bigint[] NOT NULL,
  weights float8[] NOT NULL,
  PRIMARY KEY (collection_id, key, term, segment)
);

CREATE INDEX sparse_key_postings_segment ON polyvec.sparse_key_postings (collection_id, segment);

-- compressed lists would cost a search more than their pages do
ALTER TABLE polyvec.sparse_key_postings ALTER rids SET STORAGE EXTERNAL;
ALTER TABLE polyvec.sparse_key_postings ALTER weights SET STORAGE EXTERNAL;
ALTER TABLE polyvec.sparse_key_postings ALTER rids SET STATISTICS 0;
ALTER TABLE polyvec.sparse_key_postings ALTER weights SET STATISTICS 0;

-- Records that have changed since their segment was built. Each write adds rows of its own: whoever removes those that it has
-- seen leaves the others.
CREATE SEQUENCE polyvec.sparse_change_seq;

CREATE TABLE polyvec.sparse_changes (
  collection_id bigint NOT NULL,
  rid bigint NOT NULL,
  seq bigint NOT NULL DEFAULT nextval('polyvec.sparse_change_seq'),
  PRIMARY KEY (collection_id, rid, seq)
);
