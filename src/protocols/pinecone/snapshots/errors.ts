import { GatewayError } from '../../../errors.js';
import { PineconeError } from '../pinecone-error.js';

/** The core has one word for both. @throws PineconeError 404 in the words of the one that was asked for */
export async function findNamed<T>(what: 'Backup' | 'Collection', name: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.detail.kind !== 'not_found' || error.detail.subject !== 'snapshot') throw error;
    throw new PineconeError('NOT_FOUND', `${what} ${name} not found.`);
  }
}
