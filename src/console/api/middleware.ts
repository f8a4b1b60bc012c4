import type { Request, RequestHandler } from 'express';
import type { Config } from '../../config/config.js';
import type { BodyBudget } from '../../http/body-budget.js';
import { bodyReader } from '../../http/request-body.js';
import { sourceRefusal } from '../../http/request-source.js';
import { valueLimitsOf } from '../../http/value-memory.js';
import { consoleModeOf } from '../console-mode.js';
import { ConsoleError } from './console-error.js';

/** What the paths of the console's API begin with. */
export const CONSOLE_API = '/console/api';
/** Pages of other sites may not send it: no preflight is ever granted here. */
const HEADER = 'x-polyvec-console';

export function isConsoleApi(path: string): boolean {
  return path === CONSOLE_API || path.startsWith(`${CONSOLE_API}/`);
}

/** What every request of the console's page passes before its route, and before its key is looked up. */
export function consoleMiddleware(config: Config, authenticate: RequestHandler, budget: BodyBudget): readonly RequestHandler[] {
  const isOff = consoleModeOf(config) === 'off';
  const require: RequestHandler = (request, response, next) => {
    if (isOff) throw new ConsoleError(404, 'off', 'The console is off (POLYVEC_CONSOLE)');
    response.setHeader('cache-control', 'no-store');
    response.setHeader('cross-origin-resource-policy', 'same-origin');
    response.setHeader('x-content-type-options', 'nosniff');
    requireOwnPage(request);
    next();
  };
  const read = bodyReader({
    maxDepth: config.maxJsonDepth,
    limits: valueLimitsOf(config),
    limitBytes: config.maxBodyBytes,
    budget,
  });
  return [require, authenticate, read];
}

/** @throws ConsoleError 403 or 415 for what the console's own page does not send */
function requireOwnPage({ headers, socket, method }: Request): void {
  if (headers[HEADER] !== '1') throw new ConsoleError(403, 'header_missing', `The header ${HEADER}: 1 is missing`);
  const { origin, host } = headers;
  const scheme = 'encrypted' in socket || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
  if (origin !== undefined && origin !== `${scheme}://${host ?? ''}`) {
    throw new ConsoleError(403, 'origin', sourceRefusal({ origin }).replace(/ \(.*$/, ''));
  }
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  const isJson = /^application\/json\s*(?:;|$)/i.test(headers['content-type'] ?? '');
  if (hasBody && !isJson) throw new ConsoleError(415, 'media_type', `The body of ${method} must be application/json`);
}
