import { randomUUID } from 'node:crypto';
import type { RequestHandler, Response } from 'express';
import type { Config } from '../../config/config.js';
import type { BodyBudget } from '../../http/body-budget.js';
import { bodyReader } from '../../http/request-body.js';
import { RequestError } from '../../http/validate.js';
import { valueLimitsOf } from '../../http/value-memory.js';
import { currentRequest } from '../../observability/request-context.js';
import { indexOfHost } from './wire/index-host.js';

const EMPTY_NAMESPACE = /(\/records\/namespaces\/)(?=\/)/;

/** The middleware of every request under Pinecone's prefix. */
export function pineconeMiddleware(config: Config, authenticate: RequestHandler, budget: BodyBudget): readonly RequestHandler[] {
  const prepare: RequestHandler = (request, response, next) => {
    response.setHeader('content-type', 'application/json');
    response.setHeader('x-pinecone-request-id', currentRequest()?.id ?? randomUUID());
    announceDuration(response);
    if (request.url.includes('%00')) throw new RequestError({ kind: 'nul' });
    const index = indexOfHost(request.headers.host, config.pineconeDomain);
    if (index !== undefined && !request.url.startsWith('/_')) request.url = `/_host/${index}${request.url}`;
    // clients whose namespace is the empty one leave its place in the path empty
    request.url = request.url.replace(EMPTY_NAMESPACE, '$1__default__');
    next();
  };
  return [
    prepare,
    authenticate,
    bodyReader({
      limitBytes: config.pineconeMaxBodyBytes,
      maxDepth: config.maxJsonDepth,
      limits: valueLimitsOf(config),
      budget,
    }),
  ];
}

/** Adds the time that the request took, in whole milliseconds, when the headers are sent. */
function announceDuration(response: Response): void {
  const startedAt = currentRequest()?.startedAt ?? performance.now();
  const writeHead = response.writeHead.bind(response) as (...given: readonly unknown[]) => Response;
  response.writeHead = (...given: readonly unknown[]): Response => {
    if (!response.headersSent) {
      response.setHeader('x-pinecone-response-duration-ms', String(Math.round(performance.now() - startedAt)));
    }
    return writeHead(...given);
  };
}
