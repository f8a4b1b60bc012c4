import type pg from 'pg';
import type { Metric } from '../../collections/collection.js';
import { type Json, type JsonObject, parseJson } from '../../http/json.js';
import { connectClient } from '../../postgres/host-client.js';
import { whereabouts } from '../../postgres/hosts.js';
import { identifier, type Sql, sql } from '../../postgres/sql.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Reject, Source, SourceCollection } from '../copy.js';
import type { FieldMap } from '../jsonl/field-map.js';
import { BadLine, recordOfObject } from '../jsonl/record-line.js';
import { metadataOfJson } from './json-metadata.js';
import type { FileOptions } from './jsonl.js';
import { type Layout, layoutOf, PRESET_NAMES } from './postgres/layouts.js';
import { nameOf, vectorColumn, type VectorTable, vectorTables } from './postgres/tables.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_RECORDS = 1_000;
/** Rows that the server sends at once. */
const FETCHED = 200;
/** LlamaIndex puts it before the name that it is given. */
const PREFIX = 'data_';
/** What frameworks compare by, unless they are told otherwise. */
const USUAL_METRIC: Metric = 'cosine';

const FIELDS: FieldMap = {
  ...{ id: 'id', namespace: 'namespace', embedding: 'embedding', sparse: 'sparse', document: 'document', uri: 'uri' },
  metadata: { from: 'metadata' },
};

/** A collection within a table: all of its rows, or those that another table gives a name. */
interface OpenedTable {
  readonly table: VectorTable;
  readonly layout: Layout;
  readonly condition: Sql;
  readonly fingerprint: string;
}

interface NamedRows {
  readonly name: string;
  readonly metadata: string | null;
  readonly condition: Sql;
}

type RecordRow = Readonly<Record<'id' | 'embedding' | 'document' | 'uri' | 'namespace' | 'metadata', string | null>>;

/** Tables with pgvector's columns, as frameworks make them, or anybody's. */
export class PostgresTables implements Source {
  private readonly opened = new Map<string, OpenedTable>();

  private constructor(
    readonly label: string,
    private readonly client: pg.Client,
    private readonly only: { readonly table: string | null; readonly preset: string | undefined },
    private readonly options: FileOptions,
  ) {}

  /** `rest`: `//user@host:port/database?table=schema.name&preset=langchain`; both may be missing. @throws Error when it cannot be reached */
  static async open(rest: string, options: FileOptions, password: string | undefined): Promise<PostgresTables> {
    const [address = '', query = ''] = rest.split('?');
    const parameters = new URLSearchParams(query);
    const [table, preset] = [parameters.get('table'), parameters.get('preset') ?? 'auto'];
    if (preset !== 'auto' && !PRESET_NAMES.includes(preset))
      throw new Error(`FROM: preset must be auto or one of ${PRESET_NAMES.join(', ')}, not "${preset}"`);
    // whatever is in an argument is in the list of processes
    if (parameters.has('password')) throw new Error('FROM has a password in it: name a file that holds it with --from-key-file');
    for (const own of ['table', 'preset']) parameters.delete(own);
    const others = parameters.size === 0 ? '' : `?${parameters.toString()}`;
    const label = `postgres:${rest}`;
    const client = await connected(`postgres:${withPassword(address, password)}${others}`, address);
    return new PostgresTables(label, client, { table, preset: preset === 'auto' ? undefined : preset }, options);
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const tables = (await vectorTables(this.client)).filter((one) => this.isMeant(one));
    if (tables.length === 0)
      throw new Error(`${this.label} has no table with a column of type vector or halfvec${this.tableWords}`);
    const known = tables.map((table) => ({ table, layout: layoutOf(table.columns, this.options.fields, this.only.preset) }));
    const unknown = known.filter(({ layout }) => layout === undefined).map(({ table }) => table);
    const [first] = unknown;
    if (first !== undefined && unknown.length === tables.length) throw new Error(askForMap(first));
    const found: SourceCollection[] = [];
    for (const { table, layout } of known) {
      if (layout === undefined) continue;
      for (const rows of await this.rowsOf(table, layout)) found.push(await this.describe(table, layout, rows));
    }
    const left = unknown.map(({ schema, name }) => `the table ${schema}.${name} is left out: what its columns are is not known`);
    return found.map((collection, index) =>
      index === 0 ? { ...collection, warnings: [...left, ...collection.warnings] } : collection,
    );
  }

  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const { table, layout, condition } = this.openedAt(key);
    const behind = after === null ? sql`TRUE` : sql`${layout.id} COLLATE "C" > ${after}`;
    const column = (name: string | undefined): Sql => (name === undefined ? sql`NULL` : sql`t.${identifier(name)}::text`);
    const rows = sql`
      SELECT ${layout.id} AS id, t.${identifier(layout.embedding)}::text AS embedding, ${column(layout.document)} AS document,
        ${column(layout.uri)} AS uri, ${column(layout.namespace)} AS namespace, ${layout.metadata} AS metadata
      FROM ${nameOf(table)} t WHERE ${condition} AND ${layout.id} IS NOT NULL AND ${behind} ORDER BY ${layout.id} COLLATE "C"`;
    // one snapshot, and one sort, however long the target takes
    await this.client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    try {
      await this.client.query('SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0');
      await this.client.query({ text: `DECLARE polyvec_copy NO SCROLL CURSOR FOR ${rows.text}`, values: rows.parameters });
      yield* chunksOf(this.fetched());
    } finally {
      await this.client.query('ROLLBACK').catch(() => undefined);
    }
  }

  async requireUnchanged(): Promise<void> {
    for (const [key, { table, condition, fingerprint }] of this.opened) {
      if ((await this.fingerprintOf(table, condition)).text !== fingerprint)
        throw new Error(`${key} was written to meanwhile: stop its writers, and copy with --restart`);
    }
  }

  async close(): Promise<void> {
    await this.client.end();
  }

  private get tableWords(): string {
    return this.only.table === null ? '' : ` called ${this.only.table}`;
  }

  private isMeant({ schema, name }: VectorTable): boolean {
    const { table } = this.only;
    return table === null || table === name || table === `${schema}.${name}`;
  }

  private openedAt(key: string): OpenedTable {
    const opened = this.opened.get(key);
    if (opened === undefined) throw new Error(`there is no table ${key}`);
    return opened;
  }

  private async *fetched(): AsyncIterable<RecordRow> {
    for (;;) {
      const { rows } = await this.client.query<RecordRow>(`FETCH ${String(FETCHED)} FROM polyvec_copy`);
      if (rows.length === 0) return;
      yield* rows;
    }
  }

  private async rowsOf(table: VectorTable, { hasCollections }: Layout): Promise<readonly NamedRows[]> {
    if (!hasCollections) {
      const name = table.name.startsWith(PREFIX) ? table.name.slice(PREFIX.length) : table.name;
      return [{ name, metadata: null, condition: sql`TRUE` }];
    }
    const { rows } = await this.client.query<{ uuid: string; name: string; metadata: string | null }>(
      `SELECT uuid::text, name, cmetadata::text AS metadata FROM ${identifier(table.schema).text}.langchain_pg_collection ORDER BY name`,
    );
    return rows.map(({ uuid, name, metadata }) => {
      const read = metadataOfJson(metadata === null ? null : parseJson(metadata));
      return { name, metadata: 'text' in read ? read.text : null, condition: sql`t.collection_id = ${uuid}::uuid` };
    });
  }

  private async describe(
    table: VectorTable,
    layout: Layout,
    { name, metadata, condition }: NamedRows,
  ): Promise<SourceCollection> {
    const key = `${table.schema}.${table.name}${layout.hasCollections ? ` ${name}` : ''}`;
    const { dimension, metric } = await vectorColumn(this.client, table, layout.embedding);
    const { text: fingerprint, records, nameless } = await this.fingerprintOf(table, condition, layout);
    this.opened.set(key, { table, layout, condition, fingerprint });
    const chosen = this.options.metric ?? metric;
    const warnings = [
      ...(chosen === null
        ? [`nothing says how its vectors are compared: it gets the metric ${USUAL_METRIC}, or the one that --metric names`]
        : []),
      ...(nameless > 0 ? [`${String(nameless)} of its rows have no id, and are not copied`] : []),
    ];
    return {
      ...{ key, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, name, metadata, records, fingerprint, warnings },
      metric: chosen ?? USUAL_METRIC,
      dimension: dimension ?? (await this.dimensionOf(table, layout, condition)),
    };
  }

  /** Every write moves a row, or makes one. */
  private async fingerprintOf(
    table: VectorTable,
    condition: Sql,
    layout?: Layout,
  ): Promise<{ readonly text: string; readonly records: number; readonly nameless: number }> {
    const id = layout === undefined ? sql`TRUE` : layout.id;
    const query = sql`
      SELECT count(*) AS rows, count(${id}) AS records, COALESCE(sum(hashtext(t.tableoid::text || t.ctid::text || t.xmin::text)::bigint), 0) AS sum
      FROM ${nameOf(table)} t WHERE ${condition}`;
    const { rows } = await this.client.query<Record<'rows' | 'records' | 'sum', string>>(query.text, query.parameters);
    const { rows: count = '0', records = '0', sum = '0' } = rows[0] ?? {};
    return { text: `${count} ${sum}`, records: Number(records), nameless: Number(count) - Number(records) };
  }

  private async dimensionOf(table: VectorTable, { embedding }: Layout, condition: Sql): Promise<number | null> {
    const vector = sql`t.${identifier(embedding)}`;
    const query = sql`SELECT ${vector}::text AS text FROM ${nameOf(table)} t WHERE ${condition} AND ${vector} IS NOT NULL LIMIT 1`;
    const { rows } = await this.client.query<{ text: string }>(query.text, query.parameters);
    return rows[0] === undefined ? null : vectorOf(rows[0].text).length;
  }
}

/** Rows in the order of their ids, as chunks that end between two ids: so is a cursor enough to go on. */
async function* chunksOf(rows: AsyncIterable<RecordRow>): AsyncIterable<Chunk> {
  let [records, rejects, bytes]: [CopyRecord[], Reject[], number] = [[], [], 0];
  let last: string | undefined;
  for await (const row of rows) {
    const id = row.id ?? '';
    if (id !== last && last !== undefined && (bytes >= CHUNK_BYTES || records.length + rejects.length >= MAX_RECORDS)) {
      yield { records, rejects, cursor: last };
      [records, rejects, bytes] = [[], [], 0];
    }
    const read = id === last ? { id, reason: 'the id has occurred before' } : readRow(row, id);
    if ('reason' in read) rejects.push(read);
    else records.push(read);
    bytes += Object.values(row).reduce((sum, text) => sum + (text?.length ?? 0), 0);
    last = id;
  }
  if (last !== undefined) yield { records, rejects, cursor: last };
}

function readRow(row: RecordRow, id: string): CopyRecord | Reject {
  try {
    const metadata = row.metadata === null ? null : parseJson(row.metadata);
    const object: JsonObject = new Map<string, Json>(Object.entries({ ...row, embedding: null, metadata }));
    return recordOfObject(object, FIELDS, row.embedding === null ? undefined : vectorOf(row.embedding));
  } catch (error) {
    if (error instanceof SyntaxError) return { id, reason: error.message };
    if (!(error instanceof BadLine)) throw error;
    const { message, unembedded } = error;
    return unembedded === undefined ? { id, reason: message } : { id, reason: 'it has no vector', unembedded };
  }
}

/** pgvector's text of a vector gives every component's bits back. */
function vectorOf(text: string): Float32Array {
  return new Float32Array(JSON.parse(text) as readonly number[]);
}

async function connected(url: string, address: string): Promise<pg.Client> {
  try {
    return await connectClient({ ...whereabouts(url), application_name: 'polyvec copy' });
  } catch (error) {
    throw new Error(`postgres:${address} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

/** An argument has no password: it comes from a file, or from the environment. */
function withPassword(address: string, password: string | undefined): string {
  if (password === undefined || password === '') return address;
  if (!/^\/\/[^/@]+@/.test(address))
    throw new Error('FROM must name the user that the password is of: postgres://user@host/database');
  return address.replace(/^\/\/([^/@]*)@/, (_, user: string) => `//${user}:${encodeURIComponent(password)}@`);
}

function askForMap({ schema, name, columns }: VectorTable): string {
  const names = columns.map((column) => column.name).join(', ');
  return `what the columns of ${schema}.${name} are is not known: name them with --map id=…,embedding=…,document=…,metadata=… (it has ${names})`;
}
