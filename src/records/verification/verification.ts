import { type Collection, isPooled } from '../../collections/collection.js';
import { indexColumn, indexName, operatorClass } from '../maintenance/vector-index.store.js';
import type { IndexEntry, TableIndex, TableShape } from './table-shape.store.js';
import type { Miscount, RowCounts, SparseCounts } from './verification.store.js';

/** What is wrong with a collection, a part of a sentence each. */
export type Problems = readonly string[];

/** Longer lists are cut: a line shows all of it. */
const MAX_LISTED = 5;
const LARGEST_INTEGER = 2_147_483_647n;

/** Tables that are missing, and columns that are not as the pool's are. */
export function shapeProblems(collection: Collection, tables: ReadonlyMap<string, TableShape>): Problems {
  const pairs = [
    [collection.recordTable, 'pool_records'],
    [collection.vectorTable, 'pool_vectors'],
  ] as const;
  return pairs.flatMap(([name, model]) => {
    const shape = tables.get(name);
    if (shape === undefined) return [`its table ${name} is missing`];
    const expected = [...(tables.get(model) ?? [])].map(([column, type]) => [column, typeIn(collection, column, type)] as const);
    return expected.flatMap(([column, type]) => {
      const found = shape.get(column);
      if (found === undefined) return [`${name} has no column ${column}`];
      return found === type ? [] : [`${name}.${column} is ${found}, not ${type}`];
    });
  });
}

/** A table of one collection's holds vectors of one length. */
function typeIn(collection: Collection, column: string, type: string): string {
  if (isPooled(collection) || column !== 'embedding') return type;
  return type.replace('vector', `vector(${String(collection.dimension)})`);
}

/** Indexes that every such table has, once it has all, and those that a build has not come to its end with. */
export function tableIndexProblems(collection: Collection, indexes: readonly TableIndex[]): Problems {
  const { recordTable, vectorTable } = collection;
  const wanted: readonly Pick<TableIndex, 'table' | 'method' | 'columns' | 'isUnique'>[] = [
    { table: recordTable, method: 'btree', columns: 'collection_id, namespace, id', isUnique: true },
    { table: recordTable, method: 'btree', columns: 'collection_id, namespace, rid', isUnique: true },
    ...(collection.lateIndexes ? [] : [{ table: recordTable, method: 'gin', columns: 'metadata', isUnique: false }]),
    ...(collection.documentIndex ? [{ table: recordTable, method: 'gin', columns: 'document', isUnique: false }] : []),
    { table: vectorTable, method: 'btree', columns: 'collection_id, namespace, rid', isUnique: true },
    ...(isPooled(collection) || collection.lateIndexes
      ? []
      : [{ table: vectorTable, method: 'btree', columns: 'namespace, seq', isUnique: false }]),
  ];
  const missing = wanted.filter(
    ({ table, method, columns, isUnique }) =>
      !indexes.some(
        (index) =>
          index.table === table &&
          index.method === method &&
          index.columns === columns &&
          index.isUnique === isUnique &&
          index.condition === null &&
          index.isValid,
      ),
  );
  const invalid = indexes.filter(({ isValid, isBeingBuilt, name }) => !isValid && !isBeingBuilt && !isVectorIndex(name));
  return [
    ...missing.map(({ table, columns }) => `${table} has no index on (${columns})`),
    ...invalid.map(({ name }) => `the index ${name} is invalid`),
  ];
}

/** What is wrong with vector indexes. `isBuilding`: someone may be about to build or to drop some. */
export function vectorIndexProblems(
  collection: Collection,
  entries: readonly IndexEntry[],
  indexes: readonly TableIndex[],
  isBuilding: boolean,
): Problems {
  const byName = new Map(indexes.map((index) => [index.name, index]));
  const ready = entries.filter(({ state }) => state === 'ready');
  const known = new Set(entries.map(({ id }) => indexName(id)));
  const strays = indexes.filter(({ name }) => isVectorIndex(name) && !known.has(name));
  return [
    ...ready.flatMap((entry) => readyProblems(collection, entry, byName.get(indexName(entry.id)))),
    ...overlaps(ready),
    ...strays.map(({ name }) => `the index ${name} is not in the catalog`),
    ...entries.flatMap(({ id, state }) => {
      if (state === 'ready' || isBuilding || byName.get(indexName(id))?.isBeingBuilt === true) return [];
      return [`the index ${indexName(id)} was ${state === 'building' ? 'begun and not finished' : 'replaced and not dropped'}`];
    }),
  ];
}

function readyProblems(collection: Collection, entry: IndexEntry, index: TableIndex | undefined): Problems {
  const name = indexName(entry.id);
  if (index === undefined) return [`the index ${name} is missing`];
  if (!index.isValid) return [`the index ${name} is invalid`];
  const isAsNoted =
    index.table === collection.vectorTable &&
    index.method === 'hnsw' &&
    index.columns === indexColumn(collection, entry.content) &&
    index.operators === operatorClass(collection, entry.content) &&
    index.condition === conditionOf(entry);
  return isAsNoted ? [] : [`the index ${name} is not what the catalog says`];
}

/** As Postgres prints it. */
function conditionOf({ namespace, low, high }: IndexEntry): string {
  return `namespace = '${namespace.replaceAll("'", "''")}'::text AND seq > ${integerText(low)} AND seq <= ${integerText(high)}`;
}

function integerText(value: string): string {
  return BigInt(value) > LARGEST_INTEGER ? `'${value}'::bigint` : value;
}

function overlaps(ready: readonly IndexEntry[]): Problems {
  return ready.flatMap((entry, index) => {
    const before = ready[index - 1];
    if (BigInt(entry.low) >= BigInt(entry.high)) return [`the index ${indexName(entry.id)} covers no numbers`];
    if (before?.namespace !== entry.namespace || BigInt(before.high) <= BigInt(entry.low)) return [];
    return [`the indexes ${indexName(before.id)} and ${indexName(entry.id)} cover the same numbers`];
  });
}

function isVectorIndex(name: string): boolean {
  return /^hnsw_\d+$/.test(name);
}

export function rowProblems(collection: Collection, counts: RowCounts): Problems {
  const { bare, bareId, orphans, misfits } = counts;
  const isDense = collection.vectorType === 'dense';
  return [
    ...counted(isDense ? bare : 0, 'record', `without a vector, the first one ${JSON.stringify(bareId)}`),
    ...counted(isDense ? 0 : counts.vectors - orphans, 'vector', 'in a collection of sparse ones'),
    ...counted(orphans, 'vector', 'without a record'),
    ...counted(misfits, 'vector', `of another dimension than ${String(collection.dimension)}`),
  ];
}

export function miscountProblems(miscounts: readonly Miscount[]): Problems {
  const listed = miscounts.slice(0, MAX_LISTED).map(({ name, counted, records }) => {
    const namespace = `the namespace ${JSON.stringify(name)}`;
    if (counted === null) return `${namespace} of ${numbered(records, 'record')} has no row`;
    return `${namespace} counts ${numbered(counted, 'record')} and has ${String(records)}`;
  });
  const others = miscounts.length - listed.length;
  return others === 0 ? listed : [...listed, `${numbered(others, 'more namespace')} with a wrong count`];
}

export function sparseProblems(collection: Collection, counts: SparseCounts): Problems {
  return [
    ...counted(collection.hasSparse ? 0 : counts.rows, 'sparse vector', 'that the collection does not know of'),
    // documents of a schema of texts alone have none
    ...counted(collection.vectorType === 'sparse' && counts.rows > 0 ? counts.bare : 0, 'record', 'without a sparse vector'),
    ...counted(counts.orphans, 'sparse vector', 'without a record'),
    ...counted(counts.uneven, 'sparse vector', 'with other than a weight for each term'),
    ...counted(counts.differing, 'posting', 'unlike the sparse vectors'),
  ];
}

function counted(count: number, what: string, rest: string): Problems {
  return count === 0 ? [] : [`${numbered(count, what)} ${rest}`];
}

/** `1 record`, `2 records`. */
export function numbered(count: number, what: string): string {
  if (count === 1) return `1 ${what}`;
  return `${String(count)} ${what.endsWith('x') ? `${what}es` : `${what}s`}`;
}
