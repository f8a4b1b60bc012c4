import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import type { DeleteConfirmation, DeleteInput, DeletePreview } from '../../../../src/console/api/contract/records.js';
import { ApiError, call } from '../../api.js';
import { Dialog, FormDialog } from '../../parts/dialog.js';
import { TextField } from '../../parts/field.js';
import { Failed, Loading } from '../../parts/states.js';
import { notify } from '../../parts/toast.js';
import { useCollection } from '../../state/collection.js';
import { conditionText } from '../../state/filter.js';
import { count, counted } from '../../state/format.js';
import { useResource } from '../../state/resource.js';

interface DeleteDialogProperties {
  readonly selection: DeleteInput;
  readonly onClose: () => void;
  readonly onDone: () => void;
}

/** Up to here a click is enough; more is confirmed by typing how many. */
const FEW = 20;

/** Shows what would be deleted, and deletes it when that is confirmed. */
export function DeleteDialog({ selection, onClose, onDone }: DeleteDialogProperties): JSX.Element {
  const { collection } = useCollection();
  const path = `/collections/${collection.uuid}`;
  const preview = useResource((signal) => call<DeletePreview>('POST', `${path}/delete-preview`, { body: selection, signal }), []);
  const [typed, setTyped] = useState('');
  const { data, error } = preview;
  if (data === undefined) {
    return (
      <Dialog title="Delete records" onClose={onClose}>
        {error === undefined ? <Loading what="the preview" /> : <Failed error={error} onRetry={preview.reload} />}
      </Dialog>
    );
  }
  const lookAgain = (refusal: unknown): never => {
    if (refusal instanceof ApiError && refusal.status === 409) {
      setTyped('');
      preview.reload();
    }
    throw refusal;
  };
  const remove = async (): Promise<void> => {
    const body: DeleteConfirmation = { token: data.token, selection, expected: data.count };
    const { deleted } = await call<{ readonly deleted: number }>('POST', `${path}/delete`, { body }).catch(lookAgain);
    onDone();
    notify(`${counted(deleted, 'record')} deleted.`);
  };
  const isMany = data.count > FEW;
  const isReady = !preview.isLoading && data.count > 0 && (!isMany || typed.replaceAll(/[ ,]/g, '') === String(data.count));
  return (
    <FormDialog
      title="Delete records"
      action={`Delete ${counted(data.count, 'record')}`}
      isDangerous
      isWide
      isReady={isReady}
      onClose={onClose}
      onSubmit={remove}
    >
      <p>
        <Selected selection={selection} /> <strong>{`${data.isMore ? 'More than ' : ''}${counted(data.count, 'record')}`}</strong>{' '}
        will be gone, for the clients of every protocol.
      </p>
      <Examples preview={data} />
      {isMany && <TextField label={`Type ${count(data.count)} to confirm`} value={typed} onChange={setTyped} isRequired />}
    </FormDialog>
  );
}

function Selected({ selection: { ids, filter } }: { readonly selection: DeleteInput }): JSX.Element {
  if (ids !== undefined) return <span>The selected records:</span>;
  const conditions = filter?.conditions ?? [];
  if (conditions.length === 0) return <span>Every record of this namespace:</span>;
  return (
    <span>
      Where <code>{conditions.map(conditionText).join(filter?.match === 'any' ? ' or ' : ' and ')}</code>:
    </span>
  );
}

function Examples({ preview: { examples, count: all } }: { readonly preview: DeletePreview }): JSX.Element {
  return (
    <div class="examples" tabIndex={0} role="region" aria-label="Examples">
      <table>
        <thead>
          <tr>
            <th>Id</th>
            <th>Document</th>
            <th>Metadata</th>
          </tr>
        </thead>
        <tbody>
          {examples.map((row) => (
            <tr key={row.id}>
              <td>
                <code>{row.id}</code>
              </td>
              <td>{row.document}</td>
              <td>
                <code>{row.metadata}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {examples.length < all && <p class="muted">and {count(all - examples.length)} more</p>}
    </div>
  );
}
