-- Secrets that the instances and processes of a gateway share, to sign what one of them gives out and another one takes back.

CREATE TABLE polyvec.secrets (
  name text PRIMARY KEY,
  secret bytea NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);
