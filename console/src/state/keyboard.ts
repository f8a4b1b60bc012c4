import { signal } from '@preact/signals';
import { type Inputs, useEffect } from 'preact/hooks';

/** A key, or two in a row with a space between; with what it does, for the help. */
export interface Shortcut {
  readonly keys: string;
  readonly about: string;
  readonly run: () => void;
}

const PAUSE_MS = 2_000;
const shortcuts = signal<readonly Shortcut[]>([]);
let before = { key: '', at: 0 };

/** Those of the screen that is shown, the newest first. */
export function activeShortcuts(): readonly Shortcut[] {
  return shortcuts.value;
}

/** Shortcuts while a part is shown; the newest wins. */
export function useShortcuts(wanted: readonly Shortcut[], inputs: Inputs): void {
  useEffect(() => {
    shortcuts.value = [...wanted, ...shortcuts.peek()];
    return () => {
      shortcuts.value = shortcuts.peek().filter((shortcut) => !wanted.includes(shortcut));
    };
  }, inputs);
}

function isTyping({ target }: KeyboardEvent): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName);
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key : event.key.replace('Delete', 'Del');
  return event.ctrlKey || event.metaKey ? `Ctrl-${key.toUpperCase()}` : key;
}

function listen(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey) return;
  const name = nameOf(event);
  const isChord = name.startsWith('Ctrl-');
  // a dialog has the keyboard for itself, except for its own Esc
  if (document.querySelector('dialog[open]') !== null || (isTyping(event) && !isChord && name !== 'Escape')) return;
  const isSequence = event.timeStamp - before.at < PAUSE_MS;
  const sequence = isSequence ? `${before.key} ${name}` : '';
  const found = shortcuts.peek().find(({ keys }) => keys === sequence) ?? shortcuts.peek().find(({ keys }) => keys === name);
  before = { key: name, at: event.timeStamp };
  if (found === undefined) return;
  event.preventDefault();
  found.run();
}

document.addEventListener('keydown', listen);
