import { jsonObject, JsonNumber, type Json, type JsonObject } from '../../../http/json.js';
import type { Metric } from '../../../collections/collection.js';
import { MAX_DIMENSION } from '../../../collections/collection.js';
import type { IndexSpec } from './index-definition.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { asInteger, asObject, asText, member, optional, undecodable } from './requests.js';

const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['cosine', 'cosine'],
  ['euclidean', 'l2'],
  ['dotproduct', 'ip'],
]);
const REGIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['aws', ['us-east-1', 'us-west-2', 'eu-west-1']],
  ['gcp', ['us-central1', 'europe-west4']],
  ['azure', ['eastus2']],
]);
const POD_TYPE = /^[a-z]\d\.x[1248]$/;

/** Pinecone's metric in the core's word. @throws PineconeError 400 */
export function metricOf(name: string): Metric {
  const metric = METRICS.get(name);
  if (metric === undefined) throw invalidArgument(`Unknown metric '${name}': expected cosine, euclidean or dotproduct`);
  return metric;
}

/** @throws PineconeError 400 */
export function requireDimension(dimension: number): number {
  if (dimension >= 1 && dimension <= MAX_DIMENSION) return dimension;
  throw invalidArgument(`Dimension must be between 1 and ${String(MAX_DIMENSION)}, got ${String(dimension)}`);
}

/** `spec` of the older shape: exactly one of its three kinds. */
export function specOf(sent: JsonObject, strictRegions: boolean): IndexSpec {
  const serverless = optional(sent, 'serverless', asObject);
  const pod = optional(sent, 'pod', asObject);
  const byoc = optional(sent, 'byoc', asObject);
  const kinds = [serverless, pod, byoc].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) throw undecodable('spec: expected exactly one of serverless, pod and byoc');
  if (serverless !== undefined) {
    const cloud = member(serverless, 'cloud', asText);
    const region = member(serverless, 'region', asText);
    requirePlace(cloud, region, strictRegions);
    return { kind: 'serverless', cloud, region, ...capacityOf(serverless), ...sourceOf(serverless) };
  }
  if (pod !== undefined) return podOf(pod);
  const environment = member(byoc ?? new Map(), 'environment', asText);
  return { kind: 'byoc', environment, ...capacityOf(byoc ?? new Map()) };
}

/** `deployment` of the newer shape. */
export function deploymentOf(sent: JsonObject | undefined, capacity: JsonObject | undefined, strictRegions: boolean): IndexSpec {
  const type = (sent && optional(sent, 'deployment_type', asText)) ?? 'managed';
  const readCapacity = capacity === undefined ? {} : { readCapacity: requireCapacity(capacity) };
  if (type === 'pod') {
    throw invalidArgument("deployment_type 'pod' is not supported on this API version. Use an older one to create pod indexes.");
  }
  if (type === 'byoc') {
    return { kind: 'byoc', environment: member(sent ?? new Map(), 'environment', asText), ...readCapacity };
  }
  if (type !== 'managed') throw invalidArgument(`Unknown deployment_type '${type}'`);
  const cloud = (sent && optional(sent, 'cloud', asText)) ?? 'aws';
  const region = (sent && optional(sent, 'region', asText)) ?? 'us-east-1';
  requirePlace(cloud, region, strictRegions);
  return { kind: 'serverless', cloud, region, ...readCapacity };
}

/** @throws PineconeError 400 for an unknown cloud, 404 for an unknown region when regions are strict */
export function requirePlace(cloud: string, region: string, strictRegions: boolean): void {
  const regions = REGIONS.get(cloud);
  if (regions === undefined) throw invalidArgument(`Unknown cloud '${cloud}': expected aws, gcp or azure`);
  if (strictRegions && !regions.includes(region)) {
    throw new PineconeError('NOT_FOUND', `Resource cloud: ${cloud} region: ${region} not found.`);
  }
}

/** `read_capacity` as it is kept: what was asked for. @throws PineconeError 400 or 422 */
export function requireCapacity(sent: JsonObject): JsonObject {
  const mode = optional(sent, 'mode', asText) ?? 'OnDemand';
  if (mode === 'OnDemand') return jsonObject({ mode });
  if (mode !== 'Dedicated') throw invalidArgument(`Unknown read_capacity mode '${mode}'`);
  const dedicated = member(sent, 'dedicated', asObject);
  const scaling = optional(dedicated, 'scaling', asText) ?? 'Manual';
  const manual = optional(dedicated, 'manual', asObject) ?? new Map<string, Json>();
  const countOf = (name: string): JsonNumber => {
    const count = optional(manual, name, asInteger) ?? 1;
    if (count < 0) throw invalidArgument(`read_capacity.dedicated.manual.${name} must not be negative`);
    return new JsonNumber(String(count));
  };
  return jsonObject({
    mode,
    dedicated: jsonObject({
      node_type: member(dedicated, 'node_type', asText),
      scaling,
      manual: jsonObject({ shards: countOf('shards'), replicas: countOf('replicas') }),
    }),
  });
}

/** A pod type of the same family, and no smaller. @throws PineconeError 400 */
export function requireGrowth(before: string, sent: string): string {
  const after = requirePodType(sent);
  const [family, size] = before.split('.x');
  const [newFamily, newSize] = after.split('.x');
  if (family !== newFamily) throw invalidArgument('The type of pods cannot be changed, only their size');
  if (Number(newSize) < Number(size)) throw invalidArgument('The size of pods cannot be reduced');
  return after;
}

function podOf(sent: JsonObject): IndexSpec {
  const replicas = optional(sent, 'replicas', asInteger) ?? 1;
  const shards = optional(sent, 'shards', asInteger) ?? 1;
  const metadataConfig = optional(sent, 'metadata_config', asObject);
  const pods = optional(sent, 'pods', asInteger) ?? replicas * shards;
  if (replicas < 1 || shards < 1 || pods < 1) throw invalidArgument('replicas, shards and pods must be at least 1');
  return {
    kind: 'pod',
    environment: member(sent, 'environment', asText),
    podType: requirePodType(optional(sent, 'pod_type', asText) ?? 'p1.x1'),
    replicas,
    shards,
    pods,
    ...(metadataConfig !== undefined && { metadataConfig }),
    ...sourceOf(sent),
  };
}

/** `p1` is `p1.x1`. */
function requirePodType(sent: string): string {
  const type = /^[a-z]\d$/.test(sent) ? `${sent}.x1` : sent;
  if (POD_TYPE.test(type)) return type;
  throw invalidArgument(`Unknown pod_type '${sent}'`);
}

function capacityOf(sent: JsonObject): { readonly readCapacity?: JsonObject } {
  const capacity = optional(sent, 'read_capacity', asObject);
  return capacity === undefined ? {} : { readCapacity: requireCapacity(capacity) };
}

function sourceOf(sent: JsonObject): { readonly sourceCollection?: string } {
  const sourceCollection = optional(sent, 'source_collection', asText);
  return sourceCollection === undefined ? {} : { sourceCollection };
}
