import type { Metric } from '../../../../collections/collection.js';
import { stringifyJson } from '../../../../http/json.js';
import type { Namespace } from '../../../../records/namespace.js';
import type { RankedRecord, StoredRecord } from '../../../../records/record.js';
import { SCHEMA_SHAPE, type ApiVersion } from '../../wire/api-version.js';
import { DOCUMENT_KEY, URI_KEY } from '../../wire/metadata.js';
import { filterableFields } from '../../wire/metadata-schema.js';
import { DEFAULT_ALIAS, publicName } from '../../wire/namespace-name.js';
import type { FetchResult, ListResult, NamespacesResult, QueryResult, StatsResult, UpdateResult } from '../results.js';

/** Answers of the data plane over REST, as JSON text: stored parts go into it as the text they are. */

/** Every query costs one: what a unit is worth is the service's business. */
export const READ_UNITS = 1;
const USAGE = `"usage":{"readUnits":${String(READ_UNITS)}}`;
/** From here on statistics call the default namespace by its alias. */
const ALIASED_STATS: ApiVersion = '2025-10';
/** Since then sparse indexes have no dimension; before, it was 0. */
const OPTIONAL_DIMENSION: ApiVersion = '2025-01';

const METRICS: Readonly<Record<Metric, string>> = { cosine: 'cosine', l2: 'euclidean', ip: 'dotproduct' };

/** Pinecone's name of a metric. */
export function metricName(metric: Metric): string {
  return METRICS[metric];
}

export function toUpsertResponse(upsertedCount: number): string {
  return `{"upsertedCount":${String(upsertedCount)}}`;
}

export function toUpdateResponse({ matchedRecords }: UpdateResult): string {
  return matchedRecords === undefined ? '{}' : `{"matchedRecords":${String(matchedRecords)}}`;
}

export function toQueryResponse(result: QueryResult): string {
  const matches = result.matches.map((match) => `{"id":${JSON.stringify(match.id)},"score":${match.score},${partsText(match)}}`);
  return `{"results":[],"matches":[${matches.join(',')}],"namespace":${JSON.stringify(result.namespace)},${USAGE}}`;
}

export function toFetchResponse(result: FetchResult): string {
  const vectors = result.records.map((record) => {
    const id = JSON.stringify(record.id);
    return `${id}:{"id":${id},${partsText(record)}}`;
  });
  const next = paginationText(result.next);
  return `{"vectors":{${vectors.join(',')}},"namespace":${JSON.stringify(result.namespace)},${USAGE}${next}}`;
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

/** The metadata with the document and the uri in it; null when there is nothing. */
export function metadataText({ metadata, document, uri }: StoredRecord): string | null {
  if (document === null && uri === null) return metadata;
  const entries = [
    ...(document === null ? [] : [`${JSON.stringify(DOCUMENT_KEY)}:${JSON.stringify(document)}`]),
    ...(uri === null ? [] : [`${JSON.stringify(URI_KEY)}:${JSON.stringify(uri)}`]),
  ].join(',');
  return metadata === null ? `{${entries}}` : `${metadata.slice(0, -1)},${entries}}`;
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

/** What statistics call the default namespace. */
export function defaultNamespaceKey(version: ApiVersion, setting: 'auto' | 'empty' | 'alias'): string {
  const aliased = setting === 'alias' || (setting === 'auto' && version >= ALIASED_STATS);
  return aliased ? DEFAULT_ALIAS : '';
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

/** Absent on the last page. */
function paginationText(next: string | undefined): string {
  return next === undefined ? '' : `,"pagination":{"next":${JSON.stringify(next)}}`;
}
