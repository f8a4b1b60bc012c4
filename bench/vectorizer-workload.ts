import { Agent, request } from 'node:http';
import type pg from 'pg';
import { is, type Filter } from '../src/filters/filter.js';
import { vectorSource, type BenchRecord } from './data.js';
import { CLIENTS, inParallel, type Cell } from './measure.js';
import type { SameSql } from './same-sql.js';

/** Records in a request of the load. */
export const BATCH = 1_000;
/** As many as the page on deleting vectors asks for at once. */
export const CLEANUP = 10_000;
const TOP_K = 10;
const PATH = '/collections/bench';

/** One request, and the statement that the gateway sends for it. */
export interface Prepared {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly sql: pg.QueryConfig;
}

/** One kind of request. */
export interface Work {
  readonly name: string;
  readonly variants: number;
  readonly prepare: (index: number) => Promise<Prepared>;
  /** For deletes: how many requests are sent, and how many records each takes away. */
  readonly deletes?: { readonly requests: number; readonly records: number };
}

/** One collection, filled with the data set. */
export class Session {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private readonly counters = new Map<string, number>();

  constructor(
    private readonly url: string,
    private readonly records: readonly BenchRecord[],
  ) {}

  next(work: Work): number {
    const index = this.counters.get(work.name) ?? 0;
    this.counters.set(work.name, index + 1);
    return index % work.variants;
  }

  /** Makes the collection and loads everything; a cell counts requests of `BATCH` rows. */
  async load(dimension: number): Promise<Cell> {
    await this.send('POST', '/collections', JSON.stringify({ name: 'bench', dimension }));
    return inParallel(Math.ceil(this.records.length / BATCH), (block) => this.writeBlock(block));
  }

  /** Writes the first `count` records again. */
  async restore(count: number): Promise<void> {
    await inParallel(Math.ceil(count / BATCH), (block) => this.writeBlock(block));
    const { vector_count: found } = JSON.parse(await this.send('GET', PATH, undefined)) as { vector_count: number };
    if (found !== this.records.length) throw new Error(`there are ${String(found)} vectors`);
  }

  /** The answer is read to its end, not parsed. @throws Error unless it is a success */
  async send(method: string, path: string, body: string | undefined): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json' };
      const call = request(new URL(path, this.url), { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve(text);
          else reject(new Error(`${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }

  close(): void {
    this.agent.destroy();
  }

  private async writeBlock(block: number): Promise<unknown> {
    const vectors = this.records.slice(block * BATCH, (block + 1) * BATCH).map(({ id, embedding, metadata }) => ({
      id,
      vector: [...embedding],
      payload: { ...metadata, created_at: createdAt(id) },
    }));
    return this.send('POST', '/insert_vectors', JSON.stringify({ collection: 'bench', vectors }));
  }
}

/** A minute lies between two records. */
function createdAt(id: string): string {
  return new Date(1_700_000_000_000 + Number(id.slice(id.indexOf('-') + 1)) * 60_000).toISOString();
}

/** Everything that is measured, the deletes last. */
export function works(sql: SameSql, records: readonly BenchRecord[]): readonly Work[] {
  const next = vectorSource(7);
  const post = (path: string, body: object): Omit<Prepared, 'sql'> => ({
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
        return { ...post('/search', { vector: [...vector], limit: TOP_K }), sql: await sql.nearest(vector, TOP_K) };
      },
    },
    {
      name: 'search by vector, filter of 1 %',
      variants: 50,
      prepare: async (index) => {
        const vector = next();
        const body = { vector: [...vector], limit: TOP_K, filter: { percent: index % 100 } };
        const filter = is('percent', { number: String(index % 100) });
        return { ...post('/search', body), sql: await sql.nearest(vector, TOP_K, filter) };
      },
    },
    {
      name: `clean-up: search for ${String(CLEANUP)} older than a date`,
      variants: 1,
      prepare: async () => ({
        ...post('/search', { query: '', limit: CLEANUP, filter: { created_at: { $lt: before } } }),
        sql: await sql.select(old, CLEANUP),
      }),
    },
    {
      name: 'delete one',
      variants: 400,
      deletes: { requests: 400, records: 1 },
      prepare: async (index) => ({
        method: 'DELETE',
        path: `${PATH}/vectors/${idOf(index)}`,
        body: undefined,
        sql: await sql.deleteIds([idOf(index)]),
      }),
    },
    {
      name: `clean-up: batch delete of ${String(CLEANUP)}`,
      variants: 1,
      deletes: { requests: 1, records: CLEANUP },
      prepare: async () => ({ ...post('/batch_delete', { ids }), sql: await sql.deleteListed({ ids }) }),
    },
    {
      name: `delete by filter, ${String(CLEANUP)} match`,
      variants: 1,
      deletes: { requests: 1, records: CLEANUP },
      prepare: async () => ({
        ...post('/delete_by_filter', { filter: { created_at: { $lt: before } } }),
        sql: await sql.deleteListed({ filter: old }),
      }),
    },
  ];
}
