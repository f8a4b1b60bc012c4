import type { ErrorDetail } from '../errors.js';

/** How a message goes on that a name is taken, where the client cannot see by what; in every protocol. */
export function hiddenWords({ hidden }: Extract<ErrorDetail, { kind: 'already_exists' }>): string {
  if (hidden === undefined) return '';
  const owner = `${hidden.protocol.charAt(0).toUpperCase()}${hidden.protocol.slice(1)}`;
  return ` (a collection made through ${owner}'s API, without records, of metric ${hidden.metric})`;
}
