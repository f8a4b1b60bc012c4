import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import type { Filter } from '../filters/filter.js';
import { Database } from '../postgres/database.js';
import { readStatement, shownPredicate, shownRead } from './shown-statement.store.js';

/** Statements as the gateway sends them, for people who read them, or give them to psql. */
@Injectable()
export class ShownStatements {
  constructor(
    private readonly database: Database,
    private readonly collections: CurrentCollections,
  ) {}

  /** The condition that selects a namespace's records, its values written in. */
  predicate(collection: Collection, namespace: string, filter: Filter | undefined): string {
    return shownPredicate(collection, namespace, filter);
  }

  /** The statement that reads a record, and its row as JSON text; null when there is none. */
  async read(
    collection: Collection,
    namespace: string,
    id: string,
  ): Promise<{ readonly statement: string; readonly row: string | null }> {
    return this.collections.run(collection, namespace, async (current) => {
      const [row] = await this.database.query<{ row: string }>(readStatement(current, namespace, id));
      return { statement: shownRead(current, namespace, id), row: row?.row ?? null };
    });
  }
}
