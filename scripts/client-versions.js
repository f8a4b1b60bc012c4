/** `node scripts/client-versions.js chroma-python` prints the versions of a client that a run of TEST_EFFORT tests, one a line. */
import { readFileSync } from 'node:fs';

const versions = JSON.parse(readFileSync(new URL('../test/clients/versions.json', import.meta.url), 'utf8'));
const [client = ''] = process.argv.slice(2);
if (!(client in versions)) {
  console.error(`client-versions: no client ${client}; there is ${Object.keys(versions).join(', ')}`);
  process.exit(2);
}
console.log(versions[client][process.env.TEST_EFFORT === 'full' ? 'all' : 'gate'].join('\n'));
