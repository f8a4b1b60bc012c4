import { invalidArgument } from '../pinecone-error.js';

/**
 * Pagination tokens of the data plane: where to go on, bound to what was asked for. They are opaque to clients and safe in a URL.
 */
export function encodeCursor(last: string, query: readonly string[]): string {
  return Buffer.from(JSON.stringify([last, ...query])).toString('base64url');
}

/** Where the page before ended; undefined for the first page. @throws PineconeError 400 for a token of another request */
export function decodeCursor(token: string | undefined, query: readonly string[]): string | undefined {
  if (token === undefined || token === '') return undefined;
  const parts = parse(token);
  const [last, ...rest] = parts ?? [];
  if (last === undefined || JSON.stringify(rest) !== JSON.stringify(query)) throw invalidArgument('Invalid pagination token');
  return last;
}

function parse(token: string): readonly string[] | undefined {
  try {
    const parts: unknown = JSON.parse(Buffer.from(token, 'base64url').toString());
    return Array.isArray(parts) && parts.every((part) => typeof part === 'string') ? parts : undefined;
  } catch {
    return undefined;
  }
}
