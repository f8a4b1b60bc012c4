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
    WHEN connection_exception THEN
      -- the collection's own requests report it
      RETURN;
  END;
END $$;
