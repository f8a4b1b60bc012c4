/**
 * `npm run record`: records the answers of the real Chroma server into test/protocols/chroma/recorded, where `npm test`
 * compares ours with them; `npm run record -- writes reads` records only those groups. Needs what `npm run test:clients`
 * installs, and no network.
 */
import { fileURLToPath } from 'node:url';
import { buildIfNeeded } from './build-if-needed.js';

process.chdir(fileURLToPath(new URL('..', import.meta.url)));
buildIfNeeded();
await import('../test/support/setup/register.js');
await import('../test/support/differential/record.ts');
