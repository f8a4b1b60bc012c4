import { stringifyJson } from '../../../../http/json.js';
import { commaSeparated, type Pieces } from '../../../../http/long-answer.js';
import type { Namespace } from '../../../../records/namespace.js';
import type { RankedRecord, StoredRecord } from '../../../../records/record.js';
import { type ApiVersion, SCHEMA_SHAPE } from '../../wire/api-version.js';
import { metadataText } from '../../wire/metadata.js';
import { filterableFields } from '../../wire/metadata-schema.js';
import { metricName } from '../../wire/metric.js';
import { defaultNamespaceKey, publicName } from '../../wire/namespace-name.js';
import {
  type FetchResult,
  type Hit,
  type ListResult,
  type NamespacesResult,
  type QueryResult,
  READ_UNITS,
  type SearchRecordsResult,
  type StatsResult,
  type UpdateResult,
} from '../results.js';

/** Answers of the data plane over REST, as JSON text: stored parts go into it as the text they are. */

const USAGE = `"usage":{"readUnits":${String(READ_UNITS)}}`;
/** Since then sparse indexes have no dimension; before, it was 0. */
const OPTIONAL_DIMENSION: ApiVersion = '2025-01';

export function toUpsertResponse(upsertedCount: number): string {
  return `{"upsertedCount":${String(upsertedCount)}}`;
}

export function toUpdateResponse({ matchedRecords }: UpdateResult): string {
  return matchedRecords === undefined ? '{}' : `{"matchedRecords":${String(matchedRecords)}}`;
}

export function* toQueryResponse(result: QueryResult): Pieces {
  yield '{"results":[],"matches":[';
  yield* commaSeparated(
    result.matches,
    (match) => `{"id":${JSON.stringify(match.id)},"score":${match.score},${partsText(match)}}`,
  );
  yield `],"namespace":${JSON.stringify(result.namespace)},${USAGE}}`;
}

export function* toFetchResponse(result: FetchResult): Pieces {
  yield '{"vectors":{';
  yield* commaSeparated(result.records, (record) => {
    const id = JSON.stringify(record.id);
    return `${id}:{"id":${id},${partsText(record)}}`;
  });
  yield `},"namespace":${JSON.stringify(result.namespace)},${USAGE}${paginationText(result.next)}}`;
}

export function toListResponse(result: ListResult): string {
  const vectors = result.ids.map((id) => `{"id":${JSON.stringify(id)}}`);
  const next = paginationText(result.next);
  return `{"vectors":[${vectors.join(',')}],"namespace":${JSON.stringify(result.namespace)},${USAGE}${next}}`;
}

/** The values of a record, as members of an object. */
function partsText(record: StoredRecord | RankedRecord): string {
  const { embedding, sparse } = record;
  const metadata = metadataText(record);
  const sparseText = sparse === null ? '' : `,"sparseValues":{"indices":${sparse.indices},"values":${sparse.values}}`;
  return `"values":${embedding ?? '[]'}${sparseText}${metadata === null ? '' : `,"metadata":${metadata}`}`;
}

export function toStatsResponse(result: StatsResult, version: ApiVersion, defaultKey: 'auto' | 'empty' | 'alias'): string {
  const key = defaultNamespaceKey(version, defaultKey);
  const namespaces = result.namespaces.map(
    ({ name, count }) => `${JSON.stringify(name === '' ? key : name)}:{"vectorCount":${String(count)}}`,
  );
  const absent = version < OPTIONAL_DIMENSION ? '"dimension":0,' : '';
  const dimension = result.dimension === null ? absent : `"dimension":${String(result.dimension)},`;
  const total = String(result.total);
  const kind = `"metric":"${metricName(result.metric)}","vectorType":"${result.vectorType}"`;
  return `{"namespaces":{${namespaces.join(',')}},${dimension}"indexFullness":0,"totalVectorCount":${total},${kind}}`;
}

export function toNamespaceResponse(namespace: Namespace, version: ApiVersion): string {
  const strings = version >= SCHEMA_SHAPE;
  const count = strings ? `"${String(namespace.count)}"` : String(namespace.count);
  const size = strings ? `,"size_bytes":"${String(namespace.bytes)}"` : '';
  const { schema } = namespace;
  const fields =
    schema === null ? '' : `,"schema":${schema},"indexed_fields":{"fields":${stringifyJson(filterableFields(schema))}}`;
  return `{"name":${JSON.stringify(publicName(namespace.name))},"record_count":${count}${fields}${size}}`;
}

export function toNamespacesResponse(result: NamespacesResult, version: ApiVersion): string {
  const namespaces = result.namespaces.map((namespace) => toNamespaceResponse(namespace, version));
  return `{"namespaces":[${namespaces.join(',')}]${paginationText(result.next)},"total_count":${String(result.total)}}`;
}

/** A search by text; `fields` names those that a hit shows, undefined all of them. */
export function* toSearchResponse(
  { hits, embedTokens, rerankUnits }: SearchRecordsResult,
  fields: readonly string[] | undefined,
): Pieces {
  const rerank = rerankUnits === undefined ? '' : `,"rerank_units":${String(rerankUnits)}`;
  const usage = `"read_units":${String(READ_UNITS)},"embed_total_tokens":${String(embedTokens)}${rerank}`;
  yield '{"result":{"hits":[';
  yield* commaSeparated(
    hits,
    (hit) => `{"_id":${JSON.stringify(hit.id)},"_score":${hit.score},"fields":${fieldsText(hit, fields)}}`,
  );
  yield `]},"usage":{${usage}}}`;
}

/** A hit's fields as JSON text: all, also by `*`, or those of the names. */
function fieldsText({ metadata }: Hit, names: readonly string[] | undefined): string {
  if (metadata === null) return '{}';
  if (names === undefined || names.includes('*')) return metadata;
  const values = Object.entries(JSON.parse(metadata) as Readonly<Record<string, unknown>>);
  return JSON.stringify(Object.fromEntries(values.filter(([name]) => names.includes(name))));
}

/** Absent on the last page. */
function paginationText(next: string | undefined): string {
  return next === undefined ? '' : `,"pagination":{"next":${JSON.stringify(next)}}`;
}
