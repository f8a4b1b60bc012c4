import type { Filter } from '../src/filters/filter.js';
import { isJsonObject, parseJson } from '../src/http/json.js';
import { parseFilter } from '../src/protocols/pinecone/filter/parse-filter.js';
import type { Parts, RecordWrite } from '../src/records/record.js';
import { encode, PineconeGrpc, typesOf } from '../test/support/clients/pinecone-grpc.js';
import type { PreparedWork } from './contender.js';
import { type BenchRecord, randomNumbers, vectorSource } from './data.js';
import { HttpClient, type HttpRequest } from './http-client.js';
import { type Cell, inParallel } from './measure.js';
import type { SameSql, Statements } from './same-sql.js';

/** Records in a request of the load, and in the largest upsert and delete. */
export const BATCH = 1_000;
const TOP_K = 10;
const FETCHED = 100;
const LISTED = 100;
const GROUP = 50;
const NO_VALUES: Parts = { embedding: false, sparse: false, metadata: true, document: true, uri: true };
const EVERYTHING: Parts = { ...NO_VALUES, embedding: true, sparse: true };
const IDS_ONLY: Parts = { embedding: false, sparse: false, metadata: false, document: false, uri: false };

type Fields = Readonly<Record<string, unknown>>;

/** One request, ready to be sent in each of the ways. */
export interface Prepared {
  readonly rest: HttpRequest;
  readonly grpc: { readonly method: string; readonly bytes: Uint8Array };
  readonly sql: Statements;
}

/** One kind of request. */
type Work = PreparedWork<Prepared>;

/** One index, filled with the data set. */
export class Session {
  private readonly http: HttpClient;
  private readonly grpc: PineconeGrpc;

  constructor(
    port: number,
    private readonly records: readonly BenchRecord[],
  ) {
    this.http = new HttpClient(`http://127.0.0.1:${String(port)}`, { 'x-pinecone-api-version': '2025-10' });
    this.grpc = new PineconeGrpc(port);
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

  async sendRest(request: HttpRequest): Promise<string> {
    return this.http.send(request);
  }

  /** The answer is not decoded. */
  async sendGrpc({ method, bytes }: Prepared['grpc']): Promise<unknown> {
    return this.grpc.send(method, bytes, { 'x-pinecone-api-version': '2025-10' });
  }

  close(): void {
    this.http.close();
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
        sql: await sql.write(rows, { existing: 'replace', missing: 'insert' }),
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
        sql: await sql.rank({ embedding: vector, sparse: null, limit: TOP_K, parts: NO_VALUES, filter: parsed(filter) }),
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
      return {
        rest: get(`/vectors/fetch?${parameters}`),
        grpc: message('Fetch', { ids }),
        sql: await sql.page({ ids, parts: EVERYTHING, limit: ids.length }),
      };
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
        sql: await sql.write([row(id, null, setMetadata)], { existing: 'merge', missing: 'skip' }),
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
        // one more than asked for tells whether there is another page
        sql: await sql.page({ prefix, parts: IDS_ONLY, limit: LISTED + 1 }),
      };
    },
  };
}

function deleteIds(sql: SameSql, records: readonly BenchRecord[], requests: number): Work {
  return {
    name: `delete of ${BATCH.toLocaleString('en')} ids`,
    variants: requests,
    limit: { requests, removes: BATCH },
    prepare: async (index) => {
      const ids = records.slice(index * BATCH, (index + 1) * BATCH).map(({ id }) => id);
      return {
        rest: post('/vectors/delete', { ids }),
        grpc: message('Delete', { ids }),
        sql: await sql.delete({ ids, limit: null, listIds: false }),
      };
    },
  };
}

function deleteMatching(sql: SameSql, requests: number): Work {
  return {
    name: `delete by filter (${String(GROUP)} records)`,
    variants: requests,
    limit: { requests, removes: GROUP },
    prepare: async (index) => {
      const filter = { group: { $eq: index } };
      return {
        rest: post('/vectors/delete', { filter }),
        grpc: message('Delete', { filter }),
        sql: await sql.delete({ filter: parsed(filter), limit: null, listIds: false }),
      };
    },
  };
}

function parsed(filter: object | undefined): Filter | undefined {
  const json = parseJson(JSON.stringify(filter ?? {}));
  return isJsonObject(json) ? parseFilter(json, { neMatchesMissing: true }) : undefined;
}

function row(id: string, embedding: Float32Array | null, metadata: object): RecordWrite {
  return { id, embedding, sparse: null, document: null, uri: null, metadata: JSON.stringify(metadata), removedKeys: [] };
}

function post(path: string, body: object): HttpRequest {
  return { method: 'POST', path, body: JSON.stringify(body) };
}

function get(path: string): HttpRequest {
  return { method: 'GET', path, body: undefined };
}

function message(method: string, fields: Fields): Prepared['grpc'] {
  return { method, bytes: encode(typesOf(method).type, fields) };
}
