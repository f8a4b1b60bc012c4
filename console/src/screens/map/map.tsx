import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { FilterInput } from '../../../../src/console/api/contract/records.js';
import type { MapHeader } from '../../../../src/console/api/contract/streams.js';
import { withParameters } from '../../api.js';
import { Button } from '../../parts/button.js';
import { Select } from '../../parts/field.js';
import { FilterBuilder } from '../../parts/filter-builder.js';
import { Bar, Empty, Failed, Loading } from '../../parts/states.js';
import { namespaceLabel, useCollection } from '../../state/collection.js';
import { readFilter, withCondition, writeFilter } from '../../state/filter.js';
import { count } from '../../state/format.js';
import { pickParameters } from '../../state/picks.js';
import { type Resource, useResource } from '../../state/resource.js';
import { session } from '../../state/session.js';
import { type Changes, useParameters } from '../../state/url.js';
import { RecordPanel } from '../records/record-panel.js';
import { useFields } from '../records/record-state.js';
import { colouringOf } from './colours.js';
import { Highlight, type Lit } from './highlight.js';
import { Legend } from './legend.js';
import { MapCanvas } from './map-canvas.js';
import { PointTable } from './point-table.js';
import { loadMatching, loadSample } from './points.js';
import { type Projection, useProjection } from './projection.js';

const SIZES = [1_000, 2_000, 5_000, 10_000] as const;
/** Where the engine runs in a process of its own. */
const LARGE = [50_000, 100_000] as const;
const NONE: readonly string[] = [];

/** What the URL of the map says. */
interface MapState {
  readonly namespace: string;
  readonly filter: FilterInput;
  readonly size: number;
  readonly seed: number;
  readonly colorBy: string;
  readonly method: 'umap' | 'pca';
  readonly id: string | null;
  readonly change: (changes: Changes, isStep?: boolean) => void;
}

function useMapState(): MapState {
  const { collection } = useCollection();
  const [parameters, change] = useParameters();
  return {
    namespace: parameters.get('ns') ?? collection.namespaceList[0]?.name ?? '',
    filter: readFilter(parameters.get('filter')),
    size: Number(parameters.get('n') ?? '2000') || 2_000,
    seed: Number(parameters.get('seed') ?? '7') || 7,
    colorBy: parameters.get('color') ?? '',
    method: parameters.get('by') === 'pca' ? 'pca' : 'umap',
    id: parameters.get('id'),
    change,
  };
}

interface Matching {
  /** The ids of the sample that these are points of. */
  readonly of: readonly string[];
  readonly points: ReadonlySet<number>;
}

/** The points that the filter selects: the others are faint. Null without a filter. */
function useMatching(namespace: string, filter: FilterInput, ids: readonly string[]): Resource<Matching | null> {
  const { collection } = useCollection();
  return useResource(
    async (signal) =>
      filter.conditions.length === 0
        ? null
        : { of: ids, points: await loadMatching(collection.uuid, { namespace, filter, ids }, signal) },
    [collection.uuid, namespace, writeFilter(filter), ids],
  );
}

/** A sample of the embeddings in two dimensions. */
export function MapScreen(): JSX.Element {
  const { collection } = useCollection();
  const [, navigate] = useLocation();
  const state = useMapState();
  const { namespace, filter, size, seed, colorBy, method, id, change } = state;
  const [picked, setPicked] = useState<readonly number[] | null>(null);
  const [entry, setEntry] = useState<number | null>(null);
  const [lit, setLit] = useState<Lit | null>(null);
  const fields = useFields(collection.uuid, namespace);
  const sample = useResource(
    async (signal) => {
      setPicked(null);
      setEntry(null);
      const input = { namespace, count: size, seed, ...(colorBy !== '' && { colorBy }) };
      return loadSample(collection.uuid, input, signal);
    },
    [collection.uuid, namespace, size, seed, colorBy],
  );
  const matching = useMatching(namespace, filter, sample.data?.header.ids ?? NONE);
  const projection = useProjection(sample.data, method === 'umap');
  const colouring = useMemo(() => (sample.data === undefined ? null : colouringOf(sample.data.header)), [sample.data]);
  const header = sample.data?.header;
  // those of the sample before are other points
  const fitting = matching.data?.of === header?.ids ? (matching.data?.points ?? null) : null;
  const litPoints = useMemo(() => pointsOf(header?.ids ?? [], lit?.ids ?? null), [header, lit]);
  const toRecords = (points: readonly number[]): void => {
    const picks = pickParameters(points.map((point) => header?.ids[point] ?? ''));
    navigate(withParameters(`/c/${collection.uuid}/records`, { ns: namespace, ...picks }));
  };
  const similar = (of: string): void => {
    navigate(
      `/c/${collection.uuid}/records?${new URLSearchParams({ ns: namespace, mode: 'ids', q: JSON.stringify([of]) }).toString()}`,
    );
  };
  return (
    <div class={id === null ? 'records' : 'records with-panel'}>
      <div class="records-main map-main">
        <div class="toolbar">
          <MapOptions state={state} names={fields.data?.fields.map(({ name }) => name) ?? []} />
          <Highlight namespace={namespace} lit={lit} onLit={setLit} />
        </div>
        <FilterBuilder
          filter={filter}
          fields={fields.data}
          uuid={collection.uuid}
          onChange={(next) => change({ filter: writeFilter(next) }, true)}
        />
        {sample.error !== undefined && <Failed error={sample.error} onRetry={sample.reload} />}
        {matching.error !== undefined && <Failed error={matching.error} onRetry={matching.reload} />}
        {sample.error === undefined && (header === undefined || colouring === null) && <Loading what="the sample" />}
        {sample.error === undefined && header?.count === 0 && <Empty icon="map" title="No embeddings to show here" />}
        {sample.error === undefined && header !== undefined && header.count > 0 && colouring !== null && (
          <>
            <div class="map">
              <MapCanvas
                header={header}
                placed={projection.placed}
                progress={projection.progress}
                colouring={colouring}
                lit={litPoints ?? (picked === null ? fitting : new Set(picked))}
                entry={entry}
                onOpen={(point) => change({ id: header.ids[point] ?? null })}
                onPick={(points) => setPicked(points.length === 0 ? null : points)}
              />
              <Legend colouring={colouring} entry={entry} title={colorBy} onEntry={setEntry} />
            </div>
            <MapFoot
              header={header}
              matching={fitting}
              projection={projection}
              picked={picked}
              onRecords={toRecords}
              onForget={() => setPicked(null)}
            />
            <PointTable
              header={header}
              colorBy={colorBy}
              picked={picked}
              lit={litPoints === null ? null : [...litPoints]}
              oddities={projection.oddities}
              chosen={id}
              onOpen={(chosen) => change({ id: chosen })}
            />
          </>
        )}
      </div>
      {id !== null && (
        <RecordPanel
          key={id}
          namespace={namespace}
          id={id}
          onClose={() => change({ id: null })}
          onValue={(field, value) => change({ filter: writeFilter(withCondition(filter, { field, op: 'eq', value })) }, true)}
          onEdit={() => toRecords([header?.ids.indexOf(id) ?? -1])}
          onDelete={() => toRecords([header?.ids.indexOf(id) ?? -1])}
          onSimilar={() => similar(id)}
        />
      )}
    </div>
  );
}

function MapOptions({ state, names }: { readonly state: MapState; readonly names: readonly string[] }): JSX.Element {
  const { collection } = useCollection();
  const { namespace, size, method, colorBy, change } = state;
  const sizes = session.value?.engine.toLowerCase().includes('embedded') === true ? SIZES : [...SIZES, ...LARGE];
  const colours = [{ value: '', label: 'one colour' }, ...names.map((name) => ({ value: name, label: `by ${name}` }))];
  return (
    <>
      <Select
        label="Namespace"
        isBare
        value={namespace}
        choices={collection.namespaceList.map(({ name, records }) => ({
          value: name,
          label: `${namespaceLabel(name)} · ${count(records)}`,
        }))}
        onChange={(ns) => change({ ns: ns === '' ? null : ns, id: null })}
      />
      <Select
        label="Sample"
        isBare
        value={String(size)}
        choices={[...new Set<number>([...sizes, size])].map((value) => ({
          value: String(value),
          label: `${count(value)} points`,
        }))}
        onChange={(n) => change({ n })}
      />
      <Select
        label="Placed by"
        isBare
        value={method}
        choices={[
          { value: 'umap', label: 'UMAP' },
          { value: 'pca', label: 'PCA' },
        ]}
        onChange={(by) => change({ by })}
      />
      <Select label="Colour" isBare value={colorBy} choices={colours} onChange={(color) => change({ color })} />
    </>
  );
}

interface MapFootProperties {
  readonly header: MapHeader;
  /** The points that fit the filter; null: there is none. */
  readonly matching: ReadonlySet<number> | null;
  readonly projection: Projection;
  readonly picked: readonly number[] | null;
  readonly onRecords: (points: readonly number[]) => void;
  readonly onForget: () => void;
}

function MapFoot({ header, matching, projection, picked, onRecords, onForget }: MapFootProperties): JSX.Element {
  return (
    <div class="map-foot">
      <span role="status">
        {count(header.count)} of {count(header.total)}, seed {header.seed}
        {matching !== null && `; the filter fits ${count(matching.size)}`}
      </span>
      {projection.progress < 1 && (
        <span class="state">
          <Bar share={projection.progress} label="UMAP" />
          <Button kind="quiet" onClick={projection.stop}>
            Stop
          </Button>
        </span>
      )}
      <span class="grow" />
      {picked !== null && (
        <>
          <Button icon="records" onClick={() => onRecords(picked)}>
            Open {count(picked.length)} picked in Records
          </Button>
          <Button kind="quiet" onClick={onForget}>
            Forget them
          </Button>
        </>
      )}
    </div>
  );
}

/** The points of ids; null: nothing is lit. */
function pointsOf(ids: readonly string[], lit: readonly string[] | null): ReadonlySet<number> | null {
  if (lit === null) return null;
  const wanted = new Set(lit);
  return new Set(ids.flatMap((id, point) => (wanted.has(id) ? [point] : [])));
}
