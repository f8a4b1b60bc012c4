import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import pg from 'pg';
import { base64 } from './data.js';
import { type Dataset, rowCount, vectorAt } from './datasets/dataset.js';
import type { HttpRequest } from './http-client.js';
import { CLIENTS, inParallel } from './measure.js';
import { type Attributes, metadataOf } from './recall-filters.js';
import { NEIGHBOURS } from './recall-truth.js';

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
/** Components in a request of the load: about 2 MB of base64. */
const BATCH_COMPONENTS = 400_000;
/** Chroma's server takes at most 5,461. */
const BATCH_ROWS = 5_000;
/** Fewer components than this may stay without an index: the gateway's default. */
const TAIL_COMPONENTS = 4_000_000;
const POLL_MS = 500;
/** So long nothing may happen: a gateway looks for work a moment after a write, and may find more. */
const QUIET_MS = 8_000;
const MAX_WAIT_MS = 2 * 60 * 60 * 1_000;

interface Status {
  readonly op_indexing_progress: number;
  readonly num_unindexed_ops: number;
}

/** What the gateway has made of a load. */
export interface Built {
  /** From the end of the load to the end of the last work in the background. */
  readonly seconds: number;
  /** Vectors outside the index, as the gateway tells it. */
  readonly unindexed: number;
  readonly isComplete: boolean;
  readonly indexes: number;
  readonly indexBytes: number;
  readonly vectorTable: string;
}

export interface Answer {
  readonly rows: readonly number[];
  readonly milliseconds: number;
  /** Undefined when the gateway does not tell. */
  readonly plan: string | undefined;
  /** With its figures. */
  readonly wholePlan: string | undefined;
}

/** One collection on a gateway, or on Chroma's server, which holds a data set: row `r` as the record `r<r>`. */
export class RecallSession {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: CLIENTS });
  private path = COLLECTIONS;
  private uuid = '';

  constructor(
    private readonly url: string,
    /** Undefined of Chroma's server. */
    private readonly databaseUrl: string | undefined,
    private readonly dataset: Dataset,
    private readonly attributes: Attributes,
  ) {}

  /** The same collection, on another gateway. */
  at(url: string): RecallSession {
    const other = new RecallSession(url, this.databaseUrl, this.dataset, this.attributes);
    other.path = this.path;
    other.uuid = this.uuid;
    return other;
  }

  close(): void {
    this.agent.destroy();
  }

  /** Makes the collection and fills it; the seconds that takes. */
  async load(): Promise<number> {
    const { space, dimension } = this.dataset;
    const configuration = { hnsw: { space }, embedding_function: { type: 'legacy' } };
    const created = await this.send('POST', COLLECTIONS, JSON.stringify({ name: 'recall', configuration }));
    this.uuid = (JSON.parse(created.text) as { id: string }).id;
    this.path = `${COLLECTIONS}/${this.uuid}`;
    const count = rowCount(this.dataset);
    const batch = Math.min(BATCH_ROWS, Math.floor(BATCH_COMPONENTS / dimension));
    const before = performance.now();
    await inParallel(Math.ceil(count / batch), (index) =>
      this.send('POST', `${this.path}/add`, this.addBody(index * batch, Math.min(count, (index + 1) * batch))),
    );
    const seconds = (performance.now() - before) / 1_000;
    const { text } = await this.send('GET', `${this.path}/count`);
    if (Number(text) !== count) throw new Error(`the collection has ${text} records, not ${String(count)}`);
    return seconds;
  }

  /** Waits until the gateway has indexed what it is going to index, and works on nothing any more. */
  async built(signal: AbortSignal): Promise<Built> {
    if (this.databaseUrl === undefined) throw new Error('only a gateway tells what it has indexed');
    const client = new pg.Client({ connectionString: this.databaseUrl });
    await client.connect();
    try {
      const start = performance.now();
      let lastBusy = start;
      for (;;) {
        signal.throwIfAborted();
        const status = JSON.parse((await this.send('GET', `${this.path}/indexing_status`)).text) as Status;
        const now = performance.now();
        const isReady = status.num_unindexed_ops * this.dataset.dimension <= TAIL_COMPONENTS;
        if (!isReady || (await isWorking(client))) lastBusy = now;
        const isComplete = now - lastBusy >= QUIET_MS;
        if (isComplete || now - start > MAX_WAIT_MS) {
          const facts = await this.indexFacts(client);
          return { seconds: (lastBusy - start) / 1_000, unindexed: status.num_unindexed_ops, isComplete, ...facts };
        }
        await new Promise((wake) => setTimeout(wake, POLL_MS));
      }
    } finally {
      await client.end();
    }
  }

  /** Changes the collection's configuration of HNSW. */
  async configure(hnsw: { readonly ef_search: number }): Promise<void> {
    await this.send('PUT', this.path, JSON.stringify({ new_configuration: { hnsw } }));
  }

  /** The request for the neighbours of a query. */
  queryRequest(query: number, where: object | undefined): HttpRequest {
    const { queries, dimension } = this.dataset;
    const body = JSON.stringify({
      query_embeddings: [[...vectorAt(queries, dimension, query)]],
      n_results: NEIGHBOURS,
      where,
      include: ['metadatas', 'documents', 'distances'],
    });
    return { method: 'POST', path: `${this.path}/query`, body };
  }

  async query(query: number, where: object | undefined): Promise<Answer> {
    const { method, path, body } = this.queryRequest(query, where);
    const before = performance.now();
    const { text, headers } = await this.send(method, path, body);
    const milliseconds = performance.now() - before;
    const [ids = []] = (JSON.parse(text) as { ids: string[][] }).ids;
    const plan = headers['x-polyvec-plan'];
    return {
      rows: ids.map((id) => Number(id.slice(1))),
      milliseconds,
      plan: typeof plan === 'string' ? plan.split(';', 1)[0]?.trim() : undefined,
      wholePlan: typeof plan === 'string' ? plan : undefined,
    };
  }

  private addBody(from: number, to: number): string {
    const { vectors, dimension } = this.dataset;
    const rows = Array.from({ length: to - from }, (_, index) => from + index);
    return JSON.stringify({
      ids: rows.map((row) => `r${String(row)}`),
      embeddings: rows.map((row) => base64(vectorAt(vectors, dimension, row))),
      metadatas: rows.map((row) => metadataOf(this.attributes, row)),
    });
  }

  private async indexFacts(client: pg.Client): Promise<Pick<Built, 'indexes' | 'indexBytes' | 'vectorTable'>> {
    const { rows } = await client.query<{ vector_table: string; indexes: number; bytes: string }>(
      `SELECT c.place || '.' || c.vector_table AS vector_table, count(i.indexrelid)::int AS indexes, COALESCE(sum(pg_relation_size(i.indexrelid)), 0) AS bytes
       FROM polyvec.collections c LEFT JOIN (pg_index i JOIN pg_class k ON k.oid = i.indexrelid JOIN pg_am a ON a.oid = k.relam)
         ON i.indrelid = to_regclass(c.place || '.' || c.vector_table) AND a.amname = 'hnsw' AND i.indisvalid
       WHERE c.uuid = $1 GROUP BY c.place, c.vector_table`,
      [this.uuid],
    );
    const [row] = rows;
    if (row === undefined) throw new Error('the collection is not in the catalog');
    return { indexes: row.indexes, indexBytes: Number(row.bytes), vectorTable: row.vector_table };
  }

  private async send(
    method: string,
    path: string,
    body?: HttpRequest['body'],
  ): Promise<{ readonly text: string; readonly headers: IncomingHttpHeaders }> {
    return new Promise((resolve, reject) => {
      const headers = { 'content-type': 'application/json', 'x-polyvec-explain': '1' };
      const call = request(this.url + path, { method, agent: this.agent, headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if ((response.statusCode ?? 500) < 300) resolve({ text, headers: response.headers });
          else reject(new Error(`${path}: ${String(response.statusCode)} ${text}`));
        });
      });
      call.on('error', reject);
      call.end(body);
    });
  }
}

/** Whether an index is being built, or a session has been in a transaction for longer than requests take that only ask. */
async function isWorking(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ working: boolean }>(
    `SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE datname = current_database())
       OR EXISTS (SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()
         AND backend_type = 'client backend' AND xact_start < now() - interval '300 ms') AS working`,
  );
  return rows[0]?.working === true;
}
