import { Agent, request } from 'node:http';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { createStorage } from '../../support/gateway/gateway.js';
import { createFleetIndex, startFleet } from '../../support/gateway/gateway-fleet.js';
import { type Ask, crowd } from '../pool/crowd.js';
import type { Instance } from '../promotion/promotion-transports.js';
import { option, report } from '../report.js';

/** A thousand clients, who read and write over three protocols, at a gateway with four connections: `--clients 1000`, `--seconds 20`. */
const POOL_SIZE = 4;
const LIMIT_MS = 3_000;
const DIMENSION = 32;
const RECORDS = 2_000;
const WRITTEN = 20;
const WARMING_MS = 10_000;

const ids = Array.from({ length: RECORDS }, (_, index) => String(index));
const embeddings = ids.map((_, index) => Array.from({ length: DIMENSION }, (_item, at) => Math.sin(index * DIMENSION + at)));
const query = embeddings[0] ?? [];
const vectors = ids.slice(0, WRITTEN).map((id, index) => ({ id, values: embeddings[index] ?? [] }));

/** Kept alive, as clients do; the cheapest there is, as it is not the clients that are measured. */
const agent = new Agent({ keepAlive: true, maxSockets: Infinity, maxFreeSockets: Infinity });

/** Sends the same body each time. */
function posting(url: string, body: object): Ask {
  const bytes = Buffer.from(JSON.stringify(body));
  const headers = { 'content-type': 'application/json', 'content-length': bytes.length };
  return () =>
    new Promise((resolve, reject) => {
      const sent = request(url, { method: 'POST', headers, agent }, (response) => {
        response.resume();
        response.on('error', reject);
        response.on('end', () => {
          resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] });
        });
      });
      sent.on('error', reject);
      sent.end(bytes);
    });
}

async function asksOf(instance: Instance): Promise<readonly Ask[]> {
  const chroma = await new ChromaApi(instance.chromaUrl).filled({ ids, embeddings });
  const vectorizer = await new VectorizerApi(instance.vectorizerUrl).create({ dimension: DIMENSION });
  const name = 'crowded';
  await createFleetIndex(instance, { name, dimension: DIMENSION, metric: 'cosine' });
  const chromaUrl = `${instance.chromaUrl}${chroma.path}`;
  const pineconeUrl = `${instance.consoleUrl}/pinecone/_index/${name}`;
  return [
    posting(`${chromaUrl}/query`, { query_embeddings: [query], n_results: 10 }),
    posting(`${chromaUrl}/upsert`, { ids: ids.slice(0, WRITTEN), embeddings: embeddings.slice(0, WRITTEN) }),
    posting(`${pineconeUrl}/query`, { vector: query, topK: 10 }),
    posting(`${pineconeUrl}/vectors/upsert`, { vectors }),
    posting(`${instance.vectorizerUrl}${vectorizer.path('/search')}`, { vector: query, limit: 10 }),
    posting(`${instance.vectorizerUrl}/insert_vectors`, {
      collection: vectorizer.name,
      vectors: vectors.map(({ id, values }) => ({ id, embedding: values })),
    }),
  ];
}

const clients = option('clients', 1_000);
const seconds = option('seconds', 20);
const storage = await createStorage();
const fleet = await startFleet(storage.environment, 1, { POLYVEC_POOL_SIZE: String(POOL_SIZE) });
const [member] = fleet.members;
if (member === undefined) throw new Error('no gateway');
const { instance } = member;
const asks = await asksOf(instance);
// a gateway that has just started compiles what it runs, and takes one new connection each time that it has done all that is to do
await crowd(asks, clients, WARMING_MS);
const { statuses, slowestMs, complaints } = await crowd(asks, clients, seconds * 1_000);
const settled = await Promise.all(asks.map((ask) => ask()));
agent.destroy();
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
  conditions: 'clients that are connected',
  met: complaints.length === 0 && others.length === 0 && slowestMs <= LIMIT_MS && settled.every(({ status }) => status === 200),
});
