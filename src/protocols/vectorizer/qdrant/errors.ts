import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request } from 'express';
import { GatewayError } from '../../../errors.js';
import { VectorizerExceptionFilter } from '../errors.js';
import { VectorizerError } from '../vectorizer-error.js';

/** Answers for what is thrown below `/qdrant`: in Vectorizer's shape, a few errors in words of their own. */
@Catch()
export class QdrantExceptionFilter implements ExceptionFilter {
  catch(thrown: unknown, host: ArgumentsHost): void {
    const { app } = host.switchToHttp().getRequest<Request>();
    new VectorizerExceptionFilter(app as Express).catch(inQdrantWords(thrown), host);
  }
}

/** The error as these routes word it; what they have no words for stays as it is. */
export function inQdrantWords(thrown: unknown): unknown {
  if (thrown instanceof VectorizerError && thrown.errorType === 'collection_not_found') {
    const name = thrown.details?.['collection_name'];
    return typeof name === 'string' ? notFound(name) : thrown;
  }
  if (!(thrown instanceof GatewayError)) return thrown;
  const { detail } = thrown;
  if (detail.kind === 'not_found' && detail.subject === 'collection') return notFound(detail.name);
  if (detail.kind === 'already_exists' && detail.subject === 'collection') {
    return new VectorizerError(409, 'collection_already_exists', `collection '${detail.name}' already exists`);
  }
  if (detail.kind === 'invalid' && detail.subject === 'dimension') return wrongDimension(detail.expected, detail.actual);
  return thrown;
}

function notFound(name: string): VectorizerError {
  return new VectorizerError(404, 'collection_not_found', `collection '${name}' not found`, { collection_name: name });
}

/** A vector is not as long as those of its collection. */
export function wrongDimension(expected: number, actual: number): VectorizerError {
  const message = `vector dimension mismatch: expected ${String(expected)}, got ${String(actual)}`;
  return new VectorizerError(400, 'vector_dimension_mismatch', message, { expected, actual });
}
