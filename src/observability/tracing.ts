import {
  type Attributes,
  type Context,
  context,
  defaultTextMapGetter,
  isSpanContextValid,
  propagation,
  type Span,
  SpanKind,
  SpanStatusCode,
  type TextMapGetter,
  trace,
} from '@opentelemetry/api';
import { VERSION } from '../version.js';

/** Takes the spans to whatever SDK the operator has registered, and drops them where there is none. */
const tracer = trace.getTracer('polyvec', VERSION);

/** Longer statements are cut off: filters of many conditions. */
const MAX_TEXT = 2_000;
/** A text in a statement's own text: a client may have chosen it. */
const LITERAL = /'(?:[^'\\]|\\.|'')*'/g;

/** Where a request's parent span is named, and how it is read. */
export interface TraceCarrier<T = unknown> {
  readonly headers: T;
  /** Reads plain objects unless given. */
  readonly getter?: TextMapGetter<T>;
}

/** The span of a request that begins, in a context for its statements; undefined where nobody collects spans. */
export function startRequestSpan<T>(attributes: Attributes, { headers, getter }: TraceCarrier<T>): Context | undefined {
  const parent = propagation.extract(context.active(), headers, getter ?? defaultTextMapGetter);
  const span = tracer.startSpan('polyvec.request', { kind: SpanKind.SERVER, attributes }, parent);
  return isSpanContextValid(span.spanContext()) ? trace.setSpan(parent, span) : undefined;
}

/** Ends the span of a request. */
export function endRequestSpan(request: Context, attributes: Attributes, isFailure: boolean): void {
  const span = trace.getSpan(request);
  span?.setAttributes(attributes);
  if (isFailure) span?.setStatus({ code: SpanStatusCode.ERROR });
  span?.end();
}

/** Runs `work` so that spans of other libraries belong to the request's. */
export function runInSpan<T>(request: Context | undefined, work: () => T): T {
  return request === undefined ? work() : context.with(request, work);
}

/** The span of a statement, without its values. */
export function startStatementSpan(request: Context, text: string): Span {
  const attributes = { 'db.system.name': 'postgresql', 'db.query.text': text.replace(LITERAL, "'?'").slice(0, MAX_TEXT) };
  return tracer.startSpan('polyvec.query', { kind: SpanKind.CLIENT, attributes }, request);
}

/** Ends the span of a statement. Of an error it has only the code: the message may quote a value. */
export function endStatementSpan(span: Span, error: unknown): void {
  if (error !== undefined) {
    const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'error';
    span.setAttribute('error.type', code);
    span.setStatus({ code: SpanStatusCode.ERROR });
  }
  span.end();
}
