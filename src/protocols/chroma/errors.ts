import { randomUUID } from 'node:crypto';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger, NotFoundException } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { type ErrorDetail, type ErrorKind, GatewayError } from '../../errors.js';
import { JsonSyntaxError } from '../../http/json-syntax-error.js';
import { sourceRefusal } from '../../http/request-source.js';
import { allowedMethods } from '../../http/routes.js';
import { RequestError } from '../../http/validate.js';
import { limitWords } from '../../limits/limit-words.js';
import { ChromaError, invalidArgument } from './chroma-error.js';
import { isForLegacyClient } from './legacy-clients.js';
import { askToRetry, unavailable } from './unavailable.js';
import { toLegacyError } from './v1/errors.js';
import { wordProblem } from './wire/request-problem.js';

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
    const isLegacy = path.includes('/api/v1') || isForLegacyClient(response);
    const legacy = isLegacy && thrown instanceof GatewayError ? toLegacyError(thrown.detail, request) : undefined;
    const error =
      thrown instanceof NotFoundException ? this.unknownRoute(path, response) : (legacy ?? toChromaError(thrown, request));
    if (error.error === 'InternalError' && !(thrown instanceof ChromaError)) {
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

/** In the real server's words, its spelling included; what its size limit says stands alone. */
function wordRegexError(message: string): string {
  return message.startsWith('regex parse error:') ? `Regex syntax errror: ${message}` : message;
}
