-- Forks: which collections come of one another. And how many records the writes of a namespace have named.

-- the first collection of a tree of forks, which may be gone by now; null in itself, and in all that are no forks
ALTER TABLE polyvec.collections ADD root_id bigint;
CREATE INDEX collections_root ON polyvec.collections (root_id) WHERE root_id IS NOT NULL;

-- Every fork that was ever made, as long as its tree has a member: rows, not a counter, so that no fork waits for another.
CREATE TABLE polyvec.forks (
  fork_uuid uuid PRIMARY KEY,
  root_id bigint NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX forks_root ON polyvec.forks (root_id);

CREATE FUNCTION polyvec.forget_forks_of_dropped_tree() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  root bigint := COALESCE(OLD.root_id, OLD.id);
BEGIN
  IF NOT EXISTS (SELECT FROM polyvec.collections c WHERE c.id = root OR c.root_id = root) THEN
    DELETE FROM polyvec.forks WHERE root_id = root;
  END IF;
  RETURN NULL;
END $$;

CREATE TRIGGER forget_forks_of_dropped_tree AFTER DELETE ON polyvec.collections
  FOR EACH ROW EXECUTE FUNCTION polyvec.forget_forks_of_dropped_tree();

-- one up for each record that a write names; beside `lsn`, so that it costs no write of its own
ALTER TABLE polyvec.namespaces ADD operations bigint NOT NULL DEFAULT 0;
UPDATE polyvec.namespaces SET operations = record_count;
