import {
  type Attributes,
  type Context,
  propagation,
  type Span,
  type SpanContext,
  type SpanOptions,
  type SpanStatus,
  SpanStatusCode,
  type TextMapPropagator,
  trace,
  TraceFlags,
  type Tracer,
  type TracerProvider,
} from '@opentelemetry/api';
import { runRequest } from '../../src/observability/request-context.js';
import { measureStatement } from '../../src/observability/statement.js';
import { endRequestSpan, startRequestSpan } from '../../src/observability/tracing.js';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { createIndex } from '../support/clients/pinecone-api.js';
import { PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import type { TestGateway } from '../support/gateway/gateway.js';
import { startGatewayInProcess } from '../support/gateway/gateway-in-process.js';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const REMOTE: SpanContext = { traceId: TRACE_ID, spanId: 'b7ad6b7169203331', traceFlags: TraceFlags.SAMPLED, isRemote: true };

/** A span that is kept in memory. */
class MemorySpan implements Span {
  readonly attributes: Attributes = {};
  status: SpanStatus = { code: SpanStatusCode.UNSET };
  isEnded = false;

  constructor(
    readonly name: string,
    readonly parent: SpanContext | undefined,
    private readonly own: SpanContext,
    attributes: Attributes = {},
  ) {
    this.setAttributes(attributes);
  }

  spanContext(): SpanContext {
    return this.own;
  }

  setAttribute(key: string, value: Attributes[string]): this {
    return this.setAttributes({ [key]: value });
  }

  setAttributes(attributes: Attributes): this {
    Object.assign(this.attributes, attributes);
    return this;
  }

  setStatus(status: SpanStatus): this {
    this.status = status;
    return this;
  }

  end(): void {
    this.isEnded = true;
  }

  isRecording(): boolean {
    return !this.isEnded;
  }

  addEvent(): this {
    return this;
  }

  addLink(): this {
    return this;
  }

  addLinks(): this {
    return this;
  }

  updateName(): this {
    return this;
  }

  recordException(): void {
    throw new Error('an exception may quote a value');
  }
}

const spans: MemorySpan[] = [];

const tracer: Tracer = {
  startSpan: (name: string, options?: SpanOptions, parent?: Context) => {
    const above = parent === undefined ? undefined : trace.getSpanContext(parent);
    const spanId = (spans.length + 1).toString(16).padStart(16, '0');
    const own = { traceId: above?.traceId ?? TRACE_ID, spanId, traceFlags: TraceFlags.SAMPLED };
    const span = new MemorySpan(name, above, own, options?.attributes);
    spans.push(span);
    return span;
  },
  startActiveSpan: () => {
    throw new Error('not used');
  },
};

const provider: TracerProvider = { getTracer: () => tracer };

/** A request names its parent by one header. */
const propagator: TextMapPropagator = {
  inject: () => undefined,
  extract: (context, carrier, getter) =>
    getter.get(carrier, 'x-parent') === undefined ? context : trace.setSpanContext(context, REMOTE),
  fields: () => ['x-parent'],
};

let gateway: TestGateway;
let collection: CollectionApi;

beforeAll(async () => {
  trace.setGlobalTracerProvider(provider);
  propagation.setGlobalPropagator(propagator);
  gateway = await startGatewayInProcess();
  collection = await new ChromaApi(gateway.chromaUrl).filled({ ids: ['a'], embeddings: [[1, 0]] });
});

afterAll(async () => {
  await gateway.stop();
  trace.disable();
  propagation.disable();
});

/** The span of the request with this id, once it has ended, and the spans of its statements. */
async function spansOf(requestId: string): Promise<{ readonly request: MemorySpan; readonly statements: readonly MemorySpan[] }> {
  for (let attempt = 1; attempt <= 200; attempt += 1) {
    const request = spans.find(({ attributes }) => attributes['polyvec.request_id'] === requestId);
    if (request?.isEnded === true) {
      const { spanId } = request.spanContext();
      return { request, statements: spans.filter(({ parent }) => parent?.spanId === spanId) };
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no span of ${requestId}`);
}

describe('a request', () => {
  it('is a span, with its route and its status', async () => {
    const body = { query_embeddings: [[1, 0]], n_results: 1 };
    await collection.api.call(`${collection.path}/query`, { body, headers: { 'x-request-id': 'query-1' } });
    const { request } = await spansOf('query-1');
    expect(request.name).toBe('polyvec.request');
    expect(request.parent).toBeUndefined();
    expect(request.attributes).toMatchObject({
      'http.request.method': 'POST',
      'http.route': '/api/v2/tenants/:tenant/databases/:database/collections/:uuid/query',
      'http.response.status_code': 200,
      'url.scheme': 'http',
      'polyvec.protocol': 'chroma',
    });
    expect(request.status.code).toBe(SpanStatusCode.UNSET);
  });

  it('has a span for each of its statements, without their values', async () => {
    const body = { ids: ['secret-id'], embeddings: [[1, 0]], documents: ['secret text'], metadatas: [{ secret: 'secret' }] };
    await collection.api.call(`${collection.path}/upsert`, { body, headers: { 'x-request-id': 'upsert-1' } });
    const { statements } = await spansOf('upsert-1');
    expect(statements.length).toBeGreaterThanOrEqual(1);
    expect(statements.map(({ name, isEnded }) => [name, isEnded])).toEqual(statements.map(() => ['polyvec.query', true]));
    const texts = statements.map(({ attributes }) => attributes['db.query.text']).join('\n');
    expect(texts).toContain('$1');
    expect(JSON.stringify(statements.map(({ attributes }) => attributes))).not.toContain('secret');
    expect(statements[0]?.attributes['db.system.name']).toBe('postgresql');
  });

  it('belongs to the span that it names', async () => {
    const headers = { 'x-request-id': 'child-1', 'x-parent': '1' };
    await collection.api.call('/api/v2/version', { headers });
    const { request } = await spansOf('child-1');
    expect(request.parent).toEqual(REMOTE);
    expect(request.spanContext().traceId).toBe(TRACE_ID);
  });

  it('of gRPC is a span with its method and code, below the span that it names', async () => {
    const { port } = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    const grpc = new PineconeGrpc(port);
    try {
      await grpc.outcome('Upsert', { vectors: [{ id: 'a', values: [1, 0] }] }, { 'x-request-id': 'call-1', 'x-parent': '1' });
      const { request, statements } = await spansOf('call-1');
      const expected = {
        'rpc.system': 'grpc',
        'rpc.method': 'Upsert',
        'rpc.grpc.status_code': 0,
        'polyvec.protocol': 'pinecone-grpc',
      };
      expect(request.attributes).toMatchObject(expected);
      expect(request.parent).toEqual(REMOTE);
      expect(statements.length).toBeGreaterThanOrEqual(1);
    } finally {
      grpc.close();
    }
  });

  it('to a path that nothing answers has no route', async () => {
    await collection.api.call('/find/me', { headers: { 'x-request-id': 'nothing-1' } });
    const { request } = await spansOf('nothing-1');
    expect(request.attributes['http.response.status_code']).toBe(404);
    expect(Object.keys(request.attributes)).not.toContain('http.route');
    expect(JSON.stringify(request.attributes)).not.toContain('find');
  });

  it('that fails here is marked', () => {
    const request = startRequestSpan({}, { headers: {} }) as Context;
    endRequestSpan(request, {}, true);
    expect(spans.at(-1)).toMatchObject({ isEnded: true, status: { code: SpanStatusCode.ERROR } });
  });
});

describe('a statement', () => {
  const run = async (text: string, send: () => Promise<unknown>): Promise<MemorySpan | undefined> => {
    const request = startRequestSpan({}, { headers: {} });
    const context = {
      id: 'x',
      protocol: 'chroma',
      startedAt: 0,
      trace: request,
      plans: [],
      whenOver: [],
      databaseMs: 0,
      poolMs: 0,
      isOver: false,
      isConsole: false,
      place: undefined,
      keyId: null,
    };
    await runRequest(context, () => measureStatement(text, send)).catch(() => undefined);
    return spans.at(-1);
  };

  it('that fails tells the code of its error, and not what it says', async () => {
    const failure = Object.assign(new Error('invalid input: "secret"'), { code: '22P02' });
    const span = await run('SELECT $1', () => Promise.reject(failure));
    expect(span).toMatchObject({ name: 'polyvec.query', isEnded: true, status: { code: SpanStatusCode.ERROR } });
    expect(span?.attributes['error.type']).toBe('22P02');
    expect(JSON.stringify([span?.attributes, span?.status])).not.toContain('secret');
  });

  it.each([
    [`COMMENT ON INDEX i IS E'sec\\'ret ''secret'`, `COMMENT ON INDEX i IS E'?'`],
    [`SELECT 'a' || $1 || 'secret'`, `SELECT '?' || $1 || '?'`],
    ['SELECT $1::text', 'SELECT $1::text'],
  ])('is told without what it quotes: %s', async (text, shown) => {
    const span = await run(text, () => Promise.resolve());
    expect(span?.attributes['db.query.text']).toBe(shown);
  });

  it('is cut off when it is long', async () => {
    const span = await run(`SELECT ${'1, '.repeat(10_000)}1`, () => Promise.resolve());
    expect(String(span?.attributes['db.query.text']).length).toBe(2_000);
  });
});
