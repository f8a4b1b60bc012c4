import { type Filter, is } from '../src/filters/filter.js';
import type { DeleteRequest, Parts, Selection } from '../src/records/record.js';
import type { PreparedWork } from './contender.js';
import { type BenchRecord, vectorSource } from './data.js';
import { HttpClient, type HttpRequest } from './http-client.js';
import { type Cell, inParallel } from './measure.js';
import type { SameSql, Statements } from './same-sql.js';

/** Records in a request of the load. */
export const BATCH = 1_000;
/** As many as the page on deleting vectors asks for at once. */
export const CLEANUP = 10_000;
const TOP_K = 10;
const PATH = '/collections/bench';
const HIT: Parts = { embedding: 'unit', sparse: false, metadata: true, document: true, uri: false };

/** One request, and the statement that the gateway sends for it. */
export interface Prepared extends HttpRequest {
  readonly sql: Statements;
}

/** One collection, filled with the data set. */
export class Session {
  private readonly http: HttpClient;

  constructor(
    url: string,
    private readonly records: readonly BenchRecord[],
  ) {
    this.http = new HttpClient(url);
  }

  /** Makes the collection and loads everything; a cell counts requests of `BATCH` rows. */
  async load(dimension: number): Promise<Cell> {
    await this.send({ method: 'POST', path: '/collections', body: JSON.stringify({ name: 'bench', dimension }) });
    return inParallel(Math.ceil(this.records.length / BATCH), (block) => this.writeBlock(block));
  }

  /** Writes the first `count` records again. */
  async restore(count: number): Promise<void> {
    await inParallel(Math.ceil(count / BATCH), (block) => this.writeBlock(block));
    const answer = await this.send({ method: 'GET', path: PATH, body: undefined });
    const { vector_count: found } = JSON.parse(answer) as { vector_count: number };
    if (found !== this.records.length) throw new Error(`there are ${String(found)} vectors`);
  }

  async send(request: HttpRequest): Promise<string> {
    return this.http.send(request);
  }

  close(): void {
    this.http.close();
  }

  private async writeBlock(block: number): Promise<unknown> {
    const vectors = this.records.slice(block * BATCH, (block + 1) * BATCH).map(({ id, embedding, metadata }) => ({
      id,
      vector: [...embedding],
      payload: { ...metadata, created_at: createdAt(id) },
    }));
    return this.send({ method: 'POST', path: '/insert_vectors', body: JSON.stringify({ collection: 'bench', vectors }) });
  }
}

/** A minute lies between two records. */
function createdAt(id: string): string {
  return new Date(1_700_000_000_000 + Number(id.slice(id.indexOf('-') + 1)) * 60_000).toISOString();
}

/** Everything that is measured, the deletes last. */
export function works(sql: SameSql, records: readonly BenchRecord[]): readonly PreparedWork<Prepared>[] {
  const next = vectorSource(7);
  const post = (path: string, body: object): HttpRequest => ({
    method: 'POST',
    path: PATH + path,
    body: JSON.stringify(body),
  });
  const idOf = (index: number): string => records[index]?.id ?? '';
  const before = createdAt(`record-${String(CLEANUP)}`);
  const old: Filter = { kind: 'compare', field: 'created_at', op: '<', value: before };
  const ids = Array.from({ length: CLEANUP }, (_item, index) => idOf(index));
  return [
    {
      name: 'search by vector, 10 hits',
      variants: 50,
      prepare: async () => {
        const vector = next();
        const request = { queries: [vector], limit: TOP_K, parts: HIT };
        return { ...post('/search', { vector: [...vector], limit: TOP_K }), sql: await sql.search(request) };
      },
    },
    {
      name: 'search by vector, filter of 1 %',
      variants: 50,
      prepare: async (index) => {
        const vector = next();
        const body = { vector: [...vector], limit: TOP_K, filter: { percent: index % 100 } };
        const filter = is('percent', { number: String(index % 100) });
        return { ...post('/search', body), sql: await sql.search({ queries: [vector], filter, limit: TOP_K, parts: HIT }) };
      },
    },
    {
      name: `clean-up: search for ${String(CLEANUP)} older than a date`,
      variants: 1,
      prepare: async () => ({
        ...post('/search', { query: '', limit: CLEANUP, filter: { created_at: { $lt: before } } }),
        sql: await sql.read({ filter: old, parts: { ...HIT, embedding: false }, offset: 0, limit: CLEANUP }),
      }),
    },
    {
      name: 'delete one',
      variants: 400,
      limit: { requests: 400, removes: 1 },
      prepare: async (index) => ({
        method: 'DELETE',
        path: `${PATH}/vectors/${idOf(index)}`,
        body: undefined,
        sql: await sql.delete({ ids: [idOf(index)], limit: null, listIds: false }),
      }),
    },
    {
      name: `clean-up: batch delete of ${String(CLEANUP)}`,
      variants: 1,
      limit: { requests: 1, removes: CLEANUP },
      prepare: async () => ({ ...post('/batch_delete', { ids }), sql: await sql.delete(listed({ ids })) }),
    },
    {
      name: `delete by filter, ${String(CLEANUP)} match`,
      variants: 1,
      limit: { requests: 1, removes: CLEANUP },
      prepare: async () => ({
        ...post('/delete_by_filter', { filter: { created_at: { $lt: before } } }),
        sql: await sql.delete(listed({ filter: old })),
      }),
    },
  ];
}

/** A delete that tells which records it removed; by a filter also among how many. */
function listed(selection: Selection): DeleteRequest {
  return { ...selection, limit: null, listIds: true, countAll: selection.filter !== undefined };
}
