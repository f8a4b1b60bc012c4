import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Link } from 'wouter-preact';
import type { ImportList, ImportRow, NewImport } from '../../../../src/console/api/contract/imports.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { FormDialog } from '../../parts/dialog.js';
import { Select, TextField } from '../../parts/field.js';
import { Bar, Empty, Failed, Loading } from '../../parts/states.js';
import { attempt, notify } from '../../parts/toast.js';
import { loadCollections } from '../../state/collection-list.js';
import { count, dateTime } from '../../state/format.js';
import { useInterval, useResource } from '../../state/resource.js';
import { mayWrite } from '../../state/session.js';

const LOOK_MS = 3_000;
const STATES: Readonly<Record<ImportRow['status'], string>> = {
  Pending: 'waits',
  InProgress: 'in progress',
  Failed: 'failed',
  Completed: 'done',
  Cancelled: 'cancelled',
};

/** What comes into collections from elsewhere, and what has come: by commands, and from files below the gateway's import root. */
export function Imports(): JSX.Element {
  const list = useResource((signal) => call<ImportList>('GET', '/imports', { signal }), []);
  const [isOpen, setOpen] = useState(false);
  const { data, error } = list;
  const isUnfinished = data?.imports.some(isGoingOn) === true;
  useInterval(() => (isUnfinished ? list.reload() : undefined), LOOK_MS, [isUnfinished]);
  const cancel = (row: ImportRow): void =>
    attempt(async () => {
      await call('DELETE', `/collections/${String(row.uuid)}/imports/${String(row.number)}`);
      notify('The import is cancelled: what it has brought in stays.');
      list.reload();
    });
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Imports</h1>
        <span class="grow" />
        {mayWrite.value && data?.isServed === true && (
          <Button kind="primary" icon="plus" onClick={() => setOpen(true)}>
            Import a file
          </Button>
        )}
      </header>
      {data === undefined ? (
        error === undefined ? (
          <Loading what="imports" />
        ) : (
          <Failed error={error} onRetry={list.reload} />
        )
      ) : data.imports.length === 0 ? (
        <Nothing isServed={data.isServed} />
      ) : (
        <div class="body">
          <ImportTable rows={data.imports} onCancel={cancel} />
        </div>
      )}
      {isOpen && <StartDialog onClose={() => setOpen(false)} onDone={list.reload} />}
    </div>
  );
}

function isGoingOn({ status }: ImportRow): boolean {
  return status === 'Pending' || status === 'InProgress';
}

function Nothing({ isServed }: { readonly isServed: boolean }): JSX.Element {
  return (
    <Empty icon="import" title="Nothing has been imported">
      <p class="muted">
        <code>polyvec copy</code> and <code>polyvec import</code> bring in collections of other databases, and files; how far they
        are is shown here.{' '}
        {isServed
          ? 'Files below the import root can be brought in from here.'
          : 'With POLYVEC_IMPORT_ROOT, files can be from here.'}
      </p>
    </Empty>
  );
}

interface TableProperties {
  readonly rows: readonly ImportRow[];
  readonly onCancel: (row: ImportRow) => void;
}

function ImportTable({ rows, onCancel }: TableProperties): JSX.Element {
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="List of imports">
      <table class="listing">
        <thead>
          <tr>
            <th>Into</th>
            <th>From</th>
            <th>State</th>
            <th class="number">Records</th>
            <th class="number">Left out</th>
            <th>Begun</th>
            <th>
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.kind} ${row.tenant}/${row.database}/${row.name} ${String(row.number)}`}>
              <td>
                <Into row={row} />
              </td>
              <td>
                <code>{row.source}</code>
              </td>
              <td>
                <State row={row} />
              </td>
              <td class="number">{count(row.records)}</td>
              <td class="number">{count(row.rejects)}</td>
              <td>{row.createdAt === null ? <span class="muted">by a command</span> : dateTime(row.createdAt)}</td>
              <td>
                {mayWrite.value && row.kind === 'import' && isGoingOn(row) && (
                  <Button onClick={() => onCancel(row)}>Cancel</Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Into({ row: { uuid, name, tenant, database } }: { readonly row: ImportRow }): JSX.Element {
  return (
    <span class="two-lines">
      {uuid === null ? <span>{name}</span> : <Link href={`/c/${uuid}/records`}>{name}</Link>}
      <small>
        {tenant} / {database}
        {uuid === null ? ', not shown to clients yet' : ''}
      </small>
    </span>
  );
}

function State({ row }: { readonly row: ImportRow }): JSX.Element {
  const { kind, status, total, records, rejects, error, finishedAt, name } = row;
  const isFailed = status === 'Failed';
  const words = kind === 'copy' && status === 'InProgress' ? 'not finished' : STATES[status];
  return (
    <>
      <span class="state">
        {status === 'InProgress' && total !== null && total > 0 && (
          <Bar share={(records + rejects) / total} label={`Import into ${name}`} />
        )}
        <span class={isFailed ? 'tag bad' : ''} title={finishedAt === null ? '' : dateTime(finishedAt)}>
          {words}
          {status === 'InProgress' && total !== null ? ` of ${count(total)}` : ''}
        </span>
      </span>
      {error !== null && <p class={isFailed ? 'failure' : 'muted'}>{error}</p>}
    </>
  );
}

function StartDialog({ onClose, onDone }: { readonly onClose: () => void; readonly onDone: () => void }): JSX.Element {
  const collections = useResource((signal) => loadCollections({ tenant: null, database: null }, signal), []);
  const [uuid, setUuid] = useState('');
  const [path, setPath] = useState('');
  const [isStrict, setStrict] = useState(false);
  const rows = (collections.data ?? []).filter(({ dimension, vectorType }) => dimension !== null || vectorType === 'sparse');
  const chosen = rows.find((row) => row.uuid === uuid) ?? rows[0];
  const start = async (): Promise<void> => {
    const body: NewImport = { path, isStrict };
    await call('POST', `/collections/${chosen?.uuid ?? ''}/imports`, { body });
    onDone();
  };
  return (
    <FormDialog title="Import a file" action="Start" isReady={chosen !== undefined} onClose={onClose} onSubmit={start}>
      <Select
        label="Into the collection"
        value={chosen?.uuid ?? ''}
        choices={rows.map((row) => ({ value: row.uuid, label: `${row.name} · ${row.tenant} / ${row.database}` }))}
        onChange={setUuid}
      />
      <TextField
        label="File or folder"
        value={path}
        onChange={setPath}
        isRequired
        hint={`Parquet with Pinecone's columns, below the folder ${chosen?.tenant ?? 'of the tenant'} of the import root: films, or films/part.parquet.`}
      />
      <label class="check">
        <input type="checkbox" checked={isStrict} onChange={(event) => setStrict(event.currentTarget.checked)} />
        Stop at the first record that cannot be imported
      </label>
    </FormDialog>
  );
}
