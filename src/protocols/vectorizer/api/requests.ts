import { fieldFates } from '../../../http/field-fates.js';
import type { RequestType } from '../../../http/request-schema.js';
import {
  BOOLEAN,
  COUNT,
  described,
  eitherOf,
  listOf,
  NUMBER,
  OBJECT,
  oneOf,
  orNull,
  ref,
  type Schema,
  type Schemas,
  TEXT,
} from '../../../http/schema.js';
import { CreateCollectionRequest, UpdateCollectionRequest } from '../collections/requests.js';
import { BatchInsertRequest, InsertRequest } from '../insert/requests.js';
import { ReencodeRequest, ReindexRequest, RenameRequest, TtlRequest } from '../maintenance/requests.js';
import { HybridRequest } from '../search/hybrid-requests.js';
import { IntelligentRequest } from '../search/intelligent-requests.js';
import { BatchSearchRequest, FileSearchRequest, SearchRequest } from '../search/requests.js';
import { EmbedRequest } from '../system/requests.js';
import { TransferRequest } from '../transfer/requests.js';
import { BatchDeleteRequest, DeleteByFilterRequest } from '../vectors/delete-requests.js';
import { VectorRequest } from '../vectors/requests.js';
import { BatchUpdateRequest, BulkUpdateRequest, ExpiryRequest, UpdateRequest } from '../vectors/update-requests.js';
import { SEARCH_ALIASES } from '../wire/dialect.js';
import { QDRANT_REQUESTS } from './qdrant-requests.js';

const COMPONENTS = listOf(NUMBER);
const ID = { type: ['string', 'integer'] };
const IDS = listOf(ID);
const FILTER = ref('Filter');
const METRIC = described(TEXT, 'cosine, euclidean or dot_product; in any case, and by their shorter names.');
const HNSW = ref('HnswSent');
const QUANTIZATION = described(
  { type: ['object', 'string', 'boolean', 'null'] },
  'Given back as it was asked for; without effect on what is stored.',
);
const CHUNKING: Schemas = { auto_chunk: BOOLEAN, chunk_size: COUNT, chunk_overlap: COUNT };
const VECTOR: Schemas = {
  vector: COMPONENTS,
  data: described(COMPONENTS, 'Another name of `vector`.'),
  embedding: described(COMPONENTS, 'Another name of `vector`.'),
};
const PAYLOAD: Schemas = { payload: OBJECT, metadata: described(OBJECT, 'Another name of `payload`.') };
const ENTRY: Schemas = {
  id: ID,
  text: TEXT,
  content: described(TEXT, 'Another name of `text`.'),
  ...VECTOR,
  ...PAYLOAD,
  sparse: ref('Sparse'),
  sparse_vector: described(ref('Sparse'), 'Another name of `sparse`.'),
  ...CHUNKING,
};
const ENTRIES = listOf({ type: 'object', properties: ENTRY });

/** A search's body: each of its fields under all of its names. */
function searchType(type: new () => object, fields: Schemas, more: Readonly<Record<string, string>> = {}): RequestType {
  const names = Object.keys(new type());
  const entries = Object.entries({ ...SEARCH_ALIASES, ...more }).filter(([, name]) => names.includes(name));
  return { type, fields, aliases: Object.fromEntries(entries) };
}

/** The bodies, but for the fields that are ignored or refused. */
const BODIES: Readonly<Record<string, RequestType>> = {
  CreateCollectionRequest: {
    type: CreateCollectionRequest,
    fields: { metric: orNull(METRIC), similarity_metric: orNull(METRIC), hnsw_config: HNSW, quantization: QUANTIZATION },
    required: ['name'],
    description: 'With `similarity_metric` the answer is the collection.',
  },
  UpdateCollectionRequest: {
    type: UpdateCollectionRequest,
    fields: { hnsw_config: HNSW, quantization: QUANTIZATION },
  },
  RenameRequest: { type: RenameRequest, required: ['new_name'] },
  TtlRequest: {
    type: TtlRequest,
    fields: { ttl_secs: described(orNull({ type: 'number', exclusiveMinimum: 0 }), 'Seconds; null: for ever.') },
    required: ['ttl_secs'],
  },
  ReindexRequest: { type: ReindexRequest, fields: { m: COUNT, ef_construction: COUNT, ef_search: COUNT } },
  ReencodeRequest: {
    type: ReencodeRequest,
    fields: { target_encoding: oneOf('sq8', 'binary', 'fp32') },
    required: ['target_encoding'],
  },
  EmbedRequest: { type: EmbedRequest, required: ['text'] },
  InsertRequest: { type: InsertRequest, fields: { ...ENTRY } },
  BatchInsertRequest: {
    type: BatchInsertRequest,
    fields: { vectors: ENTRIES, texts: ENTRIES, items: ENTRIES, ...CHUNKING },
    description: 'Entries, under one of three names.',
  },
  VectorRequest: { type: VectorRequest, fields: { id: ID }, required: ['collection', 'id'] },
  UpdateRequest: { type: UpdateRequest, fields: { id: ID, text: TEXT, ...VECTOR, ...PAYLOAD } },
  BatchUpdateRequest: {
    type: BatchUpdateRequest,
    fields: {
      updates: listOf({
        type: 'object',
        properties: {
          id: ID,
          text: TEXT,
          ...VECTOR,
          payload: described(orNull(OBJECT), 'Replaces the payload; null clears it.'),
          metadata: described(OBJECT, 'Is merged into the payload.'),
        },
        required: ['id'],
      }),
    },
    required: ['updates'],
  },
  BulkUpdateRequest: {
    type: BulkUpdateRequest,
    fields: { filter: FILTER, patch: described(OBJECT, 'Is merged into every payload.') },
    required: ['filter', 'patch'],
  },
  ExpiryRequest: {
    type: ExpiryRequest,
    fields: { expires_at: described(orNull({ type: 'integer' }), 'Milliseconds since 1970; null: never.') },
    required: ['expires_at'],
  },
  TransferRequest: { type: TransferRequest, fields: { ids: IDS }, required: ['destination', 'ids'] },
  BatchDeleteRequest: {
    type: BatchDeleteRequest,
    fields: { ids: IDS, vector_ids: described(IDS, 'Another name of `ids`.') },
  },
  DeleteByFilterRequest: { type: DeleteByFilterRequest, fields: { filter: FILTER }, required: ['filter'] },
  SearchRequest: searchType(SearchRequest, { vector: COMPONENTS, filter: FILTER }),
  FileSearchRequest: searchType(FileSearchRequest, { filter: FILTER }),
  BatchSearchRequest: {
    type: BatchSearchRequest,
    fields: { queries: listOf(ref('SearchRequest')) },
    required: ['queries'],
  },
  HybridRequest: searchType(
    HybridRequest,
    {
      query_sparse: eitherOf(ref('Sparse'), { type: 'null' }),
      algorithm: described(TEXT, 'rrf, weighted or alpha; rrf for anything else.'),
      filter: FILTER,
    },
    { final_k: 'limit' },
  ),
  IntelligentRequest: searchType(
    IntelligentRequest,
    { filter: FILTER, context_filters: described(FILTER, 'Another filter, which must hold, too.') },
    { max_total_results: 'limit' },
  ),
  ...QDRANT_REQUESTS,
};

/** The bodies of Vectorizer's API. */
export const REQUESTS: Readonly<Record<string, RequestType>> = Object.fromEntries(
  Object.entries(BODIES).map(([name, body]) => [name, { ...body, fields: { ...unusedFields(body.type), ...body.fields } }]),
);

/** Fields that are accepted for nothing, or not at all, and why. */
function unusedFields(type: new () => object): Schemas {
  const fields = [...fieldFates(type)].flatMap(([name, fate]): [string, Schema][] => {
    if (fate.kind === 'ignored') return [[name, described({}, `Without effect: ${fate.reason}.`)]];
    return fate.kind === 'refused' ? [[name, described({ not: {} }, `Refused: ${fate.reason}.`)]] : [];
  });
  return Object.fromEntries(fields);
}
