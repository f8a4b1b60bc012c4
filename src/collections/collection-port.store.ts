import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';
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

  /** The collection's port, if it is one of `open`. */
  async find(collection: Collection, open: readonly number[]): Promise<number | undefined> {
    const [row] = await this.database.query<{ port: string }>(sql`
      SELECT port FROM polyvec.collection_ports
      WHERE collection_id = ${collection.id} AND port = ANY (${`{${open.join(',')}}`}::integer[])`);
    return row && Number(row.port);
  }

  /** The collection's port, if it is one of `open`; else the lowest of those that is free, which is its own from now on. */
  async assign(collection: Collection, open: readonly number[]): Promise<number | undefined> {
    const ports = `{${open.join(',')}}`;
    const [row] = await this.database.query<{ port: string }>(sql`
      WITH kept AS (
        SELECT port FROM polyvec.collection_ports WHERE collection_id = ${collection.id} AND port = ANY (${ports}::integer[])),
      assigned AS (
        INSERT INTO polyvec.collection_ports (port, collection_id)
        SELECT min(o.port), ${collection.id} FROM unnest(${ports}::integer[]) AS o (port)
        WHERE NOT EXISTS (SELECT FROM kept) AND NOT EXISTS (SELECT FROM polyvec.collection_ports p WHERE p.port = o.port)
        HAVING min(o.port) IS NOT NULL
        ON CONFLICT (collection_id) DO UPDATE SET port = excluded.port RETURNING port)
      SELECT port FROM kept UNION ALL SELECT port FROM assigned`);
    return row === undefined ? undefined : Number(row.port);
  }
}
