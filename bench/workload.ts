import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { base64, randomNumbers, vectorSource, type BenchRecord } from './data.js';
import type { Engine } from './engines.js';
import { CLIENTS, inParallel, type Cell } from './measure.js';

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
/** Records in a request of the load. */
export const BATCH = 500;

/** One kind of request. `request` is called with a number that is never the same twice for one engine. */
export interface Work {
  readonly name: string;
  readonly request: (session: Session, index: number) => Promise<unknown>;
}

/** One collection on one engine, filled with the data set, spoken to as the official JavaScript client does. */
export class Session {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private path = COLLECTIONS;
  private uuid = '';
  readonly random = randomNumbers(7);
  readonly nextVector = vectorSource(99);
  counter = 0;

  constructor(
    readonly engine: Engine,
    private readonly records: readonly BenchRecord[],
  ) {}

  get count(): number {
    return this.records.length;
  }

  /** The collection as clients know it. */
  get collection(): string {
    return this.uuid;
  }

  /** Makes a new collection, the one that all requests go to from now on. The one before stays. */
  async create(): Promise<void> {
    const configuration = { embedding_function: { type: 'legacy' } };
    const body = JSON.stringify({ name: `bench_${randomUUID()}`, configuration });
    const { id } = JSON.parse(await this.send('POST', COLLECTIONS, body)) as { id: string };
    this.uuid = id;
    this.path = `${COLLECTIONS}/${id}`;
  }

  /** Loads everything; a cell counts requests of `BATCH` rows. */
  async load(): Promise<Cell> {
    const bodies: string[] = [];
    for (let at = 0; at < this.count; at += BATCH) bodies.push(writeBody(this.records.slice(at, at + BATCH)));
    return inParallel(bodies.length, (index) => this.post('add', bodies[index] ?? ''));
  }

  /** Writes the first `count` records again, as they were. */
  async restore(count: number): Promise<void> {
    for (let at = 0; at < count; at += BATCH) {
      await this.post('upsert', writeBody(this.records.slice(at, Math.min(count, at + BATCH))));
    }
    const found = await this.get('count');
    if (Number(found) !== this.count) throw new Error(`${this.engine.name} has ${found} records, not ${String(this.count)}`);
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

function writeBody(rows: readonly BenchRecord[]): string {
  return JSON.stringify({
    ids: rows.map((row) => row.id),
    embeddings: rows.map((row) => base64(row.embedding)),
    metadatas: rows.map((row) => row.metadata),
    documents: rows.map((row) => row.document),
  });
}

/** Bodies have the members that the client sends, none that are null. */
const query = (session: Session, where?: object): Promise<string> =>
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
  { name: 'query', request: (session) => query(session) },
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
