-- The words of a question, each once, in their order. A function, as a statement on a place may not read this server's own tables: on
-- a cluster it would be taken apart.
CREATE FUNCTION polyvec.words_asked(config regconfig, text text, most integer) RETURNS TABLE (word text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT l.word FROM ts_parse('default', $2) WITH ORDINALITY AS p (tokid, token, place)
  JOIN pg_ts_config_map m ON m.mapcfg = $1 AND m.maptokentype = p.tokid AND m.mapseqno = 1
  CROSS JOIN LATERAL unnest(ts_lexize(m.mapdict::regdictionary, p.token)) AS l (word)
  WHERE octet_length(p.token) < 2047 GROUP BY l.word ORDER BY min(p.place), l.word COLLATE "C" LIMIT $3
$$;

-- While a node is down, lists name its collections as they name empty ones: what they hold is not known.
CREATE OR REPLACE FUNCTION polyvec.placed_namespaces(place text, collection bigint)
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
  EXCEPTION
    WHEN undefined_table OR invalid_schema_name THEN
      -- it was dropped after the statement had begun
      RETURN;
    WHEN connection_exception OR admin_shutdown OR crash_shutdown OR cannot_connect_now THEN
      -- the collection's own requests report it
      RETURN;
  END;
END $$;
