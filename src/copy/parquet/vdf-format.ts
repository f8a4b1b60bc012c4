import type { Metric } from '../../collections/collection.js';

/** The description of everything, in a folder of Vector Data Format. */
export const VDF_META = 'VDF_META.json';
export const VECTOR = 'vector';
/** Columns that are parts of a record: all others are metadata. */
export const VDF_COLUMNS = ['id', VECTOR, 'document'] as const;

export const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['Cosine', 'cosine'],
  ['Euclid', 'l2'],
  ['Dot', 'ip'],
]);

/** Metadata may have keys of these names: they are no parts of a record there. */
const ABSENT = ['namespace', 'sparse', 'uri'].map((part) => [part, `\0${part}`] as const);

/** Columns by the parts of a record that they become. */
export function vdfFields(id: string, vector: string): ReadonlyMap<string, string> {
  return new Map([
    ...[['id', id] as const, ['embedding', vector] as const, ['document', 'document'] as const, ['metadata', '*'] as const],
    ...ABSENT,
  ]);
}
