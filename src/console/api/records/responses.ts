import { embeddingOf } from '../../../records/embedding-of.js';
import { CUT_CHARACTERS, type Parts, type StoredRecord } from '../../../records/record.js';
import type { RecordRow } from '../contract/records.js';

/** Components of a vector that a row shows. */
const GLIMPSE = 32;
/** No number of JSON's is beyond. */
const LARGEST = Number.MAX_VALUE;

/** What rows of a list are made of. */
export const ROW_PARTS: Parts = { document: 'cut', uri: true, metadata: true, embedding: 'binary', sparse: true };
/** What rows that were asked for by their ids are made of. */
export const WHOLE_PARTS: Parts = { ...ROW_PARTS, document: true };

/** A record that was read with `ROW_PARTS` or `WHOLE_PARTS`. */
export function toRecordRow(record: StoredRecord, shown: { readonly embedding: boolean; readonly whole: boolean }): RecordRow {
  const { id, document, uri, metadata, sparse } = record;
  const embedding = record.embedding === null ? null : embeddingOf(record.embedding);
  const isCut = !shown.whole && document !== null && document.length > CUT_CHARACTERS;
  return {
    ...{ id, document: isCut ? document.slice(0, CUT_CHARACTERS) : document, isCut, uri, metadata },
    vector: embedding === null ? null : vectorOf(embedding),
    hasSparse: sparse !== null,
    ...(shown.embedding && { embedding: embedding === null ? null : [...embedding].map(finite) }),
  };
}

/** JSON has no number for what is beyond. */
export function finite(number: number): number {
  return Math.max(-LARGEST, Math.min(LARGEST, number));
}

function vectorOf(embedding: Float32Array): NonNullable<RecordRow['vector']> {
  const { length } = embedding;
  const shown = Math.min(length, GLIMPSE);
  const glimpse = Array.from({ length: shown }, (_item, place) => finite(embedding[Math.floor((place * length) / shown)] ?? 0));
  return { norm: finite(Math.hypot(...chunked(embedding))), dimension: length, glimpse };
}

/** The lengths of parts, whose length together is that of the whole: a call takes only so many arguments. */
function chunked(embedding: Float32Array): readonly number[] {
  const lengths: number[] = [];
  for (let start = 0; start < embedding.length; start += 1_024)
    lengths.push(Math.hypot(...embedding.subarray(start, start + 1_024)));
  return lengths;
}
