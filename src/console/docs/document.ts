import type { Config } from '../../config/config.js';
import type { ApiDescription, ApiHome, ApiOperation, ApiServer } from '../../http/api-description.js';
import { requestSchema } from '../../http/request-schema.js';
import type { Route } from '../../http/routes.js';
import { ref, type Schema, type Schemas } from '../../http/schema.js';
import type { Rule } from '../../keys/allow.js';
import { VERSION } from '../../version.js';

/** An OpenAPI 3.1 document, as far as it is written here. */
export interface ApiDocument {
  readonly openapi: '3.1.0';
  readonly info: Readonly<Record<'title' | 'version' | 'description', string>> & { readonly license: object };
  readonly servers: readonly DocumentServer[];
  readonly security: readonly Readonly<Record<string, readonly string[]>>[];
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, DocumentPath>>;
  readonly components: {
    readonly schemas: Schemas;
    readonly responses: Readonly<Record<string, DocumentResponse>>;
    readonly securitySchemes: Schemas;
  };
}

export interface DocumentServer {
  readonly url: string;
  readonly description: string;
  readonly variables?: Readonly<Record<string, { readonly default: string }>>;
}

export type DocumentMethod = (typeof METHODS)[number];
export type DocumentPath = { readonly servers?: readonly DocumentServer[] } & {
  readonly [Method in DocumentMethod]?: DocumentOperation;
};

export interface DocumentOperation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  /** What it asks of a key. */
  readonly 'x-polyvec-rule'?: Rule;
  /** Empty when it takes no key. */
  readonly security?: readonly [];
  readonly parameters: readonly DocumentParameter[];
  readonly requestBody?: { readonly required: boolean; readonly content: DocumentContent };
  readonly responses: Readonly<Record<string, DocumentResponse | Schema>>;
}

export interface DocumentParameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

export interface DocumentResponse {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description: string; readonly schema: Schema }>>;
  readonly content?: DocumentContent;
}

export type DocumentContent = Readonly<Record<string, { readonly schema: Schema }>>;

/** OpenAPI's methods, in the order in which they are shown. */
export const METHODS = ['get', 'post', 'put', 'patch', 'delete', 'head', 'options', 'trace'] as const;

const JSON_TYPE = 'application/json';
/** What only requests with a body fail with. */
const BODY_ERRORS: readonly number[] = [413, 415, 422];
const TEMPORARY_ERRORS: readonly number[] = [429, 502, 503, 504, 507];
const RETRY_AFTER = { description: 'Seconds to wait before the next try.', schema: { type: 'integer' } };

/** What a document is made of besides its description. */
export interface DocumentSource {
  readonly routes: readonly Route[];
  /** What a route asks of a caller; `any` stands for all methods. */
  readonly ruleOf: (method: string, path: string) => Rule | undefined;
  readonly config: Config;
  /** Where it is read, if not on the console port. */
  readonly servers?: readonly ApiServer[];
}

/** The document of a protocol: those of its operations that have a route, and are answered with these settings. */
export function buildDocument(api: ApiDescription, source: DocumentSource): ApiDocument {
  const [home] = api.homes;
  const requests = Object.entries(api.requests).map(([name, type]) => [name, requestSchema(type)] as const);
  const paths = pathsOf(api, source);
  const operations = Object.values(paths).flatMap((path) => METHODS.flatMap((method) => path[method] ?? []));
  return {
    openapi: '3.1.0',
    info: {
      title: api.title,
      version: VERSION,
      description: api.description,
      license: { name: 'Apache 2.0', identifier: 'Apache-2.0' },
    },
    servers: (source.servers ?? home?.servers ?? []).map(toServer),
    security: [...Object.keys(api.keys).map((key) => ({ [key]: [] })), ...(source.config.auth === 'keys' ? [] : [{}])],
    tags: tagsOf(api, operations),
    paths,
    components: {
      schemas: { ...Object.fromEntries(requests), ...api.schemas },
      responses: Object.fromEntries(api.homes.flatMap((place) => errorResponses(api, place))),
      securitySchemes: api.keys,
    },
  };
}

/** In the order of the description. */
function tagsOf(api: ApiDescription, shown: readonly DocumentOperation[]): ApiDocument['tags'] {
  const used = new Set(shown.flatMap(({ tags }) => tags));
  const all = new Set(Object.values(api.operations).map(({ tag }) => tag));
  return [...all].filter((tag) => used.has(tag)).map((name) => ({ name }));
}

interface Place {
  readonly home: ApiHome;
  /** As the description has it. */
  readonly path: string;
}

/** Where the description has a route; undefined for those of other protocols. */
function placeOf(api: ApiDescription, route: Route): Place | undefined {
  const [found] = api.homes
    .flatMap((home) => home.prefixes.map((prefix) => ({ home, prefix })))
    .filter(({ prefix }) => route.path === prefix || route.path.startsWith(`${prefix}/`))
    .sort((left, right) => right.prefix.length - left.prefix.length);
  if (found === undefined) return undefined;
  const path = route.path.slice(found.prefix.length).replace(/[:*](\w+)/g, '{$1}');
  return { home: found.home, path: found.home.rename?.(path) ?? path };
}

type GrowingPath = { -readonly [Key in keyof DocumentPath]: DocumentPath[Key] };

function pathsOf(api: ApiDescription, { routes, ruleOf, config }: DocumentSource): ApiDocument['paths'] {
  const paths = new Map<string, GrowingPath>();
  for (const route of routes) {
    const place = placeOf(api, route);
    if (place === undefined || api.isServed?.(config, place.path) === false) continue;
    for (const method of METHODS) {
      const operation = api.operations[`${method.toUpperCase()} ${place.path}`];
      if (operation === undefined || (route.methods !== 'any' && !route.methods.includes(method))) continue;
      const servers = place.home === api.homes[0] ? undefined : place.home.servers.map(toServer);
      const item: GrowingPath = paths.get(place.path) ?? { ...(servers !== undefined && { servers }) };
      item[method] ??= toOperation(api, place, operation, ruleOf(route.methods === 'any' ? 'any' : method, route.path));
      paths.set(place.path, item);
    }
  }
  return Object.fromEntries(paths);
}

function toServer({ url, description, variables = {} }: ApiServer): DocumentServer {
  const entries = Object.entries(variables).map(([name, value]) => [name, { default: value }] as const);
  return { url, description, ...(entries.length > 0 && { variables: Object.fromEntries(entries) }) };
}

function toOperation(
  api: ApiDescription,
  { home, path }: Place,
  operation: ApiOperation,
  rule: Rule | undefined,
): DocumentOperation {
  const body = bodyOf(operation);
  return {
    operationId: operation.id,
    tags: [operation.tag],
    summary: operation.summary,
    ...(rule !== undefined && { 'x-polyvec-rule': rule }),
    ...(rule === 'anyone' && { security: [] as const }),
    parameters: parametersOf(api, path, operation),
    ...(body !== undefined && { requestBody: { required: operation.isBodyOptional !== true, content: body } }),
    responses: { ...errorsOf(api, home, body !== undefined), ...successesOf(operation) },
  };
}

function parametersOf(
  api: ApiDescription,
  path: string,
  { query = [], requiredQuery = [] }: ApiOperation,
): readonly DocumentParameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']): DocumentParameter => ({
    name,
    in: 'path',
    required: true,
    description: api.pathParameters[name] ?? '',
    schema: { type: 'string' },
  }));
  const inQuery = [...requiredQuery, ...query].map((name) => {
    return toParameter(name, 'query', requiredQuery.includes(name), api.queryParameters[name] ?? {});
  });
  const inHeaders = Object.entries(api.headers).map(([name, schema]) => toParameter(name, 'header', false, schema));
  return [...inPath, ...inQuery, ...inHeaders];
}

function toParameter(name: string, place: 'query' | 'header', required: boolean, schema: Schema): DocumentParameter {
  const { description, ...rest } = schema;
  return { name, in: place, required, ...(typeof description === 'string' && { description }), schema: rest };
}

function bodyOf({ body, content }: ApiOperation): DocumentContent | undefined {
  if (content !== undefined) return { [content[0]]: { schema: content[1] } };
  if (body === undefined) return undefined;
  const names = typeof body === 'string' ? [body] : body;
  const refs = names.map(ref);
  return { [JSON_TYPE]: { schema: refs.length === 1 && refs[0] !== undefined ? refs[0] : { anyOf: refs } } };
}

function successesOf({ status = 200, answer, answerType = JSON_TYPE, refusal }: ApiOperation): DocumentOperation['responses'] {
  if (refusal !== undefined) return {};
  const statuses = typeof status === 'number' ? [status] : status;
  const schema = typeof answer === 'string' ? ref(answer) : answer;
  const response = (code: number): DocumentResponse => ({
    description: code < 300 ? 'Done' : 'Not available',
    ...(schema !== undefined && { content: { [answerType]: { schema } } }),
  });
  return Object.fromEntries(statuses.map((code) => [String(code), response(code)]));
}

function errorsOf(api: ApiDescription, home: ApiHome, hasBody: boolean): DocumentOperation['responses'] {
  const statuses = Object.keys(api.errors).filter((status) => hasBody || !BODY_ERRORS.includes(Number(status)));
  const responses = statuses.map((status) => [status, { $ref: `#/components/responses/${home.error}${status}` }] as const);
  return Object.fromEntries([...responses, ['default', { $ref: `#/components/responses/${home.error}` }]]);
}

function errorResponses(api: ApiDescription, { error }: ApiHome): readonly (readonly [string, DocumentResponse])[] {
  const content = { [JSON_TYPE]: { schema: ref(error) } };
  const known = Object.entries(api.errors).map(([status, description]): readonly [string, DocumentResponse] => {
    const isTemporary = TEMPORARY_ERRORS.includes(Number(status));
    return [`${error}${status}`, { description, ...(isTemporary && { headers: { 'Retry-After': RETRY_AFTER } }), content }];
  });
  return [...known, [error, { description: 'Any other error', content }]];
}
