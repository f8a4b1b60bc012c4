import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { BackupRow } from '../../../../src/console/api/contract/system.js';
import { call, withParameters } from '../../api.js';
import { Button, IconButton } from '../../parts/button.js';
import { FormDialog } from '../../parts/dialog.js';
import { Select, TextField } from '../../parts/field.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { type Column, Table } from '../../parts/table.js';
import { notify } from '../../parts/toast.js';
import { loadCollections } from '../../state/collection-list.js';
import { count, dateTime } from '../../state/format.js';
import { useResource } from '../../state/resource.js';
import { mayWrite, tenants } from '../../state/session.js';
import { useParameters } from '../../state/url.js';
import { placeFor } from '../home/collection-dialogs.js';

type Open = { readonly kind: 'create' } | { readonly kind: 'restore' | 'delete'; readonly row: BackupRow };

/** Copies of collections within the database: to make, to restore, to delete. */
export function Backups(): JSX.Element {
  const [parameters, change] = useParameters();
  const place = placeFor({ tenant: parameters.get('tenant'), database: parameters.get('database') });
  const [open, setOpen] = useState<Open | null>(null);
  const list = useResource(
    (signal) => call<readonly BackupRow[]>('GET', withParameters('/backups', { ...place }), { signal }),
    [place.tenant, place.database],
  );
  const databases = tenants.value.find(({ name }) => name === place.tenant)?.databases ?? [place.database];
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Backups</h1>
        <span class="grow" />
        <Select
          label="Tenant"
          isBare
          value={place.tenant}
          choices={tenants.value.map(({ name }) => ({ value: name, label: name }))}
          onChange={(tenant) => change({ tenant, database: null })}
        />
        <Select
          label="Database"
          isBare
          value={place.database}
          choices={databases.map((name) => ({ value: name, label: name }))}
          onChange={(database) => change({ database, tenant: place.tenant })}
        />
        {mayWrite.value && (
          <Button kind="primary" icon="plus" onClick={() => setOpen({ kind: 'create' })}>
            New backup
          </Button>
        )}
      </header>
      <List rows={list.data} error={list.error} onRetry={list.reload} onOpen={setOpen} />
      {open?.kind === 'create' && <CreateDialog place={place} onClose={() => setOpen(null)} onDone={list.reload} />}
      {open?.kind === 'restore' && <RestoreDialog row={open.row} onClose={() => setOpen(null)} />}
      {open?.kind === 'delete' && <DeleteDialog row={open.row} onClose={() => setOpen(null)} onDone={list.reload} />}
    </div>
  );
}

interface ListProperties {
  readonly rows: readonly BackupRow[] | undefined;
  readonly error: Error | undefined;
  readonly onRetry: () => void;
  readonly onOpen: (open: Open) => void;
}

function List({ rows, error, onRetry, onOpen }: ListProperties): JSX.Element {
  if (rows === undefined) return error === undefined ? <Loading what="backups" /> : <Failed error={error} onRetry={onRetry} />;
  if (rows.length === 0) {
    return (
      <Empty icon="backups" title="No backups in this database">
        <p class="muted">
          A backup is a copy of a collection within the same Postgres. It is no replacement for backups of Postgres itself.
        </p>
      </Empty>
    );
  }
  const columns: readonly Column<BackupRow>[] = [
    { name: 'name', label: 'Name', width: 'minmax(160px, 1.5fr)', cell: ({ name }) => name },
    { name: 'collection', label: 'Of the collection', width: 'minmax(140px, 1.5fr)', cell: ({ collection }) => collection },
    { name: 'records', label: 'Records', width: '110px', isNumber: true, cell: ({ records }) => count(records) },
    { name: 'created', label: 'Made', width: '190px', cell: ({ createdAt }) => dateTime(createdAt) },
    {
      name: 'actions',
      label: <span class="visually-hidden">Actions</span>,
      width: '130px',
      cell: (row) =>
        mayWrite.value && (
          <span class="row">
            <Button onClick={() => onOpen({ kind: 'restore', row })}>Restore</Button>
            <IconButton icon="trash" label={`Delete ${row.name}`} onClick={() => onOpen({ kind: 'delete', row })} />
          </span>
        ),
    },
  ];
  return <Table label="Backups" columns={columns} rows={rows} keyOf={({ id }) => id} rowHeight={44} />;
}

interface CreateProperties {
  readonly place: { readonly tenant: string; readonly database: string };
  readonly onClose: () => void;
  readonly onDone: () => void;
}

function CreateDialog({ place, onClose, onDone }: CreateProperties): JSX.Element {
  const collections = useResource((signal) => loadCollections(place, signal), []);
  const [uuid, setUuid] = useState('');
  const [name, setName] = useState('');
  const rows = collections.data ?? [];
  const chosen = uuid === '' ? (rows[0]?.uuid ?? '') : uuid;
  const make = async (): Promise<void> => {
    await call('POST', `/collections/${chosen}/backups`, { body: { name } });
    onDone();
    notify(`The backup ${name} is made.`);
  };
  return (
    <FormDialog title="New backup" action="Make the backup" isReady={chosen !== ''} onClose={onClose} onSubmit={make}>
      <Select
        label="Collection"
        value={chosen}
        choices={rows.map((row) => ({ value: row.uuid, label: row.name }))}
        onChange={setUuid}
      />
      <TextField label="Name" value={name} onChange={setName} isRequired />
    </FormDialog>
  );
}

function RestoreDialog({ row, onClose }: { readonly row: BackupRow; readonly onClose: () => void }): JSX.Element {
  const [name, setName] = useState(`${row.collection}-restored`);
  const restore = async (): Promise<void> => {
    await call('POST', `/backups/${encodeURIComponent(row.id)}/restore`, { body: { name } });
    notify(`${row.name} is being restored as ${name}.`);
  };
  return (
    <FormDialog title={`Restore ${row.name}`} action="Restore" onClose={onClose} onSubmit={restore}>
      <p>The backup becomes a collection of its own; the one that it was made of stays as it is.</p>
      <TextField label="Name of the collection" value={name} onChange={setName} isRequired />
    </FormDialog>
  );
}

function DeleteDialog({
  row,
  onClose,
  onDone,
}: {
  readonly row: BackupRow;
  readonly onClose: () => void;
  readonly onDone: () => void;
}): JSX.Element {
  const remove = async (): Promise<void> => {
    await call('DELETE', `/backups/${encodeURIComponent(row.id)}`);
    onDone();
    notify(`The backup ${row.name} is deleted.`);
  };
  return (
    <FormDialog title={`Delete ${row.name}`} action="Delete backup" isDangerous onClose={onClose} onSubmit={remove}>
      <p>
        The backup of {row.collection} with {count(row.records)} records will be gone.
      </p>
    </FormDialog>
  );
}
