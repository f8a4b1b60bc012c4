import { randomUUID } from 'node:crypto';
import type { Attributes } from '@opentelemetry/api';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import type { FeedLine } from './feed-line.js';
import type { GatewayMetrics } from './gateway-metrics.js';
import { type RequestContext, runRequest } from './request-context.js';
import { RequestFeed } from './request-feed.js';
import { endRequestSpan, runInSpan, startRequestSpan, type TraceCarrier } from './tracing.js';

/** A request as it was received. */
export interface IncomingCall<T> {
  readonly protocol: string;
  /** The console's page has sent it. */
  readonly isConsole?: boolean;
  /** The id that the client has given it. */
  readonly id: unknown;
  readonly attributes: Attributes;
  readonly carrier: TraceCarrier<T>;
}

/** How a request has ended. */
export interface RequestEnd {
  /** The pattern of its route, or its method; `unmatched` where there is none. Never what a client has written. */
  readonly operation: string;
  /** A number of HTTP, or a name of gRPC. */
  readonly status: string;
  /** Whether the failure was ours: what HTTP says from 500 on. */
  readonly isFailure: boolean;
  /** Of the answer. */
  readonly bytes: number;
  readonly userAgent: string | undefined;
  readonly attributes: Attributes;
}

type ObserverConfig = Pick<Config, 'requestLog' | 'slowRequestMs' | 'serverTiming'>;

/** What is taken over from a client; anything else could tear a log line, or fill it. */
const USABLE_ID = /^[\w.:+=/@-]{1,128}$/;
const MAX_USER_AGENT = 200;

/** Counts, times, traces and logs the requests of a gateway, whatever they speak. */
export class RequestObserver {
  readonly feed = new RequestFeed();

  constructor(
    readonly config: ObserverConfig,
    readonly metrics: GatewayMetrics,
    private readonly logger: Logger,
  ) {}

  /** To be ended with `end`, or with `note` and `release`, once. */
  begin<T>({ protocol, id, attributes, carrier, isConsole = false }: IncomingCall<T>): RequestContext {
    const requestId = typeof id === 'string' && USABLE_ID.test(id) ? id : randomUUID();
    const startedAt = performance.now();
    const trace = startRequestSpan(attributes, carrier);
    return {
      ...{ id: requestId, protocol, isConsole, startedAt, trace },
      ...{ place: undefined, keyId: null, plans: [], databaseMs: 0, poolMs: 0, whenOver: [], isOver: false },
    };
  }

  /** Carries out a request: what it calls finds it by `currentRequest`. */
  run<T>(request: RequestContext, work: () => T): T {
    return runRequest(request, () => runInSpan(request.trace, work));
  }

  /** A line for a change that somebody has made by hand, whatever is logged of requests. */
  audit(change: object): void {
    this.logger.info({ context: 'audit', ...change }, 'audit');
  }

  /** The answer is out, or the client is gone. */
  end(request: RequestContext, end: RequestEnd): void {
    this.release(request);
    this.note(request, end);
  }

  /** Gives back what the request holds: nothing of its answer is in memory any more. */
  release(request: RequestContext): void {
    request.isOver = true;
    for (const finish of request.whenOver.splice(0)) finish();
  }

  /** Counts, traces and logs a request that has been answered; the answer may still be on its way. */
  note(request: RequestContext, end: RequestEnd): void {
    const ms = performance.now() - request.startedAt;
    const { id, protocol, plans, trace } = request;
    const { operation, status, isFailure } = end;
    this.metrics.count({ protocol, operation, status, seconds: ms / 1000, plans });
    if (trace !== undefined) {
      endRequestSpan(trace, { ...end.attributes, 'polyvec.protocol': protocol, 'polyvec.request_id': id }, isFailure);
    }
    // the console's own calls would be most of what it shows
    if (protocol !== 'console') this.feed.note(feedLineOf(request, end, ms), !request.isConsole);
    const isSlow = ms > this.config.slowRequestMs;
    if (this.config.requestLog === 'off') return;
    if (this.config.requestLog === 'errors' && !isFailure && !isSlow) return;
    const level = isFailure || isSlow ? 'warn' : 'info';
    this.logger[level](lineOf(request, end, ms), 'request');
  }
}

function feedLineOf(request: RequestContext, { operation, status, bytes }: RequestEnd, ms: number): FeedLine {
  const { id, protocol, place, keyId, plans } = request;
  const times = { totalMs: rounded(ms), databaseMs: rounded(request.databaseMs), poolMs: rounded(request.poolMs) };
  return { id, at: Date.now(), protocol, operation, place, status, ...times, bytes, plans, keyId };
}

/** Nothing of what a client has sent but its name and the request's id. */
function lineOf(request: RequestContext, end: RequestEnd, ms: number): object {
  return {
    context: 'request',
    requestId: request.id,
    protocol: request.protocol,
    operation: end.operation,
    status: end.status,
    ms: rounded(ms),
    databaseMs: rounded(request.databaseMs),
    poolMs: rounded(request.poolMs),
    bytes: end.bytes,
    ...(request.plans.length > 0 && { plans: request.plans }),
    ...(end.userAgent !== undefined && { userAgent: end.userAgent.slice(0, MAX_USER_AGENT) }),
  };
}

/** To microseconds. */
function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
