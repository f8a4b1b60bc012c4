import type pg from 'pg';

/**
 * Tables and functions with the names of Citus' in a plain Postgres, for the texts of statements and the reading of their answers. Nothing
 * is distributed: a "node" is this server, and a "shard" is the table itself. What Citus does with the statements is for `npm run test:citus`.
 * The coordinator is 10.0.0.1, the workers are 10.0.0.2 and 10.0.0.3; those in `down` do not answer.
 */
const STAND_IN = `
  -- a role that is called polyvec would make them in that schema
  SET search_path = public;
  CREATE TABLE pg_dist_node (nodeid integer, groupid integer, nodename text, nodeport integer, noderole text, isactive boolean,
    shouldhaveshards boolean);
  INSERT INTO pg_dist_node VALUES (1, 0, '10.0.0.1', 5432, 'primary', TRUE, FALSE),
    (2, 1, '10.0.0.2', 5432, 'primary', TRUE, TRUE), (3, 2, '10.0.0.3', 5432, 'primary', TRUE, TRUE);
  CREATE TABLE down (nodename text);
  CREATE TABLE pg_dist_placement (shardid bigint, groupid integer);
  CREATE TABLE asked (command text);

  CREATE VIEW pg_dist_shard AS SELECT c.oid::regclass AS logicalrelid, p.shardid FROM pg_dist_placement p
    JOIN pg_namespace n ON n.nspname = 'polyvec_' || p.shardid JOIN pg_class c ON c.relnamespace = n.oid WHERE c.relkind = 'r';
  CREATE VIEW pg_dist_partition AS SELECT logicalrelid FROM pg_dist_shard;

  CREATE FUNCTION answer_of(command text) RETURNS text LANGUAGE plpgsql AS $$
  DECLARE answer text;
  BEGIN
    INSERT INTO asked VALUES (command);
    IF command ~ '^SELECT' THEN EXECUTE command INTO answer; ELSE EXECUTE command; answer := 'done'; END IF;
    RETURN answer;
  END $$;
  CREATE FUNCTION run_command_on_workers(command text, parallel boolean DEFAULT TRUE,
    OUT nodename text, OUT nodeport integer, OUT success boolean, OUT result text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT n.nodename, n.nodeport, d.nodename IS NULL,
      CASE WHEN d.nodename IS NULL THEN answer_of($1) ELSE 'failed to connect' END
    FROM pg_dist_node n LEFT JOIN down d USING (nodename) WHERE n.groupid > 0 $$;
  CREATE FUNCTION run_command_on_shards(table_name regclass, command text, parallel boolean DEFAULT TRUE,
    OUT shardid bigint, OUT success boolean, OUT result text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT s.shardid, TRUE, answer_of(format($2, s.logicalrelid)) FROM pg_dist_shard s WHERE s.logicalrelid = $1 $$;
  CREATE FUNCTION create_distributed_function(name regprocedure) RETURNS void LANGUAGE sql AS 'SELECT NULL::void';

  CREATE TYPE shard_transfer_mode AS ENUM ('auto', 'force_logical', 'block_writes');
  CREATE FUNCTION citus_schema_move(place regnamespace, host text, port integer, shard_transfer_mode shard_transfer_mode DEFAULT 'auto')
    RETURNS void LANGUAGE sql AS $$
    UPDATE pg_dist_placement SET groupid = (SELECT groupid FROM pg_dist_node WHERE nodename = $2 AND nodeport = $3)
    WHERE 'polyvec_' || shardid = $1::text $$;
  CREATE FUNCTION citus_schema_distribute(place regnamespace) RETURNS void LANGUAGE sql AS $$
    INSERT INTO pg_dist_placement VALUES (substr($1::text, 9)::bigint, 1) $$;
  CREATE FUNCTION citus_schema_undistribute(place regnamespace) RETURNS void LANGUAGE sql AS $$
    DELETE FROM pg_dist_placement WHERE 'polyvec_' || shardid = $1::text $$;
  CREATE FUNCTION get_rebalance_progress(OUT table_name regclass, OUT source_shard_size bigint, OUT target_shard_size bigint,
    OUT status text) RETURNS SETOF record LANGUAGE sql AS $$
    SELECT (SELECT min(logicalrelid::oid)::regclass FROM pg_dist_shard), 2048::bigint, 1024::bigint, 'Copying Data' $$;

  -- a schema that is made while sharding is on is put on the second node
  CREATE FUNCTION place_made() RETURNS event_trigger LANGUAGE plpgsql AS $$
  BEGIN
    IF current_setting('citus.enable_schema_based_sharding', TRUE) = 'on' THEN
      INSERT INTO pg_dist_placement SELECT substr(object_identity, 9)::bigint, 2 FROM pg_event_trigger_ddl_commands();
    END IF;
  END $$;
  CREATE EVENT TRIGGER place_made ON ddl_command_end WHEN TAG IN ('CREATE SCHEMA') EXECUTE FUNCTION place_made();
  RESET search_path;
`;

/** Puts it into the database, whose role must be a superuser's. */
export async function installCitusStandIn(client: pg.Client): Promise<void> {
  await client.query(STAND_IN);
}
