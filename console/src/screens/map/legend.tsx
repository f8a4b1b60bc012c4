import type { JSX } from 'preact';
import { count, short } from '../../state/format.js';
import type { Colouring } from './colours.js';

interface LegendProperties {
  readonly colouring: Colouring;
  readonly title: string;
  /** The entry that alone is not faint. */
  readonly entry: number | null;
  readonly onEntry: (entry: number | null) => void;
}

export function Legend({ colouring: { legend, range }, title, entry, onEntry }: LegendProperties): JSX.Element | null {
  if (range !== null) {
    return (
      <div class="legend">
        <h2 class="small">{title}</h2>
        <span class="gradient" aria-hidden="true" />
        <span class="row">
          {short(range[0])} <span class="grow" /> {short(range[1])}
        </span>
      </div>
    );
  }
  if (legend.length === 0) return null;
  return (
    <div class="legend">
      <h2 class="small">{title}</h2>
      <ul>
        {legend.map(({ label, colour, count: points }, index) => (
          <li key={label}>
            <button type="button" aria-pressed={entry === index} onClick={() => onEntry(entry === index ? null : index)}>
              <span class="key" style={{ background: colour }} aria-hidden="true" />
              <span class="label">{label}</span>
              <span class="muted">{count(points)}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
