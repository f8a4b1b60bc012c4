import type { Metric, Stored } from '../../chaos/promotion/promotion-model.js';
import { DIMENSION, randomEmbedding, randomFrom } from '../../chaos/promotion/promotion-writer.js';
import type { Request } from './tier-twins.js';

/** An operation of a client: its name, and the requests that make it and show what it did. */
export type Operation = readonly [name: string, ...requests: Request[]];

export const COUNT = 300;
export const ZERO: readonly number[] = new Array<number>(DIMENSION).fill(0);

/** Records of which the tenth has zeros and every fiftieth the same vector. */
function someRecords(seed: number): readonly Stored[] {
  const random = randomFrom(seed);
  const twin = randomEmbedding(random);
  return Array.from({ length: COUNT }, (_, index) => ({
    id: `r/${String(index)}`,
    embedding: index === 10 ? ZERO : index % 50 === 7 ? twin : randomEmbedding(random),
    metadata: { owner: `owner ${String(index % 3)}`, marker: index % 5, number: index / 4, tags: ['x', `y${String(index % 2)}`] },
    document: `document ${String(index)} of ${index % 7 === 0 ? 'a needle' : 'hay'}`,
  }));
}

export const RECORDS = someRecords(1);

/** As Chroma's calls take them. */
export function columns(records: readonly Stored[]): object {
  return {
    ids: records.map(({ id }) => id),
    embeddings: records.map(({ embedding }) => embedding),
    metadatas: records.map(({ metadata }) => metadata),
    documents: records.map(({ document }) => document),
  };
}

export function vectorAt(index: number): readonly number[] {
  return RECORDS[index]?.embedding ?? [];
}

export function newCollection(metric: Metric): Request {
  return ['POST', 'collections', '', { name: '{name}', configuration: { hnsw: { space: metric } } }];
}

export const INCLUDE = ['embeddings', 'metadatas', 'documents'];
export const WITH_DISTANCES = [...INCLUDE, 'distances'];

/** What Chroma's clients do, in this order. */
export const CHROMA: readonly Operation[] = [
  ['count', ['GET', 'chroma', '/count']],
  ['get everything', ['POST', 'chroma', '/get', { include: INCLUDE }]],
  ['get a page', ['POST', 'chroma', '/get', { limit: 20, offset: 35 }]],
  ['get ids', ['POST', 'chroma', '/get', { ids: ['r/7', 'nobody', 'r/10', 'r/3'], include: INCLUDE }]],
  ['get by metadata', ['POST', 'chroma', '/get', { where: { $and: [{ marker: 2 }, { number: { $gt: 20.5 } }] } }]],
  ['get by a list', ['POST', 'chroma', '/get', { where: { tags: { $contains: 'y1' } } }]],
  ['get by text', ['POST', 'chroma', '/get', { where_document: { $contains: 'needle' } }]],
  ['get by a pattern', ['POST', 'chroma', '/get', { where_document: { $regex: 'document 1\\d+ of a' } }]],
  ['query', ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(1)], n_results: 10, include: WITH_DISTANCES }]],
  ['query for many', ['POST', 'chroma', '/query', { query_embeddings: [1, 2, 3, 10].map(vectorAt), n_results: 5 }]],
  ['query for zeros', ['POST', 'chroma', '/query', { query_embeddings: [ZERO], n_results: 400 }]],
  ['query for everything', ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(4)], n_results: 1_000 }]],
  ['query by metadata', ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(5)], n_results: 8, where: { marker: 3 } }]],
  [
    'query by a rare value',
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(5)], n_results: 8, where: { number: { $lt: 1 } } }],
  ],
  [
    'query by text',
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(5)], n_results: 9, where_document: { $contains: 'needle' } }],
  ],
  [
    'query among ids',
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(5)], n_results: 9, ids: ['r/1', 'r/2', 'r/250', 'nobody'] }],
  ],
  [
    'add, which leaves alone what there is',
    ['POST', 'chroma', '/add', { ids: ['r/1', 'new/1'], embeddings: [ZERO, vectorAt(2)], documents: ['no', 'yes'] }],
    ['POST', 'chroma', '/get', { ids: ['r/1', 'new/1'], include: INCLUDE }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(2)], n_results: 2, include: WITH_DISTANCES }],
  ],
  [
    'upsert',
    [
      'POST',
      'chroma',
      '/upsert',
      { ids: ['r/2', 'new/2'], embeddings: [vectorAt(1), vectorAt(3)], metadatas: [{ marker: 9 }, null] },
    ],
    [
      'POST',
      'chroma',
      '/query',
      { query_embeddings: [vectorAt(1), vectorAt(2), vectorAt(3)], n_results: 3, include: WITH_DISTANCES },
    ],
    ['POST', 'chroma', '/get', { where: { marker: 9 }, include: INCLUDE }],
  ],
  [
    'update embeddings',
    ['POST', 'chroma', '/update', { ids: ['r/3', 'r/10', 'nobody'], embeddings: [ZERO, vectorAt(8), vectorAt(8)] }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(3), vectorAt(8), ZERO], n_results: 400, include: WITH_DISTANCES }],
  ],
  [
    'update metadata and documents',
    ['POST', 'chroma', '/update', { ids: ['r/4'], metadatas: [{ marker: 77, number: null }], documents: ['a changed needle'] }],
    ['POST', 'chroma', '/get', { where: { marker: 77 }, where_document: { $contains: 'changed' }, include: INCLUDE }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(9)], n_results: 3, where: { marker: 77 } }],
  ],
  [
    'delete ids',
    ['POST', 'chroma', '/delete', { ids: ['r/5', 'nobody', 'new/2'] }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(5), vectorAt(3)], n_results: 5, include: WITH_DISTANCES }],
    ['GET', 'chroma', '/count'],
  ],
  [
    'delete by metadata',
    ['POST', 'chroma', '/delete', { where: { marker: 4 }, limit: 7 }],
    ['POST', 'chroma', '/delete', { where: { $and: [{ marker: 4 }, { number: { $gt: 50 } }] } }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(299)], n_results: 1_000 }],
    ['GET', 'chroma', '/count'],
  ],
  [
    'add again what was deleted',
    ['POST', 'chroma', '/add', { ids: ['r/5'], embeddings: [vectorAt(6)], documents: ['back'] }],
    ['POST', 'chroma', '/query', { query_embeddings: [vectorAt(6)], n_results: 2, include: WITH_DISTANCES }],
    ['POST', 'chroma', '/get', { include: INCLUDE }],
  ],
  ['change the collection', ['PUT', 'chroma', '', { new_metadata: { changed: true } }], ['GET', 'chroma', '/count']],
];

/** What Pinecone's do. */
export const PINECONE: readonly Operation[] = [
  ['describe the index', ['GET', 'control', '/indexes/{name}']],
  ['statistics', ['POST', 'pinecone', '/describe_index_stats', {}]],
  ['statistics of some', ['POST', 'pinecone', '/describe_index_stats', { filter: { marker: 1 } }]],
  ['fetch', ['GET', 'pinecone', '/vectors/fetch?ids=r/1&ids=nobody&ids=r/7']],
  ['fetch by metadata', ['POST', 'pinecone', '/vectors/fetch_by_metadata', { filter: { marker: { $in: [1, 2] } }, limit: 50 }]],
  ['list', ['GET', 'pinecone', '/vectors/list?limit=30'], ['GET', 'pinecone', '/vectors/list?prefix=r/2&limit=100']],
  ['list namespaces', ['GET', 'pinecone', '/namespaces']],
  ['query', ['POST', 'pinecone', '/query', { vector: vectorAt(11), topK: 10, includeValues: true, includeMetadata: true }]],
  ['query for everything', ['POST', 'pinecone', '/query', { vector: vectorAt(11), topK: 10_000 }]],
  ['query by id', ['POST', 'pinecone', '/query', { id: 'r/57', topK: 8 }]],
  [
    'query with a filter',
    ['POST', 'pinecone', '/query', { vector: vectorAt(12), topK: 9, filter: { tags: 'y1', marker: { $ne: 3 } } }],
  ],
  [
    'upsert',
    ['POST', 'pinecone', '/vectors/upsert', { vectors: [1, 301].map((id) => ({ id: `r/${String(id)}`, values: vectorAt(20) })) }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(20), topK: 4 }],
    ['GET', 'pinecone', '/vectors/fetch?ids=r/1&ids=r/301'],
  ],
  [
    'upsert into another namespace',
    [
      'POST',
      'pinecone',
      '/vectors/upsert',
      { namespace: 'n', vectors: [{ id: 'r/1', values: vectorAt(30), metadata: { marker: 1 } }] },
    ],
    ['POST', 'pinecone', '/query', { namespace: 'n', vector: vectorAt(20), topK: 4, includeMetadata: true }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(30), topK: 2 }],
    ['POST', 'pinecone', '/describe_index_stats', {}],
  ],
  [
    'update values',
    ['POST', 'pinecone', '/vectors/update', { id: 'r/21', values: vectorAt(22) }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(22), topK: 3 }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(21), topK: 3 }],
  ],
  [
    'update metadata',
    ['POST', 'pinecone', '/vectors/update', { id: 'r/23', setMetadata: { marker: 88 } }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(1), topK: 3, filter: { marker: 88 }, includeMetadata: true }],
  ],
  [
    'update by metadata',
    ['POST', 'pinecone', '/vectors/update', { filter: { marker: 2 }, setMetadata: { marker: 99 } }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(1), topK: 100, filter: { marker: 99 } }],
  ],
  [
    'delete',
    ['POST', 'pinecone', '/vectors/delete', { ids: ['r/24', 'r/21'] }],
    ['POST', 'pinecone', '/vectors/delete', { filter: { marker: 88 } }],
    ['POST', 'pinecone', '/query', { vector: vectorAt(24), topK: 400 }],
    ['GET', 'pinecone', '/vectors/fetch?ids=r/24&ids=r/23'],
  ],
  [
    'delete a namespace',
    ['POST', 'pinecone', '/vectors/delete', { namespace: 'n', deleteAll: true }],
    ['POST', 'pinecone', '/query', { namespace: 'n', vector: vectorAt(20), topK: 4 }],
    ['POST', 'pinecone', '/describe_index_stats', {}],
  ],
  ['list once more', ['GET', 'pinecone', '/vectors/list?limit=100'], ['POST', 'chroma', '/get', { include: INCLUDE }]],
];

/** What Vectorizer's do. */
export const VECTORIZER: readonly Operation[] = [
  ['describe the collection', ['GET', 'vectorizer', '/collections/{name}/stats']],
  ['list', ['GET', 'vectorizer', '/collections/{name}/vectors?limit=25&offset=10']],
  [
    'read',
    ['GET', 'vectorizer', '/collections/{name}/vectors/r/7'],
    ['GET', 'vectorizer', '/collections/{name}/vectors?ids=r/3,r/1'],
  ],
  ['search', ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(31), limit: 10 }]],
  ['search everything', ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(31), limit: 10_000 }]],
  ['search a page', ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(31), limit: 10, offset: 15 }]],
  [
    'search with a threshold',
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(31), limit: 50, threshold: 0.4 }],
  ],
  ['search with a filter', ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(31), filter: { marker: 1 } }]],
  [
    'find by a filter',
    ['POST', 'vectorizer', '/collections/{name}/search', { query: '', filter: { marker: { $gte: 3 } }, limit: 500 }],
  ],
  [
    'insert',
    [
      'POST',
      'vectorizer',
      '/insert_vectors',
      { collection: '{name}', vectors: [{ id: 'v/1', embedding: vectorAt(32), payload: { marker: 6 } }] },
    ],
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(32), limit: 3, with_vector: true }],
  ],
  [
    'update',
    ['PUT', 'vectorizer', '/collections/{name}/vectors/r/33', { vector: vectorAt(34) }],
    ['PATCH', 'vectorizer', '/collections/{name}/vectors/r/35', { payload: { marker: 66 } }],
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(34), limit: 4 }],
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(34), limit: 4, filter: { marker: 66 } }],
  ],
  [
    'update many',
    [
      'POST',
      'vectorizer',
      '/collections/{name}/batch_update',
      {
        updates: [
          { id: 'r/36', vector: vectorAt(37) },
          { id: 'r/38', payload: { a: 1 } },
        ],
      },
    ],
    ['POST', 'vectorizer', '/collections/{name}/vectors/bulk_update_metadata', { filter: { marker: 0 }, patch: { bulk: true } }],
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(37), limit: 4, filter: { bulk: true } }],
  ],
  [
    'delete',
    ['DELETE', 'vectorizer', '/collections/{name}/vectors/r/39'],
    ['POST', 'vectorizer', '/collections/{name}/batch_delete', { ids: ['r/40', 'nobody', 'v/1'] }],
    ['POST', 'vectorizer', '/collections/{name}/delete_by_filter', { filter: { marker: 3 } }],
    ['POST', 'vectorizer', '/collections/{name}/search', { vector: vectorAt(39), limit: 400 }],
    ['POST', 'vectorizer', '/collections/{name}/search', { query: '', limit: 400 }],
  ],
  ['Qdrant’s count', ['POST', 'vectorizer', '/qdrant/collections/{name}/points/count', { exact: true }]],
  ['Qdrant’s scroll', ['POST', 'vectorizer', '/qdrant/collections/{name}/points/scroll', { limit: 20, with_vector: true }]],
  [
    'Qdrant’s points',
    [
      'PUT',
      'vectorizer',
      '/qdrant/collections/{name}/points',
      { points: [{ id: 7, vector: vectorAt(41), payload: { marker: 5 } }] },
    ],
    ['POST', 'vectorizer', '/qdrant/collections/{name}/points/search', { vector: vectorAt(41), limit: 5, with_payload: true }],
    ['POST', 'vectorizer', '/qdrant/collections/{name}/points/delete', { points: [7] }],
    ['POST', 'vectorizer', '/qdrant/collections/{name}/points/search', { vector: vectorAt(41), limit: 5, with_vector: true }],
  ],
  [
    'a new name',
    ['POST', 'vectorizer', '/collections/{name}/rename', { new_name: 'n-{name}' }],
    ['GET', 'vectorizer', '/collections/{name}/vectors'],
  ],
];

/** An index of dense and sparse vectors. */
export function newIndex(): readonly Request[] {
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const vectors = RECORDS.filter(({ embedding }) => embedding !== ZERO).map(({ id, embedding, metadata }, index) => ({
    ...{ id, values: embedding, metadata },
    ...(index % 3 > 0 && { sparseValues: { indices: [index % 11, 4_000_000_000 + (index % 7)], values: [index / 10 + 1, 0.5] } }),
  }));
  return [
    ['POST', 'control', '/indexes', { name: '{name}', dimension: DIMENSION, metric: 'dotproduct', spec }],
    ['POST', 'pinecone', '/vectors/upsert', { vectors }],
  ];
}

const QUERY = { sparseVector: { indices: [3, 4_000_000_002], values: [1, 2] }, topK: 12, includeValues: true };

export const SPARSE: readonly Operation[] = [
  ['query by both', ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(1) }]],
  ['query with a filter', ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(1), filter: { marker: 2 } }]],
  ['query for everything', ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(2), topK: 1_000 }]],
  ['query by dense ones', ['POST', 'pinecone', '/query', { vector: vectorAt(3), topK: 10, includeValues: true }]],
  ['fetch', ['GET', 'pinecone', '/vectors/fetch?ids=r/1&ids=r/4']],
  [
    'update either',
    ['POST', 'pinecone', '/vectors/update', { id: 'r/4', sparseValues: { indices: [3], values: [100] } }],
    ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(1) }],
    ['POST', 'pinecone', '/vectors/update', { id: 'r/4', values: vectorAt(1) }],
    ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(1) }],
    ['GET', 'pinecone', '/vectors/fetch?ids=r/4'],
  ],
  ['write through Chroma', ['POST', 'chroma', '/upsert', { ids: ['r/4', 'r/8'], embeddings: [vectorAt(5), vectorAt(6)] }]],
  ['query what was written', ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(5) }]],
  [
    'delete',
    ['POST', 'pinecone', '/vectors/delete', { ids: ['r/4'] }],
    ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(5), topK: 1_000 }],
    ['POST', 'pinecone', '/vectors/delete', { filter: { marker: 1 } }],
    ['POST', 'pinecone', '/query', { ...QUERY, vector: vectorAt(5), topK: 1_000 }],
    ['POST', 'pinecone', '/describe_index_stats', {}],
  ],
];

const WORDS = ['cats', 'chase', 'mice', 'in', 'the', 'barn', 'while', 'dogs', 'sleep', 'under', 'old', 'trees'];

function textAt(index: number): string {
  return Array.from({ length: 6 }, (_, at) => WORDS[(index * (at + 1) + at * at) % WORDS.length]).join(' ');
}

/** A collection that embeds texts. */
export function newTextCollection(): readonly Request[] {
  const texts = Array.from({ length: COUNT }, (_, index) => ({
    id: `t/${String(index)}`,
    text: textAt(index),
    metadata: { marker: index % 5 },
  }));
  return [
    ['POST', 'vectorizer', '/collections', { name: '{name}', dimension: 16, metric: 'cosine' }],
    ['POST', 'vectorizer', '/batch_insert', { collection: '{name}', texts }],
  ];
}

export const TEXTS: readonly Operation[] = [
  ['search by text', ['POST', 'vectorizer', '/collections/{name}/search/text', { query: 'cats in the barn', limit: 12 }]],
  [
    'search by text with a filter',
    ['POST', 'vectorizer', '/collections/{name}/search', { query: 'old trees', filter: { marker: 3 } }],
  ],
  ['hybrid search', ['POST', 'vectorizer', '/collections/{name}/hybrid_search', { query: 'dogs sleep', alpha: 0.4 }]],
  [
    'semantic search',
    ['POST', 'vectorizer', '/semantic_search', { collection: '{name}', query: 'dogs chase cats', max_results: 8 }],
  ],
  [
    'batch search',
    ['POST', 'vectorizer', '/collections/{name}/batch_search', { queries: [{ query: 'mice' }, { query: 'old barn', limit: 3 }] }],
  ],
  [
    'insert a text',
    ['POST', 'vectorizer', '/insert', { collection: '{name}', id: 'own', text: 'a zebra in the barn' }],
    ['POST', 'vectorizer', '/collections/{name}/search/text', { query: 'a zebra in the barn', limit: 3 }],
    ['DELETE', 'vectorizer', '/collections/{name}/vectors/own'],
    ['POST', 'vectorizer', '/collections/{name}/search/text', { query: 'a zebra in the barn', limit: 3 }],
  ],
  ['get through Chroma', ['POST', 'chroma', '/get', { include: INCLUDE, where_document: { $contains: 'zebra' } }]],
];
