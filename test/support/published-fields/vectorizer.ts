/**
 * The fields of Vectorizer's published requests, as its documentation, its server 3.5.0 and its SDKs name them together. Nested objects
 * stand beside the requests that they are in.
 */
const ENTRY = ['id', 'text', 'content', 'vector', 'embedding', 'data', 'payload', 'metadata', 'sparse', 'sparse_vector'];
const CHUNKING = ['auto_chunk', 'chunk_size', 'chunk_overlap'];
const CHANGES = ['id', 'vector', 'data', 'embedding', 'text', 'payload', 'metadata'];
const SEARCH = [
  ...['query', 'text', 'vector', 'query_vector', 'embedding', 'limit', 'top_k', 'k', 'max_results'],
  ...['threshold', 'similarity_threshold', 'score_threshold', 'filter', 'offset'],
  ...['with_vector', 'include_vector', 'with_payload', 'include_metadata'],
];

/** By the routes that take them. */
export const PUBLISHED = {
  'POST /collections': [
    ...['name', 'dimension', 'metric', 'similarity_metric', 'embedding_provider', 'description', 'hnsw_config', 'quantization'],
    ...['graph', 'normalization', 'compression', 'sharding', 'storage_type', 'encryption'],
  ],
  'PATCH /collections/{c}': ['description', 'hnsw_config', 'quantization', 'dimension', 'metric', 'similarity_metric'],
  'POST /collections/{c}/rename': ['new_name'],
  'POST /collections/{c}/ttl': ['ttl_secs'],
  'POST /collections/{c}/reindex': ['m', 'ef_construction', 'ef_search'],
  'POST /collections/{c}/reencode': ['target_encoding'],
  'POST /insert': ['collection', ...ENTRY, ...CHUNKING, 'public_key'],
  'POST /insert_texts': ['collection', 'texts', ...CHUNKING],
  'POST /insert_texts, an entry': ['id', 'text', 'metadata', ...CHUNKING, 'public_key'],
  'POST /insert_vectors': ['collection', 'vectors'],
  'POST /insert_vectors, an entry': ['id', 'embedding', 'data', 'payload', 'metadata', 'public_key'],
  'POST /vector': ['collection', 'id'],
  'POST /delete': ['collection', 'id'],
  'POST /update': ['collection', ...CHANGES],
  'PUT /collections/{c}/vectors/{id}': ['data', 'metadata', 'payload'],
  'POST /batch_update': ['collection', 'updates'],
  'POST /batch_update, an update': CHANGES,
  'POST /batch_delete': ['collection', 'ids', 'vector_ids', 'config'],
  'POST /collections/{c}/delete_by_filter': ['filter'],
  'POST /collections/{c}/vectors/bulk_update_metadata': ['filter', 'patch'],
  'POST /collections/{c}/vectors/move': ['destination', 'ids'],
  'PATCH /collections/{c}/vectors/{id}/expiry': ['expires_at'],
  'POST /search': ['collection', ...SEARCH],
  'POST /collections/{c}/search/file': ['file_path', 'limit'],
  'POST /collections/{c}/explain': ['vector', 'k'],
  'POST /batch_search': ['collection', 'queries'],
  'POST /batch_search, a query': ['query', 'vector', 'limit', 'threshold', 'filter'],
  'POST /collections/{c}/hybrid_search': [
    ...['query', 'query_sparse', 'alpha', 'algorithm', 'dense_k', 'sparse_k', 'final_k', 'limit', 'filter'],
  ],
  'POST /intelligent_search': [
    ...['query', 'collections', 'max_results', 'domain_expansion', 'technical_focus', 'mmr_enabled', 'mmr_lambda'],
  ],
  'POST /semantic_search': [
    ...['query', 'collection', 'max_results', 'semantic_reranking', 'cross_encoder_reranking', 'similarity_threshold'],
  ],
  'POST /contextual_search': [
    ...['query', 'collection', 'context_filters', 'context_weight', 'context_reranking', 'max_results'],
  ],
  'POST /multi_collection_search': [
    ...['query', 'collections', 'max_per_collection', 'max_total_results', 'max_results', 'cross_collection_reranking'],
  ],
  'POST /embed': ['text', 'model', 'dimension'],
  'PUT /qdrant/collections/{c}': ['vectors', 'config', 'hnsw_config'],
  'PUT /qdrant/collections/{c}/points': ['points', 'batch', 'wait', 'ordering', 'public_key'],
  'POST /qdrant/collections/{c}/points/delete': ['points', 'filter'],
  'POST /qdrant/collections/{c}/points': ['ids', 'with_payload', 'with_vector', 'with_vectors'],
  'POST /qdrant/collections/{c}/points/count': ['filter', 'exact'],
  'POST /qdrant/collections/{c}/points/scroll': ['filter', 'limit', 'offset', 'with_payload', 'with_vector', 'with_vectors'],
  'POST /qdrant/collections/{c}/points/search': [
    ...['vector', 'limit', 'offset', 'filter', 'score_threshold', 'params', 'with_payload', 'with_vector', 'with_vectors'],
  ],
} as const satisfies Readonly<Record<string, readonly string[]>>;

export type PublishedRoute = keyof typeof PUBLISHED;

/** What `hnsw_config` says. */
export const HNSW_FIELDS = ['m', 'ef_construction', 'ef_search', 'seed'];
