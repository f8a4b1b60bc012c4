import { readFile } from 'node:fs/promises';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi } from '../support/clients/pinecone-api.js';
import { type Message, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';

const MiB = 1024 * 1024;
const HEAP_MIB = 512;
/** Heap, and what is outside of it: buffers, code, the stacks of threads. */
const MEMORY_BYTES = 2 * HEAP_MIB * MiB;
const RECORDS = 60;
const BATCH = 30;
const AT_ONCE = 2;
/** The last characters become six of JSON each. */
const DOCUMENT = 'x'.repeat(MiB / 2) + '\u0001'.repeat(MiB / 16);
const VECTOR = [1, 0];
const ids = Array.from({ length: RECORDS }, (_item, index) => `r${String(index)}`);

/** What came back: how many bytes, and how they end. */
interface Outcome {
  readonly status: number;
  readonly bytes: number;
  readonly end: string;
}

type Send = () => Promise<Outcome>;

const WORDS = 'POLYVEC_MAX_ANSWER';
/** Of HTTP, and of gRPC: what the request asks for is too much, or all requests together. */
const REFUSALS: ReadonlySet<number> = new Set([400, 503, 3, 14]);
const OK: ReadonlySet<number> = new Set([200, 0]);
let storage: ProcessStorage;
let gateway: GatewayProcess;
let index: IndexApi;
let grpc: PineconeGrpc;
let collection: string;

async function post(url: string, body: object | undefined, method = 'POST'): Promise<Outcome> {
  const response = await fetch(url, {
    method,
    headers: { 'content-type': 'application/json', 'x-pinecone-api-version': '2025-10' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  let bytes = 0;
  let end = '';
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    bytes += chunk.length;
    end = (end + Buffer.from(chunk).toString('latin1')).slice(-1_000);
  }
  return { status: response.status, bytes, end };
}

async function call(method: string, message: Message): Promise<Outcome> {
  const [status, answer] = await grpc.outcome(method, message);
  return { status, bytes: 0, end: typeof answer === 'string' ? answer : '}' };
}

const chroma = (action: string, body: object, version = 'v2/tenants/default_tenant/databases/default_database'): Send => {
  return () => post(`${gateway.chromaUrl}/api/${version}/collections/${collection}/${action}`, body);
};
const pinecone = (path: string, body?: object, method?: string): Send => {
  return () => post(`http://127.0.0.1:${String(index.port)}${path}`, body, method);
};
const vectorizer = (path: string, body?: object, method?: string): Send => {
  return () => post(`${gateway.urls.get('vectorizer') ?? ''}${path.replace('NAME', index.name)}`, body, method);
};
const queries = (count: number): readonly (readonly number[])[] => new Array<readonly number[]>(count).fill(VECTOR);
const idsQuery = ids.map((id) => `ids=${id}`).join('&');

/** Answers of any size: what does not fit into memory waits in files. */
const SPOOLED: Readonly<Record<string, Send>> = {
  'chroma get': chroma('get', {}),
  'chroma get v1': chroma('get', { ids, include: ['documents', 'embeddings', 'metadatas'] }, 'v1'),
};

/** Answers that need no more than they may. */
const SMALL: Readonly<Record<string, Send>> = {
  'chroma query of a few': chroma('query', { query_embeddings: queries(4), n_results: 2 }),
  'chroma query without documents': chroma('query', { query_embeddings: queries(500), n_results: 20, include: ['distances'] }),
  'pinecone query without metadata': pinecone('/query', { vector: VECTOR, topK: 10_000, includeValues: true }),
  'pinecone list': pinecone('/vectors/list?limit=100', undefined, 'GET'),
  'grpc List': () => call('List', { limit: 100 }),
  'qdrant points': vectorizer('/qdrant/collections/NAME/points', { ids, with_vector: true }),
  'qdrant scroll': vectorizer('/qdrant/collections/NAME/points/scroll', { limit: 1_000, with_vector: true }),
  'qdrant search': vectorizer('/qdrant/collections/NAME/points/search', { vector: VECTOR, limit: 10_000, with_payload: true }),
};

/** Every other read and search, with as much as its protocol lets it ask for. */
const LARGE: Readonly<Record<string, Send>> = {
  'chroma query': chroma('query', { query_embeddings: queries(20_000), n_results: 1 }),
  'chroma query v1': chroma('query', { query_embeddings: queries(2_000), n_results: 1 }, 'v1'),
  'chroma query of many results': chroma('query', { query_embeddings: queries(100), n_results: 1_000 }),
  'chroma query of one': chroma('query', { query_embeddings: queries(1), n_results: 1_000_000 }),
  'pinecone query': pinecone('/query', { vector: VECTOR, topK: 10_000, includeMetadata: true, includeValues: true }),
  'pinecone fetch': pinecone(`/vectors/fetch?${idsQuery}`, undefined, 'GET'),
  'pinecone fetch by metadata': pinecone('/vectors/fetch_by_metadata', { filter: { k: { $eq: 1 } }, limit: 10_000 }),
  'grpc Query': () => call('Query', { vector: VECTOR, topK: 10_000, includeMetadata: true, includeValues: true }),
  'grpc Fetch': () => call('Fetch', { ids }),
  'vectorizer search': vectorizer('/collections/NAME/search', { vector: VECTOR, limit: 10_000, with_vector: true }),
  'vectorizer search by filter': vectorizer('/collections/NAME/search', { query: '', filter: { k: 1 }, limit: 10_000 }),
  'vectorizer batch search': vectorizer('/collections/NAME/batch_search', {
    queries: queries(1_000).map((vector) => ({ vector, limit: 100 })),
  }),
  'vectorizer vectors': vectorizer('/collections/NAME/vectors?limit=1000', undefined, 'GET'),
  'vectorizer explain': vectorizer('/collections/NAME/explain', { vector: VECTOR, limit: 10_000 }),
};

async function peakBytes(pid: number): Promise<number> {
  const status = await readFile(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1]) * 1024;
}

beforeAll(async () => {
  storage = await createProcessStorage({
    NODE_OPTIONS: `--max-old-space-size=${String(HEAP_MIB)}`,
    POLYVEC_PINECONE_PORT: '0',
    // this is about memory, not about connections
    POLYVEC_POOL_TIMEOUT_MS: '60000',
    POLYVEC_PINECONE_INDEX_PORTS: '0:2',
    POLYVEC_VECTORIZER_PORT: '0',
    POLYVEC_MAX_BODY_BYTES: String(256 * MiB),
  });
  gateway = await storage.start();
  index = await createIndex({ pineconeUrl: gateway.urls.get('pinecone') ?? '' }, { dimension: 2, metric: 'cosine' });
  grpc = new PineconeGrpc(index.port);
  const api = new ChromaApi(gateway.chromaUrl);
  const found = await api.call(`/api/v2/tenants/default_tenant/databases/default_database/collections/${index.name}`);
  collection = (found.body as { readonly id: string }).id;
  for (let start = 0; start < RECORDS; start += BATCH) {
    const some = ids.slice(start, start + BATCH);
    await chroma('add', {
      ids: some,
      embeddings: some.map(() => VECTOR),
      documents: some.map(() => DOCUMENT),
      metadatas: some.map(() => ({ k: 1 })),
    })();
  }
});

afterAll(async () => {
  grpc.close();
  await storage.remove();
});

async function severalOf(send: Send): Promise<readonly Outcome[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, send));
}

describe('an answer in a process with a small heap', () => {
  it.each(Object.entries(SPOOLED))('is whole, whatever its size: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    const whole = { status: 200, end: expect.stringMatching(/\]\}$/) as unknown };
    expect(outcomes).toEqual(outcomes.map(({ bytes }) => ({ ...whole, bytes })));
    expect(Math.min(...outcomes.map(({ bytes }) => bytes))).toBeGreaterThan(RECORDS * DOCUMENT.length);
  });

  it.each(Object.entries(SMALL))('is given where it has place: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    expect(outcomes.filter(({ status }) => !OK.has(status))).toEqual([]);
  });

  it.each(Object.entries(LARGE))('is refused with the name of the limit: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    expect(outcomes.map(({ status }) => REFUSALS.has(status))).toEqual(outcomes.map(() => true));
    expect(outcomes.map(({ end }) => end)).toEqual(outcomes.map(() => expect.stringContaining(WORDS) as unknown));
  });

  it('leaves the process alive, within its memory, when all are asked for at once', async () => {
    const outcomes = await Promise.all(Object.values({ ...SPOOLED, ...SMALL, ...LARGE }).map((send) => send()));
    // whole, or refused in words
    expect(outcomes.filter(({ status, end }) => !(OK.has(status) || end.includes(WORDS)))).toEqual([]);
    expect(gateway.process.exitCode).toBeNull();
    expect(await peakBytes(gateway.process.pid ?? 0)).toBeLessThan(MEMORY_BYTES);
  });
});
