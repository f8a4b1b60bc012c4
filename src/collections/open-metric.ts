import type { Collection } from './collection.js';

/** The key of a collection's settings that is no protocol's, and says whether its metric was asked for. */
export const METRIC_SETTING = 'metric';

/** The value for a metric that is nothing but a default. */
export const DEFAULT_METRIC = 'default';

/** Whether nobody has asked for the collection's metric. */
export function isMetricOpen(collection: Pick<Collection, 'settings'>): boolean {
  return (JSON.parse(collection.settings) as Readonly<Record<string, unknown>>)[METRIC_SETTING] === DEFAULT_METRIC;
}
