import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { SearchResult } from '../../../../src/console/api/contract/records.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { attempt } from '../../parts/toast.js';
import { useCollection } from '../../state/collection.js';
import { idsOf } from '../records/search-state.js';

/** What a search has found. */
export interface Lit {
  readonly query: string;
  readonly ids: readonly string[];
}

const HITS = 100;

interface HighlightProperties {
  readonly namespace: string;
  readonly lit: Lit | null;
  readonly onLit: (lit: Lit | null) => void;
}

/** A search whose hits light up on the map. */
export function Highlight({ namespace, lit, onLit }: HighlightProperties): JSX.Element {
  const { collection } = useCollection();
  const [typed, setTyped] = useState('');
  const search = async (): Promise<void> => {
    const what = collection.hasModel ? { text: typed } : { ids: idsOf(typed) };
    const { hits } = await call<SearchResult>('POST', `/collections/${collection.uuid}/search`, {
      body: { namespace, limit: HITS, ...what },
    });
    // those that were asked for are where the others are near
    onLit({ query: typed, ids: [...hits.map(({ id }) => id), ...(collection.hasModel ? [] : idsOf(typed))] });
  };
  return (
    <form
      role="search"
      class="search-bar"
      onSubmit={(event) => {
        event.preventDefault();
        if (typed.trim() === '') onLit(null);
        else attempt(search);
      }}
    >
      <input
        type="text"
        class="input"
        data-slash
        aria-label="Light up"
        placeholder={collection.hasModel ? 'Light up what is like this text…' : 'Light up what is like these ids…'}
        value={typed}
        onInput={(event) => setTyped(event.currentTarget.value)}
      />
      <Button type="submit" icon="search">
        Light up
      </Button>
      {lit !== null && (
        <Button kind="quiet" onClick={() => onLit(null)}>
          Out
        </Button>
      )}
    </form>
  );
}
