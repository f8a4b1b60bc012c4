import { randomUUID } from 'node:crypto';
import { Catch, HttpException, Logger, NotFoundException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { GatewayError, type ErrorDetail, type ErrorKind } from '../../errors.js';
import { JsonNumber, type Json } from '../../http/json.js';
import { JsonSyntaxError } from '../../http/json-syntax-error.js';
import { sourceRefusal } from '../../http/request-source.js';
import { allowedMethods } from '../../http/routes.js';
import { RequestError, type RequestProblem } from '../../http/validate.js';
import { limitWords } from '../../limits/limit-words.js';
import { ChromaError, invalidArgument, unprocessable } from './chroma-error.js';
import { toLegacyError } from './v1/errors.js';
import { wordRegexError } from './filter/parse-filter.js';
import { INCLUDES } from './requests.js';
import { unexpected } from './wire/serde.js';
import { askToRetry, unavailable } from './unavailable.js';

/** Status and `error` of each kind; the message is worded by subject below. */
export const SHAPES = {
  invalid: [400, 'InvalidArgumentError'],
  not_found: [404, 'NotFoundError'],
  already_exists: [409, 'ChromaError'],
  conflict: [409, 'ChromaError'],
  unauthenticated: [401, 'ChromaError'],
  forbidden: [403, 'ChromaError'],
  misdirected: [421, 'ChromaError'],
  too_large: [413, 'ChromaError'],
  unsupported: [501, 'ChromaError'],
  unavailable: [503, 'ChromaError'],
  internal: [500, 'InternalError'],
} as const satisfies Record<ErrorKind, readonly [status: number, error: string]>;

/** Paths whose oversized bodies are answered in plain text. */
const PLAIN_TEXT_TOO_LARGE = /\/(?:add|update|upsert|query|search)$/;

/** Paths below a collection's uuid. */
const RECORDS_PATH = /\/collections\/(?!by-id\/)[^/]+\/[^/]+/;

/** Answers for everything that is thrown under Chroma's prefix. */
@Catch()
export class ChromaExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger('Chroma');

  constructor(private readonly application: Express) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const trace = randomUUID().replaceAll('-', '');
    response.setHeader('chroma-trace-id', trace);
    const path = request.path;
    const legacy = path.includes('/api/v1') && thrown instanceof GatewayError ? toLegacyError(thrown.detail, request) : undefined;
    const error =
      thrown instanceof NotFoundException ? this.unknownRoute(path, response) : (legacy ?? toChromaError(thrown, request));
    if (error.status >= 500 && error.error === 'InternalError') {
      this.logger.error({ message: 'internal error', trace, cause: String(thrown) }, thrown instanceof Error ? thrown.stack : '');
    }
    askToRetry(thrown, response);
    response.status(error.status);
    if (isBodyTooLarge(thrown) && PLAIN_TEXT_TOO_LARGE.test(path)) {
      response.removeHeader('content-type');
      response.end('Payload too large');
      return;
    }
    response.json({ error: error.error, message: error.message });
  }

  private unknownRoute(path: string, response: Response): ChromaError {
    const methods = allowedMethods(this.application, path);
    if (methods.length === 0) return new ChromaError(404, 'NotFoundError', 'Not found');
    response.setHeader('allow', methods.join(','));
    return new ChromaError(405, 'ChromaError', 'Method not allowed');
  }
}

function toChromaError(thrown: unknown, request: Request): ChromaError {
  if (thrown instanceof ChromaError) return thrown;
  if (thrown instanceof JsonSyntaxError) {
    return invalidArgument(`Failed to parse the request body as JSON: ${thrown.message}`);
  }
  if (thrown instanceof RequestError) return wordProblem(thrown.problem);
  if (thrown instanceof GatewayError) {
    const { detail } = thrown;
    if (detail.kind === 'unavailable') return unavailable(detail);
    const [status, error] = SHAPES[detail.kind];
    return new ChromaError(status, error, wordDetail(detail) + fullStop(detail, request));
  }
  // the framework's own, for a path that cannot be decoded
  if (thrown instanceof HttpException && thrown.getStatus() === 400) return badPath(request.path);
  return new ChromaError(500, 'InternalError', 'internal error');
}

/** The framework could not decode a part of the path. Each part has a name. */
function badPath(path: string): ChromaError {
  const parts = path.split('/');
  const bad = parts.findIndex((part) => {
    try {
      decodeURIComponent(part);
      return false;
    } catch {
      return true;
    }
  });
  const before = parts.slice(0, bad);
  let name = 'collection_id';
  if (parts[bad - 1] === 'tenants') name = parts.length === bad + 1 ? 'tenant_name' : 'tenant';
  else if (parts[bad - 1] === 'databases') name = 'database';
  else if (parts[bad - 1] === 'collections' && !before.includes('databases')) name = 'crn';
  return invalidArgument(`Invalid URL: Invalid UTF-8 in \`${name}\``);
}

/** Where a collection is looked up by the uuid in the path, the message that it is missing ends with a full stop. */
function fullStop(detail: ErrorDetail, request: Request): string {
  if (detail.kind !== 'not_found' || detail.subject !== 'collection') return '';
  return request.method === 'PUT' || RECORDS_PATH.test(request.path) ? '.' : '';
}

function isBodyTooLarge(thrown: unknown): boolean {
  return thrown instanceof GatewayError && thrown.detail.kind === 'too_large' && thrown.detail.subject === 'body';
}

/** A core error in Chroma's words. */
function wordDetail(detail: Exclude<ErrorDetail, { kind: 'unavailable' }>): string {
  switch (detail.kind) {
    case 'invalid':
      return wordInvalid(detail);
    case 'not_found':
      if (detail.subject === 'tenant') return `Tenant [${detail.name}] not found`;
      if (detail.subject === 'database') return `Database [${detail.name}] not found. Are you sure it exists?`;
      return `Collection [${detail.name}] does not exist`;
    case 'already_exists':
      if (detail.subject === 'tenant') return `Tenant [${detail.name}] already exists`;
      if (detail.subject === 'database') return `Database [${detail.name}] already exists`;
      if (detail.subject === 'collection') return `Collection [${detail.name}] already exists`;
      return `Resource name [${detail.name}] cannot be set: the tenant has another one, or another tenant has it`;
    case 'conflict':
      return `Collection [${detail.name}] is being changed by other requests; try again`;
    case 'misdirected':
      return sourceRefusal(detail);
    case 'forbidden':
      if (detail.subject === 'origin') return sourceRefusal(detail);
      if (detail.subject === 'permission') return 'Permission denied.';
      return detail.subject === 'reset' ? 'Reset is disabled by config' : 'The collection is protected from deletion';
    case 'too_large':
      if (detail.subject === 'batch') return `Limit exceeded: ${limitWords(detail)}; send no more than max_batch_size at a time`;
      return 'Failed to buffer the request body: length limit exceeded';
    case 'unsupported':
      return `Unimplemented: ${detail.subject}`;
    case 'unauthenticated':
      return 'Permission denied.';
    case 'internal':
      return 'internal error';
  }
}

function wordInvalid(detail: Extract<ErrorDetail, { kind: 'invalid' }>): string {
  switch (detail.subject) {
    case 'dimension':
      return `Collection expecting embedding with dimension of ${String(detail.expected)}, got ${String(detail.actual)}`;
    case 'dimensions':
      return 'Inconsistent dimensions in provided embeddings';
    case 'dimension_limit':
      return `Embeddings have at most ${String(detail.limit)} dimensions here, got ${String(detail.actual)}`;
    case 'vector_type':
      return 'The collection holds sparse vectors only: it has no embeddings to add or to query';
    case 'pattern':
      return wordRegexError(detail.reason);
    case 'filter':
      return `Invalid where clause: ${detail.reason}`;
    case 'limit':
      return `Limit exceeded: ${limitWords(detail)}`;
    case 'text':
      return `The request cannot be stored: ${detail.reason}`;
  }
}

function wordProblem(problem: RequestProblem): ChromaError {
  switch (problem.kind) {
    case 'media_type':
      return new ChromaError(415, 'ChromaError', 'Expected request with `Content-Type: application/json`');
    case 'nul':
      return invalidArgument('Strings must not contain the NUL character (\\u0000): it cannot be stored');
    case 'encoding':
      return invalidArgument('Failed to parse the request body as JSON: invalid unicode code point at line 1 column 1');
    case 'not_an_object':
      return wordBody(problem.value, problem.type);
    case 'field':
      return wordField(problem);
  }
}

/** What Chroma calls its requests, and how many fields they have; without a number it says only that a list is none. */
const BODIES: Readonly<Record<string, readonly [name: string, fields?: string]>> = {
  UpdateTenantRequest: ['UpdateTenantPayload', '1 element'],
  CreateTenantRequest: ['CreateTenantPayload', '1 element'],
  CreateDatabaseRequest: ['CreateDatabasePayload', '1 element'],
  CreateCollectionRequest: ['CreateCollectionPayload', '5 elements'],
  UpdateCollectionRequest: ['UpdateCollectionPayload', '3 elements'],
  AddRequest: ['AddCollectionRecordsPayload', '5 elements'],
  UpdateRequest: ['UpdateCollectionRecordsPayload', '5 elements'],
  UpsertRequest: ['UpsertCollectionRecordsPayload', '5 elements'],
  GetRequest: ['GetRequestPayload'],
  QueryRequest: ['QueryRequestPayload'],
  DeleteRequest: ['DeleteCollectionRecordsPayload'],
  SearchRequest: ['SearchRequestPayload', '2 elements'],
  ForkRequest: ['ForkCollectionPayload', '1 element'],
  AttachFunctionRequest: ['AttachFunctionRequest', '4 elements'],
};

function wordBody(value: Json, type: string): ChromaError {
  const [name, fields] = BODIES[type] ?? ['a map'];
  if (Array.isArray(value) && fields !== undefined) {
    return unprocessable('', `invalid length ${value.length}, expected struct ${name} with ${fields}`);
  }
  return unprocessable('', `invalid type: ${unexpected(value)}, expected struct ${name}`);
}

/** What each rule of class-validator's wants, in the words of Chroma's JSON reader. */
const EXPECTED: Readonly<Record<string, string>> = {
  isString: 'a string',
  isArray: 'a sequence',
  isBoolean: 'a boolean',
  isInt: 'u32',
  min: 'u32',
  max: 'u32',
  isIn: 'a string',
};

/** Fields that are lists; of any other one a list is itself the wrong type. */
const LISTS: ReadonlySet<string> = new Set(['ids', 'include', 'searches']);

function wordField({ field, value, rule }: Extract<RequestProblem, { kind: 'field' }>): ChromaError {
  if (value === undefined) return unprocessable('', `missing field \`${field}\``);
  if (!LISTS.has(field)) return wrongType(field, value, EXPECTED[rule] ?? 'a valid value');
  if (!Array.isArray(value)) return wrongType(field, value, 'a sequence');
  const items: readonly unknown[] = value;
  const index = items.findIndex((item) => typeof item !== 'string');
  const path = `${field}[${String(index)}]`;
  if (rule !== 'isIn') return wrongType(path, items[index], 'a string');
  // what is no text is not even looked up among the names
  if (index >= 0) return invalidArgument(`Failed to parse the request body as JSON: ${path}: expected value at line 1 column 1`);
  const unknown = items.findIndex((item) => !INCLUDES.some((include) => include === item));
  const names = INCLUDES.map((include) => `\`${include}\``).join(', ');
  return unprocessable(`${field}[${String(unknown)}]`, `unknown variant \`${String(items[unknown])}\`, expected one of ${names}`);
}

function wrongType(path: string, value: unknown, expected: string): ChromaError {
  const json = (typeof value === 'number' ? new JsonNumber(String(value)) : value) as Json;
  const outOfRange = json instanceof JsonNumber && /^-?\d+$/.test(json.text) && expected === 'u32';
  return unprocessable(path, `invalid ${outOfRange ? 'value' : 'type'}: ${unexpected(json)}, expected ${expected}`);
}
