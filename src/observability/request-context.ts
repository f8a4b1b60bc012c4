import { AsyncLocalStorage } from 'node:async_hooks';
import type { Context } from '@opentelemetry/api';
import type { RequestPlace } from './feed-line.js';

/** What is known of a request while it is carried out. */
export interface RequestContext {
  /** The client's own where it sent a usable one; in the answer, and in every log line. */
  readonly id: string;
  /** A wire protocol, or `console` for everything else on the console port. */
  readonly protocol: string;
  /** By the clock of `performance`, in milliseconds. */
  readonly startedAt: number;
  /** Holds its span, which those of its statements belong to; undefined where nobody collects spans. */
  readonly trace: Context | undefined;
  /** How its searches were carried out, one entry each. */
  readonly plans: string[];
  /** Milliseconds between its statements and their answers. Statements side by side add up. */
  databaseMs: number;
  /** Milliseconds in which its statements waited for a connection. */
  poolMs: number;
  /** The console's page has sent it. */
  readonly isConsole: boolean;
  /** The collection that it is for, once that is found. */
  place: RequestPlace | undefined;
  /** The public part of its key. */
  keyId: string | null;
  /** What is to be done then. */
  readonly whenOver: (() => void)[];
  /** Its answer is out, or its client is gone. */
  isOver: boolean;
}

const requests = new AsyncLocalStorage<RequestContext>();

/** The request on whose behalf this runs; undefined in background work, also where a request has set it off. */
export function currentRequest(): RequestContext | undefined {
  const request = requests.getStore();
  return request?.isOver === false ? request : undefined;
}

/** Runs `work`, and everything that follows from it, on behalf of a request. */
export function runRequest<T>(request: RequestContext, work: () => T): T {
  return requests.run(request, work);
}
