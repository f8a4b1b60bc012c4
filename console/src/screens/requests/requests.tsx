import type { JSX } from 'preact';

export function Requests(): JSX.Element {
  return <p>Soon.</p>;
}
