import type { Collection } from '../../../collections/collection.js';
import type { JsonObject } from '../../../http/json.js';
import { type ApiVersion, SCHEMA_SHAPE } from '../wire/api-version.js';
import { metricName } from '../wire/metric.js';
import { definitionOf, type IndexDefinition, type IndexSpec } from './index-definition.js';
import { plain, schemaOf } from './index-schema.js';
import type { HostedIndex } from './operations.js';

export function toIndexResponse(index: HostedIndex, version: ApiVersion): string {
  return JSON.stringify(toIndexModel(index, version));
}

export function toIndexesResponse(indexes: readonly HostedIndex[], version: ApiVersion): string {
  return JSON.stringify({ indexes: indexes.map((index) => toIndexModel(index, version)) });
}

/** `IndexModel` in the shape of the version, as a literal; what is undefined is left out. */
function toIndexModel({ collection, host }: HostedIndex, version: ApiVersion): object {
  const definition = definitionOf(collection);
  return version >= SCHEMA_SHAPE ? schemaModel(collection, definition, host) : classicModel(collection, definition, host);
}

function classicModel(collection: Collection, definition: IndexDefinition, host: string): object {
  const { tags } = definition;
  return {
    name: collection.name,
    ...(collection.dimension !== null && { dimension: collection.dimension }),
    metric: metricName(collection.metric),
    host,
    deletion_protection: protectionOf(collection),
    ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
    ...(definition.embedding !== undefined && { embed: embedOf(collection, definition.embedding) }),
    spec: classicSpec(definition),
    status: statusOf(collection),
    vector_type: collection.vectorType,
  };
}

function schemaModel(collection: Collection, definition: IndexDefinition, host: string): object {
  const { spec, tags } = definition;
  return {
    name: collection.name,
    host,
    status: statusOf(collection),
    deployment: deploymentOf(spec),
    schema: schemaOf(collection, definition),
    deletion_protection: protectionOf(collection),
    ...(spec.kind !== 'pod' && { read_capacity: capacityOf(spec.readCapacity) }),
    tags: tags.size > 0 ? Object.fromEntries(tags) : null,
    source_collection: spec.kind === 'byoc' ? undefined : spec.sourceCollection,
    source_backup_id: definition.sourceBackupId,
    cmek_id: definition.cmekId,
  };
}

/** An index is always ready; while its vectors are being indexed, searches are slower. */
function statusOf({ isIndexing }: Collection): object {
  return { ready: true, state: isIndexing ? 'ScalingUp' : 'Ready' };
}

function protectionOf(collection: Collection): string {
  return collection.deletionProtection ? 'enabled' : 'disabled';
}

function embedOf(collection: Collection, embedding: NonNullable<IndexDefinition['embedding']>): object {
  return {
    model: embedding.model,
    metric: metricName(collection.metric),
    ...(collection.dimension !== null && { dimension: collection.dimension }),
    vector_type: collection.vectorType,
    field_map: { text: embedding.textField },
    read_parameters: plain(embedding.readParameters),
    write_parameters: plain(embedding.writeParameters),
  };
}

function classicSpec({ spec, metadataSchema }: IndexDefinition): object {
  const schema = metadataSchema === undefined ? {} : { schema: plain(metadataSchema) };
  switch (spec.kind) {
    case 'serverless': {
      const { cloud, region, sourceCollection } = spec;
      return {
        serverless: {
          cloud,
          region,
          read_capacity: capacityOf(spec.readCapacity),
          source_collection: sourceCollection,
          ...schema,
        },
      };
    }
    case 'byoc':
      return { byoc: { environment: spec.environment, read_capacity: capacityOf(spec.readCapacity), ...schema } };
    case 'pod':
      return {
        pod: {
          environment: spec.environment,
          replicas: spec.replicas,
          shards: spec.shards,
          pod_type: spec.podType,
          pods: spec.pods,
          metadata_config: spec.metadataConfig && plain(spec.metadataConfig),
          source_collection: spec.sourceCollection,
        },
      };
  }
}

function deploymentOf(spec: IndexSpec): object {
  switch (spec.kind) {
    case 'serverless':
      return { deployment_type: 'managed', cloud: spec.cloud, region: spec.region };
    case 'byoc':
      return { deployment_type: 'byoc', environment: spec.environment };
    case 'pod':
      return {
        deployment_type: 'pod',
        environment: spec.environment,
        pod_type: spec.podType,
        replicas: spec.replicas,
        shards: spec.shards,
      };
  }
}

/** `read_capacity` as it was asked for, and its state. */
function capacityOf(capacity: JsonObject | undefined): object {
  if (capacity === undefined) return { mode: 'OnDemand', status: { state: 'Ready' } };
  const asked = plain(capacity) as { readonly mode?: string; readonly dedicated?: { readonly manual?: Manual } };
  if (asked.mode !== 'Dedicated') return { mode: 'OnDemand', status: { state: 'Ready' } };
  const { shards = 1, replicas = 1 } = asked.dedicated?.manual ?? {};
  return { ...asked, status: { state: 'Ready', current_shards: shards, current_replicas: replicas } };
}

interface Manual {
  readonly shards?: number;
  readonly replicas?: number;
}
