import { randomUUID } from 'node:crypto';
import { LIMIT_SETTINGS } from '../../src/config/limits.js';
import type { LimitName } from '../../src/errors.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { type Answer, type Transport, type TransportName, TRANSPORTS, type Transports, transportsOf } from './transports.js';

/** A limit, and a request that has as much as it is told of what the limit bounds, at every transport that has such a thing. */
interface Row {
  readonly allowed: number;
  readonly send: (transport: Transport, amount: number) => Promise<Answer>;
  readonly transports?: readonly TransportName[];
}

const OK = { chroma: [200, 201], pinecone: [200, 201], grpc: [0], vectorizer: [200, 201] } as const;
const numbered = (amount: number, prefix: string): readonly string[] =>
  Array.from({ length: amount }, (_item, index) => `${prefix}${String(index)}`);
/** As many levels, and as many conditions. */
const nested = (levels: number): object =>
  levels === 1 ? { a: 1 } : { [levels % 2 === 0 ? '$or' : '$and']: [{ a: 1 }, nested(levels - 1)] };
/** A text of so many bytes, and fewer characters. */
const bytes = (amount: number): string => 'é'.repeat(Math.floor(amount / 2)) + 'e'.repeat(amount % 2);

const ROWS: Readonly<Record<Exclude<LimitName, 'maxAnswerBytes' | 'maxSearches' | 'searchesTimeoutMs'>, Row>> = {
  maxRecords: { allowed: 3, send: (transport, amount) => transport.write(numbered(amount, 'r').map((id) => ({ id }))) },
  maxIds: { allowed: 3, send: (transport, amount) => transport.delete(['base', ...numbered(amount - 1, 'r')]) },
  maxResults: { allowed: 5, send: (transport, amount) => transport.search(amount) },
  maxMatches: { allowed: 2, send: (transport, amount) => transport.search(1, amount), transports: ['chroma'] },
  maxFilterPredicates: {
    allowed: 3,
    send: (transport, amount) => transport.select({ $or: numbered(amount, 'k').map((key) => ({ [key]: { $ne: 1 } })) }),
  },
  maxFilterDepth: { allowed: 2, send: (transport, amount) => transport.select(nested(amount)) },
  maxFilterValues: { allowed: 4, send: (transport, amount) => transport.select({ k: { $in: numbered(amount, 'v') } }) },
  maxFilterBytes: { allowed: 60, send: (transport, amount) => transport.select({ k: bytes(amount - 1) }) },
  maxRegexCharacters: {
    allowed: 10,
    send: (transport, amount) => transport.select({ '#document': { $regex: 'a'.repeat(amount) } }),
    transports: ['chroma'],
  },
  maxMetadataBytes: {
    allowed: 80,
    send: (transport, amount) => transport.write([{ id: 'r', metadata: { k: bytes(amount - '{"k":""}'.length) } }]),
  },
  maxMetadataKeys: {
    allowed: 3,
    send: (transport, amount) =>
      transport.write([{ id: 'r', metadata: Object.fromEntries(numbered(amount, 'k').map((key) => [key, 1])) }]),
  },
  maxMetadataKeyBytes: {
    allowed: 12,
    send: (transport, amount) => transport.write([{ id: 'r', metadata: { [bytes(amount)]: 1 } }]),
  },
  maxDocumentBytes: { allowed: 40, send: (transport, amount) => transport.write([{ id: 'r', document: bytes(amount) }]) },
  maxIdBytes: { allowed: 8, send: (transport, amount) => transport.write([{ id: 'i'.repeat(amount) }]) },
  maxNameBytes: {
    allowed: 40,
    send: (transport, amount) => transport.create(`${randomUUID()}${'x'.repeat(amount)}`.slice(0, amount)),
  },
};

/** Settings that no row here can test; where they are tested instead. */
const ELSEWHERE = {
  limits: 'profile.spec.ts',
  maxJsonDepth: 'json-depth.spec.ts',
  maxJsonValues: 'json-values.spec.ts',
  maxValuesAtOnce: 'slices.spec.ts',
  maxInFlightBytes: 'in-flight.spec.ts',
  maxAnswerBytes: 'answers.spec.ts',
  maxAnswersBytes: 'answers.spec.ts',
  maxSearches: 'searches.spec.ts',
  searchesTimeoutMs: 'searches.spec.ts',
  maxConnections: 'connections.spec.ts',
  maxConnectionsPerAddress: 'connections.spec.ts',
  headersTimeoutMs: 'connections.spec.ts',
  requestTimeoutMs: 'connections.spec.ts',
};

const CASES = (Object.entries(ROWS) as [LimitName, Row][]).flatMap(([limit, row]) =>
  (row.transports ?? TRANSPORTS).map((transport) => [LIMIT_SETTINGS[limit].variable, transport, limit, row] as const),
);

/** The refusal of a request that exceeds a limit, in the protocol's shape, with the limit's name and value. */
function refusal(transport: TransportName, limit: LimitName, { allowed }: Row): Answer {
  const { variable } = LIMIT_SETTINGS[limit];
  const words: unknown = expect.stringContaining(`more than the limit of ${String(allowed)} (${variable})`);
  const isBatch = limit === 'maxRecords';
  switch (transport) {
    case 'chroma':
      return isBatch ? [413, { error: 'ChromaError', message: words }] : [400, { error: 'InvalidArgumentError', message: words }];
    case 'pinecone':
      if (isBatch) return [413, { code: 11, message: words, details: [] }];
      if (limit === 'maxNameBytes') return [400, { error: { code: 'INVALID_ARGUMENT', message: words }, status: 400 }];
      return [400, { code: 3, message: words, details: [] }];
    case 'grpc':
      return [isBatch ? 11 : 3, words];
    case 'vectorizer':
      if (isBatch) return [413, { error_type: 'payload_too_large', message: words, status_code: 413 }];
      return [
        400,
        {
          error_type: 'validation_error',
          message: words,
          details: { field: expect.any(String) as unknown, reason: words },
          status_code: 400,
        },
      ];
  }
}

let gateway: TestGateway;
let transports: Transports;

beforeAll(async () => {
  const values = Object.entries(ROWS).map(([limit, { allowed }]) => [
    LIMIT_SETTINGS[limit as LimitName].variable,
    String(allowed),
  ]);
  gateway = await startGateway({ env: Object.fromEntries(values) as Readonly<Record<string, string>> });
  transports = await transportsOf(gateway);
});

afterAll(async () => {
  transports.close();
  await gateway.stop();
});

describe('a limit of requests', () => {
  it('has a test, or is known to have one elsewhere', () => {
    expect(Object.keys({ ...ROWS, ...ELSEWHERE }).sort()).toEqual(Object.keys(LIMIT_SETTINGS).sort());
  });

  it.each(CASES)('%s refuses one more by %s, which then changes nothing', async (_variable, name, limit, row) => {
    const transport = await transports.open(name);
    const before = await transport.state();
    expect(await row.send(transport, row.allowed + 1)).toEqual(refusal(name, limit, row));
    expect(await transport.state()).toEqual(before);
  });

  it.each(CASES)('%s takes just as many by %s', async (_variable, name, _limit, row) => {
    const transport = await transports.open(name);
    const [status] = await row.send(transport, row.allowed);
    expect(OK[name]).toContain(status);
  });
});

describe('clients of Chroma', () => {
  it.each(['/api/v2', '/api/v1'])('are told to send no more records than a write may have, by %s', async (root) => {
    const answer = await fetch(`${gateway.chromaUrl}${root}/pre-flight-checks`);
    expect(await answer.json()).toMatchObject({ max_batch_size: ROWS.maxRecords.allowed });
  });
});
