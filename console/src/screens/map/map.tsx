import type { JSX } from 'preact';

export function MapScreen(): JSX.Element {
  return <p>Soon.</p>;
}
