import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { useLocation } from 'wouter-preact';
import type { CollectionRow } from '../../../src/console/api/contract/collections.js';
import { loadCollections } from '../state/collection-list.js';
import { switchTheme } from '../state/theme.js';
import { Dialog } from './dialog.js';

export const isPaletteOpen = signal(false);

interface Entry {
  readonly label: string;
  readonly about: string;
  readonly run: (navigate: (path: string) => void) => void;
}

const SHOWN = 12;
const FIXED: readonly Entry[] = [
  { label: 'Collections', about: 'Screen', run: (navigate) => navigate('/') },
  { label: 'Requests', about: 'Screen', run: (navigate) => navigate('/requests') },
  { label: 'API console', about: 'Screen', run: (navigate) => navigate('/console') },
  { label: 'Backups', about: 'Screen', run: (navigate) => navigate('/backups') },
  { label: 'Imports', about: 'Screen', run: (navigate) => navigate('/imports') },
  { label: 'System', about: 'Screen', run: (navigate) => navigate('/system') },
  { label: 'New collection', about: 'Action', run: (navigate) => navigate('/?new=1') },
  { label: 'Switch between light and dark', about: 'Action', run: switchTheme },
];

function entriesOf(collections: readonly CollectionRow[], typed: string): readonly Entry[] {
  const needle = typed.toLowerCase();
  const found = collections.map(({ uuid, name, tenant, database }) => ({
    label: name,
    about: `${tenant} / ${database}`,
    run: (navigate: (path: string) => void) => navigate(`/c/${uuid}/records`),
  }));
  return [...FIXED, ...found].filter(({ label }) => label.toLowerCase().includes(needle)).slice(0, SHOWN);
}

/** Collections, screens and actions by name. */
export function Palette(): JSX.Element {
  const [, navigate] = useLocation();
  const [typed, setTyped] = useState('');
  const [active, setActive] = useState(0);
  const [collections, setCollections] = useState<readonly CollectionRow[]>([]);
  useEffect(() => {
    const controller = new AbortController();
    loadCollections({ tenant: null, database: null }, controller.signal).then(setCollections, () => undefined);
    return () => controller.abort();
  }, []);
  const entries = entriesOf(collections, typed);
  const close = (): void => {
    isPaletteOpen.value = false;
  };
  const choose = (entry: Entry | undefined): void => {
    if (entry === undefined) return;
    close();
    entry.run(navigate);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === 'Enter') choose(entries[active]);
    else if (step !== undefined) setActive((active + step + entries.length) % Math.max(1, entries.length));
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Go to" onClose={close}>
      <input
        class="input"
        role="combobox"
        aria-expanded="true"
        aria-controls="palette-entries"
        aria-activedescendant={`palette-${active}`}
        aria-label="Collection, screen or action"
        placeholder="Collection, screen or action"
        value={typed}
        autofocus
        autocomplete="off"
        onKeyDown={onKeyDown}
        onInput={(event) => {
          setTyped(event.currentTarget.value);
          setActive(0);
        }}
      />
      <div id="palette-entries" role="listbox" class="palette" aria-label="Found">
        {entries.map((entry, index) => (
          <div
            key={`${entry.about}/${entry.label}/${index}`}
            id={`palette-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={() => choose(entry)}
          >
            <span>{entry.label}</span>
            <small>{entry.about}</small>
          </div>
        ))}
      </div>
    </Dialog>
  );
}
