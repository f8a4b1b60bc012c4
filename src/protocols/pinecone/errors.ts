import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Request, Response } from 'express';
import { hiddenWords } from '../../collections/hidden-words.js';
import { type ErrorDetail, type ErrorKind, GatewayError } from '../../errors.js';
import { JsonSyntaxError } from '../../http/json-syntax-error.js';
import { sourceRefusal } from '../../http/request-source.js';
import { RequestError, type RequestProblem } from '../../http/validate.js';
import { limitWords } from '../../limits/limit-words.js';
import { MAX_CANDIDATES, MAX_TOP_K, SCAN_FACTOR } from './limits.js';
import { type PineconeCode, PineconeError } from './pinecone-error.js';
import { unavailable } from './unavailable.js';

/** The code of each kind of error; the message is worded by subject below. */
export const SHAPES = {
  invalid: 'INVALID_ARGUMENT',
  not_found: 'NOT_FOUND',
  already_exists: 'ALREADY_EXISTS',
  conflict: 'ABORTED',
  unauthenticated: 'UNAUTHENTICATED',
  forbidden: 'FORBIDDEN',
  misdirected: 'MISDIRECTED',
  too_large: 'PAYLOAD_TOO_LARGE',
  unsupported: 'UNIMPLEMENTED',
  unavailable: 'UNAVAILABLE',
  internal: 'INTERNAL',
} as const satisfies Record<ErrorKind, PineconeCode>;

const DATA_PATH = /^\/pinecone\/_(?:index|port|host)\/[^/]+\//;
/** Families of calls whose errors may have the shape of either plane in the service: they get both. */
const BOTH_PATH = /^\/pinecone\/_(?:index|port|host)\/[^/]+\/(?:records\/|namespaces\/[^/]*\/documents\/)/;

const logger = new Logger('Pinecone');

/** Whatever was thrown, in Pinecone's words; what is not meant for a client is logged. */
export function toPineconeError(thrown: unknown): PineconeError {
  if (thrown instanceof PineconeError) return thrown;
  if (thrown instanceof JsonSyntaxError) return new PineconeError('INVALID_ARGUMENT', `Invalid JSON: ${thrown.message}`);
  if (thrown instanceof RequestError) return new PineconeError('INVALID_ARGUMENT', wordProblem(thrown.problem));
  if (thrown instanceof GatewayError) {
    const { detail } = thrown;
    if (detail.kind === 'unavailable') return unavailable(detail);
    return new PineconeError(SHAPES[detail.kind], wordDetail(detail));
  }
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    const missing = thrown.getStatus() === 404;
    return new PineconeError(missing ? 'NOT_FOUND' : 'INVALID_ARGUMENT', missing ? 'Not found' : thrown.message);
  }
  logger.error({ message: 'internal error', cause: String(thrown) }, thrown instanceof Error ? thrown.stack : '');
  return new PineconeError('INTERNAL', 'internal error');
}

/**
 * Words a missing snapshot as the kind that was asked for: to the core, both are snapshots.
 * @throws PineconeError 404
 */
export async function findNamed<T>(what: 'Backup' | 'Collection', name: string, found: Promise<T>): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.detail.kind !== 'not_found' || error.detail.subject !== 'snapshot') throw error;
    throw new PineconeError('NOT_FOUND', `${what} ${name} not found.`);
  }
}

/**
 * Words a missing index or collection that something is to be made of.
 * @throws PineconeError with the code
 */
export async function findSource<T>(name: string, found: Promise<T>, code: PineconeCode): Promise<T> {
  try {
    return await found;
  } catch (error) {
    if (!(error instanceof GatewayError) || error.detail.kind !== 'not_found') throw error;
    throw new PineconeError(code, `Resource ${name} not found`);
  }
}

/** As above, for an index' own calls: there the service words a bad key in another way. */
export function toDataPlaneError(thrown: unknown): PineconeError {
  const error = toPineconeError(thrown);
  return error.code === 'UNAUTHENTICATED' ? new PineconeError('UNAUTHENTICATED', 'Wrong API key') : error;
}

/** Answers for everything that is thrown under Pinecone's prefix. */
@Catch()
export class PineconeExceptionFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    if (response.headersSent) {
      response.destroy();
      return;
    }
    const isData = DATA_PATH.test(request.path);
    // on the control plane a body that cannot be decoded is 422, and one that breaks a rule 400
    const undecodable = !isData && (thrown instanceof JsonSyntaxError || thrown instanceof RequestError);
    const error = undecodable ? wordUndecodable(thrown) : isData ? toDataPlaneError(thrown) : toPineconeError(thrown);
    if (error.retryAfterMs !== undefined) response.setHeader('retry-after', String(Math.ceil(error.retryAfterMs / 1000)));
    const control = { error: { code: error.code, message: error.message }, status: error.status };
    const data = { code: error.grpcCode, message: error.message, details: [] };
    response.status(error.status);
    if (!isData) response.json(control);
    else response.json(BOTH_PATH.test(request.path) ? { ...data, ...control } : data);
  }
}

/** In the manner of the service's decoder; SDKs only show the text. */
function wordUndecodable(thrown: JsonSyntaxError | RequestError): PineconeError {
  if (thrown instanceof JsonSyntaxError) {
    const place = `line ${String(thrown.line)} column ${String(thrown.column)}`;
    return new PineconeError('UNPROCESSABLE_ENTITY', `Failed to parse the request body as JSON: ${thrown.reason} at ${place}`);
  }
  const { problem } = thrown;
  const reason =
    problem.kind === 'field' && problem.value === undefined ? `missing field \`${problem.field}\`` : wordProblem(problem);
  return new PineconeError(
    'UNPROCESSABLE_ENTITY',
    `Failed to deserialize the JSON body into the target type: ${reason} at line 1 column 1`,
  );
}

function wordDetail(detail: Exclude<ErrorDetail, { kind: 'unavailable' }>): string {
  switch (detail.kind) {
    case 'invalid':
      return wordInvalid(detail);
    case 'not_found':
      return wordMissing(detail);
    case 'already_exists':
      if (detail.subject === 'namespace') return `Namespace '${detail.name}' already exists`;
      if (detail.subject === 'backup_schedule')
        return 'The index already has an enabled backup schedule. Disable or delete it first.';
      return `Resource already exists${hiddenWords(detail)}.`;
    case 'conflict':
      return 'The index is being changed by other requests; try again';
    case 'misdirected':
      return sourceRefusal(detail);
    case 'forbidden':
      if (detail.subject === 'origin') return sourceRefusal(detail);
      if (detail.subject === 'permission') return 'The API key does not allow this.';
      return 'Deletion protection is enabled for this index. Disable deletion protection before retrying.';
    case 'too_large':
      if (detail.subject === 'batch') return `Limit exceeded: ${limitWords(detail)}`;
      return `Request body exceeds the limit of ${String(detail.limitBytes)} bytes`;
    case 'unsupported':
      return detail.subject;
    case 'unauthenticated':
      return 'Invalid API key.';
    case 'internal':
      return 'internal error';
  }
}

function wordInvalid(detail: Extract<ErrorDetail, { kind: 'invalid' }>): string {
  switch (detail.subject) {
    case 'dimension':
      return `Vector dimension ${String(detail.actual)} does not match the dimension of the index ${String(detail.expected)}`;
    case 'dimensions':
      return 'All vectors of a request must have the dimension of the index';
    case 'dimension_limit':
      return `Vectors have at most ${String(detail.limit)} dimensions here, got ${String(detail.actual)}`;
    case 'vector_type':
      return 'A sparse index does not hold dense vectors: send sparse values';
    case 'filter':
    case 'pattern':
      return `Invalid filter: ${detail.reason}`;
    case 'limit':
      return `Limit exceeded: ${limitWords(detail)}`;
    case 'text':
      return `The request cannot be stored: ${detail.reason}`;
  }
}

/** What the core does not find; the control plane's own objects are worded where they are looked for. */
function wordMissing(detail: Extract<ErrorDetail, { kind: 'not_found' }>): string {
  switch (detail.subject) {
    case 'namespace':
      return 'Namespace not found';
    case 'collection':
      return `Index ${detail.name} not found.`;
    case 'tenant':
    case 'database':
      return 'Project not found.';
    case 'model':
      return `Model '${detail.name}' not found`;
    default:
      return wordOther(detail);
  }
}

function wordOther({ subject, name }: { readonly subject: string; readonly name: string }): string {
  return `${subject.charAt(0).toUpperCase()}${subject.slice(1).replace('_', ' ')} ${name} not found.`;
}

/** What the rules of a field expect, where the error says more than its type. */
const EXPECTED: Readonly<Record<string, string>> = {
  topK: `top_k to be an integer from 1 to ${String(MAX_TOP_K)}`,
  limit: 'an integer within its range',
  scanFactor: `a number from ${String(SCAN_FACTOR.min)} to ${String(SCAN_FACTOR.max)}`,
  maxCandidates: `an integer from 1 to ${String(MAX_CANDIDATES)}`,
};
const TYPES: Readonly<Record<string, string>> = {
  isString: 'a string',
  isBoolean: 'a boolean',
  isInt: 'an integer',
  isNumber: 'a number',
  isArray: 'a list',
  isObject: 'an object',
};

function wordProblem(problem: RequestProblem): string {
  switch (problem.kind) {
    case 'field':
      return `${problem.field}: expected ${EXPECTED[problem.field] ?? TYPES[problem.rule] ?? 'a valid value'}`;
    case 'nul':
      return 'The request must not contain NUL characters (\\u0000): they cannot be stored';
    case 'encoding':
      return 'The request body is not UTF-8';
    case 'media_type':
    case 'not_an_object':
      return 'The request body must be a JSON object';
  }
}
