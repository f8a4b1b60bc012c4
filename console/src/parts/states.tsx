import type { ComponentChildren, JSX } from 'preact';
import { ApiError } from '../api.js';
import { Button } from './button.js';
import { Icon, type IconName } from './icon.js';

interface EmptyProperties {
  readonly icon: IconName;
  readonly title: string;
  readonly children?: ComponentChildren;
}

/** In place of what is not there. */
export function Empty({ icon, title, children }: EmptyProperties): JSX.Element {
  return (
    <div class="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children}
    </div>
  );
}

/** In place of what could not be loaded. */
export function Failed({ error, onRetry }: { readonly error: Error; readonly onRetry: () => void }): JSX.Element {
  const requestId = error instanceof ApiError ? error.requestId : '';
  return (
    <div class="empty failed" role="alert">
      <Icon name="help" />
      <h2>This could not be loaded</h2>
      <p>{error.message}</p>
      {requestId !== '' && <p class="hint">Request {requestId}</p>}
      <Button icon="refresh" onClick={onRetry}>
        Try again
      </Button>
    </div>
  );
}

export function Loading({ what }: { readonly what: string }): JSX.Element {
  return (
    <p class="loading" role="status">
      <span class="spinner" aria-hidden="true" />
      Loading {what}…
    </p>
  );
}

/** A share from 0 to 1 as a bar. */
export function Bar({ share, label }: { readonly share: number; readonly label: string }): JSX.Element {
  const value = Math.round(Math.min(1, Math.max(0, share)) * 100);
  return (
    <span class="bar" role="progressbar" aria-label={label} aria-valuenow={value} aria-valuemin={0} aria-valuemax={100}>
      <span style={{ width: `${value}%` }} />
    </span>
  );
}

/** A few components of a vector, as a line of bars. */
export function Sparkline({ values }: { readonly values: readonly number[] }): JSX.Element {
  const largest = Math.max(...values.map(Math.abs), Number.MIN_VALUE);
  return (
    <svg class="sparkline" viewBox={`0 0 ${values.length * 2} 16`} width={values.length * 2} height="16" aria-hidden="true">
      {values.map((value, index) => {
        const height = (Math.abs(value) / largest) * 7.5;
        return <rect key={index} x={index * 2} width="1.4" y={value < 0 ? 8 : 8 - height} height={Math.max(height, 0.4)} />;
      })}
    </svg>
  );
}
