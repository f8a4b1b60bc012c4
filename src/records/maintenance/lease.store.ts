import { Injectable } from '@nestjs/common';
import { Database } from '../../postgres/database.js';
import { sql } from '../../postgres/sql.js';

/** Work that one instance does at a time. */
@Injectable()
export class LeaseStore {
  constructor(private readonly database: Database) {}

  /** Takes the lease for some seconds from now, or keeps it so much longer; false when it is another's. */
  async take(name: string, owner: string, seconds: number): Promise<boolean> {
    const rows = await this.database.query(sql`
      INSERT INTO polyvec.leases AS l (name, owner, until)
      VALUES (${name}, ${owner}::uuid, clock_timestamp() + ${seconds}::integer * interval '1 second')
      ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
      WHERE l.owner = excluded.owner OR l.until < clock_timestamp() RETURNING name`);
    return rows.length > 0;
  }

  async release(name: string, owner: string): Promise<void> {
    await this.database.query(sql`DELETE FROM polyvec.leases WHERE name = ${name} AND owner = ${owner}::uuid`);
  }
}
