import type { TransferMode, TransferReport } from './operations.js';

/** The answer to a move or a copy, in the order of its ids. */
export function toTransferResponse(
  source: string,
  destination: string | undefined,
  mode: TransferMode,
  results: readonly TransferReport[],
): object {
  const done = results.filter(({ status }) => status === 'ok').length;
  return {
    src: source,
    dst: destination,
    requested: results.length,
    ...(mode === 'move' ? { moved: done } : { copied: done }),
    failed: results.length - done,
    results,
  };
}
