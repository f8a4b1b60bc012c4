import type { Metadata, ServiceError } from '@grpc/grpc-js';
import type { PineconeGrpc } from '../../../support/clients/pinecone-grpc.js';
import { type Fields, LSN_HEADERS, type Operation, type Result } from './operation.js';

/** The HTTP status that REST has for gRPC's code. */
const STATUSES: ReadonlyMap<number, number> = new Map([
  [3, 400],
  [16, 401],
  [7, 403],
  [5, 404],
  [6, 409],
  [9, 412],
  [8, 429],
  [1, 499],
  [4, 408],
  [13, 500],
  [12, 400],
  [14, 503],
]);

/** Sends operations to an index through gRPC. */
export class GrpcSide {
  private lastToken = '';

  constructor(
    private readonly index: PineconeGrpc,
    private readonly version: string,
  ) {}

  async send({ method, request, token }: Operation): Promise<Result> {
    const paged =
      token === undefined ? request : { ...request, paginationToken: token === 'last' ? this.lastToken : 'Z2FyYmxlZA' };
    try {
      const { message, initial } = await this.index.call(method, paged, { 'x-pinecone-api-version': this.version });
      return this.read(method, message, initial);
    } catch (error) {
      const { code, details } = error as ServiceError;
      return { kind: 'failure', status: STATUSES.get(code) ?? 0, code, message: details };
    }
  }

  private read(method: Operation['method'], message: Fields, initial: Metadata): Result {
    const { pagination, ...answer } = message as Fields & { pagination?: { next: string } };
    this.lastToken = pagination?.next ?? this.lastToken;
    const told = LSN_HEADERS.map((name) => [name, initial.get(name)[0]] as const).filter(([, value]) => value !== undefined);
    return {
      kind: 'success',
      answer: inRestWords(method, answer),
      hasNext: pagination !== undefined,
      lsn: Object.fromEntries(told) as Readonly<Record<string, string>>,
    };
  }
}

/** With the members that JSON has and a message leaves out: zero, and what is empty. */
function inRestWords(method: Operation['method'], answer: Fields): unknown {
  switch (method) {
    case 'Upsert':
      return { upsertedCount: 0, ...answer };
    case 'Query':
      return {
        results: [],
        namespace: '',
        ...answer,
        matches: listOf(answer['matches']).map((match) => ({ score: 0, values: [], ...match })),
      };
    case 'Fetch':
    case 'FetchByMetadata': {
      const vectors = Object.entries((answer['vectors'] ?? {}) as Readonly<Record<string, Fields>>);
      const filled = vectors.map(([id, vector]) => [id, { values: [], ...vector }]);
      return { namespace: '', ...answer, vectors: Object.fromEntries(filled) as unknown };
    }
    case 'List':
      return { vectors: [], namespace: '', ...answer };
    case 'DescribeIndexStats': {
      const namespaces = Object.entries((answer['namespaces'] ?? {}) as Readonly<Record<string, Fields>>);
      const filled = namespaces.map(([name, summary]) => [name, { vectorCount: 0, ...summary }]);
      return { totalVectorCount: 0, indexFullness: 0, ...answer, namespaces: Object.fromEntries(filled) as unknown };
    }
    case 'ListNamespaces':
      return { totalCount: 0, ...answer, namespaces: listOf(answer['namespaces']).map(filledNamespace) };
    case 'CreateNamespace':
    case 'DescribeNamespace':
      return filledNamespace(answer);
    default:
      return answer;
  }
}

function listOf(value: unknown): readonly Fields[] {
  return (value ?? []) as readonly Fields[];
}

function filledNamespace({ schema, indexedFields, ...described }: Fields): Fields {
  return {
    recordCount: 0,
    sizeBytes: 0,
    ...described,
    ...(schema === undefined ? {} : { schema: { fields: filledSchema((schema as Fields)['fields'] as Fields | undefined) } }),
    ...(indexedFields === undefined ? {} : { indexedFields: { fields: [], ...(indexedFields as Fields) } }),
  };
}

/** A message leaves out what is false. */
function filledSchema(fields: Fields = {}): Fields {
  return Object.fromEntries(
    Object.entries(fields).map(([name, properties]) => [name, { filterable: false, ...(properties as Fields) }]),
  );
}
