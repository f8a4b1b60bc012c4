-- A statement that lists collections looks into every place. Each look held two locks until the statement's end, so a list of 6,300
-- places filled the lock table of a server with its settings as they come, and failed, as did whatever else wanted a lock just then.
-- What a subtransaction has locked is free when it is rolled back, and variables keep what was read.
CREATE OR REPLACE FUNCTION polyvec.placed_namespaces(place text, collection bigint)
  RETURNS TABLE (name text, lsn bigint, operations bigint, record_count bigint, schema json, created_at timestamptz)
  LANGUAGE plpgsql STABLE ROWS 1 AS $$
DECLARE
  names text[];
  lsns bigint[];
  operation_counts bigint[];
  record_counts bigint[];
  schemas json[];
  times timestamptz[];
BEGIN
  IF place = 'polyvec' THEN
    RETURN;
  END IF;
  BEGIN
    EXECUTE format(
      'SELECT array_agg(n.name), array_agg(n.lsn), array_agg(n.operations), array_agg(n.record_count), array_agg(n.schema),
         array_agg(n.created_at) FROM %I.namespaces n WHERE n.collection_id = $1', place)
      INTO names, lsns, operation_counts, record_counts, schemas, times USING collection;
    RAISE SQLSTATE 'PV001';
  EXCEPTION
    WHEN SQLSTATE 'PV001' THEN
      NULL;
    WHEN undefined_table OR invalid_schema_name THEN
      -- it was dropped after the statement had begun
      RETURN;
    WHEN connection_exception OR admin_shutdown OR crash_shutdown OR cannot_connect_now THEN
      -- the collection's own requests report it
      RETURN;
  END;
  RETURN QUERY SELECT * FROM unnest(names, lsns, operation_counts, record_counts, schemas, times);
END $$;
