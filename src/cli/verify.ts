import { isPooled } from '../collections/collection.js';
import { CollectionStore } from '../collections/collection.store.js';
import { type Config, SETTINGS } from '../config/config.js';
import { count } from '../config/values.js';
import type { Database } from '../postgres/database.js';
import { RecallStore } from '../records/search/recall.store.js';
import { recallTarget } from '../records/search/recall-curve.js';
import { RecordSearchStore } from '../records/search/record-search.store.js';
import { measurementOf } from '../records/search/search-plan.js';
import { type NamespaceRecall, RecallService } from '../records/verification/recall.service.js';
import { recallLines } from '../records/verification/recall-lines.js';
import { TableShapeStore } from '../records/verification/table-shape.store.js';
import { numbered } from '../records/verification/verification.js';
import { type CollectionReport, VerificationService } from '../records/verification/verification.service.js';
import { VerificationStore } from '../records/verification/verification.store.js';
import { collectionsNamed, type NamedCollection } from './collection-names.js';
import { withDatabase } from './existing-database.js';
import type { Print } from './maintenance-config.js';

/** What `polyvec verify` is asked for. */
export interface VerifyOptions {
  /** By name, alias or uuid, in any database; absent: all. */
  readonly collection?: string | undefined;
  /** Searches per namespace that has a vector index. */
  readonly recall: number;
  /** The recall that searches are to keep; absent: the setting's default. */
  readonly target?: number;
}

/** How many searches are asked for. @throws Error with what is wrong with the text */
export function recallCount(text: string): number {
  try {
    return count(text);
  } catch (error) {
    throw new Error(`--recall must be ${(error as Error).message}, not "${text}"`, { cause: error });
  }
}

/**
 * Prints a line per collection, and one that sums up. True when all is well.
 * @throws Error when there is no such collection, or no database
 */
export async function verify(config: Config, options: VerifyOptions, print: Print): Promise<boolean> {
  return withDatabase(config, (database) => verifyDatabase(database, { ...options, target: config.recall }, print));
}

/** As above, of a database that is open. */
export async function verifyDatabase(database: Database, options: VerifyOptions, print: Print): Promise<boolean> {
  const service = serviceOf(database);
  const found = await collectionsNamed(service, options.collection);
  let wrong = 0;
  for (const { uuid, label } of found) {
    const report = await service.verify(uuid);
    // deleted meanwhile
    if (report === undefined) continue;
    print(`${label}  ${lineOf(report)}`);
    if (report.problems.length > 0) wrong += 1;
    if (options.recall > 0 && report.counts !== null) await printRecall(database, report, options, print);
  }
  // what belongs to no collection is not looked for in one
  const strays = options.collection === undefined ? await service.strays() : [];
  for (const stray of strays) print(stray);
  print(summary(found, wrong, strays.length));
  return wrong + strays.length === 0;
}

function serviceOf(database: Database): VerificationService {
  return new VerificationService(database, new CollectionStore(database), new VerificationStore(database), new TableShapeStore());
}

function lineOf({ collection, counts, indexes, problems }: CollectionReport): string {
  const tier = isPooled(collection) ? 'pool' : 'dedicated';
  const rows = counts === null ? [] : [numbered(counts.records, 'record'), numbered(counts.vectors, 'vector')];
  return [tier, ...rows, numbered(indexes, 'index'), problems.length === 0 ? 'ok' : `WRONG: ${problems.join('; ')}`].join('  ');
}

async function printRecall(
  database: Database,
  { collection }: CollectionReport,
  { recall: searches, target = SETTINGS.recall.fallback }: VerifyOptions,
  print: Print,
): Promise<void> {
  const asked = recallTarget(collection, { recall: target });
  const service = new RecallService(
    new CollectionStore(database),
    new RecallStore(database),
    new RecordSearchStore(database),
    asked,
  );
  let results: readonly NamespaceRecall[];
  try {
    results = await service.measure(collection, searches);
  } catch (error) {
    // an index that is not as it should be has been reported
    print(`  recall@10 could not be measured: ${String(error)}`);
    return;
  }
  for (const { namespace, queries, recall } of results) {
    const share = recall === null ? 'unknown' : recall.toFixed(3);
    print(`  recall@10 of the namespace ${JSON.stringify(namespace)}: ${share} (${String(queries)} searches)`);
    for (const line of recallLines(measurementOf(collection, namespace), asked)) print(`    ${line}`);
  }
}

function summary(found: readonly NamedCollection[], wrong: number, strays: number): string {
  const collections = numbered(found.length, 'collection');
  if (wrong + strays === 0) return `${collections}, all is well`;
  return `${collections}, ${String(wrong)} of them wrong${strays === 0 ? '' : `, and ${numbered(strays, 'thing')} that belong to none`}`;
}
