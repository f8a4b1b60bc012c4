import { AsyncLocalStorage } from 'node:async_hooks';
import { currentRequest } from '../../observability/request-context.js';
import type { Outcome, SearchPlan } from './search-plan.js';

/** Takes what searches say of how they were carried out. */
export type SearchListener = (line: string) => void;

const listeners = new AsyncLocalStorage<SearchListener>();

/** Runs a request whose searches are reported to `listener`. */
export function listenToSearches<T>(listener: SearchListener, request: () => T): T {
  return listeners.run(listener, request);
}

/** Reports a search's plan, estimate and outcome to its request's log line and to its listener. */
export function reportSearch(plan: SearchPlan, outcome: Outcome): void {
  currentRequest()?.plans.push(plan.kind === 'index' ? 'hnsw' : `exact: ${plan.reason}`);
  listeners.getStore()?.(lineOf(plan, outcome));
}

/** Reports a search by sparse vectors in metadata to its listener; `pending` records were read beside the postings, absent: there are none. */
export function reportSparseSearch(pending: number | undefined, found: number): void {
  const way = pending === undefined ? 'index on metadata' : `postings; pending=${String(pending)}`;
  listeners.getStore()?.(`sparse; ${way}; found=${String(found)}`);
}

/** `hnsw; indexes=1; ef=120; reason=size; budget=none; estimate=none; form=half; found=10` or `exact; reason=few matches; estimate=210; candidates=198; found=10`. */
function lineOf(plan: SearchPlan, { candidates, found }: Outcome): string {
  const known = (value: number | null): string => (value === null ? 'none' : String(value));
  const parts =
    plan.kind === 'index'
      ? [
          'hnsw',
          `indexes=${String(plan.indexes.length)}`,
          `ef=${String(plan.efSearch)}`,
          `reason=${plan.efReason}`,
          `budget=${known(plan.budget)}`,
          `estimate=${known(plan.estimate)}`,
          `form=${[...new Set(plan.indexes.map(({ content }) => content))].join('+')}`,
        ]
      : ['exact', `reason=${plan.reason}`, `estimate=${known(plan.estimate)}`, `candidates=${known(candidates)}`];
  return [...parts, `found=${String(found)}`].join('; ');
}
