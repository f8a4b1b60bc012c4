import { randomUUID } from 'node:crypto';
import { type ChromaSql, type Conditions, GET_INCLUDE, QUERY_INCLUDE, RESULTS } from './chroma-sql.js';
import { base64, type BenchRecord, randomNumbers, vectorSource } from './data.js';
import type { Engine } from './engines.js';
import { HttpClient } from './http-client.js';
import { type Cell, inParallel } from './measure.js';
import type { Statements } from './same-sql.js';
import { type Indexing, untilIndexed } from './settle.js';

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const LONGEST_MEASUREMENT_MS = 600_000;
/** Looks, a second apart, that have found it measured. */
const MEASURED_LOOKS = 6;
/** Records in a request of the load. */
export const BATCH = 500;

/** One kind of request. `request` is called with a number that is never the same twice for one engine. */
export interface Work {
  readonly name: string;
  readonly request: (session: Session, index: number) => Promise<unknown>;
  /** What the gateway sends for such a request. Absent: it is not compared. */
  readonly sql?: (sql: ChromaSql, source: Source, index: number) => Promise<Statements>;
}

/** Where requests take what they ask for. */
export type Source = Pick<Session, 'count' | 'random' | 'nextVector'>;

/** One collection on one engine, filled with the data set, spoken to as the official JavaScript client does. */
export class Session {
  private readonly http: HttpClient;
  private path = COLLECTIONS;
  private uuid = '';
  private collectionName = '';
  readonly random = randomNumbers(7);
  readonly nextVector = vectorSource(99);
  counter = 0;

  constructor(
    readonly engine: Engine,
    private readonly records: readonly BenchRecord[],
  ) {
    this.http = new HttpClient(engine.url);
  }

  get count(): number {
    return this.records.length;
  }

  /** The collection as clients know it. */
  get collection(): string {
    return this.uuid;
  }

  get name(): string {
    return this.collectionName;
  }

  /** Makes a new collection, the one that all requests go to from now on. The one before stays. */
  async create(): Promise<void> {
    const configuration = { embedding_function: { type: 'legacy' } };
    this.collectionName = `bench_${randomUUID()}`;
    const body = JSON.stringify({ name: this.collectionName, configuration });
    const { id } = JSON.parse(await this.http.send({ method: 'POST', path: COLLECTIONS, body })) as { id: string };
    this.uuid = id;
    this.path = `${COLLECTIONS}/${id}`;
  }

  /** Deletes the collection. */
  async drop(): Promise<void> {
    await this.http.send({ method: 'DELETE', path: `${COLLECTIONS}/${this.collectionName}`, body: undefined });
  }

  /** Loads everything; a cell counts requests of `BATCH` rows. */
  async load(): Promise<Cell> {
    const bodies: string[] = [];
    for (let at = 0; at < this.count; at += BATCH) bodies.push(writeBody(this.records.slice(at, at + BATCH)));
    return inParallel(bodies.length, (index) => this.post('add', bodies[index] ?? ''));
  }

  /** Waits until Polyvec has indexed the collection, and knows how far searches of an index have to look. */
  async indexed(indexing: Omit<Indexing, 'status'>): Promise<void> {
    // rows that were written to the tables by SQL are news to the gateway: a write of its own makes it look
    await this.post('upsert', writeBody(this.records.slice(0, 1)));
    await untilIndexed({ ...indexing, status: () => this.get('indexing_status') });
    let measured = 0;
    for (const start = performance.now(); performance.now() - start < LONGEST_MEASUREMENT_MS;) {
      const plan = await this.planOfQuery();
      // a measurement may lead to an index of another form, which is measured, too
      measured = /reason=(?:configuration|size|limit);/.test(plan) ? 0 : measured + 1;
      if (measured === MEASURED_LOOKS) return;
      await new Promise((wake) => setTimeout(wake, 1_000));
    }
    console.error('recall was not measured yet: going on');
  }

  /** How a query is carried out, as the gateway says. */
  private async planOfQuery(): Promise<string> {
    const answer = await fetch(`${this.engine.url}${this.path}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-polyvec-explain': '1' },
      body: queryBody(this.nextVector()),
    });
    await answer.arrayBuffer();
    return answer.headers.get('x-polyvec-plan') ?? '';
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
    return this.http.send({ method: 'POST', path: `${this.path}/${operation}`, body });
  }

  async get(operation: string): Promise<string> {
    return this.http.send({ method: 'GET', path: `${this.path}/${operation}`, body: undefined });
  }

  close(): void {
    this.http.close();
  }
}

/** The body of an add or an upsert. */
export function writeBody(rows: readonly BenchRecord[]): string {
  return JSON.stringify({
    ids: rows.map((row) => row.id),
    embeddings: rows.map((row) => base64(row.embedding)),
    metadatas: rows.map((row) => row.metadata),
    documents: rows.map((row) => row.document),
  });
}

/** The body of a query. Bodies have the members that the client sends, none that are null. */
export function queryBody(vector: Float32Array, where?: object): string {
  return JSON.stringify({ query_embeddings: [[...vector]], n_results: RESULTS, where, include: QUERY_INCLUDE });
}

/** The body of a get. */
export function getBody(conditions: Conditions): string {
  return JSON.stringify({ ...conditions, include: GET_INCLUDE });
}

function queryWork(name: string, where: (index: number) => object | undefined): Work {
  return {
    name,
    request: (session, index) => session.post('query', queryBody(session.nextVector(), where(index))),
    sql: (sql, source, index) => sql.query(source.nextVector(), where(index)),
  };
}

function getWork(name: string, conditions: (source: Source, index: number) => Conditions): Work {
  return {
    name,
    request: (session, index) => session.post('get', getBody(conditions(session, index))),
    sql: (sql, source, index) => sql.get(conditions(source, index)),
  };
}

export const BY_DOCUMENT = getWork('get by document substring (50 rows)', () => ({ where_document: { $contains: 'a needle' } }));

/** Requests that leave the collection as it is. */
export const READS: readonly Work[] = [
  queryWork('query', () => undefined),
  queryWork('query, filter of 1 %', (index) => ({ percent: index % 100 })),
  queryWork('query, filter of 10 %', (index) => ({ tenth: index % 10 })),
  getWork('get by 10 ids', ({ random, count }) => ({
    ids: Array.from({ length: 10 }, () => `record-${String(Math.floor(random() * count))}`),
  })),
  getWork('get by filter (50 rows)', ({ count }, index) => ({ where: { group: index % (count / 50) } })),
  BY_DOCUMENT,
  { name: 'count', request: (session) => session.get('count'), sql: (sql) => sql.count() },
];

/** The n-th write goes to a record that no other one of the round goes to. */
const UPSERT: Work = {
  name: 'upsert of 1',
  request: (session, index) => {
    const { id, embedding, metadata } = written(session, index);
    return session.post('upsert', JSON.stringify({ ids: [id], embeddings: [base64(embedding)], metadatas: [metadata] }));
  },
  sql: (sql, source, index) => sql.upsert([written(source, index)]),
};

function written({ count, nextVector }: Source, index: number): Omit<BenchRecord, 'document'> {
  return { id: `record-${String(index % count)}`, embedding: nextVector(), metadata: { score: index } };
}

export const DELETE_IDS: Work = {
  name: 'delete of 10 ids',
  request: (session, index) =>
    session.post('delete', JSON.stringify({ ids: Array.from({ length: 10 }, (_, at) => `record-${String(index * 10 + at)}`) })),
};

export const DELETE_FILTER: Work = {
  name: 'delete by filter (50 rows)',
  request: (session, index) => session.post('delete', JSON.stringify({ where: { group: index } })),
};

/** Requests that change the collection. */
export const WRITES: readonly Work[] = [UPSERT, DELETE_IDS, DELETE_FILTER];
