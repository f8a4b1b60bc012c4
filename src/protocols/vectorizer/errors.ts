import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger, NotFoundException } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { hiddenWords } from '../../collections/hidden-words.js';
import { type ErrorDetail, type ErrorKind, GatewayError, type LimitName } from '../../errors.js';
import { jsonObject, stringifyJson } from '../../http/json.js';
import { JsonSyntaxError } from '../../http/json-syntax-error.js';
import { sourceRefusal } from '../../http/request-source.js';
import { allowedMethods } from '../../http/routes.js';
import { RequestError, type RequestProblem } from '../../http/validate.js';
import { limitWords } from '../../limits/limit-words.js';
import { unavailable } from './unavailable.js';
import { collectionNotFound, notFound, parseError, validationError, VectorizerError } from './vectorizer-error.js';
import { numbersToJson } from './wire/json-values.js';

/** Status and `error_type` of each kind; the message is worded by subject below. */
export const SHAPES = {
  invalid: [400, 'bad_request'],
  not_found: [404, 'not_found'],
  already_exists: [409, 'collection_already_exists'],
  conflict: [409, 'conflict'],
  unauthenticated: [401, 'unauthorized'],
  forbidden: [403, 'forbidden'],
  misdirected: [421, 'misdirected'],
  too_large: [413, 'payload_too_large'],
  unsupported: [501, 'unimplemented'],
  unavailable: [503, 'unavailable'],
  internal: [500, 'internal_error'],
} as const satisfies Record<ErrorKind, readonly [status: number, errorType: string]>;

const FORBIDDEN = {
  permission: 'The API key does not allow this',
  deletion: 'The collection is protected from deletion',
  reset: 'Reset is not allowed',
} as const;

/** The field that an error names when a limit is exceeded. */
const LIMITED_FIELDS: Readonly<Record<LimitName, string>> = {
  maxRecords: 'vectors',
  maxIds: 'ids',
  maxResults: 'limit',
  maxMatches: 'limit',
  maxSearches: 'queries',
  searchesTimeoutMs: 'queries',
  maxAnswerBytes: 'limit',
  maxFilterPredicates: 'filter',
  maxFilterDepth: 'filter',
  maxFilterValues: 'filter',
  maxFilterBytes: 'filter',
  maxRegexCharacters: 'filter',
  maxMetadataBytes: 'metadata',
  maxMetadataKeys: 'metadata',
  maxMetadataKeyBytes: 'metadata',
  maxDocumentBytes: 'text',
  maxIdBytes: 'id',
  maxNameBytes: 'name',
};

const logger = new Logger('Vectorizer');

/** Whatever was thrown, in Vectorizer's words; what is not meant for a client is logged. */
export function toVectorizerError(thrown: unknown): VectorizerError {
  if (thrown instanceof VectorizerError) return thrown;
  if (thrown instanceof JsonSyntaxError) return parseError('body', thrown.message);
  if (thrown instanceof RequestError) return wordProblem(thrown.problem);
  if (thrown instanceof GatewayError) return wordDetail(thrown.detail);
  // the framework's own, for a path that cannot be decoded
  if (thrown instanceof HttpException && thrown.getStatus() === 400) return validationError('path', 'it is not valid UTF-8');
  logger.error({ message: 'internal error', cause: String(thrown) }, thrown instanceof Error ? thrown.stack : '');
  return new VectorizerError(500, 'internal_error', 'internal error');
}

/** Answers for everything that is thrown under Vectorizer's prefix. */
@Catch()
export class VectorizerExceptionFilter implements ExceptionFilter {
  constructor(private readonly application: Express) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const error = thrown instanceof NotFoundException ? this.unknownRoute(request, response) : toVectorizerError(thrown);
    if (thrown instanceof GatewayError && thrown.detail.kind === 'unavailable') {
      response.setHeader('retry-after', String(Math.ceil((thrown.detail.retryAfterMs ?? 1000) / 1000)));
    }
    response.status(error.status).type('application/json').send(errorBody(error));
  }

  private unknownRoute(request: Request, response: Response): VectorizerError {
    const methods = allowedMethods(this.application, request.path);
    if (methods.length === 0) return notFound(request.path.replace(/^\/vectorizer/, ''));
    response.setHeader('allow', methods.join(', '));
    return new VectorizerError(405, 'method_not_allowed', `Method not allowed: ${request.method}`);
  }
}

/** The body that tells of an error. */
export function errorBody(error: VectorizerError): string {
  const { errorType, message, status, details } = error;
  // clients of the authentication routes read `error`
  const legacy = status === 401 || status === 403 ? { error: errorType } : {};
  return stringifyJson(
    jsonObject({
      ...legacy,
      error_type: errorType,
      message,
      ...(details !== undefined && { details: numbersToJson(details) }),
      status_code: numbersToJson(status),
    }),
  );
}

function wordDetail(detail: ErrorDetail): VectorizerError {
  if (detail.kind === 'unavailable') return unavailable(detail);
  const [status, errorType] = SHAPES[detail.kind];
  switch (detail.kind) {
    case 'invalid':
      return wordInvalid(detail);
    case 'not_found':
      return detail.subject === 'collection' ? collectionNotFound(detail.name) : notFound(`${detail.subject} ${detail.name}`);
    case 'already_exists':
      return new VectorizerError(status, errorType, `Collection already exists: ${detail.name}${hiddenWords(detail)}`);
    case 'conflict':
      return new VectorizerError(status, errorType, 'The collection is being changed by other requests; try again');
    case 'misdirected':
      return new VectorizerError(status, errorType, sourceRefusal(detail));
    case 'forbidden':
      if (detail.subject === 'origin') return new VectorizerError(status, errorType, sourceRefusal(detail));
      return new VectorizerError(status, errorType, FORBIDDEN[detail.subject]);
    case 'too_large':
      if (detail.subject === 'batch') return new VectorizerError(status, errorType, `Limit exceeded: ${limitWords(detail)}`);
      return new VectorizerError(status, errorType, `The request body exceeds the limit of ${detail.limitBytes} bytes`);
    case 'unsupported':
      return new VectorizerError(status, errorType, detail.subject);
    case 'unauthenticated':
      return new VectorizerError(status, errorType, 'Authentication required. Provide a valid JWT token or API key.');
    case 'internal':
      return new VectorizerError(status, errorType, 'internal error');
  }
}

function wordInvalid(detail: Extract<ErrorDetail, { kind: 'invalid' }>): VectorizerError {
  switch (detail.subject) {
    case 'dimension':
      return wrongDimension(detail.expected, detail.actual);
    case 'dimensions':
      return validationError('vectors', 'all vectors of a request must have one dimension');
    case 'dimension_limit':
      return validationError('dimension', `vectors have at most ${detail.limit} dimensions here, got ${detail.actual}`);
    case 'vector_type':
      return validationError('vector', 'the collection holds sparse vectors only');
    case 'filter':
    case 'pattern':
      return parseError('filter', detail.reason);
    case 'limit':
      return validationError(LIMITED_FIELDS[detail.limit], limitWords(detail));
    case 'text':
      return validationError('body', `it cannot be stored: ${detail.reason}`);
  }
}

function wrongDimension(expected: number, actual: number): VectorizerError {
  const message = `Dimension mismatch: expected ${String(expected)}, got ${String(actual)}`;
  return new VectorizerError(400, 'dimension_mismatch', message, { expected, actual });
}

/** What class-validator's rules want. */
const WANTED: Readonly<Record<string, string>> = {
  isString: 'it must be a string',
  isBoolean: 'it must be a boolean',
  isInt: 'it must be an integer',
  isNumber: 'it must be a number',
  min: 'it is too small',
  max: 'it is too large',
};

function wordProblem(problem: RequestProblem): VectorizerError {
  switch (problem.kind) {
    case 'field':
      if (problem.value === undefined) return validationError(problem.field, `missing or invalid ${problem.field} parameter`);
      return validationError(problem.field, WANTED[problem.rule] ?? 'it is not a valid value');
    case 'nul':
      return parseError('body', 'NUL characters (\\u0000) cannot be stored');
    case 'encoding':
      return parseError('body', 'it is not UTF-8');
    case 'media_type':
      return new VectorizerError(415, 'unsupported_media_type', 'Expected a request with `Content-Type: application/json`');
    case 'not_an_object':
      return parseError('body', 'it must be a JSON object');
  }
}
