/** One request of the data plane, as either transport can send it. */
export interface Operation {
  readonly method: Method;
  /** The fields in camelCase; Structs are plain JSON. */
  readonly request: Fields;
  /** Sends the pagination token of the last page that this transport got, or one that nobody gave. */
  readonly token?: 'last' | 'garbled';
  /** How REST sends it, where there are two ways. */
  readonly rest?: 'snake_case' | 'older';
}

export type Fields = Readonly<Record<string, unknown>>;

export type Method =
  | 'Upsert'
  | 'Query'
  | 'Fetch'
  | 'FetchByMetadata'
  | 'Update'
  | 'Delete'
  | 'List'
  | 'DescribeIndexStats'
  | 'ListNamespaces'
  | 'DescribeNamespace'
  | 'CreateNamespace'
  | 'DeleteNamespace';

/** What a transport answered, in terms that both share. */
export type Result = Success | Failure;

export interface Success {
  readonly kind: 'success';
  /** In REST's words of vector operations, without a pagination token. */
  readonly answer: unknown;
  readonly hasNext: boolean;
  /** The write counter that the answer's headers tell, by header. */
  readonly lsn: Readonly<Record<string, string>>;
}

export interface Failure {
  readonly kind: 'failure';
  readonly status: number;
  readonly code: number;
  readonly message: string;
}

/** The namespace that an operation addresses, as the gateway counts it; undefined for all of them. */
export function namespaceOf({ method, request }: Operation): string | undefined {
  if (method === 'DescribeIndexStats') return undefined;
  const name = (request['namespace'] as string | undefined) ?? '';
  return name === '__default__' ? '' : name;
}

/** JSON text in which -0 stays -0. */
export function jsonText(value: unknown): string {
  if (Object.is(value, -0)) return '-0';
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${jsonText(member)}`).join(',')}}`;
}

export const LSN_HEADERS = [
  'x-pinecone-request-lsn',
  'x-pinecone-lsn-committed',
  'x-pinecone-max-indexed-lsn',
  'x-pinecone-lsn-reconciled',
] as const;
