/**
 * tour.js PACKAGE CONTROL_URL SECURE_CONTROL_URL: runs every call of a version of Pinecone's TypeScript SDK, and prints a JSON line
 * for each sample. The second URL is a gateway's that speaks TLS. With `PACKAGE --names` it only lists the samples.
 */
import { createRequire } from 'node:module';
import { CONTROL_SAMPLES } from './control-samples.js';
import { DIALECTS, serverless } from './dialects.js';
import { DOCUMENT_SAMPLES } from './document-samples.js';
import { INFERENCE_SAMPLES } from './inference-samples.js';
import { NAMESPACE_SAMPLES } from './namespace-samples.js';
import { VECTOR_SAMPLES } from './vector-samples.js';

const [packageName, ...places] = process.argv.slice(2);
const dialect = DIALECTS[packageName];
/** Those that the version has: from one generation, up to one. */
const samples = [...DOCUMENT_SAMPLES, ...VECTOR_SAMPLES, ...NAMESPACE_SAMPLES, ...CONTROL_SAMPLES, ...INFERENCE_SAMPLES].filter(
  ([, first, , last = Infinity]) => dialect.generation >= first && dialect.generation <= last,
);

/** A gateway through the SDK: a client, and indexes that are made for the samples. */
class Tour {
  /** Indexes that samples share, by their settings. */
  #shared = new Map();
  #made = 0;

  constructor(url) {
    const require = createRequire(import.meta.url);
    this.url = url;
    this.secure = url.startsWith('https:');
    this.dialect = dialect;
    this.sdk = require(packageName);
    this.Pinecone = this.sdk.Pinecone;
    this.client = new this.Pinecone({ apiKey: 'any', controllerHostUrl: url, ...(dialect.generation > 2 && { maxRetries: 0 }) });
  }

  newName() {
    this.#made += 1;
    return `tour${String(dialect.generation)}-${String(this.#made)}`;
  }

  /** An index of three dimensions, or of what the options say; `index` is found by its name. */
  async makeIndex(options) {
    const name = this.newName();
    const all = { name, dimension: 3, metric: 'cosine', spec: serverless, waitUntilReady: true, ...options };
    await this.client.createIndex(Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)));
    const model = await this.client.describeIndex(name);
    return { name, model, host: model.host, index: dialect.index(this.client, name) };
  }

  /** One for all samples that ask for these options, which keep apart by namespaces of their own. */
  sharedIndex(options) {
    const key = JSON.stringify(Object.entries(options));
    if (!this.#shared.has(key))
      this.#shared.set(
        key,
        this.makeIndex(options).then(({ index }) => index),
      );
    return this.#shared.get(key);
  }
}

async function run([name, , sample], ...tours) {
  try {
    await sample(...tours);
    return { name, outcome: 'ok', detail: '' };
  } catch (error) {
    return { name, outcome: 'failed', detail: String(error?.stack ?? error) };
  }
}

if (places[0] === '--names') {
  console.log(JSON.stringify(samples.map(([name]) => name)));
} else {
  const tours = places.map((place) => new Tour(place));
  for (const sample of samples) console.log(JSON.stringify(await run(sample, ...tours)));
}
