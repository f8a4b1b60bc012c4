-- A schema of its own for each large collection, its place: its records, vectors, sparse vectors and namespaces lie in it.

-- the schema that holds its rows; its own, polyvec_<id>, has the guard, too, against which its statements compare their epoch
ALTER TABLE polyvec.collections ADD place text NOT NULL DEFAULT 'polyvec';
ALTER TABLE polyvec.dropped_collections ADD place text NOT NULL DEFAULT 'polyvec';

CREATE OR REPLACE FUNCTION polyvec.remember_dropped_collection() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  -- waits for the writers, which hold it until their end
  IF OLD.place <> 'polyvec' THEN
    EXECUTE format('DELETE FROM %I.guard WHERE id = $1', OLD.place) USING OLD.id;
  END IF;
  INSERT INTO polyvec.dropped_collections (id, record_table, vector_table, place)
  VALUES (OLD.id, OLD.record_table, OLD.vector_table, OLD.place);
  RETURN NULL;
END $$;

-- a trigger, because everything that changes a catalog row moves its epoch on
CREATE FUNCTION polyvec.guard_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('UPDATE %I.guard SET epoch = $2 WHERE id = $1', NEW.place) USING NEW.id, NEW.epoch;
  RETURN NULL;
END $$;

CREATE TRIGGER guard_epoch AFTER UPDATE OF epoch ON polyvec.collections
  FOR EACH ROW WHEN (OLD.place <> 'polyvec' AND NEW.place = OLD.place AND NEW.epoch <> OLD.epoch)
  EXECUTE FUNCTION polyvec.guard_epoch();

-- The namespaces of a collection with a place of its own, for statements on the catalog that list collections of all places.
CREATE FUNCTION polyvec.placed_namespaces(place text, collection bigint)
  RETURNS TABLE (name text, lsn bigint, operations bigint, record_count bigint, schema json, created_at timestamptz)
  LANGUAGE plpgsql STABLE ROWS 1 AS $$
BEGIN
  IF place = 'polyvec' THEN
    RETURN;
  END IF;
  BEGIN
    RETURN QUERY EXECUTE format(
      'SELECT n.name, n.lsn, n.operations, n.record_count, n.schema, n.created_at FROM %I.namespaces n WHERE n.collection_id = $1',
      place) USING collection;
  EXCEPTION WHEN undefined_table OR invalid_schema_name THEN
    -- it was dropped after the statement had begun
    RETURN;
  END;
END $$;
