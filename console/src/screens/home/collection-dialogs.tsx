import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type {
  CollectionDetail,
  CollectionRow,
  NewCollection,
  ProtocolName,
} from '../../../../src/console/api/contract/collections.js';
import { call } from '../../api.js';
import { Button, IconButton } from '../../parts/button.js';
import { FormDialog } from '../../parts/dialog.js';
import { Select, TextField } from '../../parts/field.js';
import { notify } from '../../parts/toast.js';
import { counted } from '../../state/format.js';
import { tenants } from '../../state/session.js';

export type Action = { readonly kind: 'create' } | { readonly kind: 'edit' | 'delete'; readonly row: CollectionRow };

interface DialogProperties {
  readonly onClose: () => void;
  readonly onDone: () => void;
}

interface Place {
  readonly tenant: string | null;
  readonly database: string | null;
}

export function CollectionDialog({
  action,
  place,
  ...rest
}: DialogProperties & { readonly action: Action; readonly place: Place }): JSX.Element {
  switch (action.kind) {
    case 'create':
      return <CreateDialog place={place} {...rest} />;
    case 'edit':
      return <EditDialog row={action.row} {...rest} />;
    case 'delete':
      return <DeleteDialog row={action.row} {...rest} />;
  }
}

const PROTOCOLS: readonly { readonly value: ProtocolName; readonly label: string }[] = [
  { value: 'chroma', label: 'Chroma' },
  { value: 'pinecone', label: 'Pinecone' },
  { value: 'vectorizer', label: 'Vectorizer' },
];
const METRICS: readonly { readonly value: NewCollection['metric']; readonly label: string }[] = [
  { value: 'cosine', label: 'cosine' },
  { value: 'l2', label: 'l2 (Euclidean)' },
  { value: 'ip', label: 'ip (dot product)' },
];

/** The tenant and database that something new goes to: the chosen ones, else the first there is. */
export function placeFor({ tenant, database }: Place): { readonly tenant: string; readonly database: string } {
  const known =
    tenants.value.find(({ name }) => name === tenant) ??
    tenants.value.find(({ name }) => name === 'default_tenant') ??
    tenants.value[0];
  const first = known?.databases.includes('default_database') === true ? 'default_database' : known?.databases[0];
  return { tenant: known?.name ?? 'default_tenant', database: database ?? first ?? 'default_database' };
}

function CreateDialog({ place, onClose, onDone }: DialogProperties & { readonly place: Place }): JSX.Element {
  const [, navigate] = useLocation();
  const [where, setWhere] = useState(placeFor(place));
  const [name, setName] = useState('');
  const [protocol, setProtocol] = useState<ProtocolName>('chroma');
  const [dimension, setDimension] = useState('');
  const [metric, setMetric] = useState<NewCollection['metric']>('cosine');
  const create = async (): Promise<void> => {
    const body: NewCollection = { ...where, name, protocol, metric, dimension: protocol === 'chroma' ? null : Number(dimension) };
    const made = await call<CollectionDetail>('POST', '/collections', { body });
    onDone();
    navigate(`/c/${made.uuid}/records`);
  };
  const databases = tenants.value.find((tenant) => tenant.name === where.tenant)?.databases ?? [where.database];
  const changeTenant = (tenant: string): void => setWhere(placeFor({ tenant, database: null }));
  return (
    <FormDialog title="New collection" action="Create" onClose={onClose} onSubmit={create}>
      <TextField label="Name" value={name} onChange={setName} isRequired />
      <div class="columns">
        <Select label="For clients of" value={protocol} choices={PROTOCOLS} onChange={setProtocol} />
        <Select label="Metric" value={metric} choices={METRICS} onChange={setMetric} />
      </div>
      {protocol === 'chroma' ? (
        <p class="hint">The first embedding decides the dimension.</p>
      ) : (
        <TextField label="Dimension" type="number" value={dimension} onChange={setDimension} isRequired />
      )}
      <div class="columns">
        <Select
          label="Tenant"
          value={where.tenant}
          choices={tenants.value.map((tenant) => ({ value: tenant.name, label: tenant.name }))}
          onChange={changeTenant}
        />
        <Select
          label="Database"
          value={where.database}
          choices={databases.map((database) => ({ value: database, label: database }))}
          onChange={(database) => setWhere({ ...where, database })}
        />
      </div>
    </FormDialog>
  );
}

function EditDialog({ row, onClose, onDone }: DialogProperties & { readonly row: CollectionRow }): JSX.Element {
  const [name, setName] = useState(row.name);
  const [isProtected, setProtected] = useState(row.deletionProtection);
  const [aliases, setAliases] = useState(row.aliases);
  const [typed, setTyped] = useState('');
  const save = async (): Promise<void> => {
    const body = {
      ...(name !== row.name && { name }),
      ...(isProtected !== row.deletionProtection && { deletionProtection: isProtected }),
    };
    const wanted = typed.trim() === '' ? aliases : [...aliases, typed.trim()];
    if (Object.keys(body).length > 0) await call('PATCH', `/collections/${row.uuid}`, { body });
    for (const alias of wanted.filter((one) => !row.aliases.includes(one))) await call('PUT', aliasPath(row, alias));
    for (const alias of row.aliases.filter((one) => !wanted.includes(one))) await call('DELETE', aliasPath(row, alias));
    onDone();
    notify(`${name} is saved.`);
  };
  return (
    <FormDialog title={`Edit ${row.name}`} action="Save" onClose={onClose} onSubmit={save}>
      <TextField label="Name" value={name} onChange={setName} isRequired />
      <label class="check">
        <input type="checkbox" checked={isProtected} onChange={(event) => setProtected(event.currentTarget.checked)} />
        Protected from deletion
      </label>
      <fieldset class="aliases">
        <legend>Aliases</legend>
        {aliases.length > 0 && (
          <ul>
            {aliases.map((alias) => (
              <li key={alias}>
                <code>{alias}</code>
                <IconButton
                  icon="close"
                  label={`Remove ${alias}`}
                  onClick={() => setAliases(aliases.filter((one) => one !== alias))}
                />
              </li>
            ))}
          </ul>
        )}
        <div class="columns end">
          <TextField label="New alias" value={typed} onChange={setTyped} />
          <Button
            icon="plus"
            isDisabled={typed.trim() === ''}
            onClick={() => {
              setAliases([...aliases, typed.trim()]);
              setTyped('');
            }}
          >
            Add
          </Button>
        </div>
      </fieldset>
    </FormDialog>
  );
}

function aliasPath({ uuid }: CollectionRow, alias: string): string {
  return `/collections/${uuid}/aliases/${encodeURIComponent(alias)}`;
}

function DeleteDialog({ row, onClose, onDone }: DialogProperties & { readonly row: CollectionRow }): JSX.Element {
  const [typed, setTyped] = useState('');
  const remove = async (): Promise<void> => {
    await call('DELETE', `/collections/${row.uuid}`, { body: { name: typed } });
    onDone();
    notify(`${row.name} is deleted.`);
  };
  return (
    <FormDialog
      title={`Delete ${row.name}`}
      action="Delete collection"
      isDangerous
      isReady={typed === row.name}
      onClose={onClose}
      onSubmit={remove}
    >
      <p>
        {counted(row.records, 'record')} in {counted(row.namespaces, 'namespace')} will be gone, for the clients of every
        protocol. There is no way back but a backup.
      </p>
      <TextField label={`Type ${row.name} to confirm`} value={typed} onChange={setTyped} isRequired />
    </FormDialog>
  );
}
