-- Backups that are taken again and again, and what has become of each.

CREATE TABLE polyvec.backup_schedules (
  uuid uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  collection_id bigint NOT NULL REFERENCES polyvec.collections ON DELETE CASCADE,
  name text COLLATE "C" NOT NULL,
  frequency text NOT NULL CHECK (frequency IN ('daily', 'weekly', 'monthly')),
  retention_days integer NOT NULL CHECK (retention_days > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- the first run: the others are whole periods after it
  anchor_at timestamptz NOT NULL,
  -- the next run: the uuid that its backup will have, when it was planned, when it is due, and how often it was begun; null while the
  -- schedule is disabled
  run_uuid uuid UNIQUE DEFAULT gen_random_uuid(),
  planned_at timestamptz DEFAULT clock_timestamp(),
  due_at timestamptz,
  attempts integer NOT NULL DEFAULT 0,
  CHECK ((run_uuid IS NULL) = (due_at IS NULL) AND (run_uuid IS NULL) = (planned_at IS NULL))
);

CREATE UNIQUE INDEX backup_schedules_enabled ON polyvec.backup_schedules (collection_id) WHERE run_uuid IS NOT NULL;
CREATE INDEX backup_schedules_list ON polyvec.backup_schedules (collection_id, created_at, uuid);
CREATE INDEX backup_schedules_due ON polyvec.backup_schedules (due_at) WHERE due_at IS NOT NULL;

-- Runs that have ended. A backup takes its row along.
CREATE TABLE polyvec.backup_runs (
  uuid uuid PRIMARY KEY,
  schedule_uuid uuid NOT NULL REFERENCES polyvec.backup_schedules ON DELETE CASCADE,
  -- null: it has failed
  snapshot_uuid uuid REFERENCES polyvec.snapshots ON DELETE CASCADE,
  due_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  error text,
  CHECK ((snapshot_uuid IS NULL) = (error IS NOT NULL))
);

CREATE INDEX backup_runs_list ON polyvec.backup_runs (schedule_uuid, created_at, uuid);
CREATE INDEX backup_runs_snapshot ON polyvec.backup_runs (snapshot_uuid);
