import type { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';
import type { Destination } from '../copy.js';

/** The collections that clients see. */
export class ShownStore {
  constructor(private readonly database: Database) {}

  /** Their uuids, by tenant, database and name; what `only` leaves open may be any. Those that a copy is filling are not among them. */
  async list(only: Partial<Destination>): Promise<readonly string[]> {
    const [tenant, database, name] = [only.tenant ?? null, only.database ?? null, only.name ?? null];
    const rows = await this.database.query<{ uuid: string }>(sql`
      SELECT c.uuid FROM polyvec.collections c
      JOIN polyvec.databases d ON d.id = c.database_id JOIN polyvec.tenants t ON t.id = d.tenant_id
      WHERE c.parent_id IS NULL AND NOT EXISTS (SELECT FROM polyvec.copies k WHERE k.collection_id = c.id AND k.is_hidden)
        AND (${tenant}::text IS NULL OR t.name = ${tenant}) AND (${database}::text IS NULL OR d.name = ${database})
        AND (${name}::text IS NULL OR c.name = ${name})
      ORDER BY t.name, d.name, c.name`);
    return rows.map(({ uuid }) => uuid);
  }
}
