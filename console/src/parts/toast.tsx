import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { isAbort, messageOf } from '../api.js';
import { IconButton } from './button.js';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly isFailure: boolean;
}

const SHOWN_MS = 5_000;
const toasts = signal<readonly Toast[]>([]);
let last = 0;

/** Says something briefly. A failure stays until it is closed. */
export function notify(text: string, isFailure = false): void {
  last += 1;
  const id = last;
  toasts.value = [...toasts.value.slice(-3), { id, text, isFailure }];
  if (!isFailure) window.setTimeout(dismiss, SHOWN_MS, id);
}

/** Does something, and says so when it fails. */
export function attempt(work: () => Promise<unknown>): void {
  work().catch((error: unknown) => {
    if (!isAbort(error)) notify(messageOf(error), true);
  });
}

function dismiss(id: number): void {
  toasts.value = toasts.value.filter((toast) => toast.id !== id);
}

export function Toasts(): JSX.Element {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, text, isFailure }) => (
        <div key={id} class={isFailure ? 'toast failed' : 'toast'}>
          <span>{text}</span>
          <IconButton icon="close" label="Dismiss" onClick={() => dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
