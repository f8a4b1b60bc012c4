import {
  COUNT,
  described,
  listOf,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  orNull,
  ref,
  type Schema,
  type Schemas,
  TEXT,
} from '../../../http/schema.js';

/** A result in Qdrant's envelope. */
const enveloped = (result: Schema): Schema => {
  return objectOf({ result, status: oneOf('ok'), time: described(NUMBER, 'Seconds.') });
};

const POINT: Schemas = { id: ref('PointId'), payload: orNull(OBJECT) };

/** The answers of the routes for Qdrant's clients. */
export const QDRANT_SCHEMAS: Schemas = {
  PointId: { type: ['integer', 'string'] },
  Point: objectOf(POINT, { vector: orNull(listOf(NUMBER)) }),
  QdrantDone: enveloped(oneOf(true)),
  QdrantCollections: enveloped(objectOf({ collections: listOf(objectOf({ name: TEXT })) })),
  QdrantCollection: enveloped(
    objectOf({
      status: TEXT,
      optimizer_status: TEXT,
      vectors_count: COUNT,
      indexed_vectors_count: COUNT,
      points_count: COUNT,
      segments_count: COUNT,
      config: objectOf({
        params: objectOf({ vectors: objectOf({ size: COUNT, distance: oneOf('Cosine', 'Euclid', 'Dot') }) }),
        hnsw_config: OBJECT,
        optimizer_config: OBJECT,
      }),
      payload_schema: OBJECT,
    }),
  ),
  QdrantWritten: enveloped(objectOf({ operation_id: COUNT, status: oneOf('completed') })),
  QdrantPoints: enveloped(listOf(ref('Point'))),
  QdrantCount: enveloped(objectOf({ count: COUNT })),
  QdrantPage: enveloped(objectOf({ points: listOf(ref('Point')), next_page_offset: { type: ['integer', 'string', 'null'] } })),
  QdrantHits: enveloped(listOf(objectOf({ ...POINT, version: COUNT, score: NUMBER, vector: orNull(listOf(NUMBER)) }))),
};
