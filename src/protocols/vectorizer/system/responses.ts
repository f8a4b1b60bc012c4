import { VERSION } from '../../../version.js';
import { LOCAL_PROVIDER, type Provider } from '../collections/embedding-providers.js';
import type { SizedCollection } from '../collections/operations.js';
import { bytesOf } from '../collections/responses.js';
import { rfc3339 } from '../wire/rfc3339.js';
import type { Embedded } from './operations.js';

/** The release whose behaviour is followed: clients may look at it. */
export const EMULATED_VERSION = '3.5.0';
/** Answers come from the database: there is nothing to count. */
const NO_CACHE = { size: 0, capacity: 0, hits: 0, misses: 0, evictions: 0, hit_rate: 0 };

export function toHealth(isAvailable: boolean): object {
  return {
    status: isAvailable ? 'healthy' : 'unhealthy',
    timestamp: new Date().toISOString(),
    version: EMULATED_VERSION,
    gateway_version: VERSION,
    cache: NO_CACHE,
  };
}

/** `collections` is a number, as Python's SDK reads it. */
export function toStats(collections: readonly SizedCollection[], providers: readonly Provider[]): object {
  const bytes = totalBytes(collections);
  return {
    collections: collections.length,
    total_collections: collections.length,
    total_vectors: collections.reduce((sum, { size }) => sum + size.count, 0),
    uptime_seconds: uptimeSeconds(),
    version: EMULATED_VERSION,
    default_quantization: 'none',
    compression_ratio: 1,
    providers: providers.map(({ name, dimension }) => ({ name, dimension, default: name === LOCAL_PROVIDER })),
    default_provider: LOCAL_PROVIDER,
    total_size_bytes: bytes,
    memory_usage_bytes: process.memoryUsage.rss(),
    disk_usage_bytes: bytes,
  };
}

export function toStatus(collections: number): object {
  return { online: true, version: EMULATED_VERSION, uptime_seconds: uptimeSeconds(), collections_count: collections };
}

/** Nothing is ever left to be indexed. */
export function toProgress(collections: readonly SizedCollection[]): object {
  return {
    overall_status: 'completed',
    is_indexing: false,
    collections: collections.map(({ collection, size }) => ({
      name: collection.name,
      collection_name: collection.name,
      vector_count: size.count,
      last_updated: rfc3339(collection.createdAt),
      status: 'completed',
      progress: 1,
      total_documents: size.count,
      processed_documents: size.count,
      errors: 0,
    })),
    total_collections: collections.length,
    completed_collections: collections.length,
    processing_collections: 0,
  };
}

/** Prometheus' text format. */
export function toMetrics(isAvailable: boolean): string {
  const gauges: readonly (readonly [name: string, help: string, value: number])[] = [
    ['polyvec_up', 'Whether the database answers.', Number(isAvailable)],
    ['polyvec_uptime_seconds', 'Since the process started.', process.uptime()],
    ['process_resident_memory_bytes', 'Resident memory.', process.memoryUsage.rss()],
  ];
  return gauges.map(([name, help, value]) => `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${name} ${String(value)}\n`).join('');
}

export function toEmbedding({ text, model, provider, embedding }: Embedded): object {
  return { embedding: Array.from(embedding), text, dimension: embedding.length, model, provider };
}

function uptimeSeconds(): number {
  return Math.floor(process.uptime());
}

function totalBytes(collections: readonly SizedCollection[]): number {
  return collections.reduce((sum, { collection, size }) => {
    const { index, payload } = bytesOf(collection, size);
    return sum + index + payload;
  }, 0);
}
