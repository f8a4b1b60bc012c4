import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { CreatedKey, KeyList, KeyRow, NewKey } from '../../../../src/console/api/contract/system.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { CodeBlock } from '../../parts/copy.js';
import { Dialog, FormDialog } from '../../parts/dialog.js';
import { Select, TextField } from '../../parts/field.js';
import { Failed, Loading } from '../../parts/states.js';
import { notify } from '../../parts/toast.js';
import { dateTime } from '../../state/format.js';
import { useResource } from '../../state/resource.js';
import { isReadOnly } from '../../state/session.js';

type Open =
  | { readonly kind: 'create' }
  | { readonly kind: 'revoke'; readonly row: KeyRow }
  | { readonly kind: 'secret'; readonly made: CreatedKey }
  | null;

/** The keys of clients; a secret is shown once. */
export function Keys(): JSX.Element {
  const list = useResource((signal) => call<KeyList>('GET', '/keys', { signal }), []);
  const [open, setOpen] = useState<Open>(null);
  return (
    <section class="card" aria-label="Keys">
      <div class="row">
        <h2>Keys</h2>
        <span class="grow" />
        {!isReadOnly.value && (
          <Button icon="plus" onClick={() => setOpen({ kind: 'create' })}>
            New key
          </Button>
        )}
      </div>
      {list.data === undefined ? (
        list.error === undefined ? (
          <Loading what="keys" />
        ) : (
          <Failed error={list.error} onRetry={list.reload} />
        )
      ) : (
        <KeyTable keys={list.data.keys} onRevoke={(row) => setOpen({ kind: 'revoke', row })} />
      )}
      {open?.kind === 'create' && (
        <CreateDialog
          onClose={() => setOpen((now) => (now?.kind === 'secret' ? now : null))}
          onMade={(made) => {
            setOpen({ kind: 'secret', made });
            list.reload();
          }}
        />
      )}
      {open?.kind === 'secret' && (
        <Dialog title={`The key ${open.made.name}`} onClose={() => setOpen(null)}>
          <p>Copy it now: only its hash is kept, and it is not shown again.</p>
          <CodeBlock text={open.made.secret} label="key" />
        </Dialog>
      )}
      {open?.kind === 'revoke' && (
        <FormDialog
          title={`Revoke ${open.row.name}`}
          action="Revoke"
          isDangerous
          onClose={() => setOpen(null)}
          onSubmit={async () => {
            await call('DELETE', `/keys/${encodeURIComponent(open.row.id)}`);
            list.reload();
            notify(`${open.row.name} is revoked.`);
          }}
        >
          <p>Clients that use it are refused from now on. There is no way back.</p>
        </FormDialog>
      )}
    </section>
  );
}

function KeyTable({
  keys,
  onRevoke,
}: {
  readonly keys: readonly KeyRow[];
  readonly onRevoke: (row: KeyRow) => void;
}): JSX.Element {
  if (keys.length === 0) return <p class="muted">There are no keys but the root key, if one is set.</p>;
  return (
    <div class="scroll-x" tabIndex={0} role="region" aria-label="List of keys">
      <table class="listing">
        <thead>
          <tr>
            <th>Name</th>
            <th>Id</th>
            <th>May</th>
            <th>Reaches</th>
            <th>Made</th>
            <th>
              <span class="visually-hidden">Actions</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {keys.map((row) => (
            <tr key={row.id}>
              <td>{row.name}</td>
              <td>
                <code>{row.id}</code>
              </td>
              <td>{row.permissions.join(', ')}</td>
              <td>
                {[row.tenant ?? 'every tenant', row.database, row.collections?.join(', ')]
                  .filter((part) => part !== null && part !== undefined)
                  .join(' / ')}
              </td>
              <td>{dateTime(row.createdAt)}</td>
              <td>
                {row.revokedAt !== null ? (
                  <span class="tag bad">revoked</span>
                ) : (
                  !isReadOnly.value && <Button onClick={() => onRevoke(row)}>Revoke</Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const PERMISSIONS: Readonly<Record<string, NewKey['permissions']>> = {
  read: ['read'],
  write: ['read', 'write'],
  admin: ['read', 'write', 'admin'],
};

function CreateDialog({
  onClose,
  onMade,
}: {
  readonly onClose: () => void;
  readonly onMade: (made: CreatedKey) => void;
}): JSX.Element {
  const [name, setName] = useState('');
  const [level, setLevel] = useState('read');
  const [tenant, setTenant] = useState('');
  const [database, setDatabase] = useState('');
  const [collections, setCollections] = useState('');
  const names = collections
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const create = async (): Promise<void> => {
    const body: NewKey = {
      name,
      permissions: PERMISSIONS[level] ?? ['read'],
      tenant: tenant === '' ? null : tenant,
      database: database === '' ? null : database,
      collections: names.length === 0 ? null : names,
    };
    onMade(await call<CreatedKey>('POST', '/keys', { body }));
  };
  return (
    <FormDialog title="New key" action="Make the key" onClose={onClose} onSubmit={create}>
      <TextField label="Name" value={name} onChange={setName} isRequired />
      <Select
        label="May"
        value={level}
        choices={[
          { value: 'read', label: 'read' },
          { value: 'write', label: 'read and write' },
          { value: 'admin', label: 'everything' },
        ]}
        onChange={setLevel}
      />
      <div class="columns">
        <TextField label="Tenant" value={tenant} onChange={setTenant} hint="Nothing: every one." />
        <TextField label="Database" value={database} onChange={setDatabase} hint="Nothing: every one." />
      </div>
      <TextField
        label="Collections"
        value={collections}
        onChange={setCollections}
        hint="Names with commas between; nothing: every one."
      />
    </FormDialog>
  );
}
