-- A namespace with a place of its own: a child, a collection that no client sees, holds it, and all that belongs to it.

ALTER TABLE polyvec.collections
  ALTER name DROP NOT NULL,
  -- deferred: `polyvec move` copies rows in any order
  ADD parent_id bigint REFERENCES polyvec.collections ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
  ADD namespace text COLLATE "C",
  -- a child has no name of its own, and never holds the default namespace
  ADD CHECK ((parent_id IS NULL) = (name IS NOT NULL) AND (parent_id IS NULL) = (namespace IS NULL) AND namespace <> '');

CREATE UNIQUE INDEX collections_children ON polyvec.collections (parent_id, namespace) WHERE parent_id IS NOT NULL;

-- What a child has of its parent. A statement on a child is stale whenever one of it has changed.
CREATE FUNCTION polyvec.follow_parent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  UPDATE polyvec.collections SET database_id = NEW.database_id, metric = NEW.metric, dimension = NEW.dimension,
    has_sparse = NEW.has_sparse, metadata = NEW.metadata, settings = NEW.settings, recall = NEW.recall, epoch = epoch + 1
  WHERE parent_id = NEW.id;
  RETURN NULL;
END $$;

CREATE TRIGGER follow_parent AFTER UPDATE ON polyvec.collections FOR EACH ROW WHEN (OLD.parent_id IS NULL AND (
    OLD.database_id, OLD.name, OLD.metric, OLD.dimension, OLD.has_sparse, OLD.metadata, OLD.settings::text, OLD.recall)
  IS DISTINCT FROM (
    NEW.database_id, NEW.name, NEW.metric, NEW.dimension, NEW.has_sparse, NEW.metadata, NEW.settings::text, NEW.recall))
  EXECUTE FUNCTION polyvec.follow_parent();
