import { Agent, request } from 'node:http';
import type pg from 'pg';
import type { RecordWrite } from '../src/records/record.js';
import { encode, PineconeGrpc, typesOf } from '../test/support/pinecone-grpc.js';
import { randomNumbers, vectorSource, type BenchRecord } from './data.js';
import { CLIENTS, inParallel, type Cell } from './measure.js';
import type { SameSql } from './same-sql.js';

/** Records in a request of the load, and in the largest upsert and delete. */
export const BATCH = 1_000;
const TOP_K = 10;
const FETCHED = 100;
const LISTED = 100;
const GROUP = 50;

type Fields = Readonly<Record<string, unknown>>;

/** One request, ready to be sent in each of the ways. */
export interface Prepared {
  readonly rest: { readonly method: string; readonly path: string; readonly body: string | undefined };
  readonly grpc: { readonly method: string; readonly bytes: Uint8Array };
  readonly sql: pg.QueryConfig;
}

/** One kind of request. */
export interface Work {
  readonly name: string;
  /** How many different requests there are; they are made before anything is measured. */
  readonly variants: number;
  readonly prepare: (index: number) => Promise<Prepared>;
  /** For deletes, which end when nothing is left: how many requests are sent, and how many records each takes away. */
  readonly deletes?: { readonly requests: number; readonly records: number };
}

/** One index, filled with the data set. */
export class Session {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private readonly grpc: PineconeGrpc;
  /** Requests so far, by kind of work: no two that follow each other write the same. */
  private readonly counters = new Map<string, number>();

  constructor(
    private readonly port: number,
    private readonly records: readonly BenchRecord[],
  ) {
    this.grpc = new PineconeGrpc(port);
  }

  next(work: Work): number {
    const index = this.counters.get(work.name) ?? 0;
    this.counters.set(work.name, index + 1);
    return index % work.variants;
  }

  /** Loads everything; a cell counts requests of `BATCH` rows. */
  async load(): Promise<Cell> {
    return inParallel(Math.ceil(this.records.length / BATCH), (block) => this.writeBlock(block));
  }

  /** Writes the first `count` records again, as they were. @throws Error when records are missing then */
  async restore(count: number): Promise<void> {
    await inParallel(Math.ceil(count / BATCH), (block) => this.writeBlock(block));
    const stats = await this.sendRest({ method: 'POST', path: '/describe_index_stats', body: '{}' });
    const { totalVectorCount } = JSON.parse(stats) as { totalVectorCount: number };
    if (totalVectorCount !== this.records.length) throw new Error(`there are ${String(totalVectorCount)} records`);
  }

  /** The answer is read to its end, not parsed. */
  async sendRest({ method, path, body }: Prepared['rest']): Promise<string> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-pinecone-api-version': '2025-10' };
      const options = { host: '127.0.0.1', port: this.port, path, method, agent: this.agent, headers };
      const call = request(options, (response) => {
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

  /** The answer is not decoded. */
  async sendGrpc({ method, bytes }: Prepared['grpc']): Promise<unknown> {
    return this.grpc.send(method, bytes, { 'x-pinecone-api-version': '2025-10' });
  }

  close(): void {
    this.agent.destroy();
    this.grpc.close();
  }

  private async writeBlock(block: number): Promise<unknown> {
    const vectors = this.records
      .slice(block * BATCH, (block + 1) * BATCH)
      .map(({ id, embedding, metadata }) => ({ id, values: [...embedding], metadata }));
    return this.sendGrpc(message('Upsert', { vectors }));
  }
}

/** Everything that is measured, the deletes last. `scale`: how much of it, 1 for all. */
export function works(sql: SameSql, records: readonly BenchRecord[], scale: number): readonly Work[] {
  return [
    upsert(sql, records, 1, 500),
    upsert(sql, records, 100, 20),
    upsert(sql, records, BATCH, 4),
    query(sql, 'query', () => undefined),
    query(sql, 'query, filter of 1 %', (index) => ({ percent: { $eq: index % 100 } })),
    fetch(sql, records),
    update(sql, records),
    list(sql),
    deleteIds(sql, records, Math.round(12 * scale)),
    deleteMatching(sql, Math.round(150 * scale)),
  ];
}

/** Replaces whole records. Each is written in two versions in turn: a vector that stays as it is would cost less. */
function upsert(sql: SameSql, records: readonly BenchRecord[], size: number, blocks: number): Work {
  const nextVector = vectorSource(99);
  return {
    name: `upsert of ${size.toLocaleString('en')}`,
    variants: 2 * blocks,
    prepare: async (index) => {
      const start = (index % blocks) * size;
      const written = records.slice(start, start + size).map(({ id, metadata }) => ({ id, values: nextVector(), metadata }));
      const body = { vectors: written.map((vector) => ({ ...vector, values: [...vector.values] })) };
      const rows = written.map(({ id, values, metadata }) => row(id, values, metadata));
      return {
        rest: post('/vectors/upsert', body),
        grpc: message('Upsert', body),
        sql: await sql.upsert(rows),
      };
    },
  };
}

function query(sql: SameSql, name: string, filterOf: (index: number) => object | undefined): Work {
  const nextVector = vectorSource(7);
  return {
    name,
    variants: 200,
    prepare: async (index) => {
      const vector = nextVector();
      const filter = filterOf(index);
      const body = { topK: TOP_K, includeMetadata: true, vector: [...vector], ...(filter && { filter }) };
      return {
        rest: post('/query', body),
        grpc: message('Query', body),
        sql: await sql.query(vector, TOP_K, filter),
      };
    },
  };
}

function fetch(sql: SameSql, records: readonly BenchRecord[]): Work {
  const random = randomNumbers(7);
  return {
    name: `fetch of ${String(FETCHED)}`,
    variants: 200,
    prepare: async () => {
      const start = Math.floor(random() * (records.length - FETCHED));
      const ids = records.slice(start, start + FETCHED).map(({ id }) => id);
      const parameters = ids.map((id) => `ids=${encodeURIComponent(id)}`).join('&');
      return { rest: get(`/vectors/fetch?${parameters}`), grpc: message('Fetch', { ids }), sql: await sql.fetch(ids) };
    },
  };
}

function update(sql: SameSql, records: readonly BenchRecord[]): Work {
  return {
    name: 'update of metadata',
    variants: 1_000,
    prepare: async (index) => {
      const id = records[index % 500]?.id ?? '';
      const setMetadata = { score: index + 0.5 };
      return {
        rest: post('/vectors/update', { id, setMetadata }),
        grpc: message('Update', { id, setMetadata }),
        sql: await sql.update(row(id, null, setMetadata)),
      };
    },
  };
}

function list(sql: SameSql): Work {
  return {
    name: `list of ${String(LISTED)}`,
    variants: 9,
    prepare: async (index) => {
      const prefix = `record-${String(index + 1)}`;
      const body = { prefix, limit: LISTED };
      return {
        rest: get(`/vectors/list?prefix=${prefix}&limit=${String(LISTED)}`),
        grpc: message('List', body),
        sql: await sql.list(prefix, LISTED),
      };
    },
  };
}

function deleteIds(sql: SameSql, records: readonly BenchRecord[], requests: number): Work {
  return {
    name: `delete of ${BATCH.toLocaleString('en')} ids`,
    variants: requests,
    deletes: { requests, records: BATCH },
    prepare: async (index) => {
      const ids = records.slice(index * BATCH, (index + 1) * BATCH).map(({ id }) => id);
      return { rest: post('/vectors/delete', { ids }), grpc: message('Delete', { ids }), sql: await sql.deleteIds(ids) };
    },
  };
}

function deleteMatching(sql: SameSql, requests: number): Work {
  return {
    name: `delete by filter (${String(GROUP)} records)`,
    variants: requests,
    deletes: { requests, records: GROUP },
    prepare: async (index) => {
      const filter = { group: { $eq: index } };
      return {
        rest: post('/vectors/delete', { filter }),
        grpc: message('Delete', { filter }),
        sql: await sql.deleteMatching(filter),
      };
    },
  };
}

function row(id: string, embedding: Float32Array | null, metadata: object): RecordWrite {
  return { id, embedding, sparse: null, document: null, uri: null, metadata: JSON.stringify(metadata), removedKeys: [] };
}

function post(path: string, body: object): Prepared['rest'] {
  return { method: 'POST', path, body: JSON.stringify(body) };
}

function get(path: string): Prepared['rest'] {
  return { method: 'GET', path, body: undefined };
}

function message(method: string, fields: Fields): Prepared['grpc'] {
  return { method, bytes: encode(typesOf(method).type, fields) };
}
