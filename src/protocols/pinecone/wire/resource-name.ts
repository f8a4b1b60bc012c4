import { MAX_NAME_LENGTH } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';

/** The rule for names of indexes and collections. @throws PineconeError 400 */
export function requireName(name: string): void {
  if (name.length < 1 || name.length > MAX_NAME_LENGTH) {
    throw invalidArgument(`Name length must be between 1 and ${String(MAX_NAME_LENGTH)} characters`);
  }
  if (!/^[a-z0-9-]+$/.test(name)) throw invalidArgument("Name must consist of lower case alphanumeric characters or '-'");
  if (name.startsWith('-') || name.endsWith('-')) {
    throw invalidArgument('Name must start and end with an alphanumeric character');
  }
}
