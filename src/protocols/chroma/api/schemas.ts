import {
  ANYTHING,
  BOOLEAN,
  COUNT,
  described,
  eitherOf,
  INTEGER,
  listOf,
  mapOf,
  NULL,
  NUMBER,
  OBJECT,
  objectOf,
  oneOf,
  orNull,
  ref,
  type Schema,
  type Schemas,
  TEXT,
  UUID,
} from '../../../http/schema.js';
import { INCLUDES, V1_INCLUDES } from '../limits.js';

const EMBEDDING = listOf(NUMBER);
const METADATA = eitherOf(ref('Metadata'), NULL);

/** A column of a get is a list of values; one of a query has a list for each query. */
function columns(columnOf: (value: Schema) => Schema): Schemas {
  return {
    ids: columnOf(TEXT),
    embeddings: orNull(columnOf(eitherOf(EMBEDDING, NULL))),
    documents: orNull(columnOf(orNull(TEXT))),
    uris: orNull(columnOf(orNull(TEXT))),
    metadatas: orNull(columnOf(METADATA)),
  };
}

const perQuery = (value: Schema): Schema => listOf(listOf(value));
const distances: Schema = orNull(perQuery(orNull(NUMBER)));
const include: Schema = listOf(oneOf(...INCLUDES));
const included: Schema = listOf(oneOf(...V1_INCLUDES));

const COLLECTION: Schemas = {
  id: UUID,
  name: TEXT,
  metadata: METADATA,
  configuration_json: described(OBJECT, 'How embeddings are compared and indexed.'),
  dimension: described(orNull(COUNT), 'Null until the first write.'),
  tenant: TEXT,
  database: TEXT,
  version: INTEGER,
};

/** The answers of Chroma's API, and their parts. */
export const SCHEMAS: Schemas = {
  Error: objectOf({ error: described(TEXT, 'The name of the error.'), message: TEXT }),
  Nothing: described(objectOf({}), 'There is nothing to return.'),
  Null: NULL,
  True: oneOf(true),
  Count: COUNT,
  ForkCount: objectOf({ count: COUNT }),
  Version: TEXT,
  Document: described(OBJECT, 'An OpenAPI document.'),
  Page: described(TEXT, 'A page for people.'),
  Heartbeat: objectOf({ 'nanosecond heartbeat': described(INTEGER, 'Since 1970.') }),
  Health: objectOf({ is_executor_ready: BOOLEAN, is_log_client_ready: BOOLEAN }),
  Checks: objectOf({ max_batch_size: COUNT }, { supports_base64_encoding: BOOLEAN }),
  Identity: objectOf({ user_id: TEXT, tenant: TEXT, databases: listOf(TEXT) }),
  Tenant: objectOf({ name: TEXT }, { resource_name: orNull(TEXT) }),
  Database: objectOf({ id: UUID, name: TEXT, tenant: TEXT }),
  Databases: listOf(ref('Database')),
  Collection: objectOf(COLLECTION, {
    log_position: INTEGER,
    schema: described(OBJECT, 'How keys are indexed. Clients before 1.0 do not get it.'),
  }),
  Collections: listOf(ref('Collection')),
  V1Collection: objectOf(
    { id: UUID, name: TEXT, metadata: METADATA },
    {
      configuration_json: OBJECT,
      dimension: orNull(COUNT),
      tenant: TEXT,
      database: TEXT,
      version: INTEGER,
    },
  ),
  V1Collections: listOf(ref('V1Collection')),
  Records: objectOf({ ...columns(listOf), include }),
  Matches: objectOf({ ...columns(perQuery), distances, include }),
  SearchResults: described(
    OBJECT,
    'A list for each search: ids, documents, embeddings, metadatas, scores, and the selected keys.',
  ),
  V1Records: objectOf({ ...columns(listOf), data: NULL, included }),
  V1Matches: objectOf({ ...columns(perQuery), distances, data: NULL, included }),
  Deleted: objectOf({ deleted: COUNT }),
  Ids: listOf(TEXT),
  IndexingStatus: objectOf({
    op_indexing_progress: described(NUMBER, 'From 0 to 1.'),
    num_unindexed_ops: COUNT,
    num_indexed_ops: COUNT,
    total_ops: COUNT,
  }),
  Embeddings: described(listOf(EMBEDDING), 'Components of float32, one list for each record.'),
  Metadata: described(mapOf(ANYTHING), 'Texts, numbers, booleans, lists of one of these, and sparse vectors, by key.'),
  Where: described(
    OBJECT,
    'A condition on a key, `{"year": {"$gte": 2020}}`, or conditions joined by `$and` and `$or`. Operators: ' +
      '`$eq` `$ne` `$gt` `$gte` `$lt` `$lte` `$in` `$nin` `$contains` `$not_contains`.',
  ),
  WhereDocument: described(
    OBJECT,
    '`{"$contains": "text"}`, `$not_contains`, `$regex`, `$not_regex`, or conditions joined by `$and` and `$or`.',
  ),
};
