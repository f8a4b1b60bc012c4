import { SHARED_PLACE } from '../collections/place-tables.store.js';
import type { Database, Queryable } from '../postgres/database.js';
import { identifier, literal, type Sql, sql } from '../postgres/sql.js';
import { analyzeTables, createIndexes, createTables, runEach } from '../records/maintenance/dedicated-tables.store.js';
import { digest } from './digest.store.js';
import { isDedicated, type NamespaceDigest, type Owner, type Part, type RowPlace, START } from './move.js';

/** What a move may begin with. */
export type Beginning =
  | { readonly kind: 'new' }
  /** This very move has begun before. */
  | { readonly kind: 'resumed' }
  /** Another move, which has not come to its end. */
  | { readonly kind: 'another' }
  | { readonly kind: 'occupied'; readonly by: string };

type PartRow = Readonly<Record<'id' | 'record_table' | 'vector_table' | 'fingerprint' | 'namespace' | 'rid', string>> &
  Readonly<Record<'records' | 'milliseconds' | 'is_copied', string>>;

/** The number of the entry that stands for the move itself; no rows have it. */
const MOVE = '0';
/** An entry per owner of rows: where they are, and how far they have got. It is gone when the move has come to its end. */
const CREATE_MOVES = `
  CREATE TABLE polyvec.moves (
    id bigint PRIMARY KEY,
    record_table text NOT NULL,
    vector_table text NOT NULL,
    fingerprint text NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    rid bigint NOT NULL,
    records bigint NOT NULL DEFAULT 0,
    milliseconds bigint NOT NULL DEFAULT 0,
    is_copied boolean NOT NULL DEFAULT FALSE
  )`;

/** The database that everything is moved to. Rows that nobody sees yet come first; `publish`, in another file, shows them. */
export class TargetStore {
  constructor(private readonly database: Database) {}

  /**
   * Looks whether a move from the database of this identity may begin, or go on. When it begins, new collections get numbers behind
   * those in `sequences` from now on: none can be taken for one that is moved.
   */
  async begin(identity: string, sequences: ReadonlyMap<string, string>): Promise<Beginning> {
    return this.database.transaction(async (transaction) => {
      await lockCatalog(transaction);
      const beginning = await beginningOf(transaction, identity);
      if (beginning.kind !== 'new') return beginning;
      await transaction.script(CREATE_MOVES);
      await transaction.query(sql`
        INSERT INTO polyvec.moves (id, record_table, vector_table, fingerprint, namespace, rid)
        VALUES (${MOVE}, '', '', ${identity}, '', 0)`);
      await advance(transaction, sequences);
      return beginning;
    });
  }

  /** By the owner's number. Waits for what a killed process has under way here. */
  async parts(): Promise<ReadonlyMap<string, Part>> {
    const rows = await this.database.query<PartRow>(sql`SELECT * FROM polyvec.moves WHERE id <> ${MOVE} FOR UPDATE`);
    return new Map(rows.map((row) => [row.id, toPart(row)]));
  }

  async startPart(owner: Owner): Promise<Part> {
    await this.database.transaction(async (transaction) => {
      if (isDedicated(owner)) await runEach(transaction, createTables(owner, owner.dimension ?? 0));
      await transaction.query(sql`
        INSERT INTO polyvec.moves (id, record_table, vector_table, fingerprint, namespace, rid)
        VALUES (${owner.id}, ${owner.recordTable}, ${owner.vectorTable}, ${owner.fingerprint}, ${START.namespace}, ${START.rid})`);
    });
    return { ...owner, position: START, records: 0, milliseconds: 0, isCopied: false };
  }

  /** All rows are there: those in tables of their own get their indexes, except on vectors. */
  async finishPart(owner: Owner, milliseconds: number): Promise<void> {
    await this.database.transaction(async (transaction) => {
      if (isDedicated(owner)) await runEach(transaction, [...createIndexes(owner), ...analyzeTables(owner, 'local')]);
      await transaction.query(sql`
        UPDATE polyvec.moves SET is_copied = TRUE, milliseconds = milliseconds + ${milliseconds} WHERE id = ${owner.id}`);
    });
  }

  /** Counts and checksums of the rows that are there. */
  async digest(rows: RowPlace): Promise<ReadonlyMap<string, NamespaceDigest>> {
    return digest(this.database, rows);
  }

  /** Removes the rows that have been copied, and the entry. */
  async discard(part: Pick<Part, 'id' | 'recordTable' | 'vectorTable'>): Promise<void> {
    await this.database.transaction(async (transaction) => {
      const own = [part.recordTable, part.vectorTable];
      const shared = isDedicated(part) ? ['pool_sparse', 'pool_postings'] : [...own, 'pool_sparse', 'pool_postings'];
      if (isDedicated(part)) await transaction.script(`DROP TABLE ${own.map((name) => qualified(name).text).join(', ')}`);
      for (const table of shared) await transaction.query(sql`DELETE FROM ${qualified(table)} WHERE collection_id = ${part.id}`);
      await transaction.query(sql`DELETE FROM polyvec.moves WHERE id = ${part.id}`);
    });
  }
}

/** What a move from the database of this identity may begin with. Changes nothing. */
export async function beginningOf(transaction: Queryable, identity: string): Promise<Beginning> {
  const [found] = await transaction.query<{ there: string }>(sql`
    SELECT to_regclass('polyvec.moves') IS NOT NULL AS there`);
  if (found?.there === 't') {
    const [entry] = await transaction.query<{ fingerprint: string }>(sql`
      SELECT fingerprint FROM polyvec.moves WHERE id = ${MOVE}`);
    return { kind: entry?.fingerprint === identity ? 'resumed' : 'another' };
  }
  const by = await occupant(transaction, 'everything');
  return by === undefined ? { kind: 'new' } : { kind: 'occupied', by };
}

/** Nobody else creates a tenant or a collection until the transaction ends. */
export async function lockCatalog(transaction: Queryable): Promise<void> {
  await transaction.script('LOCK TABLE polyvec.tenants, polyvec.collections IN SHARE ROW EXCLUSIVE MODE');
}

/** What is in the way of a move, if anything: in the catalog, or among records, too. */
export async function occupant(transaction: Queryable, where: 'catalog' | 'everything'): Promise<string | undefined> {
  const records =
    where === 'catalog'
      ? sql``
      : sql`, (5, 'rows of deleted collections, which a running gateway removes', EXISTS (SELECT FROM polyvec.dropped_collections)),
          (6, 'records', EXISTS (SELECT FROM polyvec.pool_records) OR EXISTS (SELECT FROM polyvec.snapshot_records))`;
  const [row] = await transaction.query<{ what: string }>(sql`
    SELECT o.what FROM (VALUES
      (1, 'collections', EXISTS (SELECT FROM polyvec.collections)),
      (2, 'snapshots', EXISTS (SELECT FROM polyvec.snapshots)),
      (3, 'tenants', EXISTS (SELECT FROM polyvec.tenants WHERE name <> 'default_tenant')),
      (4, 'databases', EXISTS (SELECT FROM polyvec.databases WHERE name <> 'default_database'))
      ${records}) AS o (rank, what, is_there)
    WHERE o.is_there ORDER BY o.rank LIMIT 1`);
  return row?.what;
}

/** Sets sequences to give these numbers next, or higher ones if they are there already. */
export async function advance(transaction: Queryable, sequences: ReadonlyMap<string, string>): Promise<void> {
  for (const [name, next] of sequences) {
    const sequence = qualified(name);
    await transaction.query(sql`
      SELECT setval(${literal(sequence.text)}::regclass, GREATEST(${next}::bigint, last_value + is_called::integer), FALSE) FROM ${sequence}`);
  }
}

function qualified(name: string): Sql {
  return sql`polyvec.${identifier(name)}`;
}

function toPart(row: PartRow): Part {
  return {
    id: row.id,
    place: SHARED_PLACE,
    recordTable: row.record_table,
    vectorTable: row.vector_table,
    fingerprint: row.fingerprint,
    position: { namespace: row.namespace, rid: row.rid },
    records: Number(row.records),
    milliseconds: Number(row.milliseconds),
    isCopied: row.is_copied === 't',
  };
}
