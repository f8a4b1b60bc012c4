import type { Queryable } from '../database.js';
import type { Session } from '../sessions.js';
import { identifier, integer, literal, Sql, sql } from '../sql.js';
import { askNodes, type ClusterNode, nodesOf } from './cluster.js';

/** A schema with collections' rows: the shared one, or a collection's own. */
export interface NodePlace {
  readonly place: string;
  /** Of its tables and indexes. */
  readonly bytes: number;
  /** Whether Citus can move it: it has shards. */
  readonly isDistributed: boolean;
}

/** A server with what is on it. */
export interface NodeContents {
  readonly node: ClusterNode;
  /** False: it is down, and sizes are not known. */
  readonly answers: boolean;
  /** The largest first. */
  readonly places: readonly NodePlace[];
}

/** How far a move is, in bytes. */
export interface MoveProgress {
  readonly copied: number;
  readonly total: number;
  readonly status: string;
}

/** Shards and the tables that stand for them are in the same schema, and the latter are empty. */
const SIZES = `SELECT COALESCE(json_object_agg(s.place, s.bytes), '{}')::text FROM (
  SELECT n.nspname AS place, sum(pg_total_relation_size(c.oid)) AS bytes
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname ~ '^polyvec(_[0-9]+)?$' AND c.relkind = 'r' GROUP BY n.nspname) AS s`;

/** All servers with their places: on a plain Postgres, that one. */
export async function contentsOfNodes(queryable: Queryable): Promise<readonly NodeContents[]> {
  const known = await nodesOf(queryable);
  const local = await localSizes(queryable);
  if (known.length === 0) {
    const places = [...local].map(([place, bytes]) => ({ place, bytes, isDistributed: false }));
    return [{ node: await thisServer(queryable), answers: true, places: places.sort(bySize) }];
  }
  // a coordinator need not have been told its own name
  const nodes = known.some(({ isCoordinator }) => isCoordinator) ? known : [await thisServer(queryable), ...known];
  const remote = await askNodes(queryable, SIZES);
  const homes = await homesOf(queryable);
  return nodes.map((node) => {
    const answer = remote.get(node.name);
    const sizes = node.isCoordinator ? local : sizesIn(answer ?? '{}');
    const own = [...homes].filter(([, home]) => home === node.name).map(([place]) => place);
    const plain = node.isCoordinator ? [...local.keys()].filter((place) => !homes.has(place)) : [];
    const places = [...own, ...plain].map((place) => ({
      place,
      bytes: sizes.get(place) ?? 0,
      isDistributed: homes.has(place),
    }));
    return { node, answers: node.isCoordinator || answer !== undefined, places: places.sort(bySize) };
  });
}

/** A collection that has a place. */
export type PlaceOwner = Readonly<Record<'uuid' | 'tenant' | 'database' | 'name', string>>;

/** What the collection `c` is called before people, when `p` is its parent, or it itself. */
export const PLACE_LABEL = sql`p.name || COALESCE(' (namespace ' || to_json(c.namespace) || ')', '')`;

/** The collections that have places, by place; of a child, its parent. */
export async function ownersOf(queryable: Queryable): Promise<ReadonlyMap<string, PlaceOwner>> {
  const rows = await queryable.query<PlaceOwner & { readonly place: string }>(sql`
    SELECT c.place, p.uuid, t.name AS tenant, d.name AS database, ${PLACE_LABEL} AS name
    FROM polyvec.collections c JOIN polyvec.collections p ON p.id = COALESCE(c.parent_id, c.id)
      JOIN polyvec.databases d ON d.id = c.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id
    WHERE c.place <> 'polyvec'`);
  return new Map(rows.map((row) => [row.place, row]));
}

/** Moves a place that has shards. Requests go on; those that write wait for a moment at the end, or all the time without `online`. */
export async function movePlace(session: Session, place: string, to: ClusterNode, mode: 'online' | 'blocking'): Promise<void> {
  const transfer = mode === 'online' ? 'auto' : 'block_writes';
  await session.script(
    sql`SELECT citus_schema_move(${literal(identifier(place).text)}::regnamespace, ${literal(to.host)}, ${integer(to.port)},
      shard_transfer_mode := ${literal(transfer)})`.text,
  );
}

/** Puts a place that is on the coordinator onto some node, as shards. Its requests wait meanwhile. */
export async function distributePlace(session: Session, place: string): Promise<void> {
  await session.script(sql`SELECT citus_schema_distribute(${literal(identifier(place).text)}::regnamespace)`.text);
}

/** Brings a place back to the coordinator, where it is as on a plain Postgres. Its requests wait meanwhile. */
export async function undistributePlace(session: Session, place: string): Promise<void> {
  await session.script(sql`SELECT citus_schema_undistribute(${literal(identifier(place).text)}::regnamespace)`.text);
}

/** How far the moves of shards are that are under way; undefined when none is. */
export async function moveProgress(queryable: Queryable): Promise<MoveProgress | undefined> {
  const [row] = await queryable.query<Readonly<Record<'shards' | 'copied' | 'total' | 'status', string | null>>>(sql`
    SELECT count(*) AS shards, sum(target_shard_size) AS copied, sum(source_shard_size) AS total, max(status) AS status
    FROM get_rebalance_progress()`);
  if (row === undefined || row.shards === '0') return undefined;
  return { copied: Number(row.copied ?? 0), total: Number(row.total ?? 0), status: row.status ?? '' };
}

/** The places whose shards are being moved, those that `moveProgress` sums up. To be asked only where there are nodes. */
export async function movingPlaces(queryable: Queryable): Promise<ReadonlySet<string>> {
  const rows = await queryable.query<{ place: string }>(sql`
    SELECT DISTINCT n.nspname AS place FROM get_rebalance_progress() p
      JOIN pg_class c ON c.oid = p.table_name JOIN pg_namespace n ON n.oid = c.relnamespace`);
  return new Set(rows.map(({ place }) => place));
}

async function localSizes(queryable: Queryable): Promise<ReadonlyMap<string, number>> {
  const [row] = await queryable.query<{ sizes: string }>(sql`SELECT (${new Sql([SIZES], [])}) AS sizes`);
  return sizesIn(row?.sizes ?? '{}');
}

function sizesIn(text: string): ReadonlyMap<string, number> {
  return new Map(Object.entries(JSON.parse(text) as Readonly<Record<string, number>>));
}

/** The node that each distributed place is on, by place. */
async function homesOf(queryable: Queryable): Promise<ReadonlyMap<string, string>> {
  const rows = await queryable.query<{ place: string; node: string }>(sql`
    SELECT DISTINCT n.nspname AS place, d.nodename || ':' || d.nodeport AS node
    FROM pg_dist_shard s JOIN pg_dist_placement p ON p.shardid = s.shardid
      JOIN pg_dist_node d ON d.groupid = p.groupid AND d.noderole = 'primary'
      JOIN pg_class c ON c.oid = s.logicalrelid JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname ~ '^polyvec_[0-9]+$' ORDER BY 1, 2`);
  return new Map(rows.map(({ place, node }) => [place, node]));
}

async function thisServer(queryable: Queryable): Promise<ClusterNode> {
  const [row] = await queryable.query<{ host: string | null; port: string }>(sql`
    SELECT host(inet_server_addr()) AS host, current_setting('port') AS port`);
  const { host, port } = { host: row?.host ?? 'localhost', port: row?.port ?? '' };
  const name = `${host}:${port}`;
  return { name, host, port: Number(port), isCoordinator: true, isActive: true, takesPlaces: true };
}

function bySize(left: NodePlace, right: NodePlace): number {
  return right.bytes - left.bytes || left.place.localeCompare(right.place);
}
