import { signal } from '@preact/signals';
import type { JSX } from 'preact';
import { activeShortcuts } from '../state/keyboard.js';
import { Dialog } from './dialog.js';

export const isHelpOpen = signal(false);

/** The shortcuts that do something on this screen. */
export function Help(): JSX.Element {
  const seen = new Map(activeShortcuts().map(({ keys, about }) => [keys, about]));
  return (
    <Dialog
      title="Keyboard"
      onClose={() => {
        isHelpOpen.value = false;
      }}
    >
      <dl class="keys">
        {[...seen].map(([keys, about]) => (
          <div key={keys}>
            <dt>
              {keys.split(' ').map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{about}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
