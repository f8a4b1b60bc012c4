import { type Collection, MAX_DIMENSION } from '../collections/collection.js';
import { GatewayError } from '../errors.js';

/**
 * The dimension that all embeddings have; undefined when there is none.
 * @throws GatewayError `invalid` when the collection holds sparse vectors only, when they differ among each other or from the collection's, or exceed what can be stored
 */
export function requireDimension(collection: Collection, embeddings: readonly (Float32Array | null)[]): number | undefined {
  let dimension: number | undefined;
  for (const embedding of embeddings) {
    if (embedding === null) continue;
    dimension ??= embedding.length;
    if (embedding.length !== dimension) throw new GatewayError({ kind: 'invalid', subject: 'dimensions' });
  }
  if (dimension !== undefined) requireSame(collection, dimension);
  return dimension;
}

function requireSame(collection: Collection, actual: number): void {
  if (collection.vectorType === 'sparse') throw new GatewayError({ kind: 'invalid', subject: 'vector_type', expected: 'sparse' });
  if (collection.dimension !== null && actual !== collection.dimension) {
    throw new GatewayError({ kind: 'invalid', subject: 'dimension', expected: collection.dimension, actual });
  }
  if (actual > MAX_DIMENSION) {
    throw new GatewayError({ kind: 'invalid', subject: 'dimension_limit', limit: MAX_DIMENSION, actual });
  }
}
