import fc from 'fast-check';
import { createIndex, type IndexApi, succeeded } from '../../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { byEffort } from '../../support/setup/effort.js';
import { GrpcSide } from './agreement/grpc-side.js';
import { jsonText, namespaceOf, type Operation, type Result } from './agreement/operation.js';
import { contentOf, DEFINITIONS, type Kind, operationsOn } from './agreement/operations.js';
import { RestSide } from './agreement/rest-side.js';

/** Repeat a failure with the seed that it tells: `TEST_SEED=… npm test -- test/protocols/pinecone/agreement`. */
const SEED = Number(process.env['TEST_SEED'] ?? '20261121');
const KINDS = Object.keys(DEFINITIONS) as readonly Kind[];
const VERSIONS = ['2024-07', '2025-01', '2025-04', '2025-10', '2026-04', '2026-07'];

/** Two indexes of one definition and content: one is asked through REST, the other through gRPC. */
interface Twins {
  readonly rest: IndexApi;
  readonly grpcIndex: IndexApi;
  readonly grpc: PineconeGrpc;
}

let gateway: TestGateway;
const twins = new Map<Kind, Twins>();
/** Requests that were compared, those that succeeded, those whose filter matched some records and not all, and the methods. */
const counted = { requests: 0, successes: 0, splitting: 0, methods: new Set<string>() };

beforeAll(async () => {
  gateway = await startGateway();
  for (const kind of KINDS) {
    const rest = await createIndex(gateway, DEFINITIONS[kind]);
    const grpcIndex = await createIndex(gateway, DEFINITIONS[kind]);
    twins.set(kind, { rest, grpcIndex, grpc: new PineconeGrpc(grpcIndex.port) });
  }
});

afterAll(async () => {
  for (const { grpc } of twins.values()) grpc.close();
  await gateway.stop();
});

function twinsOf(kind: Kind): Twins {
  const pair = twins.get(kind);
  if (pair === undefined) throw new Error(`no twins: ${kind}`);
  return pair;
}

interface Sequence {
  readonly kind: Kind;
  readonly version: string;
  readonly content: readonly Operation[];
  readonly operations: readonly Operation[];
}

const sequence: fc.Arbitrary<Sequence> = fc.constantFrom(...KINDS).chain((kind) =>
  fc.record({
    kind: fc.constant(kind),
    version: fc.constantFrom(...VERSIONS),
    content: contentOf(kind),
    operations: fc.array(operationsOn(kind), { minLength: 30, maxLength: 40, size: 'max' }),
  }),
);

async function agree({ kind, version, content, operations }: Sequence): Promise<void> {
  const pair = twinsOf(kind);
  await Promise.all([empty(pair.rest), empty(pair.grpcIndex)]);
  const rest = new RestSide(pair.rest, version);
  const grpc = new GrpcSide(pair.grpc, version);
  for (const operation of [...content, ...operations]) {
    const splits = await isSplitting(pair.rest, operation);
    const [byRest, byGrpc] = await Promise.all([rest.send(operation), grpc.send(operation)]);
    expect({ operation, result: byGrpc }).toEqual({ operation, result: byRest });
    count(operation, byRest, splits);
  }
}

/** Takes every namespace away. */
async function empty(index: IndexApi): Promise<void> {
  for (const name of Object.keys(await index.counts())) {
    await index.call(`/namespaces/${encodeURIComponent(name === '' ? '__default__' : name)}`, { method: 'DELETE' });
  }
}

/** Whether the operation's filter matches some of the records where it looks, and not all. */
async function isSplitting(index: IndexApi, operation: Operation): Promise<boolean> {
  const { filter } = operation.request;
  if (filter === undefined) return false;
  const matching = await countsOf(index, jsonText({ filter }));
  const all = await countsOf(index, '{}');
  const where = namespaceOf(operation);
  const among = (counts: ReadonlyMap<string, number>): number =>
    where === undefined ? [...counts.values()].reduce((sum, one) => sum + one, 0) : (counts.get(where) ?? 0);
  return among(matching) > 0 && among(matching) < among(all);
}

/** The number of records by namespace; empty when the body is refused. */
async function countsOf(index: IndexApi, body: string): Promise<ReadonlyMap<string, number>> {
  const answer = await index.call('/describe_index_stats', { body, headers: { 'x-pinecone-api-version': '2025-04' } });
  if (answer.status === 400) return new Map();
  const { namespaces } = succeeded(answer) as { namespaces: Readonly<Record<string, { readonly vectorCount: number }>> };
  return new Map(Object.entries(namespaces).map(([name, { vectorCount }]) => [name, vectorCount]));
}

function count({ method }: Operation, result: Result, splits: boolean): void {
  counted.requests += 1;
  counted.methods.add(method);
  if (result.kind === 'success') counted.successes += 1;
  if (splits) counted.splitting += 1;
}

describe(`REST and gRPC, asked the same (TEST_SEED=${String(SEED)})`, () => {
  it('answer alike, and refuse alike, word for word', async () => {
    // no shrinking: a failure tells the request, and what came before it
    await fc.assert(fc.asyncProperty(sequence, agree), {
      seed: SEED,
      numRuns: byEffort({ quick: 12, full: 40 }),
      endOnFailure: true,
    });
    expect(counted.requests).toBeGreaterThanOrEqual(byEffort({ quick: 300, full: 1_000 }));
    expect(counted.successes / counted.requests).toBeGreaterThanOrEqual(1 / 2);
    expect(counted.splitting / counted.requests).toBeGreaterThanOrEqual(byEffort({ quick: 3 / 10, full: 1 / 3 }));
    expect(counted.methods.size).toBe(12);
  });
});

describe('what random runs have found', () => {
  it.each<Operation>([
    { method: 'List', request: { namespace: 'n\u0000' } },
    { method: 'List', request: { prefix: 'p\u0000', limit: 0 } },
    { method: 'ListNamespaces', request: { prefix: 'p\u0000' } },
    { method: 'Fetch', request: { ids: ['a\u0000'] } },
    { method: 'Fetch', request: { ids: ['a'], namespace: 'n\u0000' } },
    { method: 'Delete', request: { ids: ['a\u0000'] }, rest: 'older' },
    { method: 'DescribeNamespace', request: { namespace: 'n\u0000' } },
    { method: 'DeleteNamespace', request: { namespace: 'n\u0000' } },
  ])('a NUL is refused in the same words wherever it stands: %j', async (operation) => {
    const [byRest, byGrpc] = await askBoth(operation);
    expect(byRest).toMatchObject({ kind: 'failure', status: 400 });
    expect(byGrpc).toEqual(byRest);
  });

  it('a field that is declared not filterable is told by both', async () => {
    const schema = { fields: { genre: { filterable: false }, year: { filterable: true } } };
    const [byRest, byGrpc] = await askBoth({ method: 'CreateNamespace', request: { name: 'with-a-schema', schema } });
    expect(byRest).toMatchObject({ kind: 'success', answer: { schema, indexedFields: { fields: ['year'] } } });
    expect(byGrpc).toEqual(byRest);
  });
});

async function askBoth(operation: Operation): Promise<readonly [Result, Result]> {
  const { rest, grpc } = twinsOf('cosine');
  return Promise.all([new RestSide(rest, '2025-10').send(operation), new GrpcSide(grpc, '2025-10').send(operation)]);
}
