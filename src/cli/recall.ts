import type { Collection } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import type { Config } from '../config/config.js';
import { LEAST_RECALL } from '../config/storage.js';
import type { Database } from '../postgres/database.js';
import { recallTarget } from '../records/search/recall-curve.js';
import { recallLines } from '../records/verification/recall-lines.js';
import { VerificationStore } from '../records/verification/verification.store.js';
import { collectionsNamed } from './collection-names.js';
import { withDatabase } from './existing-database.js';
import type { Print } from './maintenance-config.js';

/** Instead of a share: what the gateway's settings say. */
const DEFAULT = 'default';

/**
 * Prints the recall that searches of a collection keep, by namespace, after asking for another one where a `share` is given.
 * @throws Error for a share that is none, and when not exactly one collection has the name
 */
export async function recall(config: Config, named: string, share: string | undefined, print: Print): Promise<void> {
  const wanted = share === undefined ? undefined : readShare(share);
  await withDatabase(config, async (database) => {
    const catalog = new CollectionStore(database);
    const found = await theOne(database, catalog, named);
    if (wanted !== undefined) await catalog.update(found, { recall: wanted });
    const collection = wanted === undefined ? found : { ...found, recall: wanted };
    const held = [collection];
    // one after the other: there may be more children than connections
    for (const name of found.children.keys()) {
      const child = await catalog.findHolder(database, found, name);
      if (child !== undefined) held.push(child);
    }
    for (const line of linesOf(held, collection, recallTarget(collection, config))) print(line);
  });
}

/** Null: the default. */
function readShare(text: string): number | null {
  if (text === DEFAULT) return null;
  const share = text.trim() === '' ? Number.NaN : Number(text);
  if (share >= LEAST_RECALL && share <= 1) return share;
  throw new Error(`the recall must be a number from ${String(LEAST_RECALL)} to 1, or "${DEFAULT}", not "${text}"`);
}

async function theOne(database: Database, catalog: CollectionStore, named: string): Promise<Collection> {
  const all = (await collectionsNamed(new VerificationStore(database), named)).filter(({ isChild }) => !isChild);
  const [one] = all;
  if (one === undefined || all.length > 1) {
    const choices = all.map(({ uuid, label }) => `${uuid} ${label}`).join(', ');
    throw new Error(`several collections are named "${named}", choose one by its uuid: ${choices}`);
  }
  const collection = await catalog.findAnywhere(one.uuid);
  if (collection === undefined) throw new Error(`there is no collection "${named}"`);
  return collection;
}

/** Of all that `held` holds of the collection. */
function linesOf(held: readonly Collection[], collection: Collection, target: number): readonly string[] {
  const source = collection.recall === null ? 'as the settings say' : 'asked for this collection';
  const namespaces = [...new Set(held.flatMap(({ indexes }) => indexes.map(({ namespace }) => namespace)))];
  const measurements = held.flatMap((one) => one.measurements);
  const measured = namespaces.flatMap((namespace) => [
    `namespace ${JSON.stringify(namespace)}`,
    ...recallLines(
      measurements.find((one) => one.namespace === namespace),
      target,
    ).map((line) => `  ${line}`),
  ]);
  const nothing = 'no vector index: every vector is compared, and nothing is missed';
  return [`recall ${String(target)}, ${source}`, ...(measured.length === 0 ? [nothing] : measured)];
}
