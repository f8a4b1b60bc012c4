import type { Collection } from '../../../collections/collection.js';
import { requireDimension } from '../../../records/dimension.js';
import type { RecordBatch, RecordWrite } from '../../../records/record.js';
import { isStep, type Sliced } from '../../../slices.js';
import { invalidArgument } from '../chroma-error.js';
import { decodeEmbeddings, type SentEmbeddings } from '../wire/embeddings.js';
import type { SentMetadata } from '../wire/metadata-list.js';

/** The parallel lists of an add, an upsert or an update. */
export interface SentRecords {
  readonly ids: readonly string[];
  readonly embeddings?: SentEmbeddings | null;
  readonly documents?: readonly (string | null)[] | null;
  readonly uris?: readonly (string | null)[] | null;
  readonly metadatas?: SentMetadata | null;
}

/**
 * Makes records of the parallel lists, for a collection; it may stop between them. What is wrong is reported in the order of
 * the real server.
 * @throws ChromaError, GatewayError for values that are no embeddings or no metadata, a wrong dimension, lists of different
 *   lengths, empty ids
 */
export function* toBatch(collection: Collection, sent: SentRecords): Sliced<RecordBatch> {
  const embeddings = sent.embeddings == null ? undefined : decodeEmbeddings(sent.embeddings);
  yield;
  requireValidMetadata(sent.metadatas);
  if (embeddings !== undefined) requireDimension(collection, embeddings);
  const { ids, documents, uris } = sent;
  const metadatas = sent.metadatas?.items;
  for (const list of [embeddings, documents, uris, metadatas]) {
    if (list != null && list.length !== ids.length) {
      throw invalidArgument('Inconsistent number of IDs, embeddings, documents, URIs and metadatas');
    }
  }
  if (ids.includes('')) throw invalidArgument('Empty ID, ID must have at least one character');
  const records: RecordWrite[] = [];
  for (const [index, id] of ids.entries()) {
    if (isStep(index)) yield;
    const metadata = metadatas?.[index];
    records.push({
      id,
      embedding: embeddings?.[index] ?? null,
      document: documents?.[index] ?? null,
      uri: uris?.[index] ?? null,
      metadata: metadata?.text ?? null,
      removedKeys: metadata?.removedKeys ?? [],
    });
  }
  return { records, fields: sent.metadatas?.fields ?? [] };
}

function requireValidMetadata(metadatas: SentMetadata | null | undefined): void {
  metadatas?.items.forEach((metadata, index) => {
    if (metadata?.problem?.kind === 'invalid') {
      throw invalidArgument(`Validation error: metadatas: Invalid metadata at index ${String(index)}`);
    }
  });
}
