import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { RecordRow, SearchResult } from '../../../../src/console/api/contract/records.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { PlanPanel } from '../../parts/plan-panel.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import type { Column } from '../../parts/table.js';
import { useCollection } from '../../state/collection.js';
import { writeFilter } from '../../state/filter.js';
import { percent, short } from '../../state/format.js';
import { useResource } from '../../state/resource.js';
import { CopyAs } from './copy-as.js';
import type { RecordsState, Scalar } from './record-state.js';
import { RecordTable } from './record-table.js';
import { compare, type Comparison, searchInput } from './search-state.js';

type Hit = SearchResult['hits'][number];

interface SearchResultsProperties {
  readonly state: RecordsState;
  readonly columns: readonly string[];
  readonly chosen: string | null;
  readonly onOpen: (row: RecordRow) => void;
  readonly onKey: (key: string, row: RecordRow) => void;
  readonly onValue: (field: string, value: Scalar) => void;
}

/** The hits of the search in the URL, and why it is these. */
export function SearchResults({ state, ...table }: SearchResultsProperties): JSX.Element {
  const { collection } = useCollection();
  const { namespace, filter, mode, query, limit } = state;
  const path = `/collections/${collection.uuid}/search`;
  const inputs = [collection.uuid, namespace, writeFilter(filter), mode, query, limit];
  const found = useResource(async (signal) => call<SearchResult>('POST', path, { body: searchInput(state), signal }), inputs);
  const [exactFor, setExactFor] = useState<string | null>(null);
  const asked = JSON.stringify(inputs);
  const exact = useResource(
    async (signal) =>
      exactFor === asked
        ? { asked, result: await call<SearchResult>('POST', path, { body: { ...searchInput(state), exact: true }, signal }) }
        : null,
    [asked, exactFor],
  );
  const { data, error } = found;
  if (error !== undefined) return <Failed error={error} onRetry={found.reload} />;
  if (data === undefined) return <Loading what="results" />;
  const comparison = exact.data?.asked === asked ? compare(data, exact.data.result) : null;
  return (
    <>
      {data.hits.length === 0 ? (
        <Empty icon="search" title="Nothing was found">
          <p class="muted">This namespace has no record that the filter selects.</p>
        </Empty>
      ) : (
        <RecordTable
          rows={data.hits}
          {...table}
          first={hitColumns(data, comparison)}
          rowClass={({ id }) => (comparison?.differences.get(id) === null ? 'extra' : '')}
        />
      )}
      <PlanPanel plan={data.plan} words={data.planInWords} timing={data.timing}>
        {comparison === null ? (
          <Button icon="quality" isDisabled={exactFor === asked && exact.error === undefined} onClick={() => setExactFor(asked)}>
            Run it exactly
          </Button>
        ) : (
          <Recall comparison={comparison} onOpen={table.onOpen} />
        )}
        <CopyAs state={state} embedding={data.embedding} />
        {exact.error !== undefined && (
          <p class="failure" role="alert">
            {exact.error.message}
          </p>
        )}
      </PlanPanel>
    </>
  );
}

function hitColumns(result: SearchResult, comparison: Comparison | null): readonly Column<Hit>[] {
  const rank = new Map(result.hits.map(({ id }, index) => [id, index + 1]));
  return [
    { name: ':rank', label: '#', width: '40px', isNumber: true, cell: ({ id }) => rank.get(id) },
    { name: ':distance', label: 'Distance', width: '92px', isNumber: true, cell: ({ distance }) => short(distance) },
    ...(comparison === null
      ? []
      : [
          {
            name: ':exact',
            label: 'vs exact',
            width: '92px',
            isNumber: true,
            cell: ({ id }: Hit) => differenceText(comparison.differences.get(id)),
          },
        ]),
  ];
}

function differenceText(difference: number | null | undefined): string {
  if (difference === undefined || difference === null) return 'not in it';
  return Math.abs(difference) < 1e-9 ? 'same' : `${difference > 0 ? '+' : ''}${short(difference)}`;
}

function Recall({
  comparison: { recall, missing },
  onOpen,
}: {
  readonly comparison: Comparison;
  readonly onOpen: (row: RecordRow) => void;
}): JSX.Element {
  return (
    <div class="recall" role="status">
      <strong>Recall of this query: {percent(recall)}</strong>
      {missing.length === 0 ? (
        <span class="muted">The exact search finds the same.</span>
      ) : (
        <span>
          Missed:{' '}
          {missing.map((hit) => (
            <button key={hit.id} type="button" class="value" onClick={() => onOpen(hit)}>
              {hit.id} ({short(hit.distance)})
            </button>
          ))}
        </span>
      )}
    </div>
  );
}
