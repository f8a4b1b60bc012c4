-- Ports of indexes are kept as long as their collection is there, and rest when it is gone.

-- instances that open different ports each give a collection one of theirs
ALTER TABLE polyvec.collection_ports DROP CONSTRAINT collection_ports_collection_id_key;
CREATE INDEX collection_ports_collection ON polyvec.collection_ports (collection_id);

-- When a port was last taken from a deleted collection: clients of that one may still have connections to it.
CREATE TABLE polyvec.released_ports (
  port integer PRIMARY KEY,
  released_at timestamptz NOT NULL
);

CREATE FUNCTION polyvec.release_port() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO polyvec.released_ports (port, released_at) VALUES (old.port, clock_timestamp())
    ON CONFLICT (port) DO UPDATE SET released_at = excluded.released_at;
  RETURN NULL;
END $$;

CREATE TRIGGER release_port AFTER DELETE ON polyvec.collection_ports
  FOR EACH ROW EXECUTE FUNCTION polyvec.release_port();
