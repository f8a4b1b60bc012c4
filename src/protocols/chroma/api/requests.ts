import type { RequestType } from '../../../http/request-schema.js';
import {
  ANYTHING,
  BOOLEAN,
  described,
  eitherOf,
  listOf,
  NULL,
  NUMBER,
  OBJECT,
  orNull,
  ref,
  type Schemas,
  TEXT,
} from '../../../http/schema.js';
import { CreateCollectionRequest, ForkRequest, UpdateCollectionRequest } from '../collections/requests.js';
import {
  AddRequest,
  AttachFunctionRequest,
  DeleteRequest,
  DetachFunctionRequest,
  GetRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../records/requests.js';
import { SearchRequest } from '../search/requests.js';
import { CreateDatabaseRequest, CreateTenantRequest, UpdateTenantRequest } from '../tenants/requests.js';
import { V1DeleteRequest, V1GetRequest, V1QueryRequest } from '../v1/requests.js';

const EMBEDDINGS = eitherOf(ref('Embeddings'), described(listOf(TEXT), 'Base64 of little-endian float32 components.'));
const TEXTS = orNull(listOf(orNull(TEXT)));
const CONDITIONS: Schemas = {
  where: described(eitherOf(ref('Where'), NULL), 'A filter on metadata.'),
  where_document: described(eitherOf(ref('WhereDocument'), NULL), 'A filter on documents.'),
};
const COLUMNS: Schemas = {
  documents: TEXTS,
  uris: TEXTS,
  metadatas: orNull(listOf(orNull(ref('Metadata')))),
};
const WRITE: Schemas = { embeddings: EMBEDDINGS, ...COLUMNS };
const QUERY: Schemas = { query_embeddings: listOf(listOf(NUMBER)), ...CONDITIONS };

/** The bodies of Chroma's API. */
export const REQUESTS: Readonly<Record<string, RequestType>> = {
  CreateTenantRequest: { type: CreateTenantRequest },
  UpdateTenantRequest: { type: UpdateTenantRequest },
  CreateDatabaseRequest: { type: CreateDatabaseRequest },
  CreateCollectionRequest: {
    type: CreateCollectionRequest,
    fields: {
      metadata: eitherOf(ref('Metadata'), NULL),
      configuration: described(orNull(OBJECT), 'How embeddings are compared and indexed: `hnsw`, `spann`, `embedding_function`.'),
      schema: described(orNull(OBJECT), 'How keys are indexed: `defaults` and `keys`.'),
    },
  },
  UpdateCollectionRequest: {
    type: UpdateCollectionRequest,
    fields: {
      new_metadata: described(eitherOf(ref('Metadata'), NULL), 'Replaces the metadata.'),
      new_configuration: orNull(OBJECT),
    },
  },
  AddRequest: { type: AddRequest, fields: WRITE, description: 'Records to add. Ids that exist are left as they are.' },
  UpdateRequest: {
    type: UpdateRequest,
    fields: {
      ...COLUMNS,
      embeddings: eitherOf(listOf(eitherOf(listOf(NUMBER), NULL)), listOf(orNull(TEXT)), NULL),
    },
    description: 'Changes of records. Unknown ids are left out; null leaves a part as it is.',
  },
  UpsertRequest: { type: UpsertRequest, fields: WRITE, description: 'Records to add, or to change where their ids exist.' },
  GetRequest: { type: GetRequest, fields: CONDITIONS, description: 'Without a condition: all records.' },
  QueryRequest: { type: QueryRequest, fields: QUERY },
  DeleteRequest: { type: DeleteRequest, fields: CONDITIONS },
  SearchRequest: { type: SearchRequest, fields: { searches: listOf(ANYTHING), read_level: TEXT } },
  ForkRequest: { type: ForkRequest },
  AttachFunctionRequest: { type: AttachFunctionRequest, fields: { params: ANYTHING } },
  DetachFunctionRequest: { type: DetachFunctionRequest, fields: { delete_output: BOOLEAN } },
  V1GetRequest: { type: V1GetRequest, fields: { ...CONDITIONS, sort: described(ANYTHING, 'Ignored.') } },
  V1QueryRequest: { type: V1QueryRequest, fields: QUERY },
  V1DeleteRequest: { type: V1DeleteRequest, fields: CONDITIONS },
};
