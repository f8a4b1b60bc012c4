import type { Route } from '../../support/routes/routes.js';

/** A valid request, without what is in the scene: `{collection}` and the like stand for it. */
interface Example {
  readonly query?: string;
  /** JSON, or lines of it. */
  readonly body?: string;
}

/** What there is of the kind that a parameter of the path stands for. */
export type SceneNames = (path: string, parameter: string) => string;

/** A valid request to the route. @throws Error for a route that none is known of, so that new ones are not forgotten */
export function exampleOf(
  { key: route, method, path }: Route,
  names: SceneNames,
): { readonly path: string; readonly body: string | undefined } {
  const [, example] = EXAMPLES.find(([pattern]) => pattern.test(route)) ?? [];
  if (example === undefined && !['GET', 'DELETE'].includes(method)) throw new Error(`no example of ${route}`);
  const filled = path.replace(/[:*](\w+)/g, (_, parameter: string) => encodeURIComponent(names(path, parameter)));
  const body = example?.body?.replace(/\{(\w+)\}/g, (_, parameter: string) => names(path, parameter));
  return { path: `${filled}${example?.query === undefined ? '' : `?${example.query}`}`, body };
}

const json = (body: unknown): Example => ({ body: JSON.stringify(body) });
const query = (text: string): Example => ({ query: text });

const VECTOR = [0.25, 0.5, -1, 2];
const CHROMA_RECORDS = {
  ids: ['a', 'b'],
  embeddings: [VECTOR, [1, 0, 0, 0]],
  metadatas: [{ text: 'x', number: 1, float: 1.5, flag: true, list: ['x', 'y'] }, null],
  documents: ['one two', null],
  uris: [null, 'file:///b'],
};
const WHERE = { $and: [{ number: { $gte: 1 } }, { $or: [{ text: { $in: ['x', 'y'] } }, { list: { $contains: 'x' } }] }] };
const WHERE_DOCUMENT = { $or: [{ $contains: 'one' }, { $not_contains: 'two' }, { $regex: '^o.e' }] };
const INCLUDE = ['metadatas', 'documents', 'embeddings', 'uris'];
const PINECONE_FILTER = {
  $and: [{ number: { $gte: 1 } }, { $or: [{ text: { $in: ['x', 'y'] } }, { flag: { $exists: true } }] }],
};
const METADATA = { text: 'x', number: 1, flag: true, list: ['x'] };
const MAP_FILTER = { number: { $gte: 1 }, $or: [{ text: ['x', 'y'] }, { 'a.b': { $exists: false } }] };
const CLAUSE_FILTER = {
  must: [
    { key: 'number', range: { gte: 1 } },
    { type: 'match', key: 'text', match_value: { text: 'x', type: 'prefix' } },
  ],
  must_not: [{ has_id: ['nobody'] }, { key: 'where', geo_radius: { center: { lat: 0, lon: 0 }, radius: 10 } }],
  should: [{ is_null: { key: 'text' } }, { key: 'list', values_count: { gte: 1 } }],
};
const CONSOLE_FILTER = {
  match: 'any',
  conditions: [
    { field: 'number', op: 'gte', value: 1 },
    { field: 'text', op: 'in', value: ['x', 'y'] },
    { field: null, op: 'contains', value: 'one' },
  ],
};
const SERVERLESS = { serverless: { cloud: 'aws', region: 'us-east-1' } };
const ENTRY = { id: 'a', embedding: VECTOR, payload: METADATA, sparse: { indices: [1, 2], values: [0.5, 1] } };

/** The first that fits counts. */
const EXAMPLES: readonly (readonly [RegExp, Example])[] = [
  // the console's
  [/^POST \/console.*\/records$/, json({ namespace: '', limit: 5, filter: CONSOLE_FILTER })],
  [/^POST \/console.*\/filter-syntaxes$/, json(CONSOLE_FILTER)],
  [/^POST \/console.*\/matching$/, json({ namespace: '', ids: ['a', 'b'], filter: CONSOLE_FILTER })],
  [/^PUT \/console.*\/record$/, json({ namespace: '', id: 'a', document: 'x', metadata: '{"number":1}', embedding: VECTOR })],
  [/^GET \/console.*\/record$/, query('namespace=&id=a')],
  [/^POST \/console.*\/search$/, json({ namespace: '', embedding: VECTOR, limit: 3, filter: CONSOLE_FILTER, exact: true })],
  [/^POST \/console.*\/delete-preview$/, json({ namespace: '', filter: CONSOLE_FILTER })],
  [/^POST \/console.*\/delete$/, json({ token: '1.all.x', selection: { namespace: '', filter: CONSOLE_FILTER }, expected: 1 })],
  [/^POST \/console.*\/quality$/, json({ queries: 10, filter: CONSOLE_FILTER })],
  [/^POST \/console.*\/map$/, json({ namespace: '', count: 10, seed: 7, colorBy: 'text' })],
  [/^POST \/console.*\/(?:backups|restore)$/, json({ name: 'fuzzed' })],
  [/^POST \/console.*\/imports$/, json({ path: 'films', isStrict: true })],
  [/^POST \/console.*\/samples$/, json({ tenant: 'nobody', database: 'nothing' })],
  [
    /^POST \/console.*\/keys$/,
    json({ name: 'fuzzed', permissions: ['read'], tenant: 'nobody', database: null, collections: ['a*'] }),
  ],
  [
    /^POST \/console.*\/collections$/,
    json({ tenant: 'default_tenant', database: 'default_database', name: 'fuzzed-console', protocol: 'chroma', metric: 'l2' }),
  ],
  [/^PATCH \/console/, json({ name: 'fuzzed-chroma', deletionProtection: true })],
  [/^PUT \/console.*\/aliases\/:alias$/, {}],
  [/^DELETE \/console.*\/collections\/:uuid$/, json({ name: 'not-its-name' })],
  // Chroma
  [/^POST \/chroma.*\/(?:add|upsert)$/, json(CHROMA_RECORDS)],
  [/^POST \/chroma.*\/update$/, json({ ...CHROMA_RECORDS, embeddings: [null, VECTOR] })],
  [
    /^POST \/chroma.*\/get$/,
    json({ ids: ['a'], where: WHERE, where_document: WHERE_DOCUMENT, limit: 5, offset: 0, include: INCLUDE }),
  ],
  [
    /^POST \/chroma.*\/query$/,
    json({
      query_embeddings: [VECTOR],
      n_results: 2,
      where: WHERE,
      where_document: WHERE_DOCUMENT,
      include: [...INCLUDE, 'distances'],
    }),
  ],
  [/^POST \/chroma.*\/delete$/, json({ ids: ['zz'], where: WHERE, where_document: WHERE_DOCUMENT })],
  [
    /^POST \/chroma.*\/search$/,
    json({ searches: [{ filter: { query_ids: ['a'] }, limit: { limit: 1, offset: 0 }, select: { keys: ['#id'] } }] }),
  ],
  [/^POST \/chroma.*\/fork$/, json({ new_name: 'forked' })],
  [/^POST \/chroma.*\/attach$/, json({ name: 'f', function_id: 'count', output_collection: 'o', params: {} })],
  [/^POST \/chroma.*\/detach$/, json({ delete_output: true })],
  [/^POST \/chroma.*\/reset$/, json({})],
  [
    /^POST \/chroma.*\/collections$/,
    json({ name: 'made', metadata: { a: 1 }, configuration: { hnsw: { space: 'l2', ef_search: 100 } }, get_or_create: true }),
  ],
  [/^PUT \/chroma/, json({ new_metadata: { b: 2, list: ['x'] }, new_configuration: { hnsw: { ef_search: 50 } } })],
  [/^PATCH \/chroma/, json({ resource_name: 'resource' })],
  [/^POST \/chroma.*(?:tenants|databases)$/, json({ name: 'made' })],
  [/^GET \/chroma.*\/collections$/, query('limit=10&offset=0')],
  [/^GET \/chroma.*\/databases$/, query('limit=10&offset=0')],
  // Pinecone
  [
    /^POST \/pinecone\/embed$/,
    json({ model: 'multilingual-e5-large', inputs: [{ text: 'a b' }], parameters: { input_type: 'passage', truncate: 'END' } }),
  ],
  [
    /^POST \/pinecone\/rerank$/,
    json({ model: 'bge-reranker-v2-m3', query: 'a', documents: [{ id: '1', text: 'a b' }], top_n: 1, rank_fields: ['text'] }),
  ],
  [
    /^POST \/pinecone\/indexes$/,
    json({ name: 'made', dimension: 4, metric: 'cosine', spec: SERVERLESS, tags: { a: 'b' }, deletion_protection: 'disabled' }),
  ],
  [
    /^POST \/pinecone.*create-for-model$/,
    json({
      name: 'model',
      cloud: 'aws',
      region: 'us-east-1',
      embed: { model: 'multilingual-e5-large', field_map: { text: 'chunk_text' } },
    }),
  ],
  [/^PATCH \/pinecone/, json({ tags: { a: 'b' }, deletion_protection: 'disabled' })],
  [/^POST \/pinecone.*\/bulk\/imports$/, json({ uri: 'file:///films', errorMode: { onError: 'abort' } })],
  [
    /^POST \/pinecone.*\/backup-schedules$/,
    json({ name: 'nightly', schedule: { type: 'time-based', frequency: 'daily' }, retention: { expire_after_days: 7 } }),
  ],
  [/^PATCH \/pinecone.*\/backup-schedules/, json({ frequency: 'weekly', retention: { expire_after_days: 7 }, enabled: true })],
  [/^POST \/pinecone.*\/backups$/, json({ name: 'backup', description: 'words' })],
  [/^POST \/pinecone.*\/create-index$/, json({ name: 'restored', tags: { a: 'b' } })],
  [/^POST \/pinecone\/collections$/, json({ name: 'collected', source: '{index}' })],
  [
    /^POST \/pinecone.*\/vectors\/upsert$/,
    json({
      vectors: [
        { id: 'a', values: VECTOR, metadata: METADATA },
        { id: 'b', values: [1, 0, 0, 0] },
      ],
      namespace: 'n',
    }),
  ],
  [
    /^POST \/pinecone.*\/query$/,
    json({ vector: VECTOR, topK: 2, filter: PINECONE_FILTER, includeValues: true, includeMetadata: true, namespace: 'n' }),
  ],
  [/^GET \/pinecone.*\/vectors\/fetch$/, query('ids=a&ids=b&namespace=n')],
  [/^POST \/pinecone.*\/fetch_by_metadata$/, json({ filter: PINECONE_FILTER, limit: 5, namespace: 'n' })],
  [/^POST \/pinecone.*\/vectors\/update$/, json({ id: 'a', values: VECTOR, setMetadata: METADATA, namespace: 'n' })],
  [/^POST \/pinecone.*\/vectors\/delete$/, json({ filter: PINECONE_FILTER, namespace: 'n' })],
  [/^DELETE \/pinecone.*\/vectors\/delete$/, query('ids=zz&namespace=n')],
  [/^GET \/pinecone.*\/vectors\/list$/, query('prefix=a&limit=10&namespace=n')],
  [/^POST \/pinecone.*\/describe_index_stats$/, json({ filter: PINECONE_FILTER })],
  [/^POST \/pinecone.*\/namespaces$/, json({ name: 'fresh', schema: { fields: { text: { filterable: true } } } })],
  [/^GET \/pinecone.*\/namespaces$/, query('prefix=n&limit=10')],
  [
    /^POST \/pinecone.*\/records\/namespaces\/:namespace\/upsert$/,
    { body: '{"_id":"a","chunk_text":"one two","number":1}\n{"_id":"b","chunk_text":"three"}\n' },
  ],
  [
    /^POST \/pinecone.*\/records\/namespaces\/:namespace\/search$/,
    json({ query: { inputs: { text: 'one' }, top_k: 2, filter: PINECONE_FILTER }, fields: ['chunk_text'] }),
  ],
  [/^POST \/pinecone.*\/documents\/upsert$/, json({ documents: [{ _id: 'a', text: 'one two', number: 1 }] })],
  [/^POST \/pinecone.*\/documents\/update$/, json({ filter: PINECONE_FILTER, set_fields: METADATA, remove_fields: ['x'] })],
  [/^POST \/pinecone.*\/documents\/delete$/, json({ filter: PINECONE_FILTER })],
  [
    /^POST \/pinecone.*\/documents\/search$/,
    json({
      score_by: [{ type: 'text', fields: ['text'], query: 'one' }],
      top_k: 2,
      filter: PINECONE_FILTER,
      include_fields: ['*'],
    }),
  ],
  [/^POST \/pinecone.*\/documents\/fetch$/, json({ ids: ['a'], include_fields: ['*'] })],
  [/^POST \/pinecone.*\/documents\/list$/, json({ prefix: 'a', limit: 10 })],
  [/^POST \/pinecone.*(?:schedules|schedules\/:id|history|imports|imports\/:id|:operation)$/, json({})],
  // Qdrant's shape
  [
    /^PUT \/vectorizer\/qdrant\/collections\/:collection$/,
    json({ vectors: { size: 4, distance: 'Cosine' }, hnsw_config: { m: 16, ef_construct: 100 } }),
  ],
  [
    /^PUT \/vectorizer\/qdrant.*\/points$/,
    json({
      points: [
        { id: 1, vector: VECTOR, payload: METADATA },
        { id: '00000000-0000-0000-0000-000000000001', vector: VECTOR },
      ],
    }),
  ],
  [/^POST \/vectorizer\/qdrant.*\/points\/delete$/, json({ points: [7], filter: CLAUSE_FILTER })],
  [/^POST \/vectorizer\/qdrant.*\/points$/, json({ ids: [1, 2], with_payload: true, with_vector: true })],
  [/^POST \/vectorizer\/qdrant.*\/count$/, json({ filter: CLAUSE_FILTER, exact: true })],
  [/^POST \/vectorizer\/qdrant.*\/scroll$/, json({ filter: CLAUSE_FILTER, limit: 5, with_payload: true, with_vector: false })],
  [
    /^POST \/vectorizer\/qdrant.*\/search$/,
    json({ vector: VECTOR, limit: 3, offset: 0, filter: CLAUSE_FILTER, score_threshold: 0.1, with_payload: true }),
  ],
  // Vectorizer
  [
    /^POST \/vectorizer\/collections$/,
    json({
      name: 'made',
      dimension: 4,
      metric: 'cosine',
      hnsw_config: { m: 16, ef_construction: 200 },
      quantization: { type: 'sq', bits: 8 },
    }),
  ],
  [/^(?:PATCH|PUT) \/vectorizer\/collections\/:collection$/, json({ description: 'words', hnsw_config: { m: 8 } })],
  [/^POST \/vectorizer\/(?:vector|delete)$/, json({ collection: '{collection}', id: 'zz' })],
  [/^POST \/vectorizer\/update$/, json({ collection: '{collection}', id: 'a', vector: VECTOR, payload: METADATA })],
  [/^PATCH .*\/expiry$/, json({ expires_at: null })],
  [/^(?:PUT|PATCH) \/vectorizer.*\*id$/, json({ vector: VECTOR, payload: METADATA })],
  [
    /^POST .*\/batch_update$/,
    json({
      collection: '{collection}',
      updates: [
        { id: 'a', vector: VECTOR, payload: METADATA },
        { id: 'b', metadata: { a: null } },
      ],
    }),
  ],
  [/^POST .*\/bulk_update_metadata$/, json({ filter: MAP_FILTER, patch: { seen: true } })],
  [
    /^(?:POST|DELETE) .*\/(?:batch_delete|vectors\/delete|vectors)$/,
    json({ collection: '{collection}', ids: ['zz', 7], vectors: [ENTRY] }),
  ],
  [/^POST .*\/delete_by_filter$/, json({ filter: { $and: [MAP_FILTER, { text: 'nobody' }] } })],
  [
    /^POST .*\/(?:search|explain|search\/text)$/,
    json({
      collection: '{collection}',
      query: '',
      vector: VECTOR,
      limit: 3,
      filter: MAP_FILTER,
      threshold: -1,
      with_vector: true,
      offset: 0,
    }),
  ],
  [/^POST .*\/search\/file$/, json({ file_path: 'a.md', limit: 3, filter: CLAUSE_FILTER })],
  [
    /^POST .*\/batch_search$/,
    json({
      collection: '{collection}',
      queries: [
        { vector: VECTOR, limit: 2 },
        { query: 'one', filter: CLAUSE_FILTER },
      ],
    }),
  ],
  [
    /^POST .*\/hybrid_search$/,
    json({
      collection: '{collection}',
      query: 'one',
      query_sparse: { indices: [1], values: [1] },
      alpha: 0.5,
      algorithm: 'weighted',
      dense_k: 5,
      sparse_k: 5,
      limit: 3,
    }),
  ],
  [
    /^POST .*\/(?:intelligent|semantic|contextual|multi_collection)_search$/,
    json({
      query: 'one',
      collection: '{collection}',
      collections: ['{collection}'],
      max_results: 3,
      threshold: 0.1,
      context_filters: MAP_FILTER,
    }),
  ],
  [/^POST .*\/force-save$/, json({})],
  [/^POST .*\/rename$/, json({ new_name: 'renamed' })],
  [/^POST .*\/ttl$/, json({ ttl_secs: 1000 })],
  [/^POST .*\/reindex$/, json({ m: 16, ef_construction: 200 })],
  [/^POST .*\/reencode$/, json({ target_encoding: 'sq8' })],
  [/^POST .*\/(?:snapshot|restore)$/, json({})],
  [/^POST .*\/insert$/, json({ collection: '{collection}', ...ENTRY, auto_chunk: true, chunk_size: 100, chunk_overlap: 10 })],
  [
    /^POST .*\/(?:insert_texts|batch_insert)$/,
    json({ collection: '{collection}', texts: [{ id: 't', text: 'one two three', metadata: METADATA }, ENTRY] }),
  ],
  [/^POST .*\/insert_vectors$/, json({ collection: '{collection}', vectors: [ENTRY, { id: 7, vector: VECTOR }] })],
  [/^POST \/vectorizer\/embed$/, json({ text: 'one two', model: 'bm25' })],
  [/^POST .*\/vectors\/(?:move|copy)$/, json({ destination: '{destination}', ids: ['a', 'zz'] })],
  [/^GET \/vectorizer\/collections\/:collection\/vectors$/, query('limit=5&offset=0&with_vector=true')],
];
