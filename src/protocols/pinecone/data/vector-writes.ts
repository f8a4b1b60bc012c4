import type { Collection } from '../../../collections/collection.js';
import type { FieldCollector } from '../../../collections/field-collector.js';
import type { RecordWrite } from '../../../records/record.js';
import { invalidArgument } from '../pinecone-error.js';
import { type Metadata, toMetadata } from '../wire/metadata.js';
import type { SentVector } from '../wire/sent-vector.js';
import { present, requireId, requireSparse, requireStorable, wrongDimension } from './vector-rules.js';

const NO_METADATA: Metadata = { text: null, document: null, uri: null };

/** The record to write for a vector that was sent. @throws PineconeError, GatewayError `invalid` for what breaks Pinecone's rules */
export function toRecordWrite(
  collection: Collection,
  vector: SentVector,
  maxMetadataBytes: number,
  collector: FieldCollector,
): RecordWrite {
  requireId(vector.id);
  const embedding = toEmbedding(collection, vector);
  const sparse = present(vector.sparseValues);
  if (sparse !== undefined) requireSparse(sparse);
  if (sparse === undefined && collection.vectorType === 'sparse') {
    throw invalidArgument('Sparse vector must contain at least one value');
  }
  const metadata = vector.metadata === undefined ? NO_METADATA : toMetadata(vector.metadata, maxMetadataBytes, collector);
  return {
    id: vector.id,
    embedding,
    sparse: sparse ?? null,
    document: metadata.document,
    uri: metadata.uri,
    metadata: metadata.text,
    removedKeys: [],
  };
}

function toEmbedding(collection: Collection, { values }: SentVector): Float32Array | null {
  if (values !== undefined && values.length > 0) {
    requireStorable(collection, values);
    return values;
  }
  if (collection.vectorType === 'dense') throw wrongDimension(0, collection.dimension ?? 0);
  return null;
}
