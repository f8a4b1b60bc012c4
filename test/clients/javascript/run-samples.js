/** `node run-samples.js <package> <url>`: runs the samples with that client and prints a JSON line for each. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { samplesFor } from './samples.js';

const [name, url] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const chromadb = require(name);
const { ChromaClient } = chromadb;
const { version } = JSON.parse(readFileSync(manifestOf(name), 'utf8'));
const [major, minor] = version.split('.').map(Number);
const { hostname: host, port } = new URL(url);
const connect = () => (major >= 3 ? new ChromaClient({ host, port: Number(port), ssl: false }) : new ChromaClient({ path: url }));
const client = connect();

for (const sample of samplesFor({ client, chromadb, connect, era: major === 1 && minor < 9 ? 'v1' : 'v2' })) {
  const line = { name: sample.name, nearest: sample.nearest ?? null, outcome: 'ok', detail: '' };
  try {
    await sample.run();
  } catch (error) {
    line.outcome = 'failed';
    line.detail = `${error.stack ?? error}`;
  }
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

/** Packages do not export their manifest: look for it above their entry. */
function manifestOf(packageName) {
  const entry = require.resolve(packageName);
  return entry.slice(0, entry.lastIndexOf(`/node_modules/${packageName}/`)) + `/node_modules/${packageName}/package.json`;
}
