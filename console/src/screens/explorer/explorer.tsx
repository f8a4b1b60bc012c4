import type { JSX } from 'preact';

export function Explorer(): JSX.Element {
  return <p>Soon.</p>;
}
