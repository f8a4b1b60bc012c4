import type { Collection } from '../../../collections/collection.js';
import type { Parts, StoredRecord } from '../../../records/record.js';

/** Stored vectors as JSON text: stored parts go into it as the text they are. */

/** What of a vector an answer shows. */
export interface Shown {
  readonly vector: boolean;
  readonly payload: boolean;
}

export const EVERYTHING: Shown = { vector: true, payload: true };

/** The parts of a record that an answer shows. The real server keeps cosine vectors at the length one, and shows them so. */
export function partsOf(collection: Collection, shown: Shown): Parts {
  const embedding = shown.vector && (collection.metric === 'cosine' ? 'unit' : true);
  return { embedding, metadata: shown.payload, document: true, uri: false };
}

/** The vector under both of its names; SDKs want a list even where there is none. */
export function vectorText({ embedding }: StoredRecord): string {
  return `"vector":${embedding ?? 'null'},"data":${embedding ?? '[]'}`;
}

/** The payload under both of its names; null when it was not asked for. */
export function payloadText({ metadata }: StoredRecord, shown: boolean): string {
  const payload = shown ? (metadata ?? '{}') : 'null';
  return `"payload":${payload},"metadata":${payload}`;
}

/** The text that the vector was made of, when there is one. */
export function contentText({ document }: StoredRecord): string {
  return document === null ? '' : `,"content":${JSON.stringify(document)}`;
}
