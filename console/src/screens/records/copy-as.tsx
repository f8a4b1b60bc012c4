import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { FilterSyntaxes } from '../../../../src/console/api/contract/records.js';
import { call } from '../../api.js';
import { Button } from '../../parts/button.js';
import { CodeBlock } from '../../parts/copy.js';
import { Dialog } from '../../parts/dialog.js';
import { Failed, Loading } from '../../parts/states.js';
import { Tabs } from '../../parts/tabs.js';
import { useCollection } from '../../state/collection.js';
import { useResource } from '../../state/resource.js';
import { session } from '../../state/session.js';
import type { RecordsState } from './record-state.js';
import { type SnippetName, snippetOf, SNIPPETS, type SnippetSource } from './snippets.js';

interface CopyAsProperties {
  readonly state: RecordsState;
  readonly embedding: readonly number[];
}

/** The same search, as a program for each client. */
export function CopyAs(properties: CopyAsProperties): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <Button icon="copy" onClick={() => setOpen(true)}>
        Copy as…
      </Button>
      {isOpen && <CopyAsDialog {...properties} onClose={() => setOpen(false)} />}
    </>
  );
}

function CopyAsDialog({ state, embedding, onClose }: CopyAsProperties & { readonly onClose: () => void }): JSX.Element {
  const { collection } = useCollection();
  const [shown, setShown] = useState<SnippetName>('chroma-python');
  const written = useResource(
    (signal) => call<FilterSyntaxes>('POST', `/collections/${collection.uuid}/filter-syntaxes`, { body: state.filter, signal }),
    [],
  );
  const current = session.value;
  if (current === null) return <></>;
  return (
    <Dialog title="Copy this search as a program" onClose={onClose} isWide>
      {written.data === undefined ? (
        written.error === undefined ? (
          <Loading what="the filter" />
        ) : (
          <Failed error={written.error} onRetry={written.reload} />
        )
      ) : (
        <Tabs label="Client" tabs={SNIPPETS} chosen={shown} onChoose={setShown}>
          <Snippet
            name={shown}
            source={{
              addresses: current.addresses,
              keys: current.keys,
              collection,
              namespace: state.namespace,
              filter: state.filter.conditions.length === 0 ? null : written.data,
              embedding,
              limit: state.limit,
            }}
          />
        </Tabs>
      )}
    </Dialog>
  );
}

function Snippet({ name, source }: { readonly name: SnippetName; readonly source: SnippetSource }): JSX.Element {
  const { code, why } = snippetOf(name, source);
  if (code === null) return <p class="muted">{why}</p>;
  return (
    <>
      <CodeBlock text={code} label="program" />
      {source.keys && name !== 'sql' && <p class="hint">It reads the key from the environment variable POLYVEC_API_KEY.</p>}
    </>
  );
}
