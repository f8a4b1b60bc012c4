import { Ajv2020 } from 'ajv/dist/2020.js';
import type { ApiDocument, DocumentOperation } from '../../../src/console/docs/document.js';

/** Path parameters by name; what is no parameter of the path goes into the query string. */
export type Parameters = Readonly<Record<string, string>>;

/** `POST /collections/{collection}` and such, of every operation of a document. */
export function operationsOf(document: ApiDocument): ReadonlyMap<string, DocumentOperation> {
  const entries = Object.entries(document.paths).flatMap(([path, item]) =>
    Object.entries(item)
      .filter(([name]) => name !== 'servers')
      .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation as DocumentOperation] as const),
  );
  return new Map(entries);
}

/** Every `$ref` in a value. */
export function referencesIn(value: unknown): readonly string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => (key === '$ref' ? [String(item)] : referencesIn(item)));
}

/** What a reference like `#/components/schemas/Error` points to; undefined for nothing. */
export function resolve(document: unknown, reference: string): unknown {
  const parts = reference.replace(/^#\//, '').split('/').map(unescape);
  return parts.reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], document);
}

/** A protocol's wire, by its document: every request and every answer must be as the document says. */
export class DocumentedApi {
  private readonly ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  private readonly operations: ReadonlyMap<string, DocumentOperation>;

  constructor(
    private readonly consoleUrl: string,
    private readonly document: ApiDocument,
  ) {
    this.operations = operationsOf(document);
    this.ajv.addSchema(closed(document) as object, 'document');
  }

  /** The answer to an operation such as `GET /indexes/{name}`. @throws Error when it fails, or when something differs from the document */
  async call(key: string, parameters: Parameters = {}, body?: unknown): Promise<unknown> {
    const { status, answer } = await this.exchange(key, parameters, body);
    if (status >= 300) throw new Error(`${key}: ${String(status)} ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The status of an operation. @throws Error when something differs from the document */
  async statusOf(key: string, parameters: Parameters = {}, body?: unknown): Promise<number> {
    return (await this.exchange(key, parameters, body)).status;
  }

  private async exchange(
    key: string,
    parameters: Parameters,
    body: unknown,
  ): Promise<{ readonly status: number; readonly answer: unknown }> {
    const [method = '', path = ''] = key.split(' ');
    const operation = this.operations.get(key);
    if (operation === undefined) throw new Error(`${key} is not in the document`);
    if (body !== undefined)
      this.check(`${key}: the body`, pointer(path, method, 'requestBody', 'content', mediaType(operation)), body);
    const response = await fetch(this.consoleUrl + this.target(path, operation, parameters), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': mediaType(operation) } }),
    });
    const text = await response.text();
    const status = String(response.status);
    const documented = operation.responses[status];
    if (documented === undefined) throw new Error(`${key}: the status ${status} is not in the document: ${text}`);
    const place = '$ref' in documented ? String(documented['$ref']) : pointer(path, method, 'responses', status);
    const content = Object.keys((resolve(this.document, place) as { content?: object } | undefined)?.content ?? {});
    const type = response.headers.get('content-type')?.split(';')[0] ?? '';
    if (content.length === 0 && text !== '') throw new Error(`${key}: a body that is not in the document: ${text}`);
    if (content.length > 0 && !content.includes(type)) throw new Error(`${key}: the type ${type} is not in the document`);
    const answer: unknown = type === 'application/json' && text !== '' ? JSON.parse(text) : text;
    if (content.length > 0) this.check(`${key}: the answer ${status}`, `${place}/content/${escape(type)}`, answer);
    return { status: response.status, answer };
  }

  private check(what: string, place: string, value: unknown): void {
    const validate = this.ajv.compile({ $ref: `document${place}/schema` });
    if (validate(value)) return;
    throw new Error(`${what} is not as documented: ${this.ajv.errorsText(validate.errors)}\n${JSON.stringify(value)}`);
  }

  private target(path: string, operation: DocumentOperation, parameters: Parameters): string {
    const server = this.document.paths[path]?.servers?.[0] ?? this.document.servers[0];
    const template = `${server?.url ?? ''}${path}`;
    const names = new Set([...template.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
    const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(parameters[name] ?? ''));
    const query = Object.entries(parameters).filter(([name]) => !names.has(name));
    const known = operation.parameters.filter((parameter) => parameter.in === 'query').map(({ name }) => name);
    const unknown = query.find(([name]) => !known.includes(name));
    if (unknown !== undefined) throw new Error(`${path}: the parameter ${unknown[0]} is not in the document`);
    return query.length === 0 ? filled : `${filled}?${new URLSearchParams(query).toString()}`;
  }
}

/** The only media type of an operation's body. */
function mediaType({ requestBody }: DocumentOperation): string {
  return Object.keys(requestBody?.content ?? {})[0] ?? 'application/json';
}

function pointer(path: string, method: string, ...rest: readonly string[]): string {
  return `#/${['paths', path, method.toLowerCase(), ...rest].map(escape).join('/')}`;
}

function escape(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}

function unescape(part: string): string {
  return decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~');
}

/** Objects whose members are listed have no other ones: what the document does not tell of is a mistake. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.fromEntries(Object.entries(value).map(([key, item]) => [key, closed(item)]));
  const isClosed = members['type'] === 'object' && typeof members['properties'] === 'object';
  return isClosed ? { ...members, additionalProperties: false } : members;
}
