import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CollectionRow } from '../../../../src/console/api/contract/collections.js';
import { Button } from '../../parts/button.js';
import { SearchField, Select } from '../../parts/field.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { isBuilding, loadCollections, MOST_COLLECTIONS, withBuildingAgain } from '../../state/collection-list.js';
import { count } from '../../state/format.js';
import { type Resource, useInterval, useResource } from '../../state/resource.js';
import { mayWrite, tenants } from '../../state/session.js';
import { useParameters } from '../../state/url.js';
import { type Action, CollectionDialog } from './collection-dialogs.js';
import { CollectionTable } from './collection-table.js';
import { FirstRun } from './first-run.js';

/** How often what is being built is looked at. */
const REFRESH_MS = 3_000;

/** The collections of every protocol. */
export function Home(): JSX.Element {
  const [parameters, change] = useParameters();
  const tenant = parameters.get('tenant');
  const database = parameters.get('database');
  const search = parameters.get('q') ?? '';
  const [action, setAction] = useState<Action | null>(null);
  const list = useCollections(tenant, database);
  useEffect(() => {
    if (parameters.get('new') === null) return;
    change({ new: null });
    setAction({ kind: 'create' });
  }, [parameters.get('new')]);
  const rows = list.data ?? [];
  const shown = useMemo(
    () => rows.filter(({ name, aliases }) => [name, ...aliases].some((one) => isLike(one, search))),
    [rows, search],
  );
  if (list.data === undefined) {
    return list.error === undefined ? <Loading what="collections" /> : <Failed error={list.error} onRetry={list.reload} />;
  }
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>Collections</h1>
        <span class="muted">{countText(rows.length)}</span>
        <span class="grow" />
        <Places tenant={tenant} database={database} onChange={change} />
        {mayWrite.value && (
          <Button kind="primary" icon="plus" onClick={() => setAction({ kind: 'create' })}>
            New collection
          </Button>
        )}
      </header>
      {list.error !== undefined && (
        <p class="failure banner" role="alert">
          {list.error.message}
        </p>
      )}
      {rows.length === 0 ? (
        <FirstRun tenant={tenant} database={database} onLoaded={list.reload} />
      ) : (
        <>
          <div class="toolbar">
            <SearchField
              label="Search collections"
              placeholder="Search by name or alias"
              value={search}
              onChange={(q) => change({ q })}
            />
          </div>
          {shown.length === 0 ? (
            <Empty icon="search" title="No collection of that name" />
          ) : (
            <CollectionTable rows={shown} onAction={setAction} />
          )}
        </>
      )}
      {action !== null && (
        <CollectionDialog action={action} place={{ tenant, database }} onClose={() => setAction(null)} onDone={list.reload} />
      )}
    </div>
  );
}

function countText(length: number): string {
  if (length === 0) return '';
  return length < MOST_COLLECTIONS ? count(length) : `the first ${count(length)}: choose a tenant for others`;
}

function isLike(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.toLowerCase());
}

function useCollections(tenant: string | null, database: string | null): Resource<readonly CollectionRow[]> {
  const list = useResource((signal) => loadCollections({ tenant, database }, signal), [tenant, database]);
  const { data = [], reload, replace } = list;
  const isEmpty = list.data?.length === 0;
  const hasBuilding = data.some(isBuilding);
  useInterval(() => (isEmpty ? reload() : undefined), REFRESH_MS, [isEmpty, reload]);
  useEffect(() => {
    if (!hasBuilding) return;
    const controller = new AbortController();
    const look = async (): Promise<void> => {
      if (document.hidden) return;
      const now = await withBuildingAgain(data, controller.signal);
      if (!controller.signal.aborted) replace(now);
    };
    // a failure is shown by what is loaded next; until then the rows stay
    const timer = window.setInterval(() => void look().catch(() => undefined), REFRESH_MS);
    return () => {
      window.clearInterval(timer);
      controller.abort();
    };
  }, [hasBuilding, data]);
  return list;
}

interface PlacesProperties {
  readonly tenant: string | null;
  readonly database: string | null;
  readonly onChange: (changes: Readonly<Record<string, string | null>>) => void;
}

/** The pickers of tenant and database. */
function Places({ tenant, database, onChange }: PlacesProperties): JSX.Element {
  const names = new Set([...tenants.value.map(({ name }) => name), ...(tenant === null ? [] : [tenant])]);
  const all = { value: '', label: 'All tenants' };
  const databases = tenants.value.find(({ name }) => name === tenant)?.databases ?? [];
  return (
    <div class="row">
      <Select
        label="Tenant"
        isBare
        value={tenant ?? ''}
        choices={[all, ...[...names].map((name) => ({ value: name, label: name }))]}
        onChange={(value) => onChange({ tenant: value, database: null })}
      />
      {tenant !== null && (
        <Select
          label="Database"
          isBare
          value={database ?? ''}
          choices={[{ value: '', label: 'All databases' }, ...databases.map((name) => ({ value: name, label: name }))]}
          onChange={(value) => onChange({ database: value })}
        />
      )}
    </div>
  );
}
