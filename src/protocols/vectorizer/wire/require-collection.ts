import { validationError } from '../vectorizer-error.js';

/** The collection that a request is for: the one in the path, or else the one in the body. @throws VectorizerError 400 for none */
export function requireCollection(path: string | undefined, sent: string | undefined): string {
  const name = path ?? sent;
  if (name === undefined || name === '') throw validationError('collection', 'missing or invalid collection parameter');
  return name;
}
