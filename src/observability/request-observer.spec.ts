import { pino } from 'pino';
import { GatewayMetrics } from './gateway-metrics.js';
import { type RequestEnd, RequestObserver } from './request-observer.js';

const FIGURES = { connections: { used: 0, idle: 0, waiting: 0 }, errors: new Map<string, number>(), engineRestarts: 0 };
const END: RequestEnd = {
  operation: 'GET /things/:thing',
  status: '200',
  isFailure: false,
  bytes: 10,
  userAgent: undefined,
  attributes: {},
};

/** The levels of the lines that are written for a request that takes so many milliseconds and ends so. */
function logged(requestLog: 'off' | 'errors' | 'all', ms: number, end: Partial<RequestEnd> = {}): readonly unknown[] {
  const lines: string[] = [];
  const logger = pino({ level: 'info' }, { write: (line: string) => lines.push(line) });
  const config = { requestLog, slowRequestMs: 1_000, serverTiming: 'on' } as const;
  const observer = new RequestObserver(config, new GatewayMetrics(() => FIGURES), logger);
  const request = observer.begin({ protocol: 'chroma', id: 'a', attributes: {}, carrier: { headers: {} } });
  observer.end({ ...request, startedAt: performance.now() - ms }, { ...END, ...end });
  return lines.map((line) => (JSON.parse(line) as { readonly level: number }).level);
}

const FAILURE = { status: '503', isFailure: true };

describe('a request', () => {
  it.each([
    ['off', 0, {}, []],
    ['off', 5_000, FAILURE, []],
    ['errors', 0, {}, []],
    ['errors', 0, { status: '404' }, []],
    ['errors', 0, FAILURE, [40]],
    ['errors', 5_000, {}, [40]],
    ['all', 0, {}, [30]],
    ['all', 0, FAILURE, [40]],
    ['all', 5_000, {}, [40]],
  ] as const)('has its line with %s, after %d ms and %j: %j', (requestLog, ms, end, levels) => {
    expect(logged(requestLog, ms, end)).toEqual(levels);
  });
});
