import type { ComponentChildren, JSX } from 'preact';
import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { messageOf } from '../api.js';
import { Button, IconButton } from './button.js';

interface DialogProperties {
  readonly title: string;
  readonly onClose: () => void;
  readonly isWide?: boolean;
  readonly children: ComponentChildren;
}

/** A modal dialog: the browser keeps the focus in it, and Esc closes it. */
export function Dialog({ title, onClose, isWide = false, children }: DialogProperties): JSX.Element {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const shown = element.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      class={isWide ? 'dialog wide' : 'dialog'}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === element.current) onClose();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={heading}>{title}</h2>
          <IconButton icon="close" label="Close" onClick={onClose} />
        </header>
        {children}
      </div>
    </dialog>
  );
}

interface FormDialogProperties extends DialogProperties {
  readonly action: string;
  readonly isDangerous?: boolean;
  readonly isReady?: boolean;
  /** Closes the dialog when it has succeeded; a failure is shown in it. */
  readonly onSubmit: () => Promise<void>;
}

/** A dialog with a form, which does one thing. */
export function FormDialog(properties: FormDialogProperties): JSX.Element {
  const { title, onClose, action, isDangerous = false, isReady = true, isWide = false, onSubmit, children } = properties;
  const [failure, setFailure] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    setFailure(null);
    onSubmit().then(onClose, (error: unknown) => {
      setFailure(messageOf(error));
      setBusy(false);
    });
  };
  return (
    <Dialog title={title} onClose={onClose} isWide={isWide}>
      <form onSubmit={submit} class="form">
        {children}
        {failure !== null && (
          <p class="failure" role="alert">
            {failure}
          </p>
        )}
        <footer>
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" kind={isDangerous ? 'danger' : 'primary'} isDisabled={isBusy || !isReady}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
