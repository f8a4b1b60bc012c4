import type { JSX } from 'preact';

export function Quality(): JSX.Element {
  return <p>Soon.</p>;
}
