import type { NextFunction, Request, Response } from 'express';
import type { Config } from '../../config.js';
import { ChromaError } from './chroma-error.js';

/** What every request under Chroma's prefix passes before its route: the answer's type, and the rules for API v1's paths. */
export function chromaMiddleware(config: Config): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    response.setHeader('content-type', 'application/json');
    if (!request.path.startsWith('/chroma/api/v1')) {
      next();
      return;
    }
    if (!config.chromaV1) {
      next(legacyRefusal(request));
      return;
    }
    // a trailing slash means nothing in v1
    request.url = request.url.replace(/\/+(?=\?|$)/, '');
    next();
  };
}

function legacyRefusal(request: Request): ChromaError {
  if (request.path === '/chroma/api/v1') return new ChromaError(404, 'NotFoundError', 'Not found');
  if (request.method === 'POST') return new ChromaError(405, 'ChromaError', 'Method not allowed');
  return new ChromaError(410, 'Unimplemented', 'The v1 API is deprecated. Please use /v2 apis');
}
