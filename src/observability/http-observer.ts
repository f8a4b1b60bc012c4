import type { Request, RequestHandler, Response } from 'express';
import type { RequestContext } from './request-context.js';
import type { RequestEnd, RequestObserver } from './request-observer.js';

/** A protocol, and what its paths begin with. */
export interface ProtocolPrefix {
  readonly name: string;
  readonly prefix: string;
}

/** The status of a request whose connection was gone before its answer was out. */
const CUT_OFF = 499;
/** What is served under no protocol's prefix. */
const CONSOLE: ProtocolPrefix = { name: 'console', prefix: '' };
/** Of a path that no route answers. */
const UNMATCHED = 'unmatched';

/** What every HTTP request passes first: it gets its id, and is observed until its connection has taken the answer, or is gone. */
export function observeRequests(observer: RequestObserver, protocols: readonly ProtocolPrefix[]): RequestHandler {
  const hasServerTiming = observer.config.serverTiming === 'on';
  return (request, response, next) => {
    const protocol = protocols.find(({ prefix }) => isUnder(request.url, prefix)) ?? CONSOLE;
    const { headers, socket, method } = request;
    const observed = observer.begin({
      protocol: protocol.name,
      isConsole: headers['x-polyvec-console'] !== undefined,
      id: headers['x-request-id'],
      attributes: { 'http.request.method': method, 'url.scheme': 'encrypted' in socket ? 'https' : 'http' },
      carrier: { headers },
    });
    const sentBefore = socket.bytesWritten;
    response.setHeader('x-request-id', observed.id);
    if (hasServerTiming) announceTiming(response, observed);
    response.once('close', () => {
      observer.end(observed, endOf(request, response, protocol.prefix, socket.bytesWritten - sentBefore));
    });
    observer.run(observed, next);
  };
}

function isUnder(url: string, prefix: string): boolean {
  if (!url.startsWith(prefix)) return false;
  const next = url[prefix.length];
  return next === '/' || next === '?' || next === undefined;
}

/** Adds the times when the headers are sent: for a streamed answer, as far as they are known then. */
function announceTiming(response: Response, request: RequestContext): void {
  const writeHead = response.writeHead.bind(response) as (...given: readonly unknown[]) => Response;
  response.writeHead = (...given: readonly unknown[]): Response => {
    if (!response.headersSent) response.setHeader('server-timing', timingOf(request));
    return writeHead(...given);
  };
}

/** Milliseconds, to the microsecond. */
function timingOf({ startedAt, databaseMs, poolMs }: RequestContext): string {
  const total = performance.now() - startedAt;
  return `total;dur=${total.toFixed(3)}, db;dur=${databaseMs.toFixed(3)}, pool;dur=${poolMs.toFixed(3)}`;
}

function endOf(request: Request, response: Response, prefix: string, bytes: number): RequestEnd {
  const status = response.writableFinished ? response.statusCode : CUT_OFF;
  const route = routeOf(request, prefix);
  const userAgent = request.headers['user-agent'];
  return {
    operation: route === undefined ? UNMATCHED : `${request.method} ${route}`,
    status: String(status),
    isFailure: status >= 500,
    bytes,
    userAgent,
    attributes: {
      'http.response.status_code': status,
      ...(route !== undefined && { 'http.route': route }),
      ...(userAgent !== undefined && { 'user_agent.original': userAgent }),
    },
  };
}

/** The pattern of the route that has answered, without the protocol's prefix. */
function routeOf(request: Request, prefix: string): string | undefined {
  const route = request.route as { readonly path: unknown } | undefined;
  const path = route?.path;
  if (typeof path !== 'string') return undefined;
  return path.startsWith(prefix) ? path.slice(prefix.length) || '/' : path;
}
