/**
 * tour.js PACKAGE CONTROL_URL: runs every call of a version of Pinecone's TypeScript SDK, and prints a JSON line for each sample.
 * With `PACKAGE --names` it only lists them.
 */
import { createRequire } from 'node:module';
import { CONTROL_SAMPLES } from './control-samples.js';
import { DIALECTS, serverless } from './dialects.js';
import { VECTOR_SAMPLES } from './vector-samples.js';

const [packageName, place] = process.argv.slice(2);
const dialect = DIALECTS[packageName];
/** Those that the version has: from one generation, up to one. */
const samples = [...VECTOR_SAMPLES, ...CONTROL_SAMPLES].filter(
  ([, first, , last = Infinity]) => dialect.generation >= first && dialect.generation <= last,
);

let made = 0;

function tourOf(url) {
  const { Pinecone } = createRequire(import.meta.url)(packageName);
  const client = new Pinecone({ apiKey: 'any', controllerHostUrl: url, ...(dialect.generation > 2 && { maxRetries: 0 }) });
  const newName = () => `tour${String(dialect.generation)}-${String((made += 1))}`;
  const makeIndex = async (options) => {
    const name = newName();
    const all = { name, dimension: 3, metric: 'cosine', spec: serverless, waitUntilReady: true, ...options };
    await client.createIndex(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
    const model = await client.describeIndex(name);
    return { name, model, host: model.host, byName: dialect.index(client, name) };
  };
  return { client, dialect, newName, makeIndex };
}

async function run([name, , sample], tour) {
  try {
    await sample(tour);
    return { name, outcome: 'ok', detail: '' };
  } catch (error) {
    return { name, outcome: 'failed', detail: String(error?.stack ?? error) };
  }
}

if (place === '--names') {
  console.log(JSON.stringify(samples.map(([name]) => name)));
} else {
  const tour = tourOf(place);
  for (const sample of samples) console.log(JSON.stringify(await run(sample, tour)));
}
