import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { Button, IconButton } from '../../parts/button.js';
import { Select } from '../../parts/field.js';
import { useCollection } from '../../state/collection.js';
import type { RecordsState, SearchMode } from './record-state.js';

const PLACEHOLDERS: Readonly<Record<SearchMode, string>> = {
  text: 'Search by meaning…',
  vector: 'A vector: [0.1, 0.2, …]',
  ids: 'Like these ids, separated by commas',
};
const LIMITS = ['5', '10', '20', '50', '100'] as const;

/** What is searched for. The URL has it once it is sent. */
export function SearchBar({ state }: { readonly state: RecordsState }): JSX.Element {
  const { collection } = useCollection();
  const [typed, setTyped] = useState(state.query);
  useEffect(() => setTyped(state.query), [state.query]);
  const modes: readonly { readonly value: SearchMode; readonly label: string }[] = [
    ...(collection.hasModel ? [{ value: 'text' as const, label: 'Text' }] : []),
    { value: 'vector', label: 'Vector' },
    { value: 'ids', label: 'Like ids' },
  ];
  return (
    <form
      role="search"
      class="search-bar"
      onSubmit={(event) => {
        event.preventDefault();
        state.change({ q: typed, mode: state.mode }, true);
      }}
    >
      <Select label="Search by" isBare value={state.mode} choices={modes} onChange={(mode) => state.change({ mode, q: null })} />
      <input
        type="text"
        class="input"
        data-slash
        aria-label={`Search by ${state.mode}`}
        placeholder={PLACEHOLDERS[state.mode]}
        value={typed}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      {state.query !== '' && (
        <IconButton icon="close" label="Back to all records" onClick={() => state.change({ q: null, mode: null }, true)} />
      )}
      <Select
        label="Results"
        isBare
        value={String(state.limit)}
        choices={[...new Set<string>([...LIMITS, String(state.limit)])].map((value) => ({ value, label: `top ${value}` }))}
        onChange={(limit) => state.change({ limit })}
      />
      <Button type="submit" kind="primary" icon="search">
        Search
      </Button>
    </form>
  );
}
