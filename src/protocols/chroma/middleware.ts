import type { Request, RequestHandler } from 'express';
import type { Config } from '../../config/config.js';
import type { BodyBudget } from '../../http/body-budget.js';
import { bodyReader } from '../../http/request-body.js';
import { valueLimitsOf } from '../../http/value-memory.js';
import { ChromaError } from './chroma-error.js';
import { isLegacyClient, LEGACY_CLIENT } from './legacy-clients.js';
import { embeddingSieve } from './wire/embeddings.js';

const V1 = '/api/v1';
/** Clients cut what they write by the number of records, whatever the size. */
const WRITES = /\/collections\/[^/]+\/(?:add|update|upsert)\/?$/;

/** What every request under Chroma's prefix passes before its route: the answer's type, the rules of API v1's paths, the body. */
export function chromaMiddleware(config: Config, authenticate: RequestHandler, budget: BodyBudget): readonly RequestHandler[] {
  const rules = { maxDepth: config.maxJsonDepth, limits: valueLimitsOf(config), budget };
  const readBody = bodyReader({ ...rules, limitBytes: config.maxBodyBytes });
  const readWrite = bodyReader({ ...rules, limitBytes: config.chromaMaxWriteBytes, sieve: embeddingSieve });
  const prepare: RequestHandler = (request, response, next) => {
    response.setHeader('content-type', 'application/json');
    if (isLegacyClient(config, request.headers['user-agent'])) response.locals[LEGACY_CLIENT] = true;
    // a percent sign that begins no escape stands for itself
    request.url = request.url.replace(/%(?![0-9a-fA-F]{2})/g, '%25');
    if (request.path !== V1 && !request.path.startsWith(`${V1}/`)) {
      next();
      return;
    }
    if (!config.chromaV1) throw legacyRefusal(request);
    // a trailing slash means nothing in v1
    request.url = withoutTrailingSlashes(request.url);
    next();
  };
  const read: RequestHandler = (request, response, next) => {
    const isWrite = request.method === 'POST' && WRITES.test(request.path);
    (isWrite ? readWrite : readBody)(request, response, next);
  };
  return [prepare, authenticate, read];
}

/** In time that grows with the URL, whatever it is: nobody has shown a key yet. */
function withoutTrailingSlashes(url: string): string {
  const mark = url.indexOf('?');
  const end = mark < 0 ? url.length : mark;
  let kept = end;
  while (kept > 0 && url[kept - 1] === '/') kept -= 1;
  return url.slice(0, kept) + url.slice(end);
}

function legacyRefusal(request: Request): ChromaError {
  if (request.path === V1) return new ChromaError(404, 'NotFoundError', 'Not found');
  if (request.method === 'POST') return new ChromaError(405, 'ChromaError', 'Method not allowed');
  return new ChromaError(410, 'Unimplemented', 'The v1 API is deprecated. Please use /v2 apis');
}
