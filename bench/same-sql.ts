import pg from 'pg';
import type { Collection } from '../src/collections/collection.js';
import { CollectionStore } from '../src/collections/collection.store.js';
import { readConfig } from '../src/config/config.js';
import { Database } from '../src/postgres/database.js';
import type { EngineTraits } from '../src/postgres/engine.js';
import type {
  DeleteRequest,
  PageRequest,
  RankRequest,
  ReadRequest,
  RecordWrite,
  SearchRequest,
  WriteMode,
} from '../src/records/record.js';
import { RecordStore } from '../src/records/record.store.js';
import { RecordPageStore } from '../src/records/record-page.store.js';
import { RecordWriteStore } from '../src/records/record-write.store.js';
import { RecordEstimateStore } from '../src/records/search/record-estimate.store.js';
import { RecordRankStore } from '../src/records/search/record-rank.store.js';
import { RecordSearchStore } from '../src/records/search/record-search.store.js';
import { COMPLETE } from '../src/records/search/search-plan.js';
import { SearchPlanner } from '../src/records/search/search-planner.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../src/tenants/tenant.js';
import { CLIENTS } from './measure.js';

/** What the gateway's sessions have, too. */
const SESSION_OPTIONS = '-c plan_cache_mode=force_custom_plan -c jit=off';
const NAMESPACE = '';
const SCOPE = { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE };

/** What the gateway sends for one request, in this order. */
export type Statements = readonly pg.QueryConfig[];

/** Whatever a `Database` sends statements to. */
interface Target {
  query(request: pg.QueryConfig | string): Promise<{ readonly rows: readonly object[] }>;
  connect(): Promise<Pick<Target, 'query'> & { release(): void }>;
}

/**
 * The statements that the gateway sends for a request, to be sent by `pg` alone: the same text under the same name, the same
 * parameters in the same binary form, to the same tables. What the gateway takes longer is the price of its protocols.
 * Reads are sent when they are recorded, since what one statement answers may decide on the next; writes are not.
 */
export class SameSql {
  private sent: pg.QueryConfig[] = [];
  private passes = false;
  private readonly catalog: CollectionStore;
  private readonly records: RecordStore;
  private readonly pages: RecordPageStore;
  private readonly ranks: RecordRankStore;
  private readonly searches: RecordSearchStore;
  private readonly planner: SearchPlanner;
  private readonly recorder: Database;

  private constructor(
    private readonly pool: pg.Pool,
    private collection: Collection,
    traits: EngineTraits,
  ) {
    this.recorder = databaseOver(this.recording(pool), traits);
    this.catalog = catalogOver(pool, traits);
    this.records = new RecordStore(this.recorder);
    this.pages = new RecordPageStore(this.recorder);
    this.ranks = new RecordRankStore(this.recorder);
    this.searches = new RecordSearchStore(this.recorder);
    this.planner = new SearchPlanner(readConfig({}), new RecordEstimateStore(this.recorder));
  }

  /** The collection must hold records: what the catalog says of it then is what the gateway knows. */
  static async open(databaseUrl: string, name: string): Promise<SameSql> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: CLIENTS, options: SESSION_OPTIONS });
    const { rows } = await pool.query<{ oid: number; number: string }>(
      `SELECT 'vector'::regtype::oid AS oid, current_setting('server_version_num') AS number`,
    );
    const traits = {
      description: '',
      vectorOid: Number(rows[0]?.oid),
      namedStatements: 200,
      keepsPlans: false,
      concurrentIndexes: true,
      keyListsByIndex: Number(rows[0]?.number) >= 170_000,
    };
    const collection = await catalogOver(pool, traits).findByName(SCOPE, name);
    if (collection === undefined) throw new Error('the collection is not in the catalog');
    return new SameSql(pool, collection, traits);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  /** Whether the collection is what it was when statements were recorded. If not, the old ones find nothing: record them again. */
  async isCurrent(): Promise<boolean> {
    const { epoch } = this.collection;
    const found = await this.catalog.findByName(SCOPE, this.collection.name);
    if (found === undefined) throw new Error('the collection is gone');
    this.collection = found;
    return found.epoch === epoch;
  }

  async send(statements: Statements): Promise<void> {
    const [only] = statements;
    if (only !== undefined && statements.length === 1) {
      await this.pool.query(only);
      return;
    }
    const client = await this.pool.connect();
    try {
      for (const statement of statements) await client.query(statement);
    } finally {
      client.release();
    }
  }

  /** Ids must differ from each other; fields must be known. */
  async write(records: readonly RecordWrite[], mode: WriteMode): Promise<Statements> {
    const batch = { records, superseded: [], hasNewFields: false };
    return this.record('write', () => new RecordWriteStore().write(this.recorder, this.collection, NAMESPACE, batch, mode));
  }

  async delete(request: DeleteRequest): Promise<Statements> {
    return this.record('write', () => this.records.delete(this.collection, NAMESPACE, request));
  }

  /** One page. */
  async read(request: ReadRequest & { readonly limit: number }): Promise<Statements> {
    const page = { after: undefined, limit: request.limit };
    return this.record('read', () => this.records.readPage(this.recorder, this.collection, NAMESPACE, request, page));
  }

  async count(): Promise<Statements> {
    return this.record('read', () => this.records.count(this.collection, NAMESPACE));
  }

  async page(request: PageRequest): Promise<Statements> {
    return this.record('read', () => this.pages.readPage(this.collection, NAMESPACE, request));
  }

  async rank(request: RankRequest): Promise<Statements> {
    const { collection } = this;
    const { embedding, sparse } = request;
    return this.record('read', () => {
      if (embedding === null || sparse !== null) return this.ranks.rank(collection, NAMESPACE, request, COMPLETE);
      return this.planner.run(collection, NAMESPACE, { ...request, queries: [embedding] }, (plan) =>
        this.ranks.rank(collection, NAMESPACE, request, plan),
      );
    });
  }

  async search(request: SearchRequest): Promise<Statements> {
    const { collection } = this;
    return this.record('read', () =>
      this.planner.run(collection, NAMESPACE, request, (plan) => this.searches.search(collection, NAMESPACE, request, plan)),
    );
  }

  /**
   * What `ask` sends, as it does from the second time on: what it has found out then is remembered, and statements that come
   * again have names.
   */
  private async record(kind: 'read' | 'write', ask: () => Promise<unknown>): Promise<Statements> {
    this.passes = kind === 'read';
    for (const isLast of [false, true]) {
      this.sent = [];
      await ask();
      const [only] = this.sent;
      if (isLast || (this.sent.length === 1 && only?.name !== undefined)) break;
    }
    if (this.sent.length === 0) throw new Error('no statement was sent');
    return this.sent;
  }

  /** Notes statements; reads go on to Postgres, to writes nothing is ever found. */
  private recording(pool: pg.Pool): Target {
    const over = (queries: pg.Pool | pg.PoolClient): Pick<Target, 'query'> => ({
      query: async (request) => {
        const statement = typeof request === 'string' ? { text: request } : request;
        this.sent.push(statement);
        return this.passes ? queries.query(statement) : { rows: [] };
      },
    });
    return {
      ...over(pool),
      connect: async () => {
        const client = await pool.connect();
        return {
          ...over(client),
          release: () => {
            client.release();
          },
        };
      },
    };
  }
}

export function catalogOver(pool: pg.Pool, traits: EngineTraits): CollectionStore {
  return new CollectionStore(databaseOver(pool, { ...traits, namedStatements: 0 }));
}

function databaseOver(target: Target | pg.Pool, traits: EngineTraits): Database {
  const nothing = (): Promise<void> => Promise.resolve();
  return new Database(target as pg.Pool, traits, nothing, nothing);
}
