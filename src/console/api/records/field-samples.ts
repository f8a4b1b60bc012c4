import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { GatewayError } from '../../../errors.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Parts, StoredRecord } from '../../../records/record.js';
import { RecordSamples } from '../../../records/record-samples.service.js';
import type { FieldList } from '../contract/collections.js';

const SAMPLE = 1_000;
const MOST_MS = 250;
const MAX_VALUES = 50;
const MAX_FIELDS = 500;
const MAX_VALUE_CHARACTERS = 200;
/** A filter is asked for as it is typed. */
const KEPT_MS = 30_000;
const MAX_KEPT = 100;
const METADATA: Parts = { document: false, uri: false, metadata: true, embedding: false };
/** The same sample each time. */
const SEED = 1;

type FieldType = FieldList['fields'][number]['types'][number];
type Value = string | number | boolean;

interface FieldCount {
  readonly types: Set<FieldType>;
  readonly values: Map<Value, number>;
}

/** Which metadata fields there are, by a sample of the records: kept for a while. */
@Injectable()
export class FieldSamples {
  private readonly kept = new Map<string, { readonly at: number; readonly fields: FieldList }>();

  constructor(
    private readonly samples: RecordSamples,
    private readonly work: LimitedWork,
  ) {}

  /** As much of the sample as can be read in time. */
  async fields(collection: Collection, namespace: string): Promise<FieldList> {
    const counts = new Map<string, FieldCount>();
    let sampled = 0;
    const around = <T>(work: () => Promise<T>): Promise<T> => this.work.run(work, MOST_MS);
    const started = performance.now();
    try {
      const request = { parts: METADATA, count: SAMPLE, seed: SEED };
      for await (const records of this.samples.take(collection, namespace, request, around)) {
        sampled += records.length;
        for (const record of records) count(counts, record);
        if (performance.now() - started > MOST_MS) break;
      }
    } catch (error) {
      // what has been read is a sample, too
      if (!(error instanceof GatewayError) || error.kind !== 'unavailable' || error.detail.subject !== 'statement') throw error;
    }
    const fields = { sampled, fields: [...counts].map(toField).sort((left, right) => (left.name < right.name ? -1 : 1)) };
    this.keep(collection, namespace, fields);
    return fields;
  }

  /** The fields that hold lists, as far as a sample of the last half minute, or one now, knows. */
  async listFields(collection: Collection, namespace: string): Promise<ReadonlySet<string>> {
    const known = this.kept.get(keyOf(collection, namespace));
    const isFresh = known !== undefined && performance.now() - known.at < KEPT_MS;
    const { fields } = isFresh ? known.fields : await this.fields(collection, namespace);
    return new Set(fields.filter(({ types }) => types.includes('list')).map(({ name }) => name));
  }

  private keep(collection: Collection, namespace: string, fields: FieldList): void {
    this.kept.set(keyOf(collection, namespace), { at: performance.now(), fields });
    const [oldest] = this.kept.keys();
    if (this.kept.size > MAX_KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
}

function keyOf({ uuid, epoch }: Collection, namespace: string): string {
  return `${uuid} ${epoch} ${namespace}`;
}

function count(counts: Map<string, FieldCount>, { metadata }: StoredRecord): void {
  for (const [name, value] of Object.entries(JSON.parse(metadata ?? '{}') as Readonly<Record<string, unknown>>)) {
    const known = counts.get(name) ?? { types: new Set(), values: new Map() };
    if (!counts.has(name) && counts.size >= MAX_FIELDS) continue;
    counts.set(name, known);
    known.types.add(typeOf(value));
    for (const item of Array.isArray(value) ? (value as readonly unknown[]) : [value]) {
      if (isValue(item)) increment(known.values, item);
    }
  }
}

function increment(counts: Map<Value, number>, value: Value): void {
  counts.set(value, (counts.get(value) ?? 0) + 1);
}

function isValue(value: unknown): value is Value {
  if (typeof value === 'string') return value.length <= MAX_VALUE_CHARACTERS;
  return typeof value === 'number' || typeof value === 'boolean';
}

function typeOf(value: unknown): FieldType {
  if (Array.isArray(value)) return 'list';
  switch (typeof value) {
    case 'string':
      return 'string';
    case 'boolean':
      return 'bool';
    case 'number':
      return Number.isInteger(value) ? 'int' : 'float';
    default:
      return value === null ? 'null' : 'object';
  }
}

function toField([name, { types, values }]: readonly [string, FieldCount]): FieldList['fields'][number] {
  const frequent = [...values].sort(([, left], [, right]) => right - left).slice(0, MAX_VALUES);
  return { name, types: [...types].sort(), values: frequent.map(([value, times]) => ({ value, count: times })) };
}
