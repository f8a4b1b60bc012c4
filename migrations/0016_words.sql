-- Word search: an inverted index of the words in documents, filled in the background (docs/decisions/0051).

-- `starting`: writers note what they change; `ready`: what is not noted as changed is in the index
ALTER TABLE polyvec.collections
  ADD COLUMN word_index text NOT NULL DEFAULT 'none' CHECK (word_index IN ('none', 'starting', 'ready'));

-- A text as its words, with how often each occurs. As to_tsvector has them, but without its limits: on the bytes of a text, on
-- positions, and on how often a word is counted.
CREATE FUNCTION polyvec.words_of_any(config regconfig, text text) RETURNS TABLE (word text, occurrences integer)
LANGUAGE sql STABLE STRICT PARALLEL SAFE AS $$
  SELECT l.word, sum(t.occurrences)::integer
  FROM (SELECT p.tokid, p.token, count(*) AS occurrences FROM ts_parse('default', $2) p
    -- longer ones are no words to to_tsvector, and would not fit into an index
    WHERE octet_length(p.token) < 2047 GROUP BY p.tokid, p.token) AS t
  JOIN pg_ts_config_map m ON m.mapcfg = $1 AND m.maptokentype = t.tokid AND m.mapseqno = 1
  CROSS JOIN LATERAL unnest(ts_lexize(m.mapdict::regdictionary, t.token)) AS l (word)
  GROUP BY l.word
$$;

-- to_tsvector is twice as fast, and right where no limit of it is reached
CREATE FUNCTION polyvec.words_of_long(config regconfig, text text) RETURNS TABLE (word text, occurrences integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
#variable_conflict use_column
DECLARE words tsvector;
BEGIN
  -- 16,383 positions
  IF octet_length($2) <= 30000 THEN
    words := to_tsvector($1, $2);
    IF NOT EXISTS (SELECT FROM unnest(words) AS u WHERE cardinality(u.positions) >= 255) THEN
      RETURN QUERY SELECT u.lexeme, cardinality(u.positions) FROM unnest(words) AS u;
      RETURN;
    END IF;
  END IF;
  RETURN QUERY SELECT w.word, w.occurrences FROM polyvec.words_of_any($1, $2) AS w;
END $$;

-- no word occurs 256 times in 510 bytes; this part becomes one with the statement that it is in
CREATE FUNCTION polyvec.words_of(config regconfig, text text) RETURNS TABLE (word text, occurrences integer)
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT u.lexeme, cardinality(u.positions) FROM unnest(to_tsvector($1, CASE WHEN octet_length($2) <= 510 THEN $2 END)) AS u
  UNION ALL
  SELECT w.word, w.occurrences FROM polyvec.words_of_long($1, CASE WHEN octet_length($2) > 510 THEN $2 END) AS w
$$;

-- Records that were written or deleted since they were indexed, once for each write. Only ever inserted into and deleted from:
-- no writer waits for another here.
CREATE SEQUENCE polyvec.pending_word_seq;
CREATE TABLE polyvec.pending_words (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  pid bigint NOT NULL DEFAULT nextval('polyvec.pending_word_seq'),
  rid bigint NOT NULL,
  PRIMARY KEY (collection_id, namespace, pid)
);

-- An indexed text: all its words, and the different ones.
CREATE TABLE polyvec.word_texts (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  rid bigint NOT NULL,
  length integer NOT NULL,
  words text[] COLLATE "C" NOT NULL,
  PRIMARY KEY (collection_id, namespace, rid)
);
ALTER TABLE polyvec.word_texts ALTER words SET STATISTICS 0;

-- A search reads the rows of its words, from the index alone.
CREATE TABLE polyvec.word_postings (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  word text COLLATE "C" NOT NULL,
  rid bigint NOT NULL,
  occurrences integer NOT NULL,
  -- of the text
  length integer NOT NULL,
  PRIMARY KEY (collection_id, namespace, word, rid) INCLUDE (occurrences, length)
);

-- What is in the index, for the average length. Only whoever fills it changes these.
CREATE TABLE polyvec.word_counts (
  collection_id bigint NOT NULL,
  namespace text COLLATE "C" NOT NULL,
  texts bigint NOT NULL,
  words bigint NOT NULL,
  PRIMARY KEY (collection_id, namespace)
);
