import { textArray } from '../postgres/binary.js';
import type { Database, Queryable } from '../postgres/database.js';
import { identifier, join, Sql, sql } from '../postgres/sql.js';
import type { Column } from './move.js';
import { CATALOG } from './moved-tables.js';
import type { CatalogRow, SourceStore } from './source.store.js';
import { advance, lockCatalog, occupant } from './target.store.js';

/**
 * Copies the catalog, in one transaction: from its end on, the target's gateways see everything. The target's own defaults give way
 * to the source's.
 * @throws Error when something has been created in the target meanwhile
 */
export async function publish(source: SourceStore, target: Database): Promise<void> {
  await target.transaction(async (transaction) => {
    await lockCatalog(transaction);
    const by = await occupant(transaction, 'catalog');
    if (by !== undefined) throw new Error(`the target has got ${by} since the move began: remove them, and start the move again`);
    await transaction.query(sql`DELETE FROM polyvec.tenants`);
    for (const { table, renewed } of CATALOG) {
      const columns = (await source.columns(table)).filter(({ name }) => !renewed.includes(name));
      for await (const rows of source.rows(table, columns)) await insertRows(transaction, table, columns, rows);
    }
    await advance(transaction, await source.sequences());
    await transaction.script('DROP TABLE polyvec.moves');
  });
}

async function insertRows(
  transaction: Queryable,
  table: string,
  columns: readonly Column[],
  rows: readonly CatalogRow[],
): Promise<void> {
  const names = columns.map(({ name }) => identifier(name));
  const values = columns.map(({ name, type }) => sql`v.${identifier(name)}::${typeOf(type)}`);
  const arrays = columns.map(({ name }) => sql`${textArray(rows.map((row) => row[name] ?? null))}::text[]`);
  await transaction.query(sql`
    INSERT INTO polyvec.${identifier(table)} (${join(names, ', ')}) OVERRIDING SYSTEM VALUE
    SELECT ${join(values, ', ')} FROM unnest(${join(arrays, ', ')}) AS v (${join(names, ', ')})`);
}

/** As the server itself has named it. */
function typeOf(type: string): Sql {
  return new Sql([type], []);
}
