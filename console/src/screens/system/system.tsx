import type { JSX } from 'preact';

export function System(): JSX.Element {
  return <p>Soon.</p>;
}
