import type { ComponentChildren, JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import type { RecordRow } from '../../../../src/console/api/contract/records.js';
import { Sparkline } from '../../parts/states.js';
import { type Column, Table } from '../../parts/table.js';
import { short } from '../../state/format.js';
import { fieldsOf, isScalar, type Scalar } from './record-state.js';

interface RecordTableProperties<Row extends RecordRow> {
  readonly rows: readonly Row[];
  readonly columns: readonly string[];
  readonly chosen: string | null;
  readonly onOpen: (row: Row) => void;
  readonly onKey: (key: string, row: Row) => void;
  readonly onValue: (field: string, value: Scalar) => void;
  /** Columns before the id. */
  readonly first?: readonly Column<Row>[];
  readonly selected?: ReadonlySet<string>;
  readonly onSelect?: (selected: ReadonlySet<string>) => void;
  readonly onEnd?: () => void;
  readonly rowClass?: (row: Row) => string;
}

export function RecordTable<Row extends RecordRow>(properties: RecordTableProperties<Row>): JSX.Element {
  const { rows, columns, chosen, onOpen, onKey, onValue, first = [], selected, onSelect, onEnd, rowClass } = properties;
  const metadata = useMemo(() => new Map(rows.map((row) => [row.id, new Map(fieldsOf(row.metadata))])), [rows]);
  const all: readonly Column<Row>[] = [
    ...(selected === undefined || onSelect === undefined ? [] : [selection(rows, selected, onSelect)]),
    ...first,
    { name: ':id', label: 'Id', width: 'minmax(110px, 1fr)', cell: ({ id }) => <code class="id">{id}</code> },
    { name: ':document', label: 'Document', width: 'minmax(160px, 2.6fr)', cell: ({ document }) => document ?? <None /> },
    ...columns.map((field) => ({
      name: `field:${field}`,
      label: field,
      width: 'minmax(90px, 1fr)',
      cell: ({ id }: Row) => <Value value={metadata.get(id)?.get(field)} field={field} onValue={onValue} />,
    })),
    { name: ':vector', label: 'Vector', width: '150px', cell: vectorCell },
  ];
  return (
    <Table
      label="Records"
      columns={all}
      rows={rows}
      keyOf={({ id }) => id}
      chosen={chosen}
      onOpen={onOpen}
      onKey={onKey}
      {...(onEnd !== undefined && { onEnd })}
      {...(rowClass !== undefined && { rowClass })}
    />
  );
}

function None(): JSX.Element {
  return <span class="muted">–</span>;
}

function vectorCell({ vector, hasSparse }: RecordRow): ComponentChildren {
  if (vector === null) return hasSparse ? 'sparse' : <None />;
  return (
    <span class="vector" title={`${vector.dimension} dimensions, length ${vector.norm}`}>
      <Sparkline values={vector.glimpse} />
      <span>{short(vector.norm)}</span>
    </span>
  );
}

function selection<Row extends RecordRow>(
  rows: readonly Row[],
  selected: ReadonlySet<string>,
  onSelect: (selected: ReadonlySet<string>) => void,
): Column<Row> {
  const isAll = rows.length > 0 && rows.every(({ id }) => selected.has(id));
  const toggle = (id: string): void => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const stop = (event: MouseEvent): void => event.stopPropagation();
  return {
    name: ':selected',
    width: '34px',
    label: (
      <input
        type="checkbox"
        aria-label="Select all that are loaded"
        checked={isAll}
        onChange={() => onSelect(isAll ? new Set() : new Set(rows.map(({ id }) => id)))}
      />
    ),
    cell: ({ id }) => (
      <input type="checkbox" aria-label={`Select ${id}`} checked={selected.has(id)} onClick={stop} onChange={() => toggle(id)} />
    ),
  };
}

interface ValueProperties {
  readonly value: unknown;
  readonly field: string;
  readonly onValue: (field: string, value: Scalar) => void;
}

/** A value of a field; clicking it adds it to the filter. */
export function Value({ value, field, onValue }: ValueProperties): JSX.Element {
  if (value === undefined) return <None />;
  if (!isScalar(value)) return <code>{JSON.stringify(value)}</code>;
  return (
    <button
      type="button"
      class="value"
      title={`Only ${field} = ${String(value)}`}
      onClick={(event) => {
        event.stopPropagation();
        onValue(field, value);
      }}
    >
      {String(value)}
    </button>
  );
}
