import { MAX_DIMENSION } from '../../../collections/collection.js';
import { type Json, JsonNumber, type JsonObject, jsonObject } from '../../../http/json.js';
import { invalidArgument, PineconeError } from '../pinecone-error.js';
import { asInteger, asObject, asText, membersOf, optional, required, undecodable } from '../wire/members.js';
import type { IndexSpec } from './index-definition.js';
import {
  ByocPart,
  CapacityPart,
  DedicatedCapacityPart,
  DeploymentPart,
  ManualScalingPart,
  PodPart,
  ServerlessPart,
  SpecPart,
} from './request-parts.js';

const REGIONS: ReadonlyMap<string, readonly string[]> = new Map([
  ['aws', ['us-east-1', 'us-west-2', 'eu-west-1']],
  ['gcp', ['us-central1', 'europe-west4']],
  ['azure', ['eastus2']],
]);
const POD_TYPE = /^[a-z]\d\.x[1248]$/;

/** @throws PineconeError 400 */
export function requireDimension(dimension: number): number {
  if (dimension >= 1 && dimension <= MAX_DIMENSION) return dimension;
  throw invalidArgument(`Dimension must be between 1 and ${String(MAX_DIMENSION)}, got ${String(dimension)}`);
}

/** `spec` of the older shape: exactly one of its three kinds, and the metadata schema in it. */
export function specOf(
  sent: JsonObject,
  strictRegions: boolean,
): { readonly spec: IndexSpec; readonly schema: JsonObject | undefined } {
  const parts = membersOf(SpecPart, sent);
  const serverless = optional(parts.serverless, 'serverless', asObject);
  const pod = optional(parts.pod, 'pod', asObject);
  const byoc = optional(parts.byoc, 'byoc', asObject);
  const [only, ...others] = [serverless, pod, byoc].filter((kind) => kind !== undefined);
  if (only === undefined || others.length > 0) throw undecodable('spec: expected exactly one of serverless, pod and byoc');
  if (serverless !== undefined) return serverlessOf(membersOf(ServerlessPart, serverless), strictRegions);
  if (pod !== undefined) return podOf(membersOf(PodPart, pod));
  const { environment, read_capacity: capacity, schema } = membersOf(ByocPart, only);
  const spec = { kind: 'byoc', environment: required(environment, 'environment', asText), ...capacityOf(capacity) } as const;
  return { spec, schema: optional(schema, 'schema', asObject) };
}

/** `deployment` of the newer shape. */
export function deploymentOf(sent: JsonObject | undefined, capacity: JsonObject | undefined, strictRegions: boolean): IndexSpec {
  const parts = membersOf(DeploymentPart, sent ?? new Map());
  const type = optional(parts.deployment_type, 'deployment_type', asText) ?? 'managed';
  const readCapacity = capacityOf(capacity);
  if (type === 'pod') {
    throw invalidArgument("deployment_type 'pod' is not supported on this API version. Use an older one to create pod indexes.");
  }
  if (type === 'byoc') {
    return { kind: 'byoc', environment: required(parts.environment, 'environment', asText), ...readCapacity };
  }
  if (type !== 'managed') throw invalidArgument(`Unknown deployment_type '${type}'`);
  const cloud = optional(parts.cloud, 'cloud', asText) ?? 'aws';
  const region = optional(parts.region, 'region', asText) ?? 'us-east-1';
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
  const parts = membersOf(CapacityPart, sent);
  const mode = optional(parts.mode, 'mode', asText) ?? 'OnDemand';
  if (mode === 'OnDemand') return jsonObject({ mode });
  if (mode !== 'Dedicated') throw invalidArgument(`Unknown read_capacity mode '${mode}'`);
  const dedicated = membersOf(DedicatedCapacityPart, required(parts.dedicated, 'dedicated', asObject));
  const scaling = optional(dedicated.scaling, 'scaling', asText) ?? 'Manual';
  const manual = membersOf(ManualScalingPart, optional(dedicated.manual, 'manual', asObject) ?? new Map());
  const countOf = (name: 'shards' | 'replicas'): JsonNumber => {
    const count = optional(manual[name], name, asInteger) ?? 1;
    if (count < 0) throw invalidArgument(`read_capacity.dedicated.manual.${name} must not be negative`);
    return new JsonNumber(String(count));
  };
  return jsonObject({
    mode,
    dedicated: jsonObject({
      node_type: required(dedicated.node_type, 'node_type', asText),
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
  if (family !== newFamily) throw invalidArgument('Bad request: Cannot change pod type');
  if (Number(newSize) < Number(size)) throw invalidArgument('Cannot scale down');
  return after;
}

function serverlessOf(parts: ServerlessPart, strictRegions: boolean): ReturnType<typeof specOf> {
  const cloud = required(parts.cloud, 'cloud', asText);
  const region = required(parts.region, 'region', asText);
  requirePlace(cloud, region, strictRegions);
  const capacity = capacityOf(parts.read_capacity);
  const spec = { kind: 'serverless', cloud, region, ...capacity, ...sourceOf(parts.source_collection) } as const;
  return { spec, schema: optional(parts.schema, 'schema', asObject) };
}

function podOf(parts: PodPart): ReturnType<typeof specOf> {
  const replicas = optional(parts.replicas, 'replicas', asInteger) ?? 1;
  const shards = optional(parts.shards, 'shards', asInteger) ?? 1;
  const metadataConfig = optional(parts.metadata_config, 'metadata_config', asObject);
  const pods = optional(parts.pods, 'pods', asInteger) ?? replicas * shards;
  if (replicas < 1 || shards < 1 || pods < 1) throw invalidArgument('replicas, shards and pods must be at least 1');
  const spec = {
    kind: 'pod',
    environment: required(parts.environment, 'environment', asText),
    podType: requirePodType(optional(parts.pod_type, 'pod_type', asText) ?? 'p1.x1'),
    replicas,
    shards,
    pods,
    ...(metadataConfig !== undefined && { metadataConfig }),
    ...sourceOf(parts.source_collection),
  } as const;
  return { spec, schema: optional(parts.schema, 'schema', asObject) };
}

/** A pod type with its size: `p1` is `p1.x1`. */
function requirePodType(sent: string): string {
  const type = /^[a-z]\d$/.test(sent) ? `${sent}.x1` : sent;
  if (POD_TYPE.test(type)) return type;
  throw invalidArgument(`Unknown pod_type '${sent}'`);
}

function capacityOf(sent: Json | undefined): { readonly readCapacity?: JsonObject } {
  const capacity = optional(sent, 'read_capacity', asObject);
  return capacity === undefined ? {} : { readCapacity: requireCapacity(capacity) };
}

function sourceOf(sent: Json | undefined): { readonly sourceCollection?: string } {
  const sourceCollection = optional(sent, 'source_collection', asText);
  return sourceCollection === undefined ? {} : { sourceCollection };
}
