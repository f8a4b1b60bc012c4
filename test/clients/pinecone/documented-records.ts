import type { Vector } from '../../support/clients/pinecone-api.js';

export const NAMESPACE = 'example-namespace';

/** Two records that the documentation deletes by id, and two of the genre that it deletes by. */
export const RECORDS: readonly Vector[] = [
  { id: 'id-1', values: [1, 0, 0], metadata: { genre: 'comedy' } },
  { id: 'id-2', values: [0, 1, 0], metadata: { genre: 'documentary' } },
  { id: 'id-3', values: [0, 0, 1], metadata: { genre: 'documentary' } },
  { id: 'other', values: [1, 1, 0], metadata: { genre: 'drama' } },
];
