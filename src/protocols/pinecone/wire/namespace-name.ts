import { MAX_NAMESPACE_LENGTH } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import type { ApiVersion } from './api-version.js';

/** The published name of the default namespace; clients may also leave it empty. */
export const DEFAULT_ALIAS = '__default__';
/** From here on statistics call the default namespace by its alias. */
const ALIASED_STATS: ApiVersion = '2025-10';
const ASCII = /^[\u0001-\u007f]*$/;

/** The core's name of the namespace that a request names. @throws PineconeError 400 for what is no name */
export function namespaceOf(sent: string | undefined): string {
  if (sent === undefined || sent === '' || sent === DEFAULT_ALIAS) return '';
  if (sent.length > MAX_NAMESPACE_LENGTH)
    throw invalidArgument(`Namespace must have at most ${String(MAX_NAMESPACE_LENGTH)} characters`);
  if (!ASCII.test(sent)) throw invalidArgument(`Namespace must be ASCII without NUL characters, but got '${sent}'`);
  return sent;
}

/** The name of a namespace in descriptions. */
export function publicName(namespace: string): string {
  return namespace === '' ? DEFAULT_ALIAS : namespace;
}

/** The name of the default namespace in statistics. */
export function defaultNamespaceKey(version: ApiVersion, setting: 'auto' | 'empty' | 'alias'): string {
  const aliased = setting === 'alias' || (setting === 'auto' && version >= ALIASED_STATS);
  return aliased ? DEFAULT_ALIAS : '';
}
