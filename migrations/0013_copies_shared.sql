-- Whether the collection had records of its own when the copy began: they stay, and are not the source's.

ALTER TABLE polyvec.copies ADD COLUMN is_shared boolean NOT NULL DEFAULT false;
