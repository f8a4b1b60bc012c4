import { and, type Filter } from '../src/filters/filter.js';
import { isJsonObject, type Json, parseJson } from '../src/http/json.js';
import { MODERN, parseWhere, parseWhereDocument } from '../src/protocols/chroma/filter/parse-filter.js';
import { partsOf } from '../src/protocols/chroma/records/responses.js';
import type { RecordWrite } from '../src/records/record.js';
import type { BenchRecord } from './data.js';
import type { SameSql, Statements } from './same-sql.js';

/** What a request for records asks to be answered with. */
export const QUERY_INCLUDE = ['metadatas', 'documents', 'distances'];
export const GET_INCLUDE = ['documents', 'metadatas'];
/** Results of a query. */
export const RESULTS = 10;
/** What a read without a limit asks for first. */
const PAGE_ROWS = 1_001;

/** Conditions of a request, as it has them. */
export interface Conditions {
  readonly ids?: readonly string[];
  readonly where?: object | undefined;
  readonly where_document?: object;
}

/** A record of a write; what is absent is not sent. */
export type Written = Pick<BenchRecord, 'id'> & Partial<Pick<BenchRecord, 'embedding' | 'document' | 'metadata'>>;

/** The statements that Polyvec sends for requests of Chroma's API. */
export class ChromaSql {
  constructor(private readonly sql: SameSql) {}

  async query(vector: Float32Array, where?: object): Promise<Statements> {
    const selection = { filter: filterOf({ where }) };
    return this.sql.search({ ...selection, queries: [vector], limit: RESULTS, parts: partsOf(QUERY_INCLUDE) });
  }

  async get(conditions: Conditions): Promise<Statements> {
    const { ids } = conditions;
    return this.sql.read({ ids, filter: filterOf(conditions), parts: partsOf(GET_INCLUDE), offset: 0, limit: PAGE_ROWS });
  }

  async count(): Promise<Statements> {
    return this.sql.count();
  }

  async upsert(records: readonly Written[]): Promise<Statements> {
    return this.sql.write(records.map(toWrite), { existing: 'merge', missing: 'insert' });
  }

  async update(records: readonly Written[]): Promise<Statements> {
    return this.sql.write(records.map(toWrite), { existing: 'merge', missing: 'skip' });
  }

  async delete(conditions: Conditions): Promise<Statements> {
    return this.sql.delete({ ids: conditions.ids, filter: filterOf(conditions), limit: null, listIds: false });
  }
}

function toWrite({ id, embedding, document, metadata }: Written): RecordWrite {
  return {
    id,
    embedding: embedding ?? null,
    sparse: null,
    document: document ?? null,
    uri: null,
    metadata: metadata === undefined ? null : JSON.stringify(metadata),
    removedKeys: [],
  };
}

function filterOf({ where, where_document: whereDocument }: Conditions): Filter | undefined {
  const filters = [parseWhere(asSent(where), MODERN), parseWhereDocument(asSent(whereDocument), MODERN)].flatMap((parsed) =>
    parsed === undefined ? [] : [parsed.filter],
  );
  return filters.length > 1 ? and(...filters) : filters[0];
}

/** As the gateway reads it from the body. */
function asSent(value: object | undefined): Json | undefined {
  if (value === undefined) return undefined;
  const json = parseJson(JSON.stringify(value));
  return isJsonObject(json) ? json : undefined;
}
