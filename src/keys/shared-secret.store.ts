import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';
import { sql } from '../postgres/sql.js';

/** Secrets by name. */
@Injectable()
export class SharedSecretStore {
  constructor(private readonly database: Database) {}

  /** The one that is there; else `fresh`, which is there from then on. In hexadecimal digits. */
  async findOrCreate(name: string, fresh: string): Promise<string> {
    const [known] = await this.read(name);
    if (known !== undefined) return known.secret;
    // another process may have been faster: then its secret counts
    await this.database.query(sql`
      INSERT INTO polyvec.secrets (name, secret) VALUES (${name}, decode(${fresh}, 'hex')) ON CONFLICT (name) DO NOTHING`);
    const [created] = await this.read(name);
    return created?.secret ?? fresh;
  }

  private read(name: string): Promise<readonly { readonly secret: string }[]> {
    return this.database.query<{ secret: string }>(
      sql`SELECT encode(secret, 'hex') AS secret FROM polyvec.secrets WHERE name = ${name}`,
    );
  }
}
