import { oneOf, type Random } from '../promotion/promotion-writer.js';
import { mutate, nodeOf, textOf } from './json-mutations.js';

/** A request as it goes over the wire; a header may come twice. */
export interface SentRequest {
  readonly method: string;
  /** With the query. */
  readonly path: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
}

/** A part that is broken on the wire itself: such a request gets a connection of its own. */
export interface WireRequest {
  readonly bytes: Buffer;
}

type Mutation = (request: SentRequest, random: Random) => SentRequest;

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS', 'PROPFIND', 'TRACE', 'SEARCH', 'QUERY', 'LOCK'];

const SEGMENTS = [
  ...[
    '%00',
    '%ff',
    '%c0%80',
    '%ed%a0%80',
    '%',
    '%zz',
    '%2',
    '%2e%2e%2f',
    '..',
    '.',
    '',
    '%20',
    '%2F',
    '%5c',
    '%0d%0aX:1',
    '%e2%80%ae',
  ],
  ...[
    '__proto__',
    'constructor',
    'undefined',
    'null',
    '0',
    '-1',
    '*',
    ':id',
    '{id}',
    'a%2525',
    '%F0%9F%A6%84',
    "'%20OR%201=1--",
    ';a=b',
    'a:b',
  ],
  ...['00000000-0000-0000-0000-000000000000', 'not-a-uuid', 'a,b,c', '~', '@', '$1', '+', '!', 'x'.repeat(3_000)],
];

const PARAMETERS = [
  ...[
    'limit=-1',
    'limit=abc',
    'limit=1e999',
    'limit=',
    'limit=1&limit=2',
    'limit=999999999999999999999',
    'limit[]=1',
    'limit=0',
    'limit=1.5',
  ],
  ...[
    'offset=-1',
    'offset=x',
    'offset=18446744073709551616',
    'ids=',
    'ids=a&ids=b',
    'ids=%00',
    'ids=%ff',
    'ids=,,,',
    'namespace=%00',
    'namespace=🦄',
  ],
  ...[
    'paginationToken=x',
    'pagination_token=%7B%7D',
    'paginationToken=AAAA',
    '__proto__[polluted]=1',
    'constructor.prototype.polluted=1',
    'a[b][c]=1',
  ],
  ...[
    'tenant=x',
    'database=%00',
    'with_vector=maybe',
    'with_payload',
    '=',
    '&&&',
    '%',
    '%zz=1',
    'prefix=%ff',
    'api_key=secret',
    '?',
    'a=b#c',
  ],
];

const HEADERS: readonly (readonly [string, string])[] = [
  ...(
    [
      'text/plain',
      'text/html',
      'application/json; charset=latin1',
      'application/json;;',
      'application/xml',
      '',
      'json',
      '*/*',
    ] as const
  ).map((type) => ['content-type', type] as const),
  ...(
    [
      'multipart/form-data',
      'multipart/form-data; boundary=x',
      'application/x-www-form-urlencoded',
      'application/x-ndjson',
    ] as const
  ).map((type) => ['content-type', type] as const),
  ...(['gzip', 'br', 'deflate', 'identity', 'zstd', 'gzip, gzip', 'x'] as const).map(
    (encoding) => ['content-encoding', encoding] as const,
  ),
  ...(['application/grpc', 'text/event-stream', '', '*/*;q=x'] as const).map((type) => ['accept', type] as const),
  ...(['2025-10', '2024-07', '1999-01', 'unstable', '', 'x', '2025-10, 2025-04'] as const).map(
    (version) => ['x-pinecone-api-version', version] as const,
  ),
  ...(['Bearer', 'Bearer x', 'Basic !!!', 'Basic Og==', 'Digest a="b"', ''] as const).map(
    (value) => ['authorization', value] as const,
  ),
  ['api-key', 'x'],
  ['x-chroma-token', 'x'],
  ['x-api-key', 'x'],
  ['host', 'nonsense'],
  ['host', 'a-b.svc.polyvec.test'],
  ['host', '[::1'],
  ['expect', '100-continue'],
  ['range', 'bytes=0-1'],
  ['if-none-match', '*'],
  ['x-http-method-override', 'DELETE'],
  ['x-forwarded-for', '1.2.3.4, x'],
  ['x-request-id', 'x'.repeat(500)],
  ['traceparent', '00-zz-zz-zz'],
  ['cookie', 'a=b; __proto__=1'],
  ['user-agent', 'python-client-5.0.0 (grpc)'],
  ['x-long', 'x'.repeat(8_000)],
];

const BROKEN_UTF8 = [
  [0xff],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  [0xf5, 0x80, 0x80, 0x80],
  [0xe2, 0x82],
  [0x80],
  [0],
  [0xef, 0xbb, 0xbf],
];

const mutateBody: Mutation = (request, random) => {
  const text = request.body.toString('utf8');
  try {
    let node = nodeOf(text);
    for (let left = 1 + random(3); left > 0; left -= 1) node = mutate(node, random);
    return { ...request, body: Buffer.from(textOf(node)) };
  } catch {
    // it is none, or no longer
    return mutateBytes(request, random);
  }
};

const mutateBytes: Mutation = (request, random) => {
  const { body } = request;
  const at = random(body.length + 1);
  const [before, after] = [body.subarray(0, at), body.subarray(at)];
  switch (random(7)) {
    case 0:
      return { ...request, body: before };
    case 1:
      return { ...request, body: after };
    case 2:
      return { ...request, body: Buffer.concat([before, Buffer.from(oneOf(BROKEN_UTF8, random)), after]) };
    case 3:
      return { ...request, body: Buffer.concat([before, Buffer.from([random(256)]), after.subarray(1)]) };
    case 4:
      return { ...request, body: Buffer.concat([body, body]) };
    case 5:
      return { ...request, body: Buffer.alloc(0) };
    default:
      return { ...request, body: Buffer.from(Array.from({ length: random(200) }, () => random(256))) };
  }
};

const mutateMethod: Mutation = (request, random) => ({ ...request, method: oneOf(METHODS, random) });

const mutatePath: Mutation = (request, random) => {
  const [path = '', query = ''] = request.path.split('?');
  const segments = path.split('/');
  // the first is empty, the second the protocol's
  const at = 2 + random(Math.max(1, segments.length - 2));
  switch (random(5)) {
    case 0:
      segments.splice(at, 1);
      break;
    case 1:
      segments.splice(at, 0, oneOf(SEGMENTS, random));
      break;
    case 2:
      segments.splice(at, 1, (segments[at] ?? '').toUpperCase());
      break;
    default:
      segments.splice(at, 1, oneOf(SEGMENTS, random));
  }
  return { ...request, path: `${segments.join('/')}${query === '' ? '' : `?${query}`}` };
};

const mutateQuery: Mutation = (request, random) => {
  const [path = ''] = request.path.split('?');
  const parameters = Array.from({ length: 1 + random(3) }, () => oneOf(PARAMETERS, random));
  return { ...request, path: `${path}?${parameters.join('&')}` };
};

const mutateHeaders: Mutation = (request, random) => {
  const kept = request.headers.filter(() => random(4) > 0);
  const added = Array.from({ length: 1 + random(3) }, () => oneOf(HEADERS, random));
  return { ...request, headers: [...kept, ...added] };
};

/** Bodies are what requests are made of: most is changed there. */
const MUTATIONS: readonly Mutation[] = [
  ...[mutateBody, mutateBody, mutateBody, mutateBody, mutateBody, mutateBody, mutateBody],
  ...[mutateBytes, mutatePath, mutateQuery, mutateHeaders, mutateMethod],
];

export function mutateRequest(request: SentRequest, random: Random): SentRequest {
  let mutated = request;
  for (let left = 1 + random(2); left > 0; left -= 1) mutated = oneOf(MUTATIONS, random)(mutated, random);
  return { ...mutated, path: sendable(mutated.path) };
}

/** The request with its framing broken. */
export function breakFraming(request: SentRequest, random: Random): WireRequest {
  const { length } = request.body;
  const lengths = [
    String(length + 1 + random(100)),
    String(Math.max(0, length - 1)),
    '-1',
    'x',
    '1e3',
    '99999999999999999999',
    `${String(length)}, ${String(length)}`,
    '',
  ];
  const heads = [
    ...lengths.map((value) => [`content-length: ${value}`]),
    [`content-length: ${String(length)}`, `content-length: ${String(length + 1)}`],
    [`content-length: ${String(length)}`, 'transfer-encoding: chunked'],
    ['transfer-encoding: chunked'],
    ['transfer-encoding: gzip, chunked'],
    ['transfer-encoding: x'],
    [`content-length: ${String(length)}`, ' folded: a'],
    [`content-length: ${String(length)}`, 'no colon'],
    [`content-length: ${String(length)}`, 'a\0b: c'],
    [`content-length: ${String(length)}`, 'connection: upgrade', 'upgrade: h2c'],
    [`content-length: ${String(length)}`, 'expect: something'],
  ];
  const versions = ['HTTP/1.1', 'HTTP/1.1', 'HTTP/1.1', 'HTTP/1.0', 'HTTP/2.0', 'HTTP/9', ''];
  const methods = [request.method, request.method, 'FOO', 'get', 'CONNECT', '', 'GET POST'];
  const paths = [
    request.path,
    request.path,
    `http://127.0.0.1${request.path}`,
    '*',
    'x',
    '/a b',
    `${request.path}#f`,
    '\x01',
    '/\xff',
  ];
  const lines = [
    `${oneOf(methods, random)} ${oneOf(paths, random)} ${oneOf(versions, random)}`,
    ...(random(8) === 0 ? [] : ['host: 127.0.0.1']),
    ...request.headers.map(([name, value]) => `${name}: ${value}`),
    ...oneOf(heads, random),
  ];
  const end = oneOf(['\r\n', '\r\n', '\r\n', '\n', '\r'], random);
  return { bytes: Buffer.concat([Buffer.from(lines.join(end) + end + end, 'latin1'), request.body]) };
}

/** What an HTTP client sends at all: the rest is for broken framing. */
function sendable(path: string): string {
  return path.replace(/[^\x21-\x7e]/gu, (character) => encodeURIComponent(character));
}
