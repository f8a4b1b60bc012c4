import type { ComponentChildren, JSX } from 'preact';
import { milliseconds } from '../state/format.js';

export interface Timing {
  readonly totalMs: number;
  readonly databaseMs: number;
  readonly poolMs: number;
}

interface PlanPanelProperties {
  readonly plan: string;
  readonly words: string;
  readonly timing: Timing;
  readonly children?: ComponentChildren;
}

/** How a search was carried out, and where its time went. */
export function PlanPanel({ plan, words, timing, children }: PlanPanelProperties): JSX.Element {
  return (
    <section class="plan card" aria-label="How it was found">
      <div class="plan-words">
        <p>{words}</p>
        <code>{plan}</code>
      </div>
      <TimingBar timing={timing} />
      <div class="plan-actions">{children}</div>
    </section>
  );
}

/** The parts of a request's time, one after the other. */
export function TimingBar({ timing: { totalMs, databaseMs, poolMs } }: { readonly timing: Timing }): JSX.Element {
  const parts = [
    { name: 'wait', label: 'Waiting for a connection', ms: poolMs },
    { name: 'database', label: 'Database', ms: databaseMs },
    { name: 'rest', label: 'Gateway', ms: Math.max(0, totalMs - databaseMs - poolMs) },
  ];
  const all = Math.max(totalMs, poolMs + databaseMs, Number.MIN_VALUE);
  return (
    <div class="timing">
      <div class="timing-bar" aria-hidden="true">
        {parts.map(({ name, ms }) => (
          <span key={name} class={name} style={{ width: `${(ms / all) * 100}%` }} />
        ))}
      </div>
      <ul>
        <li>
          <strong>{milliseconds(totalMs)}</strong> in all
        </li>
        {parts.map(({ name, label, ms }) => (
          <li key={name}>
            <span class={`key ${name}`} aria-hidden="true" />
            {label} {milliseconds(ms)}
          </li>
        ))}
      </ul>
    </div>
  );
}
