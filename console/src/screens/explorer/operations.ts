/** What the gateway can be asked, from the OpenAPI documents that `/docs` serves. */
export interface Operation {
  readonly method: string;
  /** From the root of the console port, with `{name}` where something is to be filled in. */
  readonly path: string;
  readonly summary: string;
  readonly body: Schema | null;
}

/** A schema of an OpenAPI document, without references. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly description?: string;
  readonly $ref?: string;
}

interface Server {
  readonly url: string;
}

interface DocumentOperation {
  readonly summary?: string;
  readonly requestBody?: { readonly content?: Readonly<Record<string, { readonly schema?: Schema }>> };
}

interface ApiDocument {
  readonly servers?: readonly Server[];
  readonly paths: Readonly<
    Record<string, Readonly<Record<string, DocumentOperation>> & { readonly servers?: readonly Server[] }>
  >;
  readonly components?: { readonly schemas?: Readonly<Record<string, Schema>> };
}

export const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
const PROTOCOLS = ['chroma', 'pinecone', 'vectorizer'];
const DEPTH = 6;

export async function loadOperations(signal: AbortSignal): Promise<readonly Operation[]> {
  const documents = await Promise.all(
    PROTOCOLS.map(async (name) => {
      const response = await fetch(`/docs/${name}.json`, { signal, credentials: 'omit' });
      return response.ok ? operationsOf((await response.json()) as ApiDocument) : [];
    }),
  );
  return documents.flat();
}

export function operationsOf(document: ApiDocument): readonly Operation[] {
  return Object.entries(document.paths).flatMap(([path, item]) => {
    // the first server is the console port
    const prefix = (item.servers ?? document.servers)?.[0]?.url ?? '';
    return METHODS.flatMap((method) => {
      const operation = item[method.toLowerCase()];
      if (operation === undefined) return [];
      const schema = operation.requestBody?.content?.['application/json']?.schema;
      const body = schema === undefined ? null : resolved(schema, document, DEPTH);
      return [{ method, path: prefix + path, summary: operation.summary ?? '', body }];
    });
  });
}

/** The schema with what it refers to in its place, to a depth: schemas may contain themselves. */
function resolved(schema: Schema, document: ApiDocument, depth: number): Schema {
  const name = schema.$ref?.split('/').at(-1);
  const target = name === undefined ? schema : (document.components?.schemas?.[name] ?? {});
  if (depth === 0) return {};
  const { properties, items } = target;
  return {
    ...target,
    ...(properties !== undefined && {
      properties: Object.fromEntries(
        Object.entries(properties).map(([key, value]) => [key, resolved(value, document, depth - 1)]),
      ),
    }),
    ...(items !== undefined && { items: resolved(items, document, depth - 1) }),
  };
}

/** The operation that a request is for; undefined for none. */
export function operationFor(operations: readonly Operation[], method: string, path: string): Operation | undefined {
  const [wanted = ''] = path.split('?');
  return operations.find((operation) => operation.method === method && matches(operation.path, wanted));
}

function matches(template: string, path: string): boolean {
  const [parts, given] = [template.split('/'), path.split('/')];
  return parts.length === given.length && parts.every((part, index) => part.startsWith('{') || part === given[index]);
}

/** Those that fit what was typed, the shortest first. */
export function suggestionsFor(operations: readonly Operation[], method: string, typed: string): readonly Operation[] {
  const [path = ''] = typed.toLowerCase().split('?');
  const given = path.split('/');
  const fits = (operation: Operation): boolean => {
    const parts = operation.path.toLowerCase().split('/');
    const isBegun = given.every(
      (part, index) => parts[index]?.startsWith('{') === true || parts[index]?.startsWith(part) === true,
    );
    return isBegun || operation.path.toLowerCase().includes(path) || operation.summary.toLowerCase().includes(path);
  };
  const found = operations.filter(fits);
  const ofMethod = (operation: Operation): number => (operation.method === method ? 0 : 1);
  return [...found].sort((one, other) => ofMethod(one) - ofMethod(other) || one.path.length - other.path.length).slice(0, 60);
}

/** A body to begin with: what is required, else everything. */
export function templateOf(schema: Schema): unknown {
  if (schema.example !== undefined) return schema.example;
  if (schema.default !== undefined) return schema.default;
  const [type] = [schema.type ?? []].flat();
  if (schema.properties !== undefined) {
    const names = schema.required ?? Object.keys(schema.properties);
    return Object.fromEntries(names.map((name) => [name, templateOf(schema.properties?.[name] ?? {})]));
  }
  if (schema.enum !== undefined) return schema.enum[0];
  const first = (schema.anyOf ?? schema.oneOf)?.[0];
  if (first !== undefined) return templateOf(first);
  return { string: '', integer: 0, number: 0, boolean: false, array: [], object: {} }[type ?? ''] ?? null;
}

/** `curl` as people paste it. @throws Error for what is none */
export function readCurl(text: string): {
  readonly method: string;
  readonly path: string;
  readonly headers: string;
  readonly body: string;
} {
  const words = (text.replaceAll(/\\\r?\n/g, ' ').match(/'(?:[^']|'\\'')*'|"(?:[^"\\]|\\.)*"|[^\s]+/g) ?? []).map(unquoted);
  let method: string | null = null;
  let url = '';
  const headers: string[] = [];
  let body = '';
  for (let index = 1; index < words.length; index += 1) {
    const word = words[index] ?? '';
    const next = (): string => words[(index += 1)] ?? '';
    if (word === '-X' || word === '--request') method = next();
    else if (word === '-H' || word === '--header') headers.push(next());
    else if (/^(-d|--data|--data-raw|--data-binary|--json)$/.test(word)) body = next();
    else if (!word.startsWith('-')) url = word;
  }
  if (words[0] !== 'curl' || url === '') throw new Error('This is no curl command.');
  const parsed = new URL(url, window.location.origin);
  // the key of this page is used, and the body's type is always the same
  const kept = headers.filter((header) => !/^(authorization|api-key|x-chroma-token|content-type)\s*:/i.test(header));
  return {
    method: method ?? (body === '' ? 'GET' : 'POST'),
    path: parsed.pathname + parsed.search,
    headers: kept.join('\n'),
    body,
  };
}

function unquoted(word: string): string {
  if (word.startsWith("'")) return word.slice(1, -1).replaceAll(`'\\''`, "'");
  if (word.startsWith('"')) return word.slice(1, -1).replaceAll(/\\(.)/g, '$1');
  return word;
}
