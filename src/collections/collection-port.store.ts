import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { type Sql, sql } from '../postgres/sql.js';
import type { Collection } from './collection.js';

@Injectable()
export class CollectionPortStore {
  constructor(private readonly database: Database) {}

  /** The uuid of the collection that the port stands for. */
  async findCollection(port: number): Promise<string | undefined> {
    const [row] = await this.database.query<{ uuid: string }>(sql`
      SELECT c.uuid FROM polyvec.collection_ports p JOIN polyvec.collections c ON c.id = p.collection_id WHERE p.port = ${port}`);
    return row?.uuid;
  }

  /** The lowest of the collection's ports that is one of `open`. */
  async find(collection: Collection, open: readonly number[]): Promise<number | undefined> {
    const [row] = await this.database.query<{ port: string | null }>(sql`
      SELECT min(port) AS port FROM polyvec.collection_ports
      WHERE collection_id = ${collection.id} AND port = ANY (${listOf(open)}::integer[])`);
    return row === undefined || row.port === null ? undefined : Number(row.port);
  }

  /**
   * The lowest of `free` that no collection has, and that has rested for `restMs` since the last one that had it was deleted; it is the
   * collection's from now on. Violates uniqueness when another instance assigns the same one meanwhile.
   */
  async assign(collection: Collection, free: readonly number[], restMs: number): Promise<number | undefined> {
    const [row] = await this.database.query<{ port: string }>(sql`
      INSERT INTO polyvec.collection_ports (port, collection_id)
      SELECT min(o.port), ${collection.id} FROM unnest(${listOf(free)}::integer[]) AS o (port)
      WHERE NOT EXISTS (SELECT FROM polyvec.collection_ports p WHERE p.port = o.port) AND ${hasRested(restMs)}
      HAVING min(o.port) IS NOT NULL RETURNING port`);
    return row === undefined ? undefined : Number(row.port);
  }
}

function hasRested(restMs: number): Sql {
  return sql`NOT EXISTS (
    SELECT FROM polyvec.released_ports r
    WHERE r.port = o.port AND r.released_at > clock_timestamp() - ${restMs}::float8 * interval '1 millisecond')`;
}

function listOf(ports: readonly number[]): string {
  return `{${ports.join(',')}}`;
}
