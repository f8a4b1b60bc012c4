import type { Metric } from '../../../collections/collection.js';
import { commaSeparated, type Pieces, sendPieces, type SentAnswer } from '../../../http/long-answer.js';
import type { StoredRecord } from '../../../records/record.js';
import { definitionOf } from '../collections/collection-definition.js';
import type { SizedCollection } from '../collections/operations.js';
import type { Hit } from '../search/scores.js';
import type { Shown } from '../wire/stored-vector.js';
import type { PointPage } from './operations.js';
import { pointIdText } from './point-id.js';

/** Answers, as JSON text: stored parts go into it as the text they are. */

const DISTANCES: Readonly<Record<Metric, string>> = { cosine: 'Cosine', l2: 'Euclid', ip: 'Dot' };

/** What typed clients insist on, and nothing here has: Qdrant's own defaults. */
const OPTIMIZER_CONFIG = {
  deleted_threshold: 0.2,
  vacuum_min_vector_number: 1000,
  default_segment_number: 0,
  flush_interval_sec: 5,
};
const FULL_SCAN_THRESHOLD = 10_000;
const MS_PER_SECOND = 1000;

/** The result of the work, as JSON text, in Qdrant's envelope; `time` is how long it took, in seconds. */
export async function enveloped(work: () => Promise<string | Pieces>): Promise<SentAnswer> {
  const started = performance.now();
  const result = await work();
  const seconds = (performance.now() - started) / MS_PER_SECOND;
  return sendPieces(envelope(result, seconds));
}

function* envelope(result: string | Pieces, seconds: number): Pieces {
  yield '{"result":';
  if (typeof result === 'string') yield result;
  else yield* result;
  yield `,"status":"ok","time":${String(seconds)}}`;
}

export function toCollectionList(collections: readonly SizedCollection[]): string {
  return JSON.stringify({ collections: collections.map(({ collection }) => ({ name: collection.name })) });
}

/** A collection as Qdrant tells of one. */
export function toCollectionInfo({ collection, size }: SizedCollection): string {
  const { hnsw } = definitionOf(collection);
  return JSON.stringify({
    status: 'green',
    optimizer_status: 'ok',
    vectors_count: size.count,
    indexed_vectors_count: size.count,
    points_count: size.count,
    segments_count: 1,
    config: {
      params: { vectors: { size: collection.dimension, distance: DISTANCES[collection.metric] } },
      hnsw_config: { m: hnsw.m, ef_construct: hnsw.ef_construction, full_scan_threshold: FULL_SCAN_THRESHOLD },
      optimizer_config: OPTIMIZER_CONFIG,
    },
    payload_schema: {},
  });
}

let operations = 0;

/** The end of a write. The number goes up with each, counted by this process since it began: it tells writes apart, no more. */
export function completed(): string {
  operations += 1;
  return `{"operation_id":${String(operations)},"status":"completed"}`;
}

export function* toPoints(records: readonly StoredRecord[], shown: Shown): Pieces {
  yield '[';
  yield* commaSeparated(records, (record) => pointText(record, shown));
  yield ']';
}

export function* toPage({ records, next }: PointPage, shown: Shown): Pieces {
  yield '{"points":';
  yield* toPoints(records, shown);
  yield `,"next_page_offset":${next === undefined ? 'null' : pointIdText(next)}}`;
}

/** Typed clients insist on a `version`. */
export function* toHits(hits: readonly Hit[], shown: Shown): Pieces {
  yield '[';
  yield* commaSeparated(hits, ({ record, score }) => {
    const { embedding } = record;
    const vector = `"vector":${embedding ?? 'null'}`;
    return `{${idText(record)},"version":0,"score":${String(score)},${payloadText(record, shown)},${vector}}`;
  });
  yield ']';
}

function pointText(record: StoredRecord, shown: Shown): string {
  const vector = shown.vector ? `,"vector":${record.embedding ?? 'null'}` : '';
  return `{${idText(record)},${payloadText(record, shown)}${vector}}`;
}

function idText({ id }: StoredRecord): string {
  return `"id":${pointIdText(id)}`;
}

/** Null when it was not asked for. */
function payloadText({ metadata }: StoredRecord, { payload }: Shown): string {
  return `"payload":${payload ? (metadata ?? '{}') : 'null'}`;
}
