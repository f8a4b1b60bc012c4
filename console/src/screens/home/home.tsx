import type { JSX } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { CollectionPage, CollectionRow } from '../../../../src/console/api/contract/collections.js';
import { call, withParameters } from '../../api.js';
import { Button } from '../../parts/button.js';
import { SearchField, Select } from '../../parts/field.js';
import { Empty, Failed, Loading } from '../../parts/states.js';
import { type Resource, useInterval, useResource } from '../../state/resource.js';
import { mayWrite, tenants } from '../../state/session.js';
import { useParameters } from '../../state/url.js';
import { type Action, CollectionDialog } from './collection-dialogs.js';
import { CollectionTable } from './collection-table.js';
import { FirstRun } from './first-run.js';

/** The first page. Where there are more collections, the second one has all the others. */
const PAGE = 200;
/** So many are listed; what lies behind is found by its tenant and database. */
const MOST = 10_000;
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
        <span class="muted">{rows.length === 0 ? '' : rows.length}</span>
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

function isLike(text: string, search: string): boolean {
  return text.toLowerCase().includes(search.toLowerCase());
}

function useCollections(tenant: string | null, database: string | null): Resource<readonly CollectionRow[]> {
  const list = useResource(
    async (signal): Promise<readonly CollectionRow[]> => {
      const rows: CollectionRow[] = [];
      let after: string | null = null;
      do {
        const limit = after === null ? PAGE : MOST - rows.length;
        const path: string = withParameters('/collections', { tenant, database, after, limit });
        const page: CollectionPage = await call('GET', path, { signal });
        rows.push(...page.collections);
        after = page.next;
      } while (after !== null && rows.length < MOST);
      return rows;
    },
    [tenant, database],
  );
  const isBuilding = list.data?.some(({ indexes }) => indexes.isBuilding) === true;
  const isEmpty = list.data?.length === 0;
  useInterval(() => (isBuilding || isEmpty ? list.reload() : undefined), REFRESH_MS, [isBuilding, isEmpty]);
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
