import { type Metadata, type sendUnaryData, status } from '@grpc/grpc-js';
import type { TextMapGetter } from '@opentelemetry/api';
import type { RequestObserver } from '../../../../observability/request-observer.js';

/** How this transport is called in what an operator sees. */
const PROTOCOL = 'pinecone-grpc';
/** Those that HTTP has a status from 500 on for. */
const FAILURES: ReadonlySet<status> = new Set([
  status.UNKNOWN,
  status.DEADLINE_EXCEEDED,
  status.UNIMPLEMENTED,
  status.INTERNAL,
  status.UNAVAILABLE,
  status.DATA_LOSS,
]);

const METADATA_GETTER: TextMapGetter<Metadata> = {
  keys: (metadata) => Object.keys(metadata.getMap()),
  get: (metadata, key) => metadata.get(key).map(String),
};

/** A call that is observed. */
export interface ObservedCall {
  readonly method: string;
  readonly metadata: Metadata;
  readonly callback: sendUnaryData<Buffer>;
  /** Calls back when its answer is out, or its client is gone; absent where the answer is a refusal. */
  readonly whenClosed?: (then: () => void) => void;
}

/** Lets `answer` answer a call by the callback that it is given, and observes it until then. What it has read is its own until it is closed. */
export function observeCall(
  observer: RequestObserver,
  { method, metadata, callback, whenClosed }: ObservedCall,
  answer: (callback: sendUnaryData<Buffer>) => void,
): void {
  const request = observer.begin({
    protocol: PROTOCOL,
    id: metadata.get('x-request-id')[0],
    attributes: { 'rpc.system': 'grpc', 'rpc.service': 'VectorService', 'rpc.method': method },
    carrier: { headers: metadata, getter: METADATA_GETTER },
  });
  const answered: sendUnaryData<Buffer> = (error, value, ...rest) => {
    callback(error, value, ...rest);
    const code = error === null ? status.OK : (error.code ?? status.UNKNOWN);
    if (whenClosed === undefined) observer.release(request);
    observer.note(request, {
      operation: method,
      status: status[code],
      isFailure: FAILURES.has(code),
      bytes: value?.length ?? 0,
      userAgent: metadata.get('user-agent')[0]?.toString(),
      attributes: { 'rpc.grpc.status_code': code },
    });
  };
  whenClosed?.(() => {
    observer.release(request);
  });
  observer.run(request, () => {
    answer(answered);
  });
}
