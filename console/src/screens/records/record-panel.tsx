import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { Face, Faces, RecordPage, RecordRow } from '../../../../src/console/api/contract/records.js';
import { call, withParameters } from '../../api.js';
import { Button, IconButton } from '../../parts/button.js';
import { CodeBlock, CopyButton } from '../../parts/copy.js';
import { Empty, Failed, Loading, Sparkline } from '../../parts/states.js';
import { Tabs } from '../../parts/tabs.js';
import { useCollection } from '../../state/collection.js';
import { useResource } from '../../state/resource.js';
import { mayWrite } from '../../state/session.js';
import { embeddingOf, fieldsOf, type Scalar } from './record-state.js';
import { Value } from './record-table.js';

interface RecordPanelProperties {
  readonly namespace: string;
  readonly id: string;
  readonly onClose: () => void;
  readonly onValue: (field: string, value: Scalar) => void;
  readonly onEdit: (row: RecordRow) => void;
  readonly onDelete: () => void;
  readonly onSimilar: () => void;
}

const TABS = [
  { name: 'record', label: 'Record' },
  { name: 'chroma', label: 'Chroma' },
  { name: 'pinecone', label: 'Pinecone' },
  { name: 'vectorizer', label: 'Vectorizer' },
  { name: 'sql', label: 'SQL' },
] as const;
type TabName = (typeof TABS)[number]['name'];

/** One record, whole, and as the clients of each protocol get it. */
export function RecordPanel(properties: RecordPanelProperties): JSX.Element {
  const { namespace, id, onClose } = properties;
  const { collection } = useCollection();
  const [tab, setTab] = useState<TabName>('record');
  const record = useResource(
    async (signal) => {
      const body = { namespace, ids: [id], limit: 1 };
      return (await call<RecordPage>('POST', `/collections/${collection.uuid}/records`, { body, signal })).records[0] ?? null;
    },
    [collection, namespace, id],
  );
  return (
    <aside class="panel" aria-label={`Record ${id}`}>
      <header>
        <h2 title={id}>{id}</h2>
        <CopyButton text={id} label="Copy the id" isIcon />
        <IconButton icon="close" label="Close the panel" onClick={onClose} />
      </header>
      {record.data === undefined &&
        (record.error === undefined ? <Loading what="the record" /> : <Failed error={record.error} onRetry={record.reload} />)}
      {record.data === null && <Empty icon="records" title="This record is not here any more" />}
      {record.data !== undefined && record.data !== null && (
        <>
          <Actions row={record.data} {...properties} />
          <Tabs label="The record, as each protocol answers it" tabs={TABS} chosen={tab} onChoose={setTab}>
            {tab === 'record' ? <Overview row={record.data} {...properties} /> : <FaceTab {...properties} name={tab} />}
          </Tabs>
        </>
      )}
    </aside>
  );
}

function Actions({
  row,
  namespace,
  id,
  onEdit,
  onDelete,
  onSimilar,
}: RecordPanelProperties & { readonly row: RecordRow }): JSX.Element {
  const { collection } = useCollection();
  return (
    <div class="panel-actions">
      {row.vector !== null && (
        <>
          <Button icon="search" onClick={onSimilar}>
            Similar
          </Button>
          <CopyButton
            text={async () => JSON.stringify(await embeddingOf(collection.uuid, namespace, id))}
            label="Copy the vector"
          />
        </>
      )}
      <span class="grow" />
      {mayWrite.value && (
        <>
          <IconButton icon="edit" label="Edit" onClick={() => onEdit(row)} />
          <IconButton icon="trash" label="Delete…" onClick={onDelete} />
        </>
      )}
    </div>
  );
}

function Overview({ row, onValue }: RecordPanelProperties & { readonly row: RecordRow }): JSX.Element {
  const fields = fieldsOf(row.metadata);
  return (
    <div class="overview">
      {row.document !== null && (
        <section>
          <h3>Document</h3>
          <p class="document">{row.document}</p>
        </section>
      )}
      {row.uri !== null && (
        <section>
          <h3>URI</h3>
          <p class="document">{row.uri}</p>
        </section>
      )}
      <section>
        <h3>Metadata</h3>
        {fields.length === 0 ? (
          <p class="muted">None.</p>
        ) : (
          <dl class="facts-list">
            {fields.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>
                  <Value value={value} field={name} onValue={onValue} />
                </dd>
              </div>
            ))}
          </dl>
        )}
      </section>
      <section>
        <h3>Vector</h3>
        {row.vector === null ? (
          <p class="muted">{row.hasSparse ? 'A sparse one only.' : 'None.'}</p>
        ) : (
          <p class="vector">
            <Sparkline values={row.vector.glimpse} />
            <span>
              {row.vector.dimension} dimensions, length {row.vector.norm}
              {row.hasSparse && ', and a sparse one'}
            </span>
          </p>
        )}
      </section>
    </div>
  );
}

function FaceTab({
  name,
  namespace,
  id,
}: {
  readonly name: Exclude<TabName, 'record'>;
  readonly namespace: string;
  readonly id: string;
}): JSX.Element {
  const { collection } = useCollection();
  const faces = useResource(
    (signal) => call<Faces>('GET', withParameters(`/collections/${collection.uuid}/record`, { namespace, id }), { signal }),
    [collection.uuid, namespace, id],
  );
  if (faces.data === undefined)
    return faces.error === undefined ? <Loading what="the answers" /> : <Failed error={faces.error} onRetry={faces.reload} />;
  if (name !== 'sql') return <FaceView face={faces.data[name]} />;
  return (
    <div class="face">
      <h3>Statement</h3>
      <CodeBlock text={faces.data.sql.statement} label="statement" />
      <h3>Row</h3>
      <CodeBlock text={indented(faces.data.sql.row)} label="row" />
    </div>
  );
}

function FaceView({ face }: { readonly face: Face }): JSX.Element {
  return (
    <div class="face">
      <h3>Request</h3>
      <CodeBlock text={face.request} label="request" />
      <h3>Answer</h3>
      {face.answer === null ? (
        <p>{face.why ?? 'This protocol does not show it.'}</p>
      ) : (
        <CodeBlock text={indented(face.answer)} label="answer" />
      )}
      {face.differences.length > 0 && (
        <p class="hint">
          Differences from the real server that bear on it: {face.differences.join(', ')} in docs/differences.md.
        </p>
      )}
    </div>
  );
}

/** JSON over several lines; numbers keep their digits, so it is not parsed and printed when that would change them. */
function indented(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    return JSON.stringify(value) === text ? JSON.stringify(value, shortLists, 2) : text;
  } catch {
    return text;
  }
}

/** A long vector is one line. */
function shortLists(_key: string, value: unknown): unknown {
  const isVector = Array.isArray(value) && value.length > 8 && value.every((item) => typeof item === 'number');
  return isVector ? `[${value.slice(0, 8).join(', ')}, … ${value.length} in all]` : value;
}
