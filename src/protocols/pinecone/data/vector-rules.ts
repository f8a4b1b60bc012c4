import type { Collection } from '../../../collections/collection.js';
import { GatewayError } from '../../../errors.js';
import type { SparseVector } from '../../../records/record.js';
import { definitionOf } from '../indexes/index-definition.js';
import { MAX_ID_LENGTH, MAX_NON_ZEROS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';

/** Rules for vectors that are stored or searched for. The messages are Pinecone's where they are known. */

const ASCII = /^[\u0001-\u007f]*$/;
const NO_SPARSE =
  'Index configuration does not support sparse values - only indexes that are sparse or using dotproduct are supported';
const NO_DENSE = 'Index configuration does not support dense values';
const NO_SPARSE_SOURCE = "Either 'sparse_vector' or 'ID' must be provided";
const ONLY_SPARSE = "Cannot query index with dense 'vector_type' with only sparse vector";

/** @throws PineconeError 400 for an index of documents */
export function requireVectors(collection: Collection): void {
  if (definitionOf(collection).documentFields === undefined) return;
  throw invalidArgument('This index has a document schema, so writes must go through the documents API.');
}

/** An id to find a record by: ids that another protocol wrote keep other rules. @throws PineconeError 400 for an empty one */
export function requireSomeId(id: string): void {
  if (id === '') throw invalidArgument(`Vector ID must not be empty: ids have 1 to ${String(MAX_ID_LENGTH)} characters`);
}

/** An id that Pinecone gives a record. @throws PineconeError 400 */
export function requireId(id: string): void {
  requireSomeId(id);
  if (id.length > MAX_ID_LENGTH) {
    throw invalidArgument(`Vector ID has ${String(id.length)} characters, which exceeds the limit of ${String(MAX_ID_LENGTH)}`);
  }
  if (id.includes('\u0000')) throw invalidArgument('Vector ID must not contain NUL characters');
  if (!ASCII.test(id)) throw invalidArgument(`Vector ID must be ASCII, but got '${id}'`);
}

/** Dense components to be stored. @throws as `requireDense` does, and PineconeError 400 for zero vectors */
export function requireStorable(collection: Collection, values: Float32Array): void {
  requireDense(collection, values);
  if (values.every((value) => value === 0)) throw invalidArgument('Dense vectors must contain at least one non-zero value');
}

/** Dense components to be stored or searched for. @throws PineconeError, GatewayError `invalid` unless they fit the index */
export function requireDense(collection: Collection, values: Float32Array): void {
  if (collection.vectorType === 'sparse') throw invalidArgument('A sparse index does not hold dense vectors: send sparse values');
  const { dimension } = collection;
  if (dimension !== null && values.length !== dimension) throw wrongDimension(values.length, dimension);
  // one test for all: a component that is not finite makes the sum one, and float32 cannot overflow a double
  let sum = 0;
  for (const value of values) sum += value;
  if (!Number.isFinite(sum)) throw invalidArgument('Vector values must be finite numbers');
}

export function wrongDimension(actual: number, expected: number): GatewayError {
  return new GatewayError({ kind: 'invalid', subject: 'dimension', actual, expected });
}

/** Whether sparse values count in a score of the index: other dense indexes keep them, and give them back. */
export function scoresSparse(collection: Collection): boolean {
  return collection.vectorType === 'sparse' || collection.metric === 'ip';
}

/** The vectors that a query sends. @throws PineconeError, GatewayError `invalid` unless the index is searched by them */
export function requireQueryVectors(
  collection: Collection,
  dense: Float32Array | undefined,
  sparse: SparseVector | undefined,
): void {
  if (collection.vectorType === 'sparse') {
    if (sparse === undefined) throw invalidArgument(NO_SPARSE_SOURCE);
    if (dense !== undefined) throw invalidArgument(NO_DENSE);
  } else if (dense === undefined) {
    throw invalidArgument(sparse === undefined ? "One of 'vector', 'sparse_vector' or 'id' is required" : ONLY_SPARSE);
  }
  if (dense !== undefined) requireDense(collection, dense);
  if (sparse === undefined) return;
  if (!scoresSparse(collection)) throw invalidArgument(NO_SPARSE);
  requireSparse(sparse);
}

/** Sparse components. @throws PineconeError 400 unless they are well formed */
export function requireSparse(sparse: SparseVector): void {
  const { indices, values } = sparse;
  if (indices.length !== values.length) {
    throw invalidArgument(
      `Sparse vector indices and values must have the same length, got ${String(indices.length)} and ${String(values.length)}`,
    );
  }
  if (indices.length === 0) throw invalidArgument('Sparse vector must contain at least one value');
  if (indices.length > MAX_NON_ZEROS) {
    throw invalidArgument(
      `Sparse vector has ${String(indices.length)} values, which exceeds the limit of ${String(MAX_NON_ZEROS)}`,
    );
  }
  if (new Set(indices).size < indices.length) throw invalidArgument('Sparse vector indices must be unique');
  if (!values.every((value) => Number.isFinite(value))) throw invalidArgument('Sparse vector values must be finite numbers');
}

/** Sparse components, unless they are empty: gRPC clients send empty ones for none. */
export function present(sparse: SparseVector | undefined): SparseVector | undefined {
  return sparse === undefined || (sparse.indices.length === 0 && sparse.values.length === 0) ? undefined : sparse;
}
