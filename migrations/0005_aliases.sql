-- Names that collections used to have and still answer to, and changes of metadata that reach into nested objects.

CREATE TABLE polyvec.collection_aliases (
  database_id uuid NOT NULL REFERENCES polyvec.databases ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  PRIMARY KEY (database_id, name)
);

CREATE INDEX collection_aliases_collection ON polyvec.collection_aliases (collection_id);

-- JSON Merge Patch (RFC 7396): objects are merged key by key, null removes a key, anything else replaces.
CREATE FUNCTION polyvec.merge_patch(target jsonb, patch jsonb) RETURNS jsonb LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
DECLARE
  merged jsonb := CASE jsonb_typeof(target) WHEN 'object' THEN target ELSE '{}' END;
  entry record;
BEGIN
  IF jsonb_typeof(patch) IS DISTINCT FROM 'object' THEN
    RETURN patch;
  END IF;
  FOR entry IN SELECT key, value FROM jsonb_each(patch) LOOP
    IF jsonb_typeof(entry.value) = 'null' THEN
      merged := merged - entry.key;
    ELSE
      merged := merged || jsonb_build_object(entry.key, polyvec.merge_patch(merged -> entry.key, entry.value));
    END IF;
  END LOOP;
  RETURN merged;
END $$;

-- which collections have records that end, for whoever removes them
CREATE INDEX collection_fields_expiry ON polyvec.collection_fields (collection_id) WHERE name = '__expires_at';
