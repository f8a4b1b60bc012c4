import { PineconeGrpc } from '../clients/pinecone-grpc.js';
import type { Run } from '../gateway/polyvec-command.js';
import { urlOf } from '../gateway/polyvec-command.js';

interface Json {
  readonly [name: string]: unknown;
}

/** What one write and one read through each protocol found: the ids, by the protocol. */
export async function oneCallEach(run: Run): Promise<Readonly<Record<string, unknown>>> {
  return {
    chroma: await chroma(urlOf(run, 'chroma')),
    ...(await pinecone(urlOf(run, 'pinecone'))),
    vectorizer: await vectorizer(urlOf(run, 'vectorizer')),
  };
}

async function chroma(url: string): Promise<unknown> {
  const collections = `${url}/api/v2/tenants/default_tenant/databases/default_database/collections`;
  const { id } = await post(collections, { name: 'articles' });
  const records = `${collections}/${String(id)}`;
  await post(`${records}/add`, { ids: ['c'], embeddings: [[1, 0]] });
  return (await post(`${records}/query`, { query_embeddings: [[1, 0]], n_results: 1 }))['ids'];
}

async function pinecone(url: string): Promise<Json> {
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const { host } = await post(`${url}/indexes`, { name: 'films', dimension: 2, metric: 'cosine', spec });
  const index = `http://${String(host).replace(/^https?:\/\//, '')}`;
  await post(`${index}/vectors/upsert`, { vectors: [{ id: 'p', values: [1, 0] }] });
  const { matches } = await post(`${index}/query`, { vector: [1, 0], topK: 1 });
  const client = new PineconeGrpc(Number(new URL(index).port));
  try {
    const { message } = await client.call('Query', { vector: [1, 0], topK: 1 });
    return { 'Pinecone over REST': idsOf(matches), 'Pinecone over gRPC': idsOf(message['matches']) };
  } finally {
    client.close();
  }
}

async function vectorizer(url: string): Promise<unknown> {
  await post(`${url}/collections/notes/insert`, { id: 'v', text: 'an old note' });
  return idsOf((await post(`${url}/collections/notes/search`, { query: 'old', limit: 1 }))['results']);
}

function idsOf(matches: unknown): readonly unknown[] {
  return (matches as readonly { readonly id: string }[]).map(({ id }) => id);
}

async function post(url: string, body: object): Promise<Json> {
  const headers = { 'content-type': 'application/json', 'api-key': 'any' };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}: ${await response.text()}`);
  return (await response.json()) as Json;
}
