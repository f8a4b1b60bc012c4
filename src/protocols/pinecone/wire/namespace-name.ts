import { invalidArgument } from '../pinecone-error.js';

/** What clients may write for the default namespace. */
export const DEFAULT_ALIAS = '__default__';
const MAX_LENGTH = 512;
const ASCII = /^[\u0001-\u007f]*$/;

/** The core's name of the namespace that a request names. @throws PineconeError 400 for what is no name */
export function namespaceOf(sent: string | undefined): string {
  if (sent === undefined || sent === '' || sent === DEFAULT_ALIAS) return '';
  if (sent.length > MAX_LENGTH) throw invalidArgument(`Namespace must have at most ${String(MAX_LENGTH)} characters`);
  if (!ASCII.test(sent)) throw invalidArgument(`Namespace must be ASCII without NUL characters, but got '${sent}'`);
  return sent;
}

/** What a description calls it. */
export function publicName(namespace: string): string {
  return namespace === '' ? DEFAULT_ALIAS : namespace;
}
