import { readFile } from 'node:fs/promises';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { type Message, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';
import type { RouteRequest } from '../support/routes/route-requests.js';
import {
  type AnswersPlace,
  type Fate,
  FILE,
  IDS,
  largestCalls,
  largestRequests,
  RECORDS,
  statedOfNone,
  unstatedCalls,
  unstatedRoutes,
  VECTOR,
} from './largest-answers.js';

const MiB = 1024 * 1024;
const HEAP_MIB = 512;
/** Heap, and what is outside of it: buffers, code, the stacks of threads. */
const MEMORY_BYTES = 2 * HEAP_MIB * MiB;
const BATCH = 30;
const AT_ONCE = 2;
/** The last characters become six of JSON each. */
const DOCUMENT = 'x'.repeat(MiB / 2) + '\u0001'.repeat(MiB / 16);
/** What holds no records, or one. */
const BOUNDED_BYTES = 4 * MiB;

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
let place: AnswersPlace;

async function post(url: string, body: object | undefined, method = 'POST'): Promise<Outcome> {
  const response = await fetch(url, {
    method,
    headers: {
      'content-type': 'application/json',
      'x-pinecone-api-version': url.includes('/documents/') ? '2026-07' : '2025-10',
    },
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

/** On the console port, where every protocol is under its prefix. */
async function ask({ method, path, body }: RouteRequest): Promise<Outcome> {
  return post(`${gateway.urls.get('console') ?? ''}${path}`, body, method);
}

const records = (action: string, body: object): Promise<Outcome> =>
  ask({
    method: 'POST',
    path: `/chroma/api/v2/tenants/default_tenant/databases/default_database/collections/${place.uuid}/${action}`,
    body,
  });
const queries = (count: number): readonly (readonly number[])[] => new Array<readonly number[]>(count).fill(VECTOR);

/** Beside the largest answer of each route: others that come close to a limit, on one side of it or the other. */
const MORE: Readonly<Partial<Record<Fate, Readonly<Record<string, Send>>>>> = {
  small: {
    'chroma query of a few': () => records('query', { query_embeddings: queries(4), n_results: 2 }),
    'chroma query without documents': () =>
      records('query', { query_embeddings: queries(500), n_results: 20, include: ['distances'] }),
    'pinecone query without metadata': () =>
      post(`http://127.0.0.1:${String(index.port)}/query`, { vector: VECTOR, topK: 10_000, includeValues: true }),
  },
  refused: {
    'chroma query of many results': () => records('query', { query_embeddings: queries(100), n_results: 1_000 }),
    'chroma query of one': () => records('query', { query_embeddings: queries(1), n_results: 1_000_000 }),
    'vectorizer search by filter': () =>
      ask({
        method: 'POST',
        path: `/vectorizer/collections/${index.name}/search`,
        body: { query: '', filter: { k: 1 }, limit: 10_000 },
      }),
  },
};

/** What is asked with that fate: every route of the router, every method of gRPC, and more. */
function sendsOf(fate: Fate): readonly (readonly [name: string, send: Send])[] {
  return [
    ...largestRequests(fate).map(([key, request]) => [key, () => ask(request(place))] as const),
    ...largestCalls(fate).map(([method, message]) => [`gRPC ${method}`, () => call(method, message)] as const),
    ...Object.entries(MORE[fate] ?? {}),
  ];
}

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
    POLYVEC_PINECONE_INDEX_PORTS: '0:4',
    POLYVEC_VECTORIZER_PORT: '0',
    POLYVEC_MAX_BODY_BYTES: String(256 * MiB),
  });
  gateway = await storage.start();
  index = await createIndex({ pineconeUrl: gateway.urls.get('pinecone') ?? '' }, { dimension: 2, metric: 'cosine' });
  grpc = new PineconeGrpc(index.port);
  const documents = await createDocuments();
  const at = { tenant: 'default_tenant', database: 'default_database', collection: index.name, port: index.port };
  const found = await new ChromaApi(gateway.chromaUrl).call(
    `/api/v2/tenants/${at.tenant}/databases/${at.database}/collections/${index.name}`,
  );
  const { id: uuid } = found.body as { readonly id: string };
  // there are no backups
  place = {
    ...at,
    uuid,
    host: `${index.name}-0000000`,
    backup: uuid,
    job: uuid,
    schedule: uuid,
    snapshot: 'none',
    texts: 'texts',
    documents,
  };
  for (let start = 0; start < RECORDS; start += BATCH) {
    const some = IDS.slice(start, start + BATCH);
    await records('add', {
      ids: some,
      embeddings: some.map(() => VECTOR),
      documents: some.map(() => DOCUMENT),
      metadatas: some.map(() => ({ k: 1 })),
    });
  }
  await fillTexts();
  await fillDocuments();
});

/** As many records, as large, in a collection that embeds the texts of a search. */
async function fillTexts(): Promise<void> {
  const vectorizer = new VectorizerApi(gateway.urls.get('vectorizer') ?? '');
  await vectorizer.create({ name: place.texts, dimension: 64 });
  for (const id of IDS) {
    const texts = [{ id, text: 'x y z', metadata: { file_path: FILE, large: DOCUMENT } }];
    const { status, text } = await vectorizer.call('POST', '/insert_texts', { collection: place.texts, texts });
    if (status > 299) throw new Error(`insert_texts: ${text}`);
  }
}

async function createDocuments(): Promise<AnswersPlace['documents']> {
  const body = { name: 'documents', schema: { fields: { body: { type: 'string', full_text_search: {} } } } };
  const headers = { 'x-pinecone-api-version': '2026-07' };
  const answer = await new PineconeApi(gateway.urls.get('pinecone') ?? '').call('/indexes', { body, headers });
  const { host } = answer.body as { readonly host: string };
  return { collection: 'documents', port: Number(host.slice(host.lastIndexOf(':') + 1)) };
}

/** As many documents, as large; the text of each has a word. */
async function fillDocuments(): Promise<void> {
  const { collection, port } = place.documents;
  const url = `http://127.0.0.1:${String(port)}/namespaces/__default__/documents/upsert`;
  for (const _id of IDS) {
    const { status, end } = await post(url, { documents: [{ _id, body: `word ${DOCUMENT}`, k: 1 }] });
    if (status !== 202) throw new Error(`${collection}: ${end}`);
  }
}

afterAll(async () => {
  // first what must not stay behind
  await storage.remove();
  grpc.close();
});

async function severalOf(send: Send): Promise<readonly Outcome[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, send));
}

describe('the largest answer', () => {
  it('is stated of every route that reads, and of every method of gRPC', () => {
    expect(unstatedRoutes()).toEqual([]);
    expect(unstatedCalls()).toEqual([]);
    expect(statedOfNone()).toEqual([]);
  });
});

describe('an answer in a process with a small heap', () => {
  it.each(sendsOf('spooled'))('is whole, whatever its size: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    const whole = { status: 200, end: expect.stringMatching(/\]\}$/) as unknown };
    expect(outcomes).toEqual(outcomes.map(({ bytes }) => ({ ...whole, bytes })));
    expect(Math.min(...outcomes.map(({ bytes }) => bytes))).toBeGreaterThan(RECORDS * DOCUMENT.length);
  });

  it.each(sendsOf('small'))('is given where it has place: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    expect(outcomes.filter(({ status }) => !OK.has(status))).toEqual([]);
  });

  it.each(sendsOf('refused'))('is refused with the name of the limit: %s', async (_name, send) => {
    const outcomes = await severalOf(send);
    expect(outcomes.map(({ status }) => REFUSALS.has(status))).toEqual(outcomes.map(() => true));
    expect(outcomes.map(({ end }) => end)).toEqual(outcomes.map(() => expect.stringContaining(WORDS) as unknown));
  });

  it.each(sendsOf('bounded'))('holds no more than a record: %s', async (_name, send) => {
    const { status, bytes } = await send();
    expect(status).toBeLessThan(502);
    expect(bytes).toBeLessThan(BOUNDED_BYTES);
  });

  it('leaves the process alive, within its memory, when all are asked for at once', async () => {
    const outcomes = await Promise.all(
      [...sendsOf('spooled'), ...sendsOf('small'), ...sendsOf('refused')].map(([, send]) => send()),
    );
    // whole, or refused in words
    expect(outcomes.filter(({ status, end }) => !(OK.has(status) || end.includes(WORDS)))).toEqual([]);
    expect(gateway.process.exitCode).toBeNull();
    expect(await peakBytes(gateway.process.pid ?? 0)).toBeLessThan(MEMORY_BYTES);
  });
});
