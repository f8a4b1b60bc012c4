import type { JSX } from 'preact';
import { Icon } from '../../parts/icon.js';

interface ColumnChooserProperties {
  readonly names: readonly string[];
  readonly chosen: readonly string[];
  readonly onChange: (names: readonly string[]) => void;
}

/** Which fields are columns. */
export function ColumnChooser({ names, chosen, onChange }: ColumnChooserProperties): JSX.Element {
  const toggle = (name: string): void =>
    onChange(chosen.includes(name) ? chosen.filter((other) => other !== name) : [...chosen, name]);
  return (
    <details class="menu">
      <summary class="button">
        <Icon name="records" /> <span>Fields</span>
      </summary>
      <div class="menu-body" role="group" aria-label="Fields as columns">
        {names.length === 0 && <p class="muted">The records have no fields.</p>}
        {names.map((name) => (
          <label key={name} class="check">
            <input type="checkbox" checked={chosen.includes(name)} onChange={() => toggle(name)} />
            {name}
          </label>
        ))}
      </div>
    </details>
  );
}
