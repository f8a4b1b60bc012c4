import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { Icon } from './icon.js';
import { notify } from './toast.js';

const SHOWN_MS = 1_500;

/** Puts a text on the clipboard; pages without one (http on another host) get it through a selection. */
async function copy(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    // within a dialog, what lies outside cannot be selected
    (document.querySelector('dialog[open]') ?? document.body).append(area);
    area.select();
    // the one way that is left without a clipboard
    // eslint-disable-next-line @typescript-eslint/no-deprecated
    if (!document.execCommand('copy')) notify('This browser does not let the page copy.', true);
    area.remove();
  }
}

interface CopyProperties {
  /** What is copied, or what finds it out. */
  readonly text: string | (() => Promise<string>);
  readonly label?: string;
  readonly isIcon?: boolean;
}

export function CopyButton({ text, label = 'Copy', isIcon = false }: CopyProperties): JSX.Element {
  const [isDone, setDone] = useState(false);
  const run = async (): Promise<void> => {
    await copy(typeof text === 'string' ? text : await text());
    setDone(true);
    window.setTimeout(() => setDone(false), SHOWN_MS);
  };
  return (
    <button
      type="button"
      class={isIcon ? 'icon-button' : 'button quiet'}
      {...(isIcon && { 'aria-label': isDone ? 'Copied' : label, title: label })}
      onClick={() => void run()}
    >
      <Icon name={isDone ? 'check' : 'copy'} />
      {!isIcon && <span>{isDone ? 'Copied' : label}</span>}
    </button>
  );
}

/** Text as it is, to be read and copied. */
export function CodeBlock({ text, label }: { readonly text: string; readonly label: string }): JSX.Element {
  return (
    <div class="code-block">
      <pre tabIndex={0} role="region" aria-label={label}>
        <code>{text}</code>
      </pre>
      <CopyButton text={text} label={`Copy ${label}`} isIcon />
    </div>
  );
}
