import type { ChromaSql } from './chroma-sql.js';
import type { PreparedWork } from './contender.js';
import { base64, type BenchRecord, vectorSource } from './data.js';
import { CLIENTS } from './measure.js';
import type { Statements } from './same-sql.js';
import { filterOf, type Share, SHARES } from './search-data.js';
import { above, type Aim } from './search-report.js';
import { BATCH, getBody, queryBody, type Session, writeBody } from './workload.js';

const GROUP = 50;
const ONE_AND_MORE = [1, CLIENTS];

/** A request of Chroma's API, and what the gateway makes of it. */
export interface Prepared {
  readonly operation: string;
  readonly body: string;
  readonly sql: Statements;
}

/** One kind of request, and what is asked of it. */
export interface SearchWork extends PreparedWork<Prepared> {
  readonly aims: readonly Aim[];
  /** Where requests are not what is counted. */
  readonly rowsPerRequest?: number;
  /** Of a filtered query. */
  readonly share?: Share;
}

/** How much of it: the full size, or a first impression. */
export interface Scale {
  /** Requests of `BATCH` rows in a cell that writes. */
  readonly batches: number;
  /** Deletes in a cell. */
  readonly deletes: number;
}

/** All that is measured on one filled collection by the same requests; what changes vectors comes last. */
export function works(sql: ChromaSql, all: readonly BenchRecord[], scale: Scale): readonly SearchWork[] {
  return [
    query(sql, { name: 'query', aims: [above('recall', 0.95), above('share of SQL', 0.8), above('times Chroma', 4)] }),
    ...SHARES.map((share) =>
      query(sql, {
        name: `query, filter of ${String(share.percent)} %`,
        aims: [{ kind: 'p95', atMost: 15 }, above('times Chroma', 10), above('recall', 0.95)],
        share,
      }),
    ),
    getByFilter(sql, all.length),
    ingestAgain(sql, all, scale.batches),
    updateMetadata(sql, all, scale.batches),
    deleteByFilter(sql, scale.deletes),
    upsert(sql, all, scale.batches),
  ];
}

function query(sql: ChromaSql, { name, aims, share }: Pick<SearchWork, 'name' | 'aims' | 'share'>): SearchWork {
  const next = vectorSource(7);
  return {
    name,
    aims,
    ...(share && { share }),
    variants: 50,
    clients: ONE_AND_MORE,
    prepare: async (index) => {
      const vector = next();
      const where = share && filterOf(share, index);
      return { operation: 'query', body: queryBody(vector, where), sql: await sql.query(vector, where) };
    },
  };
}

function getByFilter(sql: ChromaSql, count: number): SearchWork {
  return {
    name: `get by filter (${String(GROUP)} rows)`,
    aims: [{ kind: 'p50', atMost: 3 }],
    variants: 100,
    clients: ONE_AND_MORE,
    prepare: async (index) => {
      const where = { group: index % (count / GROUP) };
      return { operation: 'get', body: getBody({ where }), sql: await sql.get({ where }) };
    },
  };
}

/** Everything is as it was. */
function ingestAgain(sql: ChromaSql, all: readonly BenchRecord[], batches: number): SearchWork {
  return {
    name: `identical re-ingest, HNSW present (${String(BATCH)} a request)`,
    aims: [above('rows', 10_000)],
    rowsPerRequest: BATCH,
    variants: batches,
    limit: { requests: batches, removes: 0 },
    prepare: (index) => prepareUpsert(sql, blockOf(all, index)),
  };
}

/** A number of each record changes; each is written in two versions in turn. */
function updateMetadata(sql: ChromaSql, all: readonly BenchRecord[], batches: number): SearchWork {
  return {
    name: `metadata-only update, HNSW present (${String(BATCH)} a request)`,
    aims: [above('rows', 10_000)],
    rowsPerRequest: BATCH,
    variants: 2 * batches,
    limit: { requests: batches, removes: 0 },
    prepare: async (index) => {
      const block = blockOf(all, index % batches);
      const metadata = { score: index + 0.5 };
      const rows = block.map(({ id }) => ({ id, metadata }));
      const body = JSON.stringify({ ids: block.map(({ id }) => id), metadatas: block.map(() => metadata) });
      return { operation: 'update', body, sql: await sql.update(rows) };
    },
  };
}

function deleteByFilter(sql: ChromaSql, deletes: number): SearchWork {
  return {
    name: `delete by filter (${String(GROUP)} rows)`,
    aims: [{ kind: 'p50', atMost: 3 }],
    variants: deletes,
    clients: ONE_AND_MORE,
    limit: { requests: deletes, removes: GROUP },
    settles: true,
    prepare: async (index) => {
      const where = { group: index };
      return { operation: 'delete', body: JSON.stringify({ where }), sql: await sql.delete({ where }) };
    },
  };
}

/** Known ids, each time with other vectors. */
function upsert(sql: ChromaSql, all: readonly BenchRecord[], batches: number): SearchWork {
  const next = vectorSource(99);
  return {
    name: `upsert of new vectors, HNSW present (${String(BATCH)} a request)`,
    aims: [above('rows', 1_000)],
    rowsPerRequest: BATCH,
    variants: 2 * batches,
    limit: { requests: batches, removes: 0 },
    settles: true,
    prepare: (index) =>
      prepareUpsert(
        sql,
        blockOf(all, index % batches).map((record) => ({ ...record, embedding: next() })),
      ),
  };
}

/** Without `sql`, no statements are recorded. */
export async function prepareUpsert(sql: ChromaSql | undefined, rows: readonly BenchRecord[]): Promise<Prepared> {
  return { operation: 'upsert', body: writeBody(rows), sql: (await sql?.upsert(rows)) ?? [] };
}

/** Ids and vectors, and nothing else. */
export async function prepareBareUpsert(sql: ChromaSql | undefined, rows: readonly BenchRecord[]): Promise<Prepared> {
  const body = JSON.stringify({ ids: rows.map(({ id }) => id), embeddings: rows.map(({ embedding }) => base64(embedding)) });
  const vectors = rows.map(({ id, embedding }) => ({ id, embedding }));
  return { operation: 'upsert', body, sql: (await sql?.upsert(vectors)) ?? [] };
}

export async function send(session: Session, { operation, body }: Prepared): Promise<string> {
  return session.post(operation, body);
}

/** The n-th `BATCH` records. */
export function blockOf(all: readonly BenchRecord[], index: number): readonly BenchRecord[] {
  return all.slice(index * BATCH, (index + 1) * BATCH);
}
