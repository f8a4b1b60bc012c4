import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeleteInput, RecordRow } from '../../../../src/console/api/contract/records.js';
import { Button, IconButton } from '../../parts/button.js';
import { Select } from '../../parts/field.js';
import { FilterBuilder } from '../../parts/filter-builder.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { namespaceLabel, useCollection } from '../../state/collection.js';
import { filterPart, withCondition } from '../../state/filter.js';
import { count } from '../../state/format.js';
import { useShortcuts } from '../../state/keyboard.js';
import { mayWrite } from '../../state/session.js';
import { ColumnChooser } from './column-chooser.js';
import { DeleteDialog } from './delete-dialog.js';
import { EditDialog } from './edit-dialog.js';
import { RecordPanel } from './record-panel.js';
import { type RecordPages, type Scalar, useFields, useRecordPages, useRecordsState } from './record-state.js';
import { RecordTable } from './record-table.js';
import { SearchBar } from './search-bar.js';
import { SearchResults } from './search-results.js';

const SHOWN_FIELDS = 4;

type Open =
  { readonly kind: 'edit'; readonly row: RecordRow | null } | { readonly kind: 'delete'; readonly selection: DeleteInput } | null;

/** The records of a collection: to look through, to search, to change. */
export function Records(): JSX.Element {
  const { collection, reload: reloadCollection } = useCollection();
  const state = useRecordsState();
  const { namespace, filter, id, query, change, changeFilter } = state;
  const fields = useFields(collection.uuid, namespace);
  const pages = useRecordPages(collection.uuid, namespace, filter, state.ids);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [open, setOpen] = useState<Open>(null);
  const names = fields.data?.fields.map(({ name }) => name) ?? [];
  const columns = state.columns ?? names.slice(0, SHOWN_FIELDS);
  const addValue = (field: string, value: Scalar): void => changeFilter(withCondition(filter, { field, op: 'eq', value }));
  const openRow = (row: RecordRow): void => change({ id: row.id });
  const startDelete = (ids: readonly string[]): void => {
    if (mayWrite.value) setOpen({ kind: 'delete', selection: { namespace, ids } });
  };
  const onKey = (key: string, row: RecordRow): void => {
    if (!mayWrite.value) return;
    if (key === 'e') setOpen({ kind: 'edit', row });
    else startDelete(selected.size > 0 ? [...selected] : [row.id]);
  };
  const changed = (): void => {
    setSelected(new Set());
    pages.reload();
    reloadCollection();
  };
  useShortcuts([{ keys: 'Escape', about: 'Close the panel', run: () => change({ id: null }) }], [change]);
  const shared = { columns, chosen: id, onOpen: openRow, onKey, onValue: addValue };
  return (
    <div class={id === null ? 'records' : 'records with-panel'}>
      <div class="records-main">
        <div class="toolbar">
          <NamespacePicker namespace={namespace} onChange={(ns) => change({ ns, id: null })} />
          <SearchBar state={state} />
          <ColumnChooser names={names} chosen={columns} onChange={(chosen) => change({ columns: columnsText(chosen) })} />
          {mayWrite.value && (
            <Button icon="plus" onClick={() => setOpen({ kind: 'edit', row: null })}>
              Add record
            </Button>
          )}
        </div>
        <FilterBuilder filter={filter} fields={fields.data} uuid={collection.uuid} onChange={changeFilter}>
          {state.ids !== null && (
            <span class="chip">
              {count(state.ids.length)} picked on the map
              <IconButton icon="close" label="Show all records" onClick={() => change({ ids: null, pick: null }, true)} />
            </span>
          )}
          <DeleteButton
            selected={selected}
            picked={state.ids}
            isFiltered={filter.conditions.length > 0}
            onIds={startDelete}
            onFilter={() => setOpen({ kind: 'delete', selection: { namespace, ...filterPart(filter) } })}
          />
        </FilterBuilder>
        {query === '' ? (
          <Browse
            pages={pages}
            isFiltered={filter.conditions.length > 0}
            isPicked={state.ids !== null}
            {...shared}
            selected={selected}
            onSelect={setSelected}
          />
        ) : (
          <SearchResults state={state} {...shared} />
        )}
      </div>
      {id !== null && (
        <RecordPanel
          key={`${namespace}/${id}`}
          namespace={namespace}
          id={id}
          onClose={() => change({ id: null })}
          onValue={addValue}
          onEdit={(row) => setOpen({ kind: 'edit', row })}
          onDelete={() => startDelete([id])}
          onSimilar={() => change({ mode: 'ids', q: JSON.stringify([id]) }, true)}
        />
      )}
      {open?.kind === 'edit' && (
        <EditDialog namespace={namespace} row={open.row} onClose={() => setOpen(null)} onDone={changed} />
      )}
      {open?.kind === 'delete' && (
        <DeleteDialog
          selection={open.selection}
          onClose={() => setOpen(null)}
          onDone={() => {
            change({ id: null });
            changed();
          }}
        />
      )}
    </div>
  );
}

interface DeleteButtonProperties {
  readonly selected: ReadonlySet<string>;
  /** On the map; null: none were. */
  readonly picked: readonly string[] | null;
  readonly isFiltered: boolean;
  readonly onIds: (ids: readonly string[]) => void;
  readonly onFilter: () => void;
}

/** Deletes what is most narrowly chosen: the selected rows, else what was picked, else what the filter selects. */
function DeleteButton({ selected, picked, isFiltered, onIds, onFilter }: DeleteButtonProperties): JSX.Element | null {
  if (!mayWrite.value) return null;
  const ids = selected.size > 0 ? [...selected] : picked;
  if (ids !== null) {
    if (ids.length === 0) return null;
    return (
      <Button icon="trash" onClick={() => onIds(ids)}>
        Delete {count(ids.length)} {selected.size > 0 ? 'selected' : 'picked'}…
      </Button>
    );
  }
  if (!isFiltered) return null;
  return (
    <Button icon="trash" onClick={onFilter}>
      Delete what the filter selects…
    </Button>
  );
}

/** `-` stands for none: an empty parameter is no parameter. */
function columnsText(names: readonly string[]): string {
  return names.length === 0 ? '-' : names.map(encodeURIComponent).join(',');
}

function NamespacePicker({
  namespace,
  onChange,
}: {
  readonly namespace: string;
  readonly onChange: (name: string) => void;
}): JSX.Element {
  const { collection } = useCollection();
  const known = collection.namespaceList.map(({ name, records }) => ({
    value: name,
    label: `${namespaceLabel(name)} · ${count(records)}`,
  }));
  const isKnown = known.some(({ value }) => value === namespace);
  const choices = isKnown ? known : [{ value: namespace, label: `${namespaceLabel(namespace)} · 0` }, ...known];
  return <Select label="Namespace" isBare value={namespace} choices={choices} onChange={onChange} />;
}

interface BrowseProperties {
  readonly pages: RecordPages;
  readonly isFiltered: boolean;
  readonly isPicked: boolean;
  readonly columns: readonly string[];
  readonly chosen: string | null;
  readonly onOpen: (row: RecordRow) => void;
  readonly onKey: (key: string, row: RecordRow) => void;
  readonly onValue: (field: string, value: Scalar) => void;
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (selected: ReadonlySet<string>) => void;
}

function Browse({ pages, isFiltered, isPicked, ...table }: BrowseProperties): JSX.Element {
  const { rows, hasMore, isLoading, error, more, reload } = pages;
  if (error !== null) return <Failed error={error} onRetry={reload} />;
  if (rows.length === 0) {
    if (isLoading) return <Loading what="records" />;
    if (isPicked) return <Empty icon="records" title="None of the picked records is there any more" />;
    return (
      <Empty
        icon={isFiltered ? 'filter' : 'records'}
        title={isFiltered ? 'No record fits the filter' : 'No records in this namespace'}
      >
        <p class="muted">
          {isFiltered ? 'Remove a condition, or look into another namespace.' : 'What clients write appears here.'}
        </p>
      </Empty>
    );
  }
  return (
    <>
      <RecordTable rows={rows} {...table} onEnd={more} />
      <p class="table-foot" role="status">
        {hasMore ? `${count(rows.length)} loaded, more as you scroll` : `${count(rows.length)} in all`}
      </p>
    </>
  );
}
