import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SystemState } from '../../../../src/console/api/contract/system.js';
import { call } from '../../api.js';
import { SearchField } from '../../parts/field.js';
import { Bar, Failed, Loading } from '../../parts/states.js';
import { bytes, count, dateTime, milliseconds, percent } from '../../state/format.js';
import { useInterval, useResource } from '../../state/resource.js';
import { session } from '../../state/session.js';
import { useParameters } from '../../state/url.js';
import { Charts } from './charts.js';
import { Keys } from './keys.js';
import { Places } from './places.js';

const LOOK_MS = 2_000;

/** The engine, what the gateway does, its keys and settings. For operators. */
export function System(): JSX.Element {
  const state = useResource((signal) => call<SystemState>('GET', '/system', { signal }), []);
  useInterval(state.reload, LOOK_MS);
  const { data, error } = state;
  if (data === undefined)
    return error === undefined ? <Loading what="the system" /> : <Failed error={error} onRetry={state.reload} />;
  return (
    <div class="screen">
      <header class="screen-head">
        <h1>System</h1>
        <span class="muted">
          Polyvec {data.version} on {data.engine}, since {dateTime(data.startedAt)}
        </span>
        {error !== undefined && <span class="tag bad">{error.message}</span>}
      </header>
      <div class="body">
        <Figures state={data} />
        <Charts state={data} />
        <Places />
        {session.value?.keys === true && <Keys />}
        <Settings settings={data.settings} />
      </div>
    </div>
  );
}

function Figures({ state }: { readonly state: SystemState }): JSX.Element {
  const { process, database, collections, indexes, requests } = state;
  const all = requests.reduce((sum, one) => sum + one.count, 0);
  const failures = requests.reduce((sum, one) => sum + one.failures, 0);
  const figures: readonly (readonly [label: string, value: string, more: string])[] = [
    ['Requests', count(all), failures === 0 ? 'none failed' : `${count(failures)} failed`],
    ['Connections', `${database.connections - database.idle} busy`, `${database.idle} idle, ${database.waiting} waiting`],
    ['Memory', bytes(process.rssBytes), `heap ${bytes(process.heapBytes)}`],
    ['Event loop', milliseconds(process.eventLoopDelayMs), 'delay'],
    [
      'Collections',
      count(collections.pooled + collections.dedicated),
      `${count(collections.dedicated)} with tables of their own`,
    ],
    ['Indexes', count(indexes.ready), `${count(indexes.vectors)} vectors in them`],
  ];
  return (
    <div class="figures">
      {figures.map(([label, value, more]) => (
        <div key={label} class="card figure">
          <span class="muted">{label}</span>
          <strong>{value}</strong>
          <span class="muted">{more}</span>
        </div>
      ))}
      {indexes.building > 0 && (
        <div class="card figure">
          <span class="muted">Being built</span>
          <strong>{percent(Math.round(indexes.progress * 100) / 100)}</strong>
          <Bar share={indexes.progress} label="Indexes being built" />
        </div>
      )}
    </div>
  );
}

function Settings({ settings }: { readonly settings: SystemState['settings'] }): JSX.Element {
  const [parameters, change] = useParameters();
  const search = parameters.get('q') ?? '';
  const [isChanged, setChanged] = useState(false);
  const shown = settings.filter(({ name, about, isDefault }) => {
    return !(isChanged && isDefault) && `${name} ${about}`.toLowerCase().includes(search.toLowerCase());
  });
  return (
    <section class="card" aria-label="Settings">
      <div class="row wrap">
        <h2>Settings</h2>
        <span class="grow" />
        <label class="check">
          <input type="checkbox" checked={isChanged} onChange={(event) => setChanged(event.currentTarget.checked)} />
          Changed only
        </label>
        <SearchField label="Search settings" value={search} onChange={(q) => change({ q })} />
      </div>
      <div class="scroll-x" tabIndex={0} role="region" aria-label="List of settings">
        <table class="listing">
          <thead>
            <tr>
              <th>Variable</th>
              <th>Value</th>
              <th>Meaning</th>
            </tr>
          </thead>
          <tbody>
            {shown.map(({ name, value, isDefault, about }) => (
              <tr key={name}>
                <td>
                  <code>{name}</code>
                </td>
                <td>
                  <code>{value}</code> {!isDefault && <span class="tag warning">changed</span>}
                </td>
                <td class="muted">{about}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
