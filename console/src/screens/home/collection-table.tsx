import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { Link, useLocation } from 'wouter-preact';
import type { CollectionRow } from '../../../../src/console/api/contract/collections.js';
import { IconButton } from '../../parts/button.js';
import { Icon } from '../../parts/icon.js';
import { Bar } from '../../parts/states.js';
import { type Column, Table } from '../../parts/table.js';
import { count, dateTime, percent } from '../../state/format.js';
import { mayWrite } from '../../state/session.js';
import { useParameters } from '../../state/url.js';
import type { Action } from './collection-dialogs.js';

const SORTS: Readonly<Record<string, (row: CollectionRow) => string | number>> = {
  name: ({ name }) => name.toLowerCase(),
  records: ({ records }) => records,
  dimension: ({ dimension }) => dimension ?? 0,
  created: ({ createdAt }) => createdAt,
};

interface CollectionTableProperties {
  readonly rows: readonly CollectionRow[];
  readonly onAction: (action: Action) => void;
}

export function CollectionTable({ rows, onAction }: CollectionTableProperties): JSX.Element {
  const [parameters, change] = useParameters();
  const [, navigate] = useLocation();
  const sort = parameters.get('sort') ?? 'name';
  const sorted = useMemo(() => sortedBy(rows, sort), [rows, sort]);
  const head = (name: string, label: string): Pick<Column<CollectionRow>, 'name' | 'label' | 'sort'> => {
    const direction = sort === name ? 'ascending' : sort === `-${name}` ? 'descending' : 'none';
    const next = sort === name ? `-${name}` : name;
    return {
      name,
      sort: direction,
      label: <SortButton label={label} direction={direction} onClick={() => change({ sort: next })} />,
    };
  };
  const columns: readonly Column<CollectionRow>[] = [
    { ...head('name', 'Name'), width: 'minmax(200px, 2.4fr)', cell: (row) => <Name row={row} /> },
    {
      name: 'protocol',
      label: 'Made by',
      width: '104px',
      cell: ({ protocol }) => <span class={`tag ${protocol}`}>{protocol}</span>,
    },
    { ...head('records', 'Records'), width: '104px', isNumber: true, cell: (row) => <Counted row={row} value={row.records} /> },
    { ...head('dimension', 'Dimension'), width: '104px', isNumber: true, cell: dimensionOf },
    { name: 'metric', label: 'Metric', width: '76px', cell: ({ metric }) => metric },
    {
      name: 'namespaces',
      label: 'Namespaces',
      width: '112px',
      isNumber: true,
      cell: (row) => <Counted row={row} value={row.namespaces} />,
    },
    { name: 'state', label: 'State', width: '180px', cell: (row) => <State row={row} /> },
    { name: 'port', label: 'Port', width: '70px', isNumber: true, cell: ({ port }) => port ?? <span class="muted">–</span> },
    {
      name: 'actions',
      label: <span class="visually-hidden">Actions</span>,
      width: '76px',
      cell: (row) => <Actions row={row} onAction={onAction} />,
    },
  ];
  return (
    <Table
      label="Collections"
      columns={columns}
      rows={sorted}
      keyOf={({ uuid }) => uuid}
      rowHeight={44}
      onOpen={({ uuid }) => navigate(`/c/${uuid}/records`)}
      onKey={(key, row) => onAction({ kind: key === 'e' ? 'edit' : 'delete', row })}
    />
  );
}

function sortedBy(rows: readonly CollectionRow[], sort: string): readonly CollectionRow[] {
  const isDescending = sort.startsWith('-');
  const valueOf = SORTS[isDescending ? sort.slice(1) : sort];
  if (valueOf === undefined) return rows;
  const compare = (one: CollectionRow, other: CollectionRow): number => {
    const [a, b] = [valueOf(one), valueOf(other)];
    return a < b ? -1 : a > b ? 1 : 0;
  };
  return [...rows].sort((one, other) => (isDescending ? compare(other, one) : compare(one, other)));
}

interface SortButtonProperties {
  readonly label: string;
  readonly direction: 'ascending' | 'descending' | 'none';
  readonly onClick: () => void;
}

function SortButton({ label, direction, onClick }: SortButtonProperties): JSX.Element {
  const mark = { ascending: ' ↑', descending: ' ↓', none: '' }[direction];
  return (
    <button type="button" class="sort" onClick={onClick}>
      {label}
      <span aria-hidden="true">{mark}</span>
    </button>
  );
}

function dimensionOf({ dimension, vectorType }: CollectionRow): ComponentChildren {
  if (vectorType === 'sparse') return 'sparse';
  return dimension === null ? <span class="muted">–</span> : count(dimension);
}

/** What a large collection holds was counted a while ago. */
function Counted({ row, value }: { readonly row: CollectionRow; readonly value: number }): JSX.Element {
  const { countedAt } = row;
  return <span title={countedAt === null ? undefined : `Counted ${dateTime(countedAt)}`}>{count(value)}</span>;
}

function Name({ row }: { readonly row: CollectionRow }): JSX.Element {
  const where = row.aliases.length === 0 ? `${row.tenant} / ${row.database}` : `also ${row.aliases.join(', ')}`;
  return (
    <span class="two-lines">
      <Link href={`/c/${row.uuid}/records`} onClick={(event: MouseEvent) => event.stopPropagation()}>
        {row.name}
      </Link>
      <small title={where}>{where}</small>
    </span>
  );
}

function State({ row }: { readonly row: CollectionRow }): JSX.Element {
  const { indexes, tier, records } = row;
  if (indexes.isBuilding) {
    const share = records === 0 ? 0 : indexes.indexedVectors / records;
    return (
      <span class="state">
        <Bar share={share} label={`Index of ${row.name}`} />
        <span>indexing {percent(Math.floor(Math.min(1, share) * 100) / 100)}</span>
      </span>
    );
  }
  if (tier === 'pool')
    return (
      <span class="state muted" title="Small enough to be compared with every record">
        exact
      </span>
    );
  return (
    <span class="state">
      <span class="dot good" aria-hidden="true" />
      {indexes.ready === 0 ? 'own tables' : indexes.ready === 1 ? '1 index' : `${indexes.ready} indexes`}
    </span>
  );
}

function Actions({ row, onAction }: { readonly row: CollectionRow; readonly onAction: (action: Action) => void }): JSX.Element {
  if (!mayWrite.value) return <>{row.deletionProtection && <span class="tag">protected</span>}</>;
  const act = (kind: 'edit' | 'delete') => (event: MouseEvent) => {
    event.stopPropagation();
    onAction({ kind, row });
  };
  return (
    <span class="row">
      <IconButton icon="edit" label={`Edit ${row.name}`} onClick={act('edit')} />
      {row.deletionProtection ? (
        <span class="icon-still" title="Protected from deletion">
          <span class="visually-hidden">Protected from deletion</span>
          <Icon name="lock" />
        </span>
      ) : (
        <IconButton icon="trash" label={`Delete ${row.name}`} onClick={act('delete')} />
      )}
    </span>
  );
}
