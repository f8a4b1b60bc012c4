import type { JSX } from 'preact';

export function Backups(): JSX.Element {
  return <p>Soon.</p>;
}
