import { ChromaApi } from '../support/chroma-api.js';
import { crowd, type Ask } from '../support/crowd.js';
import { createStorage } from '../support/gateway.js';
import { createFleetIndex, startFleet } from '../support/gateway-fleet.js';
import { PineconeApi } from '../support/pinecone-api.js';
import type { Instance } from '../support/promotion-doors.js';
import { VectorizerApi } from '../support/vectorizer-api.js';
import { option, report } from './report.js';

/** A thousand clients, who read and write over three protocols, at a gateway with four connections: `--clients 1000`, `--seconds 20`. */
const POOL_SIZE = 4;
const LIMIT_MS = 3_000;
const DIMENSION = 32;
const RECORDS = 2_000;
const WRITTEN = 20;

const ids = Array.from({ length: RECORDS }, (_, index) => String(index));
const embeddings = ids.map((_, index) => Array.from({ length: DIMENSION }, (_item, at) => Math.sin(index * DIMENSION + at)));
const query = embeddings[0] ?? [];
const vectors = ids.slice(0, WRITTEN).map((id, index) => ({ id, values: embeddings[index] ?? [] }));

function answerOf({ status, headers }: { readonly status: number; readonly headers: Headers }): Awaited<ReturnType<Ask>> {
  return { status, retryAfter: headers.get('retry-after') ?? undefined };
}

async function chromaAsks({ chromaUrl }: Instance): Promise<readonly Ask[]> {
  const collection = await new ChromaApi(chromaUrl).filled({ ids, embeddings });
  const some = { ids: ids.slice(0, WRITTEN), embeddings: embeddings.slice(0, WRITTEN) };
  return [
    async () => answerOf(await collection.post('query', { query_embeddings: [query], n_results: 10 })),
    async () => answerOf(await collection.post('upsert', some)),
  ];
}

async function pineconeAsks(instance: Instance): Promise<readonly Ask[]> {
  const name = 'crowded';
  await createFleetIndex(instance, { name, dimension: DIMENSION, metric: 'cosine' });
  const index = new PineconeApi(`${instance.consoleUrl}/pinecone/_index/${name}`);
  return [
    async () => answerOf(await index.call('/query', { body: { vector: query, topK: 10 } })),
    async () => answerOf(await index.call('/vectors/upsert', { body: { vectors } })),
  ];
}

async function vectorizerAsks({ vectorizerUrl }: Instance): Promise<readonly Ask[]> {
  const collection = await new VectorizerApi(vectorizerUrl).create({ dimension: DIMENSION });
  await collection.fill(vectors.map(({ id, values }) => ({ id, embedding: values })));
  return [
    async () => {
      const { status, headers } = await collection.call('POST', '/search', { vector: query, limit: 10 });
      return { status, retryAfter: headers['retry-after'] };
    },
  ];
}

const clients = option('clients', 1_000);
const seconds = option('seconds', 20);
const storage = await createStorage();
const fleet = await startFleet(storage.environment, 1, { POLYVEC_POOL_SIZE: String(POOL_SIZE) });
const [member] = fleet.members;
if (member === undefined) throw new Error('no gateway');
const { instance } = member;
const asks = [...(await chromaAsks(instance)), ...(await pineconeAsks(instance)), ...(await vectorizerAsks(instance))];
const { statuses, slowestMs, complaints } = await crowd(asks, clients, seconds * 1_000);
const settled = await Promise.all(asks.map((ask) => ask()));
await fleet.stop();
await storage.remove();

for (const complaint of complaints) console.error(complaint);
const others = Object.keys(statuses).filter((status) => status !== '200' && status !== '503');
const counts = Object.entries(statuses).map(([status, count]) => `${String(count)} × ${status}`);
await report({
  name: 'pool',
  event: `pool of ${String(POOL_SIZE)}, ${String(clients)} clients, ${String(seconds)} s`,
  aim: `only 200 or 503, none over ${String(LIMIT_MS / 1_000)} s`,
  figure: `${counts.join(', ')}; slowest ${(slowestMs / 1_000).toFixed(2)} s`,
  met: complaints.length === 0 && others.length === 0 && slowestMs <= LIMIT_MS && settled.every(({ status }) => status === 200),
});
