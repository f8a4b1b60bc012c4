import type { Metric } from '../../../collections/collection.js';
import type { CollectionSize } from '../../../records/record.js';
import type { DenseCollection } from '../targets.js';
import { rfc3339 } from '../wire/rfc3339.js';
import { definitionOf } from './collection-definition.js';
import type { SizedCollection } from './operations.js';

const FLOAT_BYTES = 4;
const KIB = 1024;

const DISPLAY_NAMES: Readonly<Record<Metric, string>> = { cosine: 'Cosine', l2: 'Euclidean', ip: 'DotProduct' };
const METRIC_NAMES: Readonly<Record<Metric, string>> = { cosine: 'cosine', l2: 'euclidean', ip: 'dot_product' };

/** Vectorizer's name of a metric in requests. */
function metricName(metric: Metric): string {
  return METRIC_NAMES[metric];
}

/** What a client can read of a collection. */
export interface CollectionReader {
  /** `similarity_metric` beside `metric`: the TypeScript SDK demands it, and the Rust SDK takes the two for one key. */
  readonly metricTwice: boolean;
  /** Two more keys, which no SDK knows. */
  readonly configuration: boolean;
}

const EVERY_READER: CollectionReader = { metricTwice: true, configuration: false };

/**
 * A collection as clients read it. The Python SDKs accept these keys and no others (`vector_count_history` is one that only
 * the newer ones know).
 */
export function toCollection(collection: DenseCollection, size: CollectionSize, reader: CollectionReader = EVERY_READER): object {
  const { embeddingProvider, hnsw, quantization, description, updatedAt } = definitionOf(collection);
  const created = rfc3339(collection.createdAt);
  const updated = updatedAt ?? created;
  return {
    name: collection.name,
    vector_count: size.count,
    document_count: size.sources,
    dimension: collection.dimension,
    metric: DISPLAY_NAMES[collection.metric],
    ...(reader.metricTwice && { similarity_metric: metricName(collection.metric) }),
    embedding_provider: embeddingProvider ?? 'none',
    created_at: created,
    updated_at: updated,
    last_updated: updated,
    size: toSize(bytesOf(collection, size)),
    quantization,
    normalization: { enabled: false, level: 'Disabled' },
    status: 'ready',
    error_message: null,
    indexing_status: {
      status: 'completed',
      progress: 1,
      total_documents: size.count,
      processed_documents: size.count,
      errors: 0,
      start_time: created,
      end_time: created,
      hnsw_config: hnsw,
    },
    ...(reader.configuration && { hnsw_config: hnsw, description }),
  };
}

/** All of them, in their order. */
export function toCollectionList(collections: readonly SizedCollection[], reader: CollectionReader): object {
  return {
    collections: collections.map(({ collection, size }) => toCollection(collection, size, reader)),
    total_collections: collections.length,
  };
}

export function toCreated({ collection }: SizedCollection): object {
  const { name } = collection;
  return {
    message: `Collection '${name}' created successfully`,
    collection: name,
    name,
    dimension: collection.dimension,
    metric: metricName(collection.metric),
    status: 'created',
  };
}

/** `collections` is what SDKs read. */
export function toEmptyCollections(names: readonly string[]): object {
  return { status: 'success', empty_collections: names, collections: names, count: names.length };
}

/** The last three are what SDKs read. */
export function toCleanedUp(names: readonly string[], isDry: boolean): object {
  const count = names.length;
  const message = isDry ? `${String(count)} empty collections would be deleted` : `Deleted ${String(count)} empty collections`;
  return { status: 'success', message, deleted_count: count, dry_run: isDry, success: true, removed: count, collections: names };
}

export function toDeleted(name: string): object {
  return { message: `Collection '${name}' deleted successfully`, status: 'deleted', collection: name };
}

export function toCollectionStats({ collection, size }: SizedCollection): object {
  const { index, payload } = bytesOf(collection, size);
  return {
    vector_count: size.count,
    indexed_count: size.count,
    memory_usage_bytes: index + payload,
    disk_usage_bytes: index + payload,
  };
}

/** What the vectors and the rest take, in bytes. */
export interface CollectionBytes {
  readonly index: number;
  readonly payload: number;
}

export function bytesOf(collection: DenseCollection, size: CollectionSize): CollectionBytes {
  return { index: size.count * collection.dimension * FLOAT_BYTES, payload: size.payloadBytes };
}

function toSize({ index, payload }: CollectionBytes): object {
  const total = index + payload;
  return {
    total: sizeText(total),
    total_bytes: total,
    index: sizeText(index),
    index_bytes: index,
    payload: sizeText(payload),
    payload_bytes: payload,
  };
}

function sizeText(bytes: number): string {
  if (bytes < KIB) return `${String(bytes)} B`;
  return bytes < KIB * KIB ? `${(bytes / KIB).toFixed(1)} KB` : `${(bytes / KIB / KIB).toFixed(1)} MB`;
}
