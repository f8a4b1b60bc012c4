-- What vector indexes hold is chosen by what their vectors lose by it.

-- why an index holds what it does; null: it was built before anything was chosen
ALTER TABLE polyvec.vector_indexes ADD COLUMN reason text;

-- what the measured indexes held, each once; none: whatever indexes held then
ALTER TABLE polyvec.recall_measurements ADD COLUMN contents text[] NOT NULL DEFAULT '{}';
-- the recall that is left when all vectors are compared as an index holds them: content, candidates for each wanted match, recall, error
ALTER TABLE polyvec.recall_measurements ADD COLUMN forms json NOT NULL DEFAULT '[]';
