import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { FilterInput } from '../../../../src/console/api/contract/records.js';
import type { QualityInput, QualityLine } from '../../../../src/console/api/contract/streams.js';
import { isAbort, lines, messageOf } from '../../api.js';
import { Button } from '../../parts/button.js';
import { Select } from '../../parts/field.js';
import { FilterBuilder } from '../../parts/filter-builder.js';
import { Bar, Empty } from '../../parts/states.js';
import { namespaceLabel, useCollection } from '../../state/collection.js';
import { filterPart, readFilter, writeFilter } from '../../state/filter.js';
import { percent } from '../../state/format.js';
import { useParameters } from '../../state/url.js';
import { useFields } from '../records/record-state.js';
import { RecallTarget } from './recall-target.js';

type Measured = Extract<QualityLine, { readonly kind: 'namespace' }>;

interface Run {
  readonly isRunning: boolean;
  readonly progress: { readonly done: number; readonly of: number };
  readonly measured: readonly Measured[];
  readonly failure: string | null;
}

const NEVER: Run = { isRunning: false, progress: { done: 0, of: 1 }, measured: [], failure: null };
const QUERIES = ['10', '50', '100', '200'] as const;

/** How much of what an exact search finds is found. */
export function Quality(): JSX.Element {
  const { collection } = useCollection();
  const [parameters, change] = useParameters();
  const filter = readFilter(parameters.get('filter'));
  const queries = parameters.get('queries') ?? '50';
  const fields = useFields(collection.uuid, collection.namespaceList[0]?.name ?? '');
  const { run, start, stop } = useMeasurement(collection.uuid);
  return (
    <div class="quality">
      <div class="toolbar spaced">
        <Select
          label="Queries"
          isBare
          value={queries}
          choices={[...new Set<string>([...QUERIES, queries])].map((value) => ({ value, label: `${value} queries` }))}
          onChange={(value) => change({ queries: value })}
        />
        {run.isRunning ? (
          <Button icon="close" onClick={stop}>
            Stop
          </Button>
        ) : (
          <Button kind="primary" icon="quality" onClick={() => start({ queries: Number(queries), ...filterPart(filter) })}>
            Measure
          </Button>
        )}
        {run.isRunning && (
          <span class="state" role="status">
            <Bar share={run.progress.done / Math.max(1, run.progress.of)} label="Measuring" />
            {run.progress.done} of {run.progress.of}
          </span>
        )}
      </div>
      <FilterBuilder
        filter={filter}
        fields={fields.data}
        uuid={collection.uuid}
        onChange={(next: FilterInput) => change({ filter: writeFilter(next) }, true)}
      />
      {run.failure !== null && (
        <p class="failure banner" role="alert">
          {run.failure}
        </p>
      )}
      <RecallTarget />
      {run.measured.length === 0 && !run.isRunning ? (
        <Empty icon="quality" title="Recall of this collection">
          <p class="muted">
            Vectors of the collection are searched for twice, as clients do and exactly. Recall@10 is the share of the ten nearest
            that clients get. It takes part in the work of the database while it runs.
          </p>
        </Empty>
      ) : (
        <div class="body">
          {run.measured.map((measured) => (
            <NamespaceCard key={measured.namespace} uuid={collection.uuid} measured={measured} />
          ))}
        </div>
      )}
    </div>
  );
}

interface Measurement {
  readonly run: Run;
  readonly start: (input: QualityInput) => void;
  readonly stop: () => void;
}

function useMeasurement(uuid: string): Measurement {
  const [run, setRun] = useState(NEVER);
  const controller = useRef<AbortController | null>(null);
  const stop = (): void => controller.current?.abort();
  useEffect(() => stop, []);
  const measure = async (body: QualityInput): Promise<void> => {
    controller.current = new AbortController();
    const { signal } = controller.current;
    setRun({ ...NEVER, isRunning: true });
    try {
      for await (const line of lines<QualityLine>('POST', `/collections/${uuid}/quality`, { body, signal }))
        setRun((before) => after(before, line));
    } catch (error) {
      if (!isAbort(error)) setRun((before) => ({ ...before, failure: messageOf(error) }));
    }
    setRun((before) => ({ ...before, isRunning: false }));
  };
  return { run, start: (input) => void measure(input), stop };
}

function after(run: Run, line: QualityLine): Run {
  switch (line.kind) {
    case 'progress':
      return { ...run, progress: line };
    case 'namespace':
      return { ...run, measured: [...run.measured, line] };
    case 'failed':
      return { ...run, failure: line.message };
  }
}

function NamespaceCard({ uuid, measured }: { readonly uuid: string; readonly measured: Measured }): JSX.Element {
  const { namespace, queries, recall, unindexed, worst, plan } = measured;
  const link = (id: string): string =>
    `/c/${uuid}/records?${new URLSearchParams({ ns: namespace, id, mode: 'ids', q: JSON.stringify([id]) }).toString()}`;
  return (
    <section class="card namespace">
      <div class="figures">
        <div class="figure">
          <span class="muted">Namespace</span>
          <strong class="name">{namespaceLabel(namespace)}</strong>
        </div>
        <div class="figure">
          <span class="muted">Recall@10 over {queries} queries</span>
          <strong>{recall === null ? '–' : percent(recall)}</strong>
        </div>
        <div class="figure">
          <span class="muted">In no index yet</span>
          <strong>{percent(unindexed)}</strong>
        </div>
      </div>
      <p class="muted">
        <code>{plan}</code>
      </p>
      {worst.some((one) => one.recall < 1) && (
        <div>
          <h2 class="small">The queries with the lowest recall</h2>
          <table class="listing">
            <thead>
              <tr>
                <th>Asked for</th>
                <th class="number">Recall</th>
              </tr>
            </thead>
            <tbody>
              {worst.map((one) => (
                <tr key={one.id}>
                  <td>
                    <Link href={link(one.id)}>{one.id}</Link>
                  </td>
                  <td class="number">{percent(one.recall)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
