-- How well searches by the vector indexes of a namespace find what is nearest, as measured in the background.

CREATE TABLE polyvec.recall_measurements (
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  namespace text COLLATE "C" NOT NULL,
  -- the recall that the measuring instance was asked to keep
  target float8 NOT NULL,
  -- the indexes it was measured with, and the vectors in them
  indexes text[] NOT NULL,
  rows bigint NOT NULL,
  -- searches that it was measured by, and those of them that clients had sent
  queries integer NOT NULL,
  recent_queries integer NOT NULL,
  -- points of the curve: limit, ef_search, candidates for each wanted match, recall, and the recall's error
  points json NOT NULL,
  measured_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (collection_id, namespace)
);
