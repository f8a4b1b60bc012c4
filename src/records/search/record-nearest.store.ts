import type { Collection, IndexContent, Metric, VectorIndex } from '../../collections/collection.js';
import { recordTable, vectorTable } from '../../collections/place-tables.store.js';
import { compile } from '../../filters/compile.js';
import { measureFilter } from '../../filters/measure.js';
import { join, literal, type Sql, sql } from '../../postgres/sql.js';
import { indexedForm } from '../maintenance/vector-index.store.js';
import type { Selection } from '../record.js';
import { isOf, selected, theOne } from '../record-tables.js';
import { comparedAgain } from './recall-curve.js';
import { DISTANCES } from './record-distance.store.js';
import { type IndexPlan, type SearchPlan, uncovered } from './search-plan.js';

/** The operator that an index on the metric serves. */
const OPERATORS: Readonly<Record<Metric, Sql>> = { l2: sql`<->`, cosine: sql`<=>`, ip: sql`<#>` };
/** `hnsw.scan_mem_multiplier`: with less, a scan for rare matches ends early. */
const SCAN_MEMORY = 8;
const FEW_VALUES = 4;
const FEW_PREDICATES = 16;

/**
 * What a plan prepares, as tables of a WITH: `candidates`, the rids of the selected records, or `tuned`, one row, once the session
 * is set for the search, until the statement's end.
 */
export function preparations(collection: Collection, namespace: string, request: Selection, plan: SearchPlan): Sql {
  if (plan.kind === 'index') return sql`tuned AS MATERIALIZED (${tuning(plan)})`;
  const cut = plan.mostCandidates === null ? sql`` : sql`LIMIT ${plan.mostCandidates + 1}`;
  return isRestricted(request) && !plan.inOnePass
    ? sql`candidates AS MATERIALIZED (SELECT r.rid FROM ${selected(collection, namespace, request)} ${cut})`
    : sql`candidates AS MATERIALIZED (SELECT)`;
}

/** How many candidates there are, at most one more than the plan allows; null where nobody has guessed it. */
export function candidateCount(plan: SearchPlan): Sql {
  if (plan.kind === 'index' || plan.inOnePass || plan.estimate === null) return sql`NULL::bigint`;
  return sql`(SELECT count(*) FROM candidates)`;
}

/**
 * Whether a search by the plan can keep its statement's plan: graphs give the order that is wanted, all else is found by whole keys or in
 * the order of numbers. Long lists in a filter are read once where it is planned for its values, and once for each record otherwise.
 */
export function isPlanKept({ filter }: Selection, plan: SearchPlan): boolean {
  if (plan.kind !== 'index' || filter === undefined) return plan.kind === 'index';
  const { values, predicates } = measureFilter(filter);
  return values <= FEW_VALUES && predicates <= FEW_PREDICATES;
}

/**
 * The vector rows `v` to compare with the query `q`, as what stands behind FROM: all that are selected, or at least `wanted` of the
 * nearest ones and, by chance, others. None when there are more candidates than the plan allows.
 */
export function nearest(
  collection: Collection,
  namespace: string,
  request: Selection,
  plan: SearchPlan,
  search: { readonly wanted: number; readonly keyListsByIndex: boolean },
): Sql {
  if (plan.kind === 'index') return nearestByIndex(collection, namespace, request, plan, search.wanted);
  if (plan.inOnePass)
    return nearestByIndex(collection, namespace, request, { indexes: [], budget: null, candidates: null }, search.wanted);
  const vectors = candidateVectors(collection, namespace, request, search.keyListsByIndex);
  return plan.mostCandidates === null ? vectors : sql`${vectors} AND ${candidateCount(plan)} <= ${plan.mostCandidates}`;
}

/** The vector rows `v` to compare: the whole namespace, or the candidates', each looked up by its key. */
function candidateVectors(collection: Collection, namespace: string, request: Selection, keyListsByIndex: boolean): Sql {
  const table = sql`${vectorTable(collection)} v`;
  const scope = scopeOf(collection, namespace);
  if (!isRestricted(request)) return sql`${table} WHERE ${scope}`;
  // half the cost of the join, where the planner can be trusted with it
  if (keyListsByIndex) return sql`${table} WHERE ${scope} AND v.rid = ANY (ARRAY(SELECT c.rid FROM candidates c))`;
  return sql`candidates c CROSS JOIN LATERAL (
    SELECT v.rid, v.embedding FROM ${table} WHERE ${scope} AND v.rid = c.rid OFFSET 0) AS v WHERE TRUE`;
}

function nearestByIndex(
  collection: Collection,
  namespace: string,
  request: Selection,
  plan: Pick<IndexPlan, 'indexes' | 'budget' | 'candidates'>,
  wanted: number,
): Sql {
  const matches = sql`(SELECT ${request.filter === undefined ? sql`TRUE` : compile(request.filter)} FROM ${recordTable(collection)} r
    WHERE r.collection_id = ${collection.id} AND r.namespace = ${namespace} AND ${isOf(sql`r.rid`, sql`s.rid`)} ${theOne(sql`r.rid`)})`;
  const condition = request.filter === undefined ? sql`` : sql`WHERE ${matches}`;
  const branches = plan.indexes.map((index) => {
    const compared = comparedAgain(index.content, wanted, plan.candidates);
    const graph = graphRows(collection, namespace, index, plan.budget ?? compared);
    return sql`(SELECT s.rid, s.embedding FROM (${graph}) AS s ${condition} LIMIT ${compared})`;
  });
  const rest = uncovered(plan.indexes).map(
    (range) => sql`(
      SELECT s.rid, (SELECT e.embedding FROM ${vectorTable(collection)} e
        WHERE e.collection_id = ${collection.id} AND e.namespace = ${namespace} AND ${isOf(sql`e.rid`, sql`s.rid`)}
        ${theOne(sql`e.rid`)}) AS embedding
      FROM (${remainingRows(collection, namespace, range, plan.indexes.length > 0)}) AS s ${condition} LIMIT ${wanted})`,
  );
  return sql`LATERAL (${unionAll([...branches, ...rest])}) AS v WHERE TRUE`;
}

/**
 * The nearest vectors that a graph gives, about in their order. What the index covers stands in the text: a plan that is kept would not know
 * that these rows are in it.
 */
function graphRows(collection: Collection, namespace: string, index: VectorIndex, limit: number): Sql {
  return sql`
    SELECT v.rid, v.embedding FROM ${vectorTable(collection)} v
    WHERE v.collection_id = ${collection.id} AND v.namespace = ${literal(namespace)}
      AND v.seq > ${literal(index.low)}::bigint AND v.seq <= ${literal(index.high)}::bigint AND (SELECT is_set FROM tuned)
    ORDER BY ${formDistance(collection, index.content)} LIMIT ${limit}`;
}

/** How far the vector row `v` is from the query `q` in an index: the expression that its order is used for. */
export function formDistance(collection: Collection, content: IndexContent): Sql {
  const dimension = collection.dimension ?? 0;
  const stored = indexedForm(content, dimension, sql`v.embedding`);
  const query = indexedForm(content, dimension, sql`q.embedding`);
  return sql`${stored} ${formOperator(collection, content)} ${query}`;
}

/** The operator that tells how far two vectors are from each other in the form that an index holds. */
export function formOperator({ metric }: Collection, content: IndexContent): Sql {
  return content === 'binary' ? sql`<~>` : OPERATORS[metric];
}

/**
 * All vectors in a range of numbers, in the order of their distance, equals in the order of first insert. Those beside an index are few, and
 * read in the order of their numbers, which one index gives: a planner whose statistics are of before these numbers changed would read the
 * whole table.
 */
function remainingRows(
  collection: Collection,
  namespace: string,
  range: { readonly low: string; readonly high: string | null },
  isBesideIndex: boolean,
): Sql {
  const end = range.high === null ? sql`` : sql`AND v.seq <= ${range.high}`;
  const order = isBesideIndex ? sql`ORDER BY v.seq OFFSET 0` : sql``;
  return sql`
    SELECT v.rid FROM (
      SELECT v.rid, v.embedding FROM ${vectorTable(collection)} v
      WHERE ${scopeOf(collection, namespace)} AND v.seq > ${range.low} ${end} ${order}) AS v
    ORDER BY ${DISTANCES[collection.metric]}, v.rid`;
}

function tuning(plan: IndexPlan): Sql {
  const settings = {
    'hnsw.ef_search': String(plan.efSearch),
    'hnsw.iterative_scan': 'relaxed_order',
    'hnsw.max_scan_tuples': String(Math.max(plan.budget ?? 0, 20_000)),
    'hnsw.scan_mem_multiplier': String(SCAN_MEMORY),
  };
  const set = Object.entries(settings).map(([name, value]) => sql`set_config(${name}, ${value}, TRUE) IS NOT NULL`);
  return sql`SELECT ${join(set, ' AND ')} AS is_set`;
}

function unionAll(branches: readonly Sql[]): Sql {
  return branches.reduce((all, branch) => sql`${all} UNION ALL ${branch}`);
}

function scopeOf(collection: Collection, namespace: string): Sql {
  return sql`v.collection_id = ${collection.id} AND v.namespace = ${namespace}`;
}

function isRestricted(request: Selection): boolean {
  return request.ids !== undefined || request.filter !== undefined;
}
