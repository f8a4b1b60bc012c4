import { type Json, type JsonObject, jsonObject } from '../../../../http/json.js';
import { embeddingOf } from '../../../../records/embedding-of.js';
import type { Namespace } from '../../../../records/namespace.js';
import type { RankedRecord, SparseVector, StoredRecord } from '../../../../records/record.js';
import { metadataText } from '../../wire/metadata.js';
import { declaredFields, filterableFields } from '../../wire/metadata-schema.js';
import { metricName } from '../../wire/metric.js';
import { publicName } from '../../wire/namespace-name.js';
import type { SentVector } from '../../wire/sent-vector.js';
import {
  type FetchResult,
  type ListResult,
  type NamespacesResult,
  type QueryResult,
  READ_UNITS,
  type StatsResult,
} from '../results.js';

/** Between gRPC messages and the requests and results of the operations. */

/** A message by the names of its fields, as the codec reads and writes it. */
export type Message = Record<string, unknown>;

const USAGE = { readUnits: READ_UNITS };
const NO_VALUES = new Float32Array();

/** Copies the fields that were sent into a request of a class. */
export function fillRequest<T extends object>(request: T, message: Message): T {
  return Object.assign(request, message);
}

export function toSentVectors(messages: unknown): readonly SentVector[] {
  return (messages as readonly Message[]).map((message) => ({
    id: (message['id'] as string | undefined) ?? '',
    values: message['values'] as Float32Array,
    sparseValues: message['sparseValues'] as SparseVector | undefined,
    metadata: message['metadata'] as JsonObject | undefined,
  }));
}

/** `{fields: {key: {filterable}}}` as JSON. */
export function toSchema(message: unknown): JsonObject | undefined {
  if (message === undefined) return undefined;
  const fields = ((message as Message)['fields'] ?? {}) as Readonly<Record<string, Message>>;
  const entries = Object.entries(fields).map(([name, properties]): [string, Json] => [
    name,
    jsonObject({ filterable: properties['filterable'] === true }),
  ]);
  return entries.length === 0 ? undefined : jsonObject({ fields: new Map(entries) });
}

export function fromQuery(result: QueryResult): Message {
  return {
    matches: lazily(result.matches, fromMatch),
    namespace: result.namespace,
    usage: USAGE,
  };
}

/** What is made of each item when it is written, and not before: there may be many. */
function lazily<T, U>(items: readonly T[], make: (item: T) => U): Iterable<U> {
  return {
    *[Symbol.iterator]() {
      for (const item of items) yield make(item);
    },
  };
}

function fromMatch(match: RankedRecord): Message {
  const message = fromRecord(match);
  message['score'] = Number(match.score);
  return message;
}

export function fromFetch(result: FetchResult): Message {
  return {
    vectors: lazily(result.records, (record) => [record.id, fromRecord(record)] as const),
    namespace: result.namespace,
    usage: USAGE,
    pagination: fromNext(result.next),
  };
}

export function fromList(result: ListResult): Message {
  return {
    vectors: result.ids.map((id) => ({ id })),
    pagination: fromNext(result.next),
    namespace: result.namespace,
    usage: USAGE,
  };
}

export function fromStats(result: StatsResult, defaultKey: string): Message {
  return {
    namespaces: new Map(result.namespaces.map(({ name, count }) => [name === '' ? defaultKey : name, { vectorCount: count }])),
    dimension: result.dimension,
    indexFullness: 0,
    totalVectorCount: result.total,
    metric: metricName(result.metric),
    vectorType: result.vectorType,
  };
}

export function fromNamespaces(result: NamespacesResult): Message {
  return { namespaces: result.namespaces.map(fromNamespace), pagination: fromNext(result.next), totalCount: result.total };
}

export function fromNamespace({ name, count, bytes, schema }: Namespace): Message {
  const fields =
    schema === null ? null : [...declaredFields(schema)].map(([field, filterable]) => [field, { filterable }] as const);
  return {
    name: publicName(name),
    recordCount: count,
    schema: fields === null ? null : { fields: new Map(fields) },
    indexedFields: schema === null ? null : { fields: filterableFields(schema) },
    sizeBytes: bytes,
  };
}

function fromRecord(record: StoredRecord): Message {
  const { embedding, sparse } = record;
  return {
    id: record.id,
    values: embedding === null ? NO_VALUES : embeddingOf(embedding),
    sparseValues:
      sparse === null
        ? null
        : {
            indices: JSON.parse(sparse.indices) as number[],
            values: new Float32Array(JSON.parse(sparse.values) as number[]),
          },
    metadata: metadataText(record),
  };
}

function fromNext(next: string | undefined): Message | undefined {
  return next === undefined ? undefined : { next };
}
