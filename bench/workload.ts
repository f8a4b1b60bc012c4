import { Agent, request } from 'node:http';
import { base64, randomNumbers, records, vectorSource } from './data.js';
import type { Engine } from './engines.js';

/** Clients that send at the same time. */
export const CLIENTS = 4;
const BATCH = 500;

/** What was measured in one cell. */
export interface Cell {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** One kind of request. `request` is called with a number that is never the same twice for one engine. */
export interface Work {
  readonly name: string;
  readonly request: (session: Session, index: number) => Promise<unknown>;
}

/** One collection on one engine, filled with the data set, spoken to as the official JavaScript client does. */
export class Session {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private path = '/api/v2/tenants/default_tenant/databases/default_database/collections';
  readonly random = randomNumbers(7);
  readonly nextVector = vectorSource(99);
  counter = 0;

  constructor(
    readonly engine: Engine,
    readonly count: number,
  ) {}

  async create(): Promise<void> {
    const body = JSON.stringify({
      name: `bench_${String(Date.now())}`,
      configuration: { embedding_function: { type: 'legacy' } },
    });
    const { id } = JSON.parse(await this.send('POST', this.path, body)) as { id: string };
    this.path += `/${id}`;
  }

  /** Loads everything; the result is in rows. */
  async load(): Promise<Cell> {
    const bodies: string[] = [];
    const all = records(this.count);
    for (let at = 0; at < all.length; at += BATCH) bodies.push(writeBody(all.slice(at, at + BATCH)));
    const cell = await inParallel(bodies.length, (index) => this.post('add', bodies[index] ?? ''));
    return { ...cell, perSecond: cell.perSecond * BATCH };
  }

  /** Writes the records with these numbers again, as they were. */
  async restore(numbers: readonly number[]): Promise<void> {
    const all = records(this.count);
    const lost = [...new Set(numbers)].flatMap((number) => all[number] ?? []);
    for (let at = 0; at < lost.length; at += BATCH) await this.post('upsert', writeBody(lost.slice(at, at + BATCH)));
  }

  async post(operation: string, body: string): Promise<string> {
    return this.send('POST', `${this.path}/${operation}`, body);
  }

  async get(operation: string): Promise<string> {
    return this.send('GET', `${this.path}/${operation}`, undefined);
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(method: string, path: string, body: string | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const call = request(this.engine.url + path, { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${this.engine.name} ${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

function writeBody(rows: ReturnType<typeof records>): string {
  return JSON.stringify({
    ids: rows.map((row) => row.id),
    embeddings: rows.map((row) => base64(row.embedding)),
    metadatas: rows.map((row) => row.metadata),
    documents: rows.map((row) => row.document),
  });
}

/** Runs `work` `count` times, `CLIENTS` at a time. */
export async function inParallel(count: number, work: (index: number) => Promise<unknown>): Promise<Cell> {
  let next = 0;
  return measure(() => (next < count ? next++ : undefined), work);
}

/** Runs `work` for about `ms` milliseconds, `CLIENTS` at a time. */
export async function forMilliseconds(ms: number, work: () => Promise<unknown>): Promise<Cell> {
  const end = performance.now() + ms;
  return measure(() => (performance.now() < end ? 0 : undefined), work);
}

async function measure(take: () => number | undefined, work: (index: number) => Promise<unknown>): Promise<Cell> {
  const times: number[] = [];
  const before = performance.now();
  const client = async (): Promise<void> => {
    for (let index = take(); index !== undefined; index = take()) {
      const start = performance.now();
      await work(index);
      times.push(performance.now() - start);
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const seconds = (performance.now() - before) / 1000;
  times.sort((left, right) => left - right);
  const quantile = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
  return { perSecond: times.length / seconds, p50: quantile(0.5), p99: quantile(0.99) };
}

const query = (session: Session, where: object | null): Promise<string> =>
  session.post(
    'query',
    JSON.stringify({
      query_embeddings: [[...session.nextVector()]],
      n_results: 10,
      where,
      include: ['metadatas', 'documents', 'distances'],
    }),
  );
const get = (session: Session, body: object): Promise<string> =>
  session.post('get', JSON.stringify({ ...body, include: ['documents', 'metadatas'] }));

/** Requests that leave the collection as it is. */
export const READS: readonly Work[] = [
  { name: 'query', request: (session) => query(session, null) },
  { name: 'query, filter of 1 %', request: (session, index) => query(session, { percent: index % 100 }) },
  { name: 'query, filter of 10 %', request: (session, index) => query(session, { tenth: index % 10 }) },
  {
    name: 'get by 10 ids',
    request: (session) =>
      get(session, { ids: Array.from({ length: 10 }, () => `record-${String(Math.floor(session.random() * session.count))}`) }),
  },
  {
    name: 'get by filter (50 rows)',
    request: (session, index) => get(session, { where: { group: index % (session.count / 50) } }),
  },
  {
    name: 'get by document substring (50 rows)',
    request: (session) => get(session, { where_document: { $contains: 'a needle' } }),
  },
  { name: 'count', request: (session) => session.get('count') },
];

/** The n-th write goes to a record that no other one of the round goes to. */
export const UPSERT: Work = {
  name: 'upsert of 1',
  request: (session, index) =>
    session.post(
      'upsert',
      JSON.stringify({
        ids: [`record-${String(index % session.count)}`],
        embeddings: [base64(session.nextVector())],
        metadatas: [{ score: index }],
        documents: null,
      }),
    ),
};

export const DELETE_IDS: Work = {
  name: 'delete of 10 ids',
  request: (session, index) =>
    session.post('delete', JSON.stringify({ ids: Array.from({ length: 10 }, (_, at) => `record-${String(index * 10 + at)}`) })),
};

export const DELETE_FILTER: Work = {
  name: 'delete by filter (50 rows)',
  request: (session, index) => session.post('delete', JSON.stringify({ where: { group: index } })),
};
