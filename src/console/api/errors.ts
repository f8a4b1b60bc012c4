import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Response } from 'express';
import { hiddenWords } from '../../collections/hidden-words.js';
import { type ErrorDetail, type ErrorKind, GatewayError } from '../../errors.js';
import { JsonSyntaxError } from '../../http/json-syntax-error.js';
import { sourceRefusal } from '../../http/request-source.js';
import { RequestError, type RequestProblem } from '../../http/validate.js';
import { limitWords } from '../../limits/limit-words.js';
import { ChromaError } from '../../protocols/chroma/chroma-error.js';
import { PineconeError } from '../../protocols/pinecone/pinecone-error.js';
import { VectorizerError } from '../../protocols/vectorizer/vectorizer-error.js';
import { unavailableWords } from '../../unavailable-words.js';
import { ConsoleError, invalid } from './console-error.js';
import type { Failure } from './contract/session.js';

const STATUSES: Readonly<Record<ErrorKind, number>> = {
  invalid: 400,
  not_found: 404,
  already_exists: 409,
  conflict: 409,
  unauthenticated: 401,
  forbidden: 403,
  misdirected: 421,
  too_large: 413,
  unsupported: 501,
  unavailable: 503,
  internal: 500,
};

/** Answers for everything that is thrown under the console's API. */
@Catch()
export class ConsoleExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger('Console');

  catch(thrown: unknown, host: ArgumentsHost): void {
    const response = host.switchToHttp().getResponse<Response>();
    const error = toConsoleError(thrown);
    if (error.status === 500) {
      this.logger.error({ message: 'internal error', cause: String(thrown) }, thrown instanceof Error ? thrown.stack : '');
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (error.status === 503) response.setHeader('retry-after', '1');
    response.status(error.status).json(failureOf(error, String(response.getHeader('x-request-id') ?? '')));
  }
}

function failureOf({ code, message }: ConsoleError, requestId: string): Failure {
  return { code, message, requestId };
}

/** What a person at the console reads of an error. */
export function toConsoleError(thrown: unknown): ConsoleError {
  if (thrown instanceof ConsoleError) return thrown;
  if (thrown instanceof GatewayError) return new ConsoleError(STATUSES[thrown.kind], thrown.kind, wordsOf(thrown.detail));
  if (thrown instanceof JsonSyntaxError) return invalid(`The body is no JSON: ${thrown.message}`);
  if (thrown instanceof RequestError) return invalid(problemWords(thrown.problem));
  // what a protocol's own rules refuse
  if (thrown instanceof ChromaError || thrown instanceof PineconeError || thrown instanceof VectorizerError) {
    return new ConsoleError(thrown.status, thrown.status === 404 ? 'not_found' : 'invalid', thrown.message);
  }
  if (thrown instanceof HttpException && thrown.getStatus() < 500) {
    return new ConsoleError(thrown.getStatus(), thrown.getStatus() === 404 ? 'not_found' : 'invalid', 'There is no such path');
  }
  return new ConsoleError(500, 'internal', 'Internal error');
}

function wordsOf(detail: ErrorDetail): string {
  switch (detail.kind) {
    case 'invalid':
      return invalidWords(detail);
    case 'not_found':
      return `There is no ${detail.subject.replace('_', ' ')} ${detail.name}`;
    case 'already_exists':
      return `The name ${detail.name} is taken${hiddenWords(detail)}`;
    case 'conflict':
      return `The collection ${detail.name} is being changed by others; try again`;
    case 'unauthenticated':
      return 'An API key is needed';
    case 'misdirected':
      return sourceRefusal(detail);
    case 'forbidden':
      if (detail.subject === 'origin') return sourceRefusal(detail);
      return detail.subject === 'deletion' ? 'The collection is protected from deletion' : 'The API key does not allow this';
    case 'too_large':
      return detail.subject === 'batch' ? `Limit exceeded: ${limitWords(detail)}` : 'The body is longer than the limit';
    case 'unsupported':
      return detail.subject;
    case 'unavailable':
      return unavailableWords(detail);
    case 'internal':
      return 'Internal error';
  }
}

function invalidWords(detail: Extract<ErrorDetail, { kind: 'invalid' }>): string {
  switch (detail.subject) {
    case 'dimension':
      return `The collection has ${String(detail.expected)} dimensions, the embedding ${String(detail.actual)}`;
    case 'dimensions':
      return 'The embeddings differ in their dimensions';
    case 'dimension_limit':
      return `An embedding has at most ${String(detail.limit)} dimensions, not ${String(detail.actual)}`;
    case 'vector_type':
      return `The collection holds ${detail.expected} vectors only`;
    case 'limit':
      return `Limit exceeded: ${limitWords(detail)}`;
    default:
      return `${detail.subject}: ${detail.reason}`;
  }
}

function problemWords(problem: RequestProblem): string {
  switch (problem.kind) {
    case 'field':
      return `${problem.field}: ${problem.value === undefined ? 'is missing' : 'is not what it must be'}`;
    case 'not_an_object':
      return 'The body must be an object';
    case 'media_type':
      return 'The body must be application/json';
    case 'nul':
      return 'A text has a NUL character, which cannot be stored';
    case 'encoding':
      return 'The body is no UTF-8';
  }
}
