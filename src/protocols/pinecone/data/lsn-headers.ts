import type { Response } from 'express';

/** The write counter after a write, under the names that different SDKs read. */
export const WRITE_HEADERS = ['x-pinecone-request-lsn', 'x-pinecone-lsn-committed'] as const;
/** The write counter that a read has seen. */
export const READ_HEADERS = ['x-pinecone-max-indexed-lsn', 'x-pinecone-lsn-reconciled'] as const;

export function setHeaders(response: Response, names: readonly string[], lsn: string): void {
  for (const name of names) response.setHeader(name, lsn);
}
