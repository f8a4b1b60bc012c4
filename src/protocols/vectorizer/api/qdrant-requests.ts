import type { RequestType } from '../../../http/request-schema.js';
import { COUNT, described, eitherOf, listOf, NUMBER, OBJECT, objectOf, oneOf, ref, type Schemas } from '../../../http/schema.js';
import {
  CountRequest,
  CreateRequest,
  DeleteRequest,
  RetrieveRequest,
  ScrollRequest,
  SearchRequest,
  UpsertRequest,
} from '../qdrant/requests.js';

const COMPONENTS = listOf(NUMBER);
const FILTER = ref('Filter');
const IDS = listOf(ref('PointId'));
/** What names fields gets the whole part. */
const SHOWN_PART = { type: ['boolean', 'array', 'object'] };
const SHOWN: Schemas = { with_payload: SHOWN_PART, with_vector: SHOWN_PART };
const NAMES = { with_vectors: 'with_vector' };

const VECTOR_PARAMETERS = objectOf({ size: COUNT, distance: oneOf('Cosine', 'Euclid', 'Dot') });
const VECTORS = eitherOf(VECTOR_PARAMETERS, described(OBJECT, 'One named vector.'));
const SENT_VECTOR = eitherOf(COMPONENTS, described(OBJECT, 'One named vector.'));

/** The bodies of the routes for Qdrant's clients. */
export const QDRANT_REQUESTS: Readonly<Record<string, RequestType>> = {
  QdrantCreateRequest: {
    type: CreateRequest,
    fields: {
      vectors: VECTORS,
      hnsw_config: OBJECT,
      config: described(objectOf({}, { vectors: VECTORS, hnsw_config: OBJECT }), 'The same, as some clients wrap it.'),
    },
  },
  QdrantUpsertRequest: {
    type: UpsertRequest,
    fields: {
      points: listOf(objectOf({ id: ref('PointId'), vector: SENT_VECTOR }, { payload: OBJECT })),
      batch: objectOf({ ids: IDS, vectors: eitherOf(listOf(COMPONENTS), OBJECT) }, { payloads: listOf(OBJECT) }),
    },
    description: '`points` or `batch`.',
  },
  QdrantDeleteRequest: {
    type: DeleteRequest,
    fields: { points: IDS, filter: FILTER },
    description: '`points` or `filter`.',
  },
  QdrantRetrieveRequest: { type: RetrieveRequest, fields: { ids: IDS, ...SHOWN }, required: ['ids'], aliases: NAMES },
  QdrantCountRequest: { type: CountRequest, fields: { filter: FILTER } },
  QdrantScrollRequest: {
    type: ScrollRequest,
    fields: { filter: FILTER, offset: ref('PointId'), ...SHOWN },
    aliases: NAMES,
  },
  QdrantSearchRequest: {
    type: SearchRequest,
    fields: { vector: SENT_VECTOR, filter: FILTER, ...SHOWN },
    required: ['vector'],
    aliases: NAMES,
  },
};
