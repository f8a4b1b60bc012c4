/** What the gateway sent: a sample of embeddings, projected to few dimensions. */
import type { FilterInput, MatchingIds } from '../../../../src/console/api/contract/records.js';
import type { MapHeader, MapInput } from '../../../../src/console/api/contract/streams.js';
import { call, open } from '../../api.js';

export interface Sample {
  readonly header: MapHeader;
  /** `count` points of `dimensions` components each, one after the other. */
  readonly points: Int8Array<ArrayBuffer>;
}

const NEWLINE = 10;
/** So many ids are tried on a filter at once. */
const TRIED = 5_000;

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

/** The points whose records a filter selects. @throws ApiError */
export async function loadMatching(
  uuid: string,
  input: { readonly namespace: string; readonly filter: FilterInput; readonly ids: readonly string[] },
  signal: AbortSignal,
): Promise<ReadonlySet<number>> {
  const { namespace, filter, ids } = input;
  const found = new Set<string>();
  for (let first = 0; first < ids.length; first += TRIED) {
    const body = { namespace, filter, ids: ids.slice(first, first + TRIED) };
    const matching = await call<MatchingIds>('POST', `/collections/${uuid}/matching`, { body, signal });
    for (const id of matching.ids) found.add(id);
  }
  return new Set(ids.flatMap((id, point) => (found.has(id) ? [point] : [])));
}
