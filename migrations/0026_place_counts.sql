-- What collections with places of their own held when background work last looked: long lists look into no place.
CREATE TABLE polyvec.place_counts (
  collection_id bigint PRIMARY KEY REFERENCES polyvec.collections ON DELETE CASCADE,
  records bigint NOT NULL,
  namespaces bigint NOT NULL,
  counted_at timestamptz NOT NULL DEFAULT now()
);
