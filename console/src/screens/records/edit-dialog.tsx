import type { JSX } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { RecordEdit, RecordPage, RecordRow } from '../../../../src/console/api/contract/records.js';
import { call } from '../../api.js';
import { FormDialog } from '../../parts/dialog.js';
import { TextField } from '../../parts/field.js';
import { attempt, notify } from '../../parts/toast.js';
import { useCollection } from '../../state/collection.js';

interface EditDialogProperties {
  readonly namespace: string;
  /** Null: a new one. */
  readonly row: RecordRow | null;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Adds a record, or changes one; what is left as it was is not sent. */
export function EditDialog({ namespace, row, onClose, onDone }: EditDialogProperties): JSX.Element {
  const { collection } = useCollection();
  const path = `/collections/${collection.uuid}`;
  const [before, setBefore] = useState(row);
  const [id, setId] = useState(row?.id ?? '');
  const [document, setDocument] = useState(row?.document ?? '');
  const [metadata, setMetadata] = useState(printed(row?.metadata ?? null));
  const [vector, setVector] = useState('');
  useEffect(() => {
    if (row?.isCut !== true) return;
    attempt(async () => {
      const page = await call<RecordPage>('POST', `${path}/records`, { body: { namespace, ids: [row.id], limit: 1 } });
      setBefore(page.records[0] ?? row);
      setDocument(page.records[0]?.document ?? '');
    });
  }, []);
  const save = async (): Promise<void> => {
    const body: RecordEdit = {
      namespace,
      id,
      ...(document !== (before?.document ?? '') && { document: document === '' ? null : document }),
      ...(metadata !== printed(before?.metadata ?? null) && { metadata: checkedObject(metadata) }),
      ...(vector.trim() !== '' && { embedding: checkedVector(vector) }),
      ...(row === null && { isNew: true }),
    };
    await call('PUT', `${path}/record`, { body });
    onDone();
    notify(row === null ? `${id} is added.` : `${id} is saved.`);
  };
  const isBlocked = row?.isCut === true && before === row;
  const hint = collection.hasModel ? 'Without one, the document is embedded.' : 'A JSON list of numbers.';
  return (
    <FormDialog
      title={row === null ? 'Add a record' : `Edit ${row.id}`}
      action={row === null ? 'Add' : 'Save'}
      isWide
      isReady={!isBlocked}
      onClose={onClose}
      onSubmit={save}
    >
      {row === null && <TextField label="Id" value={id} onChange={setId} isRequired />}
      <TextField label="Document" value={document} onChange={setDocument} rows={5} />
      <TextField label="Metadata" value={metadata} onChange={setMetadata} rows={6} isCode hint="A JSON object, or nothing." />
      <TextField
        label={row === null ? 'Embedding' : 'New embedding'}
        value={vector}
        onChange={setVector}
        rows={2}
        isCode
        hint={row === null ? hint : 'Nothing: it stays as it is.'}
      />
    </FormDialog>
  );
}

function printed(metadata: string | null): string {
  if (metadata === null) return '';
  const value: unknown = JSON.parse(metadata);
  // a number such as 1.0 would become another one
  return JSON.stringify(value) === metadata ? JSON.stringify(value, null, 2) : metadata;
}

/** @throws Error that says what is wrong */
function checkedObject(text: string): string | null {
  if (text.trim() === '') return null;
  const value: unknown = JSON.parse(text);
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new Error('Metadata is a JSON object.');
  return text;
}

/** @throws Error that says what is wrong */
function checkedVector(text: string): readonly number[] {
  const value: unknown = JSON.parse(text);
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'number'))
    throw new Error('An embedding is a JSON list of numbers.');
  return value;
}
