import type { FunctionComponent, JSX } from 'preact';
import { Link } from 'wouter-preact';
import type { CollectionDetail } from '../../../../src/console/api/contract/collections.js';
import { call } from '../../api.js';
import { CopyButton } from '../../parts/copy.js';
import { lazily } from '../../parts/lazily.js';
import { Bar, Empty, Failed, Loading } from '../../parts/states.js';
import { CollectionContext } from '../../state/collection.js';
import { count, percent } from '../../state/format.js';
import { useInterval, useResource } from '../../state/resource.js';
import { Records } from '../records/records.js';

const REFRESH_MS = 3_000;

interface Screen {
  readonly label: string;
  readonly component: FunctionComponent;
}

const SCREENS: Readonly<Record<string, Screen>> = {
  records: { label: 'Records', component: Records },
  map: { label: 'Map', component: lazily('the map', async () => (await import('../map/map.js')).MapScreen) },
  quality: { label: 'Quality', component: lazily('quality', async () => (await import('../quality/quality.js')).Quality) },
};

/** What lies below `/c/{uuid}`. */
export function CollectionScreens({ uuid, screen }: { readonly uuid: string; readonly screen: string }): JSX.Element {
  const detail = useResource(
    (signal) => call<CollectionDetail>('GET', `/collections/${encodeURIComponent(uuid)}`, { signal }),
    [uuid],
  );
  const isBuilding = detail.data?.indexes.isBuilding === true;
  useInterval(() => (isBuilding ? detail.reload() : undefined), REFRESH_MS, [isBuilding]);
  const { data, error } = detail;
  if (data === undefined)
    return error === undefined ? <Loading what="the collection" /> : <Failed error={error} onRetry={detail.reload} />;
  const Shown = SCREENS[screen]?.component;
  return (
    <CollectionContext.Provider value={{ collection: data, reload: detail.reload }}>
      <div class="screen">
        <Head collection={data} screen={screen} />
        {Shown === undefined ? <Empty icon="help" title="There is no such page" /> : <Shown />}
      </div>
    </CollectionContext.Provider>
  );
}

function Head({ collection, screen }: { readonly collection: CollectionDetail; readonly screen: string }): JSX.Element {
  const { uuid, name, tenant, database, records, dimension, metric, indexes, buildProgress, port } = collection;
  return (
    <header class="collection-head">
      <p class="path">
        <Link href="/">Collections</Link> / {tenant} / {database}
      </p>
      <div class="row">
        <h1 title={name}>{name}</h1>
        <CopyButton text={name} label="Copy the name" isIcon />
        <span class={`tag ${collection.protocol}`}>{collection.protocol}</span>
      </div>
      <p class="facts">
        <span>{count(records)} records</span>
        {dimension !== null && <span>{count(dimension)} dimensions</span>}
        <span>{metric}</span>
        {port !== null && <span>port {port}</span>}
        {indexes.isBuilding && (
          <span class="state">
            <Bar share={buildProgress ?? 0} label="Index" /> indexing{' '}
            {buildProgress === null ? '' : percent(Math.round(buildProgress * 100) / 100)}
          </span>
        )}
      </p>
      <nav class="screen-tabs" aria-label="Of this collection">
        {Object.entries(SCREENS).map(([key, { label }]) => (
          <Link key={key} href={`/c/${uuid}/${key}`} {...(key === screen && { 'aria-current': 'page' as const })}>
            {label}
          </Link>
        ))}
      </nav>
    </header>
  );
}
