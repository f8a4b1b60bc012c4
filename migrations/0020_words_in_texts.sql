-- The words of a text in their order, for conditions on what a text says.
CREATE FUNCTION polyvec.words_in(config regconfig, text text) RETURNS TABLE (place bigint, word text)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT p.place, l.word FROM ts_parse('default', $2) WITH ORDINALITY AS p (tokid, token, place)
  JOIN pg_ts_config_map m ON m.mapcfg = $1 AND m.maptokentype = p.tokid AND m.mapseqno = 1
  CROSS JOIN LATERAL unnest(ts_lexize(m.mapdict::regdictionary, p.token)) AS l (word)
  WHERE octet_length(p.token) < 2047
$$;
