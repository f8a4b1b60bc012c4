import type { JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Operation, suggestionsFor } from './operations.js';

interface PathFieldProperties {
  readonly method: string;
  readonly path: string;
  readonly operations: readonly Operation[];
  readonly onChange: (path: string) => void;
  readonly onChoose: (operation: Operation) => void;
  readonly onCurl: (text: string) => void;
}

/** The path of a request, completed from what the gateway serves. */
export function PathField({ method, path, operations, onChange, onChoose, onCurl }: PathFieldProperties): JSX.Element {
  const [isOpen, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const found = isOpen ? suggestionsFor(operations, method, path) : [];
  const choose = (operation: Operation): void => {
    onChoose(operation);
    setOpen(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      setOpen(true);
      setActive(Math.max(-1, Math.min(found.length - 1, active + step)));
      document.getElementById(`path-${active + step}`)?.scrollIntoView({ block: 'nearest' });
    }
    const chosen = found[active];
    if ((event.key === 'Enter' || event.key === 'Tab') && chosen !== undefined) {
      event.preventDefault();
      choose(chosen);
    }
    if (event.key === 'Escape') setOpen(false);
  };
  return (
    <div class="path-field">
      <input
        class="input code"
        data-slash
        role="combobox"
        aria-label="Path"
        aria-expanded={found.length > 0}
        aria-controls="path-suggestions"
        aria-autocomplete="list"
        {...(found[active] !== undefined && { 'aria-activedescendant': `path-${active}` })}
        placeholder="/chroma/api/v2/heartbeat, or paste a curl command"
        value={path}
        autocomplete="off"
        spellcheck={false}
        onFocus={() => setOpen(true)}
        onBlur={() => setOpen(false)}
        onKeyDown={onKeyDown}
        onPaste={(event) => {
          const text = event.clipboardData?.getData('text/plain').trim() ?? '';
          if (!text.startsWith('curl ')) return;
          event.preventDefault();
          setOpen(false);
          onCurl(text);
        }}
        onInput={(event) => {
          onChange(event.currentTarget.value);
          setOpen(true);
          setActive(-1);
        }}
      />
      <div id="path-suggestions" role="listbox" aria-label="Paths" class={found.length > 0 ? 'suggestions' : 'visually-hidden'}>
        {found.map((operation, index) => (
          <div
            key={`${operation.method} ${operation.path}`}
            id={`path-${index}`}
            role="option"
            aria-selected={index === active}
            // before the field loses the focus, and with it the list
            onMouseDown={(event) => {
              event.preventDefault();
              choose(operation);
            }}
          >
            <span class="verb">{operation.method}</span>
            <code>{operation.path}</code>
            <small>{operation.summary}</small>
          </div>
        ))}
      </div>
    </div>
  );
}
