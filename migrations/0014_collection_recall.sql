-- The recall that searches of a collection are to keep; null: what the gateway's settings say.

ALTER TABLE polyvec.collections ADD COLUMN recall float8 CHECK (recall > 0 AND recall <= 1);
