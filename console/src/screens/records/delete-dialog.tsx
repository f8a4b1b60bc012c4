import type { JSX } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import type { DeleteConfirmation, DeleteInput, DeleteLine, DeletePreview } from '../../../../src/console/api/contract/records.js';
import { ApiError, call, isAbort, lines } from '../../api.js';
import { Dialog, FormDialog } from '../../parts/dialog.js';
import { TextField } from '../../parts/field.js';
import { Bar, Failed, Loading } from '../../parts/states.js';
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
const UNDER_WAY = 'What was under way may be gone, too.';

/** Shows what would be deleted, and deletes it when that is confirmed. */
export function DeleteDialog({ selection, onClose, onDone }: DeleteDialogProperties): JSX.Element {
  const { collection } = useCollection();
  const path = `/collections/${collection.uuid}`;
  const preview = useResource((signal) => call<DeletePreview>('POST', `${path}/delete-preview`, { body: selection, signal }), []);
  const [typed, setTyped] = useState('');
  const deletion = useDeletion(`${path}/delete`, onDone);
  const { data, error } = preview;
  if (data === undefined) {
    return (
      <Dialog title="Delete records" onClose={onClose}>
        {error === undefined ? <Loading what="the preview" /> : <Failed error={error} onRetry={preview.reload} />}
      </Dialog>
    );
  }
  // what was seen is no longer what is there: the next confirmation is of another preview
  const lookAgain = (refusal: unknown): never => {
    const isOutdated = !(refusal instanceof ApiError) || refusal.status === 409;
    if (isOutdated) {
      setTyped('');
      preview.reload();
    }
    throw refusal;
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
      onSubmit={() => deletion.run({ token: data.token, selection, expected: data.count }).catch(lookAgain)}
    >
      <p>
        <Selected selection={selection} /> <strong>{`${data.isMore ? 'More than ' : ''}${counted(data.count, 'record')}`}</strong>{' '}
        will be gone, for the clients of every protocol.
      </p>
      <Examples preview={data} />
      {isMany && <TextField label={`Type ${count(data.count)} to confirm`} value={typed} onChange={setTyped} isRequired />}
      {deletion.progress !== null && <Progress progress={deletion.progress} />}
    </FormDialog>
  );
}

type Progress = Extract<DeleteLine, { readonly kind: 'progress' }>;

interface Deletion {
  /** Null: nothing is being deleted. */
  readonly progress: Progress | null;
  /** @throws Error that says how many are gone, when not all of them are */
  readonly run: (confirmation: DeleteConfirmation) => Promise<void>;
}

/** A deletion, part by part. Closing the dialog ends it: what is gone by then is said. */
function useDeletion(path: string, onDone: () => void): Deletion {
  const [progress, setProgress] = useState<Progress | null>(null);
  const controller = useRef<AbortController | null>(null);
  useEffect(() => () => controller.current?.abort(), []);
  const run = async (body: DeleteConfirmation): Promise<void> => {
    controller.current = new AbortController();
    const { signal } = controller.current;
    let deleted = 0;
    try {
      for await (const line of lines<DeleteLine>('POST', path, { body, signal })) {
        deleted = line.deleted;
        if (line.kind === 'progress') setProgress(line);
        else if (line.kind === 'failed') throw new Error(`${counted(deleted, 'record')} deleted, then: ${line.message}`);
        else return finish(onDone, `${counted(deleted, 'record')} deleted.`);
      }
      throw new Error(cutText(deleted));
    } catch (error) {
      setProgress(null);
      if (isAbort(error)) return finish(onDone, `Stopped after ${counted(deleted, 'record')}. ${UNDER_WAY}`);
      if (error instanceof ApiError) throw error;
      onDone();
      throw error instanceof TypeError ? new Error(cutText(deleted)) : error;
    }
  };
  return { progress, run };
}

function finish(onDone: () => void, text: string): void {
  onDone();
  notify(text);
}

/** Of an answer without its last line. */
function cutText(deleted: number): string {
  return `The answer ended after ${counted(deleted, 'record')} had been deleted. ${UNDER_WAY}`;
}

function Progress({ progress: { deleted, of } }: { readonly progress: Progress }): JSX.Element {
  return (
    <p class="state" role="status">
      {of !== null && <Bar share={of === 0 ? 1 : deleted / of} label="Deleting" />}
      <span>
        {count(deleted)}
        {of === null ? '' : ` of ${count(of)}`} deleted; closing this stops it
      </span>
    </p>
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
