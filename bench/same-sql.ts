import pg from 'pg';
import type { Collection } from '../src/collections/collection.js';
import { CollectionStore } from '../src/collections/collection.store.js';
import { isJsonObject, parseJson } from '../src/http/json.js';
import { Database, type EngineTraits } from '../src/postgres/database.js';
import { parseFilter } from '../src/protocols/pinecone/filter.js';
import { RecordPageStore } from '../src/records/record-page.store.js';
import { RecordSearchStore } from '../src/records/record-search.store.js';
import { RecordRankStore } from '../src/records/record-rank.store.js';
import { RecordWriteStore } from '../src/records/record-write.store.js';
import { RecordStore } from '../src/records/record.store.js';
import type { Filter } from '../src/filters/filter.js';
import type { Parts, RecordWrite, Selection } from '../src/records/record.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../src/tenants/tenant.js';
import { CLIENTS } from './measure.js';

/** What the gateway's sessions have, too. */
const SESSION_OPTIONS = '-c plan_cache_mode=force_custom_plan -c jit=off';
const NAMESPACE = '';
const NO_VALUES: Parts = { embedding: false, sparse: false, metadata: true, document: true, uri: true };
const EVERYTHING: Parts = { ...NO_VALUES, embedding: true, sparse: true };
const IDS_ONLY: Parts = { embedding: false, sparse: false, metadata: false, document: false, uri: false };

/**
 * The statements that the gateway sends for a request, to be sent by `pg` alone: the same text under the same name, the same
 * parameters in the same binary form, to the same tables. What the gateway takes longer is the price of its protocols.
 */
export class SameSql {
  private captured: pg.QueryConfig | undefined;
  private readonly records: RecordStore;
  private readonly pages: RecordPageStore;
  private readonly ranks: RecordRankStore;
  private readonly searches: RecordSearchStore;
  private readonly recorder: Database;

  private constructor(
    private readonly pool: pg.Pool,
    private readonly collection: Collection,
    traits: EngineTraits,
  ) {
    const recording = {
      query: (request: pg.QueryConfig) => {
        this.captured = request;
        return Promise.resolve({ rows: [] });
      },
    };
    this.recorder = databaseOver(recording, traits);
    this.records = new RecordStore(this.recorder);
    this.pages = new RecordPageStore(this.recorder);
    this.ranks = new RecordRankStore(this.recorder);
    this.searches = new RecordSearchStore(this.recorder);
  }

  /** The collection must hold records: what the catalog says of it then is what the gateway knows. */
  static async open(databaseUrl: string, index: string): Promise<SameSql> {
    const pool = new pg.Pool({ connectionString: databaseUrl, max: CLIENTS, options: SESSION_OPTIONS });
    const { rows } = await pool.query<{ oid: number; number: string }>(
      `SELECT 'vector'::regtype::oid AS oid, current_setting('server_version_num') AS number`,
    );
    const traits = {
      description: '',
      vectorOid: Number(rows[0]?.oid),
      namedStatements: true,
      keyListsByIndex: Number(rows[0]?.number) >= 170_000,
    };
    const catalog = new CollectionStore(databaseOver(pool, { ...traits, namedStatements: false }));
    const collection = await catalog.findByName({ tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE }, index);
    if (collection === undefined) throw new Error('the index is not in the catalog');
    return new SameSql(pool, collection, traits);
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  async send(statement: pg.QueryConfig): Promise<unknown> {
    return this.pool.query(statement);
  }

  async upsert(records: readonly RecordWrite[]): Promise<pg.QueryConfig> {
    const batch = { records, superseded: [], hasNewFields: false };
    const mode = { existing: 'replace', missing: 'insert' } as const;
    return this.capture(() => new RecordWriteStore().write(this.recorder, this.collection, NAMESPACE, batch, mode));
  }

  async update(record: RecordWrite): Promise<pg.QueryConfig> {
    const batch = { records: [record], superseded: [], hasNewFields: false };
    const mode = { existing: 'merge', missing: 'skip' } as const;
    return this.capture(() => new RecordWriteStore().write(this.recorder, this.collection, NAMESPACE, batch, mode));
  }

  async query(embedding: Float32Array, limit: number, filter?: object): Promise<pg.QueryConfig> {
    const request = { embedding, sparse: null, limit, parts: NO_VALUES, filter: filterOf(filter) };
    return this.capture(() => this.ranks.rank(this.collection, NAMESPACE, request));
  }

  async fetch(ids: readonly string[]): Promise<pg.QueryConfig> {
    return this.capture(() => this.pages.readPage(this.collection, NAMESPACE, { ids, parts: EVERYTHING, limit: ids.length }));
  }

  /** One more than asked for tells whether there is another page. */
  async list(prefix: string, limit: number): Promise<pg.QueryConfig> {
    return this.capture(() => this.pages.readPage(this.collection, NAMESPACE, { prefix, parts: IDS_ONLY, limit: limit + 1 }));
  }

  async deleteIds(ids: readonly string[]): Promise<pg.QueryConfig> {
    return this.capture(() => this.records.delete(this.collection, NAMESPACE, { ids, limit: null, listIds: false }));
  }

  async deleteMatching(filter: object): Promise<pg.QueryConfig> {
    const request = { filter: filterOf(filter), limit: null, listIds: false };
    return this.capture(() => this.records.delete(this.collection, NAMESPACE, request));
  }

  /** The selected records in the order of first insert, with their metadata. */
  async select(filter: Filter, limit: number): Promise<pg.QueryConfig> {
    const request = { filter, parts: { ...NO_VALUES, uri: false }, offset: 0, limit };
    const page = { after: undefined, limit };
    return this.capture(() => this.records.readPage(this.recorder, this.collection, NAMESPACE, request, page));
  }

  /** A delete that tells which records it removed; by a filter also among how many. */
  async deleteListed(selection: Selection): Promise<pg.QueryConfig> {
    const request = { ...selection, limit: null, listIds: true, countAll: selection.filter !== undefined };
    return this.capture(() => this.records.delete(this.collection, NAMESPACE, request));
  }

  /** The nearest records to one vector, nearest first. */
  async nearest(embedding: Float32Array, limit: number, filter?: Filter): Promise<pg.QueryConfig> {
    const request = {
      queries: [embedding],
      filter,
      limit,
      parts: { ...EVERYTHING, embedding: 'unit', uri: false, sparse: false },
    } as const;
    return this.capture(() => this.searches.search(this.collection, NAMESPACE, request));
  }

  /** The one statement that `ask` sends. */
  private async capture(ask: () => Promise<unknown>): Promise<pg.QueryConfig> {
    this.captured = undefined;
    await ask();
    const statement = this.captured as pg.QueryConfig | undefined;
    if (statement === undefined) throw new Error('no statement was sent');
    return statement;
  }
}

/** A database whose statements go to whatever takes them. */
function databaseOver(target: { query: (request: pg.QueryConfig) => Promise<unknown> }, traits: EngineTraits): Database {
  const nothing = (): Promise<void> => Promise.resolve();
  return new Database(target as unknown as pg.Pool, traits, nothing, nothing);
}

function filterOf(filter: object | undefined): Filter | undefined {
  const parsed = parseJson(JSON.stringify(filter ?? {}));
  return isJsonObject(parsed) ? parseFilter(parsed, { neMatchesMissing: false }) : undefined;
}
