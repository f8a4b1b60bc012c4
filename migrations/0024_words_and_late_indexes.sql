-- The word index holds several texts of a record, each with its own statistics: its document, and fields of its metadata
-- (docs/decisions/0076). An index of before holds documents only, and is made anew by the next search or write.

-- a list of {"field": name or null for the document}; the place in it is the `source` below. Null: no index, or one of before
ALTER TABLE polyvec.collections ADD word_sources json;

-- statements that rely on these rows compare the epoch
UPDATE polyvec.collections SET word_index = 'none', epoch = epoch + 1 WHERE word_index <> 'none' AND place = 'polyvec';
TRUNCATE polyvec.pending_words, polyvec.word_texts, polyvec.word_postings, polyvec.word_counts;

-- Places that are there already keep their tables until their collection gets an index again, which makes these tables anew: there
-- may be more of them than one transaction can lock.
ALTER TABLE polyvec.word_texts ADD source smallint NOT NULL,
  DROP CONSTRAINT word_texts_pkey, ADD PRIMARY KEY (collection_id, namespace, rid, source);
ALTER TABLE polyvec.word_postings ADD source smallint NOT NULL,
  DROP CONSTRAINT word_postings_pkey,
  ADD PRIMARY KEY (collection_id, namespace, source, word, rid) INCLUDE (occurrences, length);
ALTER TABLE polyvec.word_counts ADD source smallint NOT NULL,
  DROP CONSTRAINT word_counts_pkey, ADD PRIMARY KEY (collection_id, namespace, source);

-- Indexes that no answer needs, on metadata and on the numbers of vectors, are built after a fork was answered (docs/decisions/0048).
ALTER TABLE polyvec.collections ADD late_indexes boolean NOT NULL DEFAULT FALSE;
