/** A plan of `EXPLAIN (FORMAT JSON)`. On Citus, what the shards make of their parts is under `Distributed Query`. */
interface Plan {
  readonly 'Plan Rows'?: number;
  readonly Plans?: readonly Plan[];
  readonly 'Distributed Query'?: { readonly Job?: { readonly Tasks?: readonly Task[] } };
}

interface Task {
  readonly 'Remote Plan'?: readonly (readonly { readonly Plan?: Plan }[])[];
}

/**
 * How many rows the planner expects, by the text of `EXPLAIN (FORMAT JSON)`. A coordinator of Citus knows nothing of shards' rows and
 * expects none: there, what the shards expect counts.
 */
export function plannedRows(text: string): number {
  const [first] = JSON.parse(text) as readonly { readonly Plan?: Plan }[];
  const plan = first?.Plan ?? {};
  const remote = tasksOf(plan).flatMap((task) => task['Remote Plan']?.[0]?.[0]?.Plan?.['Plan Rows'] ?? []);
  return remote.length === 0 ? (plan['Plan Rows'] ?? 0) : remote.reduce((sum, rows) => sum + rows, 0);
}

function tasksOf(plan: Plan): readonly Task[] {
  return plan['Distributed Query']?.Job?.Tasks ?? (plan.Plans ?? []).flatMap(tasksOf);
}
