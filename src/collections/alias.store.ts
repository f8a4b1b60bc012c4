import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
import { isUniqueViolation } from '../postgres/sqlstate.js';
import type { Collection } from './collection.js';

/** Names of collections besides their own. */
@Injectable()
export class AliasStore {
  constructor(private readonly database: Database) {}

  /** `taken`: it is a collection's name, or another one's alias; its own stays. The epoch moves on: instances remember what names mean. */
  async add(collection: Collection, name: string): Promise<'added' | 'taken' | 'missing'> {
    try {
      const [row] = await this.database.query<{ added: string }>(sql`
        WITH owner AS (
          UPDATE polyvec.collections c SET epoch = epoch + 1 WHERE c.id = ${collection.id} RETURNING c.id, c.database_id),
        added AS (
          INSERT INTO polyvec.collection_aliases (database_id, name, collection_id)
          SELECT o.database_id, ${name}, o.id FROM owner o
          WHERE NOT EXISTS (SELECT FROM polyvec.collections k WHERE k.database_id = o.database_id AND k.name = ${name})
          ON CONFLICT (database_id, name) DO UPDATE SET collection_id = excluded.collection_id
            WHERE collection_aliases.collection_id = excluded.collection_id
          RETURNING name)
        SELECT (SELECT count(*) FROM added) AS added FROM owner`);
      if (row === undefined) return 'missing';
      return row.added === '1' ? 'added' : 'taken';
    } catch (error) {
      if (isUniqueViolation(error)) return 'taken';
      throw error;
    }
  }

  /** False when the collection has no such alias. */
  async remove(collection: Collection, name: string): Promise<boolean> {
    const rows = await this.database.query(sql`
      WITH removed AS (
        DELETE FROM polyvec.collection_aliases a WHERE a.collection_id = ${collection.id} AND a.name = ${name} RETURNING a.collection_id)
      UPDATE polyvec.collections c SET epoch = epoch + 1 FROM removed r WHERE c.id = r.collection_id RETURNING c.id`);
    return rows.length > 0;
  }
}
