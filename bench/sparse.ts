/**
 * `npm run bench -- sparse`: Chroma's sparse search (BM25) on a Postgres server over as many texts as its aim names, before and after
 * postings have been built, through the gateway and as SQL sent by `pg`; what writes and dense search take. `--quick`: a tenth, and a fork.
 * Texts have 50 terms of a vocabulary of 30,000, as frequent as in a natural language (Zipf) without its 50 most frequent words;
 * queries are 5 terms of a text. Times are of one client, one request after the other.
 */
import 'reflect-metadata';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Queryable } from '../src/postgres/database.js';
import { inverseFrequency, weighted } from '../src/records/search/inverse-frequency.js';
import { SparseKeyStore } from '../src/records/search/sparse-key.store.js';
import { randomNumbers } from './data.js';
import { startBeside, startServer } from './engines.js';
import { markdownTable, provenance } from './report.js';
import { run } from './run.js';
import { catalogOver } from './same-sql.js';

const quick = process.argv.includes('--quick');
const TEXTS = quick ? 10_000 : 100_000;
const TERMS = 50;
const VOCABULARY = 30_000;
const STOP_WORDS = 50;
const QUERY_TERMS = 5;
const QUERIES = 100;
/** Without postings a query takes seconds. */
const BEFORE = quick ? 20 : 5;
const DIMENSION = 32;
const BATCH = 500;
const LIMIT = 10;
/** Of the connection that reads the catalog alone. */
const TRAITS = {
  description: '',
  vectorOid: 0,
  namedStatements: 200,
  keepsPlans: false,
  concurrentIndexes: true,
  keyListsByIndex: false,
};
const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const SCHEMA = {
  defaults: {},
  keys: { sparse: { sparse_vector: { sparse_vector_index: { enabled: true, config: { bm25: true } } } } },
};

interface Vector {
  readonly indices: readonly number[];
  readonly values: readonly number[];
}
interface Text {
  readonly sparse: Vector;
  readonly embedding: readonly number[];
}

function vectorOf(random: () => number): Vector {
  const weights = new Map<number, number>();
  const scale = Math.log((VOCABULARY + STOP_WORDS) / STOP_WORDS);
  while (weights.size < TERMS) {
    const term = Math.floor(STOP_WORDS * Math.exp(random() * scale)) - STOP_WORDS;
    weights.set(term, Math.fround((weights.get(term) ?? 0) + 0.5 + random()));
  }
  const sorted = [...weights].sort(([one], [other]) => one - other);
  return { indices: sorted.map(([term]) => term), values: sorted.map(([, weight]) => weight) };
}

function textsOf(seed: number, count: number): readonly Text[] {
  const random = randomNumbers(seed);
  const embedding = (): readonly number[] => Array.from({ length: DIMENSION }, () => Math.fround(random() - 0.5));
  return Array.from({ length: count }, () => ({ sparse: vectorOf(random), embedding: embedding() }));
}

function queryOf({ sparse }: Text, random: () => number): Vector {
  const chosen = new Set<number>();
  while (chosen.size < QUERY_TERMS) chosen.add(sparse.indices[Math.floor(random() * TERMS)] ?? 0);
  return { indices: [...chosen].sort((one, other) => one - other), values: [...chosen].map(() => 1) };
}

async function send(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
  const response = await fetch(url, init);
  if (!response.ok) throw new Error(`${url}: ${String(response.status)} ${await response.text()}`);
  return response;
}

/** In milliseconds. */
async function timed(work: () => Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}

async function timesOf<T>(items: readonly T[], work: (item: T) => Promise<unknown>): Promise<readonly number[]> {
  const times: number[] = [];
  for (const item of items) times.push(await timed(() => work(item)));
  return times;
}

function share(times: readonly number[], part: number): number {
  return [...times].sort((one, other) => one - other)[Math.floor(times.length * part)] ?? NaN;
}

function row(name: string, times: readonly number[]): readonly string[] {
  return [name, String(times.length), share(times, 0.5).toFixed(1), share(times, 0.95).toFixed(1)];
}

async function upsert(url: string, texts: readonly Text[], from: number): Promise<void> {
  const response = await send(`${url}/upsert`, {
    ids: texts.map((_, at) => `text-${String(from + at)}`),
    embeddings: texts.map(({ embedding }) => embedding),
    metadatas: texts.map(({ sparse }, at) => ({ part: (from + at) % 100, sparse })),
  });
  await response.arrayBuffer();
}

const knn = (query: Vector, limit = LIMIT): object => ({ $knn: { query, key: 'sparse', limit } });
const near = (query: readonly number[], limit = LIMIT): object => ({ $knn: { query, limit } });

async function search(url: string, rank: object, inside: object = {}): Promise<string> {
  const body = { searches: [{ rank, limit: { limit: LIMIT }, select: { keys: ['#score'] }, ...inside }] };
  const response = await send(`${url}/search`, body, { 'x-polyvec-explain': '1' });
  await response.arrayBuffer();
  return response.headers.get('x-polyvec-plan') ?? '';
}

function fusion(query: Vector, embedding: readonly number[]): object {
  const terms = [near(embedding, 100), knn(query, 100)].map((rank) => ({
    $div: {
      left: { $val: 1 },
      right: { $sum: [{ $val: 60 }, { $knn: { ...(rank as { $knn: object }).$knn, return_rank: true, default: 1000 } }] },
    },
  }));
  return { $mul: [{ $val: -1 }, { $sum: terms }] };
}

/** The statements of a BM25 search, in one transaction, by `pg` alone. */
async function bareSearches(databaseUrl: string, uuid: string, queries: readonly Vector[]): Promise<readonly number[]> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1 });
  const client = new pg.Client({ connectionString: databaseUrl, options: '-c plan_cache_mode=force_custom_plan -c jit=off' });
  await client.connect();
  try {
    const collection = await catalogOver(pool, TRAITS).findAnywhere(uuid);
    if (collection === undefined) throw new Error(`${uuid} is missing`);
    const asText = { getTypeParser: () => (value: string) => value };
    const query = async <T extends object>({
      text,
      values,
    }: {
      text: string;
      values: readonly unknown[];
    }): Promise<readonly T[]> => (await client.query({ text, values: [...values], types: asText })).rows as T[];
    const bare = { query } as unknown as Queryable;
    const store = new SparseKeyStore();
    return await timesOf(queries, async (sent) => {
      const request = {
        key: 'sparse',
        query: { indices: sent.indices, values: new Float32Array(sent.values) },
        weighted: true,
        limit: LIMIT,
      };
      await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
      const coverage = await store.coverage(bare, collection, '', 'sparse');
      const { records, holders } = await store.frequencies(bare, collection, '', request, coverage);
      const scaled = weighted(request.query, (index) => inverseFrequency(records, holders.get(index) ?? 0));
      await store.nearest(bare, collection, '', { ...request, query: scaled }, coverage);
      await client.query('COMMIT');
    });
  } finally {
    await client.end();
    await pool.end();
  }
}

/** How often one takes as long as the other, by their medians. */
async function ratioOf(url: string, texts: readonly Text[], rows: (readonly string[])[], name: string): Promise<void> {
  const [queries, searches]: [number[], number[]] = [[], []];
  for (const { embedding } of texts) {
    const body = { query_embeddings: [embedding], n_results: LIMIT, include: ['distances'] };
    queries.push(await timed(async () => (await send(`${url}/query`, body)).arrayBuffer()));
    searches.push(await timed(() => search(url, near(embedding))));
  }
  rows.push(row(`dense, ${name}: query`, queries), row(`dense, ${name}: search`, searches));
  console.log(`dense, ${name}: search / query = ${(share(searches, 0.5) / share(queries, 0.5)).toFixed(2)} (p50, interleaved)`);
}

async function postingsOf(url: string, query: Vector): Promise<number> {
  return timed(async () => {
    for (;;) {
      const pending = /pending=(\d+)/.exec(await search(url, knn(query)))?.[1];
      if (pending !== undefined && Number(pending) < 200) return;
      await sleep(500);
    }
  });
}

async function main(signal: AbortSignal): Promise<void> {
  const engine = await startServer(process.env['DATABASE_URL'] ?? '', signal, { POLYVEC_MAINTENANCE_INTERVAL_MS: '86400000' });
  const rows: (readonly string[])[] = [];
  try {
    const create = async (count: number, seed: number): Promise<{ id: string; texts: readonly Text[] }> => {
      const body = { name: `sparse-${String(count)}`, schema: SCHEMA };
      const { id } = (await (await send(`${engine.url}${COLLECTIONS}`, body)).json()) as { id: string };
      const texts = textsOf(seed, count);
      const batches = Array.from({ length: count / BATCH }, (_, at) => at * BATCH);
      const times = await timesOf(batches, (from) =>
        upsert(`${engine.url}${COLLECTIONS}/${id}`, texts.slice(from, from + BATCH), from),
      );
      rows.push(row(`upsert of ${String(BATCH)} into ${String(count)}, no postings`, times));
      return { id, texts };
    };
    const small = await create(2_000, 2);
    const { id, texts } = await create(TEXTS, 1);
    const random = randomNumbers(3);
    const queries = texts.slice(0, QUERIES).map((text) => queryOf(text, random));
    const path = `${engine.url}${COLLECTIONS}/${id}`;
    rows.push(row('BM25, index on metadata', await timesOf(queries.slice(0, BEFORE), (query) => search(path, knn(query)))));
    const same = textsOf(4, BATCH * 4);
    const changed = [0, 1, 2, 3].map((at) => at * BATCH);
    const change = async (to: string): Promise<readonly number[]> =>
      timesOf(changed, (at) => upsert(to, same.slice(at, at + BATCH), at));
    rows.push(row(`upsert of ${String(BATCH)} that are there, no postings`, await change(path)));
    await ratioOf(`${engine.url}${COLLECTIONS}/${small.id}`, small.texts.slice(0, QUERIES), rows, '2,000 records');

    const { databaseUrl } = engine;
    const beside = await startBeside(databaseUrl, signal, { POLYVEC_MAINTENANCE_INTERVAL_MS: '200' });
    const url = `${beside.url}${COLLECTIONS}/${id}`;
    const filled = await postingsOf(url, queries[0] ?? { indices: [], values: [] });
    console.log(`postings built in ${(filled / 1000).toFixed(1)} s`);
    rows.push(row('BM25, postings', await timesOf(queries, (query) => search(url, knn(query)))));
    rows.push(row('BM25, postings, SQL by pg', await bareSearches(databaseUrl, id, queries)));
    rows.push(row('BM25, 1 % by a filter', await timesOf(queries, (query) => search(url, knn(query), { filter: { part: 7 } }))));
    const hybrid = queries.map((query, at) => fusion(query, texts[at]?.embedding ?? []));
    rows.push(row('fusion of BM25 and dense', await timesOf(hybrid, (rank) => search(url, rank))));
    await ratioOf(url, texts.slice(0, QUERIES), rows, `${String(TEXTS)} records`);
    rows.push(row(`upsert of ${String(BATCH)} that are there, postings`, await change(url)));
    if (quick) rows.push(row('fork', [await timed(async () => (await send(`${url}/fork`, { new_name: 'fork' })).arrayBuffer())]));
    await beside.stop();
    console.log(markdownTable(['requests', 'p50, ms', 'p95, ms'], rows).join('\n'));
    console.log(provenance('npm run bench -- sparse'));
  } finally {
    await engine.stop();
  }
}

await run(main);
