/** What the gateway sent: a sample of embeddings, projected to few dimensions. */
import type { MapHeader, MapInput } from '../../../../src/console/api/contract/streams.js';
import { open } from '../../api.js';

export interface Sample {
  readonly header: MapHeader;
  /** `count` points of `dimensions` components each, one after the other. */
  readonly points: Int8Array<ArrayBuffer>;
}

const NEWLINE = 10;

/** A sample of a collection. @throws ApiError, and Error for an answer that ended early */
export async function loadSample(uuid: string, body: MapInput, signal: AbortSignal): Promise<Sample> {
  const response = await open('POST', `/collections/${uuid}/map`, { body, signal });
  const bytes = new Uint8Array(await response.arrayBuffer());
  const end = bytes.indexOf(NEWLINE);
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(0, end < 0 ? bytes.length : end))) as MapHeader;
  const size = header.count * header.dimensions;
  if (end < 0 || bytes.length - end - 1 < size) throw new Error('The map ended early.');
  return { header, points: new Int8Array(bytes.buffer.slice(end + 1, end + 1 + size)) };
}
