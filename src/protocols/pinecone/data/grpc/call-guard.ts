import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { constants } from 'node:http2';
import {
  Metadata,
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
  type ServerListener,
  type StatusObject,
} from '@grpc/grpc-js';
import { GatewayError } from '../../../../errors.js';
import type { BodyBudget } from '../../../../http/body-budget.js';
import type { Authentication } from '../../../../keys/authentication.js';
import type { SourceGuard } from '../../../../keys/source-guard.js';
import type { RequestObserver } from '../../../../observability/request-observer.js';
import { type Caller, runAs } from '../../../../tenants/caller.js';
import { toDataPlaneError } from '../../errors.js';
import { PineconeError } from '../../pinecone-error.js';
import { MessageReader, partsOf } from './message-reader.js';
import { observeCall } from './observe-call.js';

const CREDENTIALS = { headers: ['api-key'] };

/** The caller by the key in a call's metadata, as HTTP's headers have it. */
function callerOf(authentication: Authentication, metadata: Metadata): ReturnType<Authentication['callerOf']> {
  const names = ['authorization', ...CREDENTIALS.headers];
  const headers = Object.fromEntries(names.flatMap((name) => metadata.get(name).map((value) => [name, value.toString()])));
  return authentication.callerOf(headers, CREDENTIALS);
}

/** What a browser would say of the page that a call comes from. */
function sourceHeaders(metadata: Metadata): IncomingHttpHeaders {
  const names = ['origin', 'sec-fetch-site'];
  return Object.fromEntries(names.flatMap((name) => metadata.get(name).map((value) => [name, value.toString()])));
}

/** The services and limits that guard calls. */
export interface CallRules {
  readonly authentication: Authentication;
  readonly sources: SourceGuard;
  /** Called when a call has a good key; `peer` is the connection's. */
  readonly admitted: (peer: string) => void;
  readonly observer: RequestObserver;
  /** The longest that a message may take to come, and its answer to be taken, in milliseconds. */
  readonly timeoutMs: number;
  /** Of all messages, while they come. */
  readonly budget: BodyBudget;
  /** Of one message. */
  readonly maxBytes: number;
}

/**
 * Authenticates calls: one without a good key is refused, any other runs on behalf of its caller. Ends calls whose message does
 * not come. Whether the key allows the method is the method's question.
 */
export function guardCalls(rules: CallRules): ServerInterceptor {
  return (definition, call) =>
    new ServerInterceptingCall(call, {
      start: (next) => {
        next(
          guardOf(rules, call, (error, metadata) => {
            const refusal = toServiceError(error);
            const send = (): void => {
              call.sendStatus(refusal);
            };
            const name = definition.path.slice(definition.path.lastIndexOf('/') + 1);
            observeCall(rules.observer, { method: name, metadata, callback: send }, (answered) => {
              answered(refusal);
            });
          }),
        );
      },
      sendStatus: (status, next) => {
        next(status);
        closeLater(call, rules.timeoutMs);
      },
    });
}

/** Ends a call whose client does not take the answer. */
function closeLater(call: ServerInterceptingCallInterface, afterMs: number): void {
  const { stream } = partsOf(call);
  if (stream.closed) return;
  const timer = setTimeout(() => {
    stream.close(constants.NGHTTP2_CANCEL);
  }, afterMs).unref();
  stream.once('close', () => {
    clearTimeout(timer);
  });
}

type Refuse = (error: unknown, metadata: Metadata) => void;

/** @throws GatewayError for a web page that may not call, and without a good key */
async function authenticate(
  { authentication, sources }: CallRules,
  call: ServerInterceptingCallInterface,
  metadata: Metadata,
): Promise<Caller> {
  // no browser sends such a call by itself: its scheme is not worth asking for
  sources.require({ method: 'POST', headers: sourceHeaders(metadata), host: call.getHost(), scheme: 'http', isPage: false });
  const caller = await callerOf(authentication, metadata);
  if (caller === undefined) throw new GatewayError({ kind: 'unauthenticated', subject: 'key' });
  return caller;
}

function guardOf(rules: CallRules, call: ServerInterceptingCallInterface, refuse: Refuse): ServerListener {
  const { admitted, timeoutMs, budget, maxBytes } = rules;
  const share = budget.share();
  let timer: NodeJS.Timeout | undefined;
  let isOver = false;
  let caller: Caller | undefined;
  const admit = async (metadata: Metadata): Promise<void> => {
    caller = await authenticate(rules, call, metadata);
    // the client has left while its key was looked up
    if (isOver) return;
    admitted(call.getPeer());
    timer = setTimeout(() => {
      refuse(new PineconeError('DEADLINE_EXCEEDED', 'The request took too long to come'), metadata);
    }, timeoutMs).unref();
  };
  return {
    onReceiveMetadata: (metadata, goOn) => {
      admit(metadata).then(
        () => {
          partsOf(call).decoder = new MessageReader(share, maxBytes, (refusal) => {
            refuse(refusal, metadata);
          });
          goOn(metadata);
        },
        (error: unknown) => {
          refuse(error, metadata);
        },
      );
    },
    onReceiveHalfClose: (goOn) => {
      clearTimeout(timer);
      // what the message takes from here on, the method counts
      share.release();
      // the library calls the method from here
      runAs(caller, goOn);
    },
    // also when the call has been answered
    onCancel: () => {
      isOver = true;
      clearTimeout(timer);
      share.release();
    },
  };
}

/** The status of a call that ends with the error, in Pinecone's words. */
export function toServiceError(thrown: unknown, requestId: string = randomUUID()): StatusObject {
  const error = toDataPlaneError(thrown);
  const metadata = new Metadata();
  metadata.set('x-pinecone-request-id', requestId);
  if (error.retryAfterMs !== undefined) metadata.set('grpc-retry-pushback-ms', String(error.retryAfterMs));
  return { code: error.grpcCode, details: error.message, metadata };
}
