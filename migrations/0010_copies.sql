-- What `polyvec copy` has brought into which collection, and how far it has come: updated in the transaction of each batch.

CREATE TABLE polyvec.copies (
  collection_id bigint PRIMARY KEY REFERENCES polyvec.collections ON DELETE CASCADE,
  -- where clients will see it; until then a hidden collection is in a tenant of its own, whose name nobody knows
  tenant text COLLATE "C" NOT NULL,
  database text COLLATE "C" NOT NULL,
  name text COLLATE "C" NOT NULL,
  is_hidden boolean NOT NULL,
  -- the source as the command named it, and the collection within it
  source text NOT NULL,
  origin text COLLATE "C" NOT NULL,
  -- another one whenever the source's records may have changed
  fingerprint text NOT NULL,
  -- null until the first batch
  cursor text,
  records bigint NOT NULL DEFAULT 0,
  rejects bigint NOT NULL DEFAULT 0,
  -- the sum of 64 bits of a hash of each record
  checksum text NOT NULL DEFAULT '0',
  is_finished boolean NOT NULL DEFAULT false
);

-- one copy at a time to a place
CREATE UNIQUE INDEX copies_place ON polyvec.copies (tenant, database, name) WHERE NOT is_finished;
