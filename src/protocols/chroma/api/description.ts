import type { ApiDescription } from '../../../http/api-description.js';
import { COUNT, described, oneOf, TEXT } from '../../../http/schema.js';
import { statusMeanings } from '../../../http/status-meanings.js';
import { SHAPES } from '../errors.js';
import { MAX_U32, READ_LEVELS } from '../limits.js';
import { OPERATIONS } from './operations.js';
import { REQUESTS } from './requests.js';
import { SCHEMAS } from './schemas.js';

/** Below a collection, one segment of the path is its UUID or its name. */
const COLLECTION_SEGMENT = /\/collections\/\{(?:uuid|name)\}/;
const FUNCTION_SEGMENT = /functions\/\{name\}/;

/** Chroma's API, v2 and v1. */
export const CHROMA_API: ApiDescription = {
  name: 'chroma',
  title: 'Polyvec: the Chroma API',
  description:
    "Collections and records in Postgres, for Chroma's clients. The paths are the same on Chroma's own port " +
    '(`POLYVEC_CHROMA_PORT`), and below `/chroma` on the console port. Fields that are not listed are ignored.',
  homes: [
    {
      prefixes: ['/chroma'],
      servers: [
        { url: '/chroma', description: 'The console port.' },
        { url: 'http://{host}:{port}', description: "Chroma's own port.", variables: { host: 'localhost', port: '8000' } },
      ],
      error: 'Error',
      rename: (path) =>
        path.replace(COLLECTION_SEGMENT, '/collections/{collection_id}').replace(FUNCTION_SEGMENT, 'functions/{function}'),
    },
  ],
  operations: OPERATIONS,
  isServed: (config, path) => config.chromaV1 || !/^\/api\/v1(?:\/|$)/.test(path),
  requests: REQUESTS,
  schemas: SCHEMAS,
  pathParameters: {
    tenant: 'The name of a tenant.',
    database: 'The name of a database.',
    collection_id: 'The UUID of a collection; its name, where the operation says so.',
    uuid: 'The UUID of a collection.',
    crn: 'Resource name of the tenant, database and name of the collection, joined by colons.',
    function: 'The name of a function.',
  },
  queryParameters: {
    limit: { ...COUNT, maximum: MAX_U32, description: 'How many at most; all unless given.' },
    offset: { ...COUNT, maximum: MAX_U32, description: 'How many to leave out at the beginning.' },
    read_level: described(oneOf(...READ_LEVELS), 'Every level reads the same here: what is written is counted.'),
    tenant: described({ ...TEXT, default: 'default_tenant' }, 'The name of a tenant.'),
    database: described({ ...TEXT, default: 'default_database' }, 'The name of a database.'),
  },
  headers: {},
  keys: {
    token: { type: 'apiKey', in: 'header', name: 'x-chroma-token', description: 'A key, as Chroma Cloud takes it.' },
    bearer: { type: 'http', scheme: 'bearer', description: 'A key as the token.' },
    basic: { type: 'http', scheme: 'basic', description: 'A key as the password.' },
  },
  errors: statusMeanings((kind) => SHAPES[kind][0], {
    413: 'The body is longer than the limit; writes, queries and searches of records get that in plain text',
    415: 'The content type is not JSON',
    422: 'The body is JSON, but a field is missing or of a wrong type',
  }),
  files: [],
};
