import type { Parts } from '../../../records/record.js';

/** How a transport wants embeddings: as JSON text, or as bytes in hexadecimal digits. */
export type EmbeddingForm = 'text' | 'binary';

/** The parts that a request asks for. A document counts as metadata. */
export function partsOf(values: false | EmbeddingForm, metadata: boolean): Parts {
  return { embedding: values === 'text' ? true : values, sparse: values !== false, metadata, document: metadata, uri: metadata };
}
