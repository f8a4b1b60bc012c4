import type { RequestHandler } from 'express';
import type { Config } from '../../config/config.js';
import type { BodyBudget } from '../../http/body-budget.js';
import { bodyReader, type RequestBody } from '../../http/request-body.js';
import { RequestError } from '../../http/validate.js';
import { valueLimitsOf } from '../../http/value-memory.js';

/** What every request under Vectorizer's prefix passes before its route. */
export function vectorizerMiddleware(
  config: Config,
  authenticate: RequestHandler,
  budget: BodyBudget,
): readonly RequestHandler[] {
  const prepare: RequestHandler = (request, response, next) => {
    response.setHeader('content-type', 'application/json');
    request.url = decodable(request.url);
    if (request.url.includes('%00')) throw new RequestError({ kind: 'nul' });
    next();
  };
  const requireJson: RequestHandler = (request, _response, next) => {
    const { bytes, mediaType } = request.body as RequestBody;
    // what of these reads a body at all takes it for JSON
    const isBodyless = ['GET', 'HEAD', 'DELETE'].includes(request.method);
    const isJson =
      isBodyless || mediaType === undefined || mediaType === 'application/json' || /^application\/[^/]+\+json$/.test(mediaType);
    if (bytes.length > 0 && !isJson) throw new RequestError({ kind: 'media_type' });
    next();
  };
  return [
    prepare,
    authenticate,
    bodyReader({
      limitBytes: config.vectorizerMaxBodyBytes,
      maxDepth: config.maxJsonDepth,
      limits: valueLimitsOf(config),
      budget,
    }),
    requireJson,
  ];
}

/** Clients put names and ids into paths as they are: a part that cannot be decoded means itself. */
function decodable(url: string): string {
  const end = url.indexOf('?');
  const path = end < 0 ? url : url.slice(0, end);
  const parts = path.split('/').map((part) => (isDecodable(part) ? part : encodeURIComponent(part)));
  return parts.join('/') + (end < 0 ? '' : url.slice(end));
}

function isDecodable(part: string): boolean {
  try {
    decodeURIComponent(part);
    return true;
  } catch {
    return false;
  }
}
