import { readFileSync } from 'node:fs';
import { EFFORT } from '../support/setup/effort.js';

type Versions = Readonly<Record<string, { readonly all: readonly string[]; readonly gate: readonly string[] }>>;

/**
 * The versions of a client that this run tests: all of them in the full run, else the oldest, the newest, and those that the gateway has
 * a branch for. versions.json lists them for the installers too, which scripts/client-versions.js tells.
 */
export function versionsOf(client: string): readonly string[] {
  const file = new URL('./versions.json', import.meta.url);
  const versions = (JSON.parse(readFileSync(file, 'utf8')) as Versions)[client];
  if (versions === undefined) throw new Error(`versions.json has no client ${client}`);
  return EFFORT === 'full' ? versions.all : versions.gate;
}
