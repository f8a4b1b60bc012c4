import type { Metric } from '../../../collections/collection.js';
import { invalidArgument } from '../pinecone-error.js';

const NAMES: Readonly<Record<Metric, string>> = { cosine: 'cosine', l2: 'euclidean', ip: 'dotproduct' };
const METRICS: ReadonlyMap<string, Metric> = new Map(
  (['cosine', 'l2', 'ip'] as const).map((metric) => [NAMES[metric], metric] as const),
);

/** Pinecone's name of a metric. */
export function metricName(metric: Metric): string {
  return NAMES[metric];
}

/** The core's name of Pinecone's metric. @throws PineconeError 400 */
export function metricOf(name: string): Metric {
  const metric = METRICS.get(name);
  if (metric === undefined) throw invalidArgument(`Unknown metric '${name}': expected cosine, euclidean or dotproduct`);
  return metric;
}
