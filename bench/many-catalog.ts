import pg from 'pg';
import { until } from './many-measure.js';

const MOST_MS = 600_000;
/** Looks in a row, 50 ms apart: a gateway waits a moment before it does what a load has left to do. */
const QUIET_LOOKS = 60;
const CATALOGS = ['pg_class', 'pg_attribute', 'pg_statistic'] as const;

/** What a database weighs: bytes with indexes and TOAST. */
export interface Weight {
  readonly when: string;
  /** Relations of the schema `polyvec`: tables, indexes, sequences, and their TOAST tables. */
  readonly relations: number;
  /** By table; those that no table of its own is worth a line for are together. */
  readonly tables: ReadonlyMap<string, number>;
  readonly catalogs: ReadonlyMap<string, number>;
}

/** A look at the database of a gateway, past it. */
export class Catalog {
  private constructor(private readonly client: pg.Client) {}

  static async open(databaseUrl: string): Promise<Catalog> {
    const client = new pg.Client({ connectionString: databaseUrl });
    // the database is dropped under it when the run is interrupted
    client.on('error', () => undefined);
    await client.connect();
    return new Catalog(client);
  }

  async weigh(when: string): Promise<Weight> {
    const tables = await this.sizes(`
      SELECT CASE WHEN relname ~ '^(records|vectors)_[0-9]+$' THEN substring(relname FROM '^[a-z]+') || '_<id>' ELSE relname END AS name,
        sum(pg_total_relation_size(c.oid)) AS bytes
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'polyvec' AND c.relkind = 'r' GROUP BY 1`);
    const catalogs = await this.sizes(`
      SELECT name, pg_total_relation_size(('pg_catalog.' || name)::regclass) AS bytes
      FROM unnest('{${CATALOGS.join(',')}}'::text[]) AS name`);
    return { when, relations: await this.relations(), tables, catalogs };
  }

  /** Until no row of a dropped collection is left. Milliseconds. */
  async untilSwept(): Promise<number> {
    return until('the rows of what was deleted are gone', MOST_MS, async () => {
      const { rows } = await this.client.query<{ left: boolean }>(
        'SELECT EXISTS (SELECT FROM polyvec.dropped_collections) AS left',
      );
      return rows[0]?.left === false;
    });
  }

  /** Until no other session of the database, and no vacuum of it, does anything for a while. Milliseconds. */
  async untilQuiet(): Promise<number> {
    let quiet = 0;
    return until('the server is quiet', MOST_MS, async () => {
      const { rows } = await this.client.query<{ active: boolean }>(`
        SELECT EXISTS (SELECT FROM pg_stat_activity
          WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active') AS active`);
      quiet = rows[0]?.active === false ? quiet + 1 : 0;
      return quiet >= QUIET_LOOKS;
    });
  }

  /** What the server's own vacuum does when its time comes. */
  async vacuum(): Promise<void> {
    await this.client.query('VACUUM (ANALYZE)');
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private async relations(): Promise<number> {
    const { rows } = await this.client.query<{ count: string }>(`
      SELECT count(*) FROM pg_class c WHERE c.relnamespace = 'polyvec'::regnamespace OR c.oid IN (
        SELECT t.reltoastrelid FROM pg_class t WHERE t.relnamespace = 'polyvec'::regnamespace)`);
    return Number(rows[0]?.count);
  }

  private async sizes(statement: string): Promise<ReadonlyMap<string, number>> {
    const { rows } = await this.client.query<{ name: string; bytes: string }>(statement);
    return new Map(rows.map(({ name, bytes }) => [name, Number(bytes)]));
  }
}
