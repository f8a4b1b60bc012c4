import type { PineconeApi } from '../../../support/clients/pinecone-api.js';
import { type Answer, type Call } from '../../../support/clients/pinecone-api.js';
import { type Fields, jsonText, LSN_HEADERS, type Operation, type Result } from './operation.js';

const PAGE_PARAMETERS = ['prefix', 'limit', 'paginationToken', 'namespace'];

/** Sends operations to an index through REST. */
export class RestSide {
  private lastToken = '';

  constructor(
    private readonly index: PineconeApi,
    private readonly version: string,
  ) {}

  async send(operation: Operation): Promise<Result> {
    const [path, call] = this.callOf(operation);
    const answer = await this.index.call(path, { ...call, headers: { 'x-pinecone-api-version': this.version } });
    return this.read(operation, answer);
  }

  private callOf(operation: Operation): readonly [path: string, call: Call] {
    const { method, rest } = operation;
    const request = this.withToken(operation);
    const post = (path: string): readonly [string, Call] => [
      path,
      { body: jsonText(rest === 'snake_case' ? snakeCase(request) : request) },
    ];
    const namespace = `/namespaces/${encodeURIComponent((request['namespace'] as string | undefined) ?? '')}`;
    switch (method) {
      case 'Upsert':
        return post('/vectors/upsert');
      case 'Query':
        return post('/query');
      case 'Fetch':
        return ['/vectors/fetch', { query: parametersOf(request, ['ids', 'namespace']) }];
      case 'FetchByMetadata':
        return post('/vectors/fetch_by_metadata');
      case 'Update':
        return post('/vectors/update');
      case 'Delete':
        if (rest !== 'older') return post('/vectors/delete');
        return ['/vectors/delete', { method: 'DELETE', query: parametersOf(request, ['ids', 'deleteAll', 'namespace']) }];
      case 'List':
        return ['/vectors/list', { query: parametersOf(request, PAGE_PARAMETERS) }];
      case 'DescribeIndexStats':
        return rest === 'older' ? ['/describe_index_stats', {}] : post('/describe_index_stats');
      case 'ListNamespaces':
        return ['/namespaces', { query: parametersOf(request, PAGE_PARAMETERS) }];
      case 'DescribeNamespace':
        return [namespace, {}];
      case 'DeleteNamespace':
        return [namespace, { method: 'DELETE' }];
      case 'CreateNamespace':
        return ['/namespaces', { body: jsonText(request) }];
    }
  }

  private withToken({ request, token }: Operation): Fields {
    if (token === undefined) return request;
    return { ...request, paginationToken: token === 'last' ? this.lastToken : 'Z2FyYmxlZA' };
  }

  private read({ method }: Operation, { status, headers, body }: Answer): Result {
    if (status !== 200) {
      const { code, message } = body as { code: number; message: string };
      return { kind: 'failure', status, code, message };
    }
    const { pagination, ...answer } = body as Fields & { pagination?: { next: string } };
    this.lastToken = pagination?.next ?? this.lastToken;
    const told = LSN_HEADERS.map((name) => [name, headers.get(name)] as const).filter(([, value]) => value !== null);
    return {
      kind: 'success',
      answer: inVectorWords(method, answer),
      hasNext: pagination !== undefined,
      lsn: Object.fromEntries(told) as Readonly<Record<string, string>>,
    };
  }
}

function parametersOf(request: Fields, names: readonly string[]): NonNullable<Call['query']> {
  const entries = names.map((name) => [name, request[name]] as const).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'boolean' ? String(value) : value]),
  ) as NonNullable<Call['query']>;
}

/** Numbers as gRPC has them: components and scores of 32 bits, no dimension where there is none, counts as numbers. */
function inVectorWords(method: Operation['method'], answer: Fields): unknown {
  switch (method) {
    case 'Query':
      return { ...answer, matches: (answer['matches'] as readonly Fields[]).map(float32) };
    case 'Fetch':
    case 'FetchByMetadata': {
      const vectors = Object.entries(answer['vectors'] as Readonly<Record<string, Fields>>);
      return { ...answer, vectors: Object.fromEntries(vectors.map(([id, vector]) => [id, float32(vector)])) };
    }
    case 'DescribeIndexStats': {
      const { dimension, ...others } = answer;
      return dimension === 0 ? others : answer;
    }
    case 'ListNamespaces': {
      const { total_count: totalCount, namespaces } = answer;
      return { totalCount, namespaces: (namespaces as readonly Fields[]).map(namespaceInCamelCase) };
    }
    case 'CreateNamespace':
    case 'DescribeNamespace':
      return namespaceInCamelCase(answer);
    default:
      return answer;
  }
}

function float32(vector: Fields): Fields {
  const rounded = (numbers: unknown): readonly number[] => (numbers as readonly number[]).map(Math.fround);
  const { values, score, sparseValues } = vector;
  const sparse = sparseValues as Fields | undefined;
  return {
    ...vector,
    values: rounded(values),
    ...(score === undefined ? {} : { score: Math.fround(score as number) }),
    ...(sparse && { sparseValues: { indices: sparse['indices'], values: rounded(sparse['values']) } }),
  };
}

function namespaceInCamelCase(described: Fields): Fields {
  const { name, record_count: count, size_bytes: bytes, schema, indexed_fields: indexedFields } = described;
  return {
    name,
    recordCount: Number(count),
    sizeBytes: Number(bytes ?? 0),
    ...(schema === undefined ? {} : { schema }),
    ...(indexedFields === undefined ? {} : { indexedFields }),
  };
}

/** The other spelling of the fields, and of those of the vectors. */
function snakeCase(request: Fields): Fields {
  const spelt = Object.entries(request).map(([name, value]) => [
    name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
    name === 'vectors' ? (value as readonly Fields[]).map(snakeCase) : value,
  ]);
  return Object.fromEntries(spelt) as Fields;
}
