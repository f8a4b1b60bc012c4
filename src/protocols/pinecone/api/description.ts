import type { ApiDescription } from '../../../http/api-description.js';
import { BOOLEAN, COUNT, described, listOf, oneOf, TEXT } from '../../../http/schema.js';
import { statusMeanings } from '../../../http/status-meanings.js';
import { INDEX_PATHS } from '../data/rest/target-path.js';
import { SHAPES } from '../errors.js';
import { MAX_PAGE } from '../limits.js';
import { CODES } from '../pinecone-error.js';
import { OPERATIONS } from './operations.js';
import { REQUESTS } from './requests.js';
import { SCHEMAS } from './schemas.js';

/** Pinecone's API, of both planes. */
export const PINECONE_API: ApiDescription = {
  name: 'pinecone',
  title: 'Polyvec: the Pinecone API',
  description:
    "Indexes and vectors in Postgres, for Pinecone's clients. The control plane is on Pinecone's own port " +
    '(`POLYVEC_PINECONE_PORT`), and below `/pinecone` on the console port. The vectors of an index are at the `host` of its ' +
    'description, and below `/pinecone/_index/{index}`; there gRPC is spoken, too: `vector-service.proto`. Field names of ' +
    'vectors may also be written in snake_case; null means absent; fields that are not listed are ignored.',
  homes: [
    {
      prefixes: ['/pinecone'],
      servers: [
        { url: '/pinecone', description: 'The console port.' },
        { url: 'http://{host}:{port}', description: "Pinecone's own port.", variables: { host: 'localhost', port: '5080' } },
      ],
      error: 'Error',
    },
    {
      prefixes: INDEX_PATHS.map((path) => `/${path}`),
      servers: [
        { url: '/pinecone/_index/{index}', description: 'An index on the console port.', variables: { index: 'my-index' } },
        { url: 'http://{host}', description: 'The host of an index.', variables: { host: 'localhost:5081' } },
      ],
      error: 'IndexError',
    },
  ],
  operations: OPERATIONS,
  requests: REQUESTS,
  schemas: SCHEMAS,
  pathParameters: {
    name: 'A name.',
    index: 'The name of an index.',
    id: 'A UUID.',
    namespace: 'The name of a namespace; `__default__` is the default one.',
  },
  queryParameters: {
    ids: described(listOf(TEXT), 'Ids of vectors: the parameter is repeated.'),
    namespace: described(TEXT, 'The default namespace unless given.'),
    deleteAll: described(BOOLEAN, 'Every vector of the namespace.'),
    prefix: described(TEXT, 'What the ids or names begin with.'),
    limit: { ...COUNT, minimum: 1, maximum: MAX_PAGE, description: 'How many on a page.' },
    paginationToken: described(TEXT, '`pagination.next` of the page before.'),
    include_deleted: described(BOOLEAN, 'Also the backups of indexes of that name that are gone.'),
    type: described(oneOf('embed', 'rerank'), 'Models of that type.'),
    vector_type: described(oneOf('dense', 'sparse'), 'Models that make such vectors.'),
  },
  headers: {
    'X-Pinecone-API-Version': described(TEXT, 'The version whose shapes are meant, such as `2025-10`; 2024-07 unless given.'),
  },
  keys: {
    key: { type: 'apiKey', in: 'header', name: 'Api-Key', description: 'A key; `api-key` in the metadata of gRPC.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'A key as the token.' },
  },
  errors: statusMeanings((kind) => CODES[SHAPES[kind]][1], {
    422: 'The body cannot be decoded: it is no JSON, or a field is missing or of a wrong type',
    429: 'Too many requests for the settings of this gateway',
  }),
  files: [
    {
      name: 'vector-service.proto',
      location: new URL('../data/grpc/vector-service.proto', import.meta.url),
      description: 'The gRPC service of an index.',
    },
  ],
};
