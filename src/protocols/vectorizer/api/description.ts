import type { ApiDescription } from '../../../http/api-description.js';
import { BOOLEAN, COUNT, described, TEXT } from '../../../http/schema.js';
import { statusMeanings } from '../../../http/status-meanings.js';
import { SHAPES } from '../errors.js';
import { OPERATIONS } from './operations.js';
import { REQUESTS } from './requests.js';
import { SCHEMAS } from './schemas.js';

/** Vectorizer's API, and the routes for Qdrant's clients. */
export const VECTORIZER_API: ApiDescription = {
  name: 'vectorizer',
  title: 'Polyvec: the Vectorizer API',
  description:
    "Collections and vectors in Postgres, for Vectorizer's clients. The paths are the same on Vectorizer's own port " +
    '(`POLYVEC_VECTORIZER_PORT`), and below `/vectorizer` on the console port. Null means that a field is absent, unless ' +
    'said otherwise; fields that are not listed are ignored.',
  homes: [
    {
      prefixes: ['/vectorizer'],
      servers: [
        { url: '/vectorizer', description: 'The console port.' },
        {
          url: 'http://{host}:{port}',
          description: "Vectorizer's own port.",
          variables: { host: 'localhost', port: '15002' },
        },
      ],
      error: 'Error',
    },
  ],
  operations: OPERATIONS,
  requests: REQUESTS,
  schemas: SCHEMAS,
  pathParameters: {
    collection: 'The name of a collection.',
    id: 'An id; slashes in it need no escape.',
  },
  queryParameters: {
    ids: described(TEXT, 'Ids, joined by commas.'),
    limit: described(COUNT, 'How many at most: 10 unless given, and never more than 1000.'),
    offset: described(COUNT, 'How many to leave out at the beginning.'),
    with_vector: described(BOOLEAN, 'Whether answers show the vectors.'),
    with_payload: described(BOOLEAN, 'Whether answers show the payloads.'),
    with_config: described(BOOLEAN, 'Whether the answer shows how the index is built.'),
    dry_run: described(BOOLEAN, 'Only tells what would be deleted.'),
  },
  headers: {},
  keys: {
    key: { type: 'apiKey', in: 'header', name: 'X-API-Key', description: 'A key.' },
    authorization: { type: 'apiKey', in: 'header', name: 'Authorization', description: 'A key, bare or after `Bearer`.' },
    parameter: { type: 'apiKey', in: 'query', name: 'api_key', description: 'A key, in the URL.' },
  },
  errors: statusMeanings((kind) => SHAPES[kind][0], {
    415: 'The content type is not JSON',
    502: 'A model endpoint failed; nothing was written',
  }),
  files: [],
};
