import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config, isSecretSetting, SETTINGS } from '../../../config/config.js';
import { GatewayMetrics } from '../../../observability/gateway-metrics.js';
import { EngineDescription } from '../../../records/engine-description.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import { IndexesService } from '../../../records/maintenance/indexes.service.js';
import { VERSION } from '../../../version.js';
import type { SystemState } from '../contract/system.js';
import { Figures } from './figures.js';

const COUNTS_KEPT_MS = 10_000;

type Counts = Awaited<ReturnType<IndexesService['counts']>>;

/** What an operator sees of the gateway itself: of all its processes. */
@Injectable()
export class ConsoleSystem {
  private readonly startedAt = new Date().toISOString();
  private counted: { readonly at: number; readonly counts: Counts } | undefined;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly engine: EngineDescription,
    private readonly indexes: IndexesService,
    private readonly metrics: GatewayMetrics,
    private readonly work: LimitedWork,
  ) {}

  async state(): Promise<SystemState> {
    const counts = await this.counts();
    const figures = new Figures(await this.metrics.text());
    const connections = (state: string): number => figures.sum('polyvec_pool_connections', ['state', state]);
    const { pooled, dedicated, ready, building, vectors, progress } = counts;
    return {
      engine: this.engine.text,
      version: VERSION,
      startedAt: this.startedAt,
      process: {
        rssBytes: figures.sum('process_resident_memory_bytes'),
        heapBytes: figures.sum('nodejs_heap_size_used_bytes'),
        eventLoopDelayMs: figures.largest('nodejs_eventloop_lag_mean_seconds') * 1_000,
      },
      database: {
        connections: connections('used') + connections('idle'),
        idle: connections('idle'),
        waiting: connections('waiting'),
      },
      collections: { pooled, dedicated },
      indexes: { ready, building, vectors: vectors.full + vectors.half + vectors.binary, progress },
      requests: requestsOf(figures),
      plans: [...figures.by('polyvec_search_plans_total', 'plan')].map(([plan, count]) => ({ plan, count })),
      settings: this.settings(),
    };
  }

  /** They are counted over the whole catalog: not again for each reading of a page, unless an index is being built. */
  private async counts(): Promise<Counts> {
    const { at, counts: known } = this.counted ?? { at: 0, counts: undefined };
    if (known?.building === 0 && performance.now() - at < COUNTS_KEPT_MS) return known;
    const counts = await this.work.run(() => this.indexes.counts());
    this.counted = { at: performance.now(), counts };
    return counts;
  }

  private settings(): SystemState['settings'] {
    return Object.entries(SETTINGS).map(([key, { variable, fallback, description }]) => {
      const value: unknown = this.config[key as keyof Config];
      const shown = isSecretSetting(variable) ? (value === undefined ? 'not set' : 'set') : textOf(value);
      return { name: variable, value: shown, isDefault: textOf(value) === textOf(fallback), about: description };
    });
  }
}

/** In HTTP's words or gRPC's: what was ours to fail. */
const FAILURE = /^(?:5\d\d|INTERNAL|UNAVAILABLE|UNKNOWN|DEADLINE_EXCEEDED|DATA_LOSS)$/;

function requestsOf(figures: Figures): SystemState['requests'] {
  const failures = figures.byWhere('polyvec_requests_total', 'protocol', ['status', (status) => FAILURE.test(status)]);
  const seconds = figures.by('polyvec_request_seconds_sum', 'protocol');
  return [...figures.by('polyvec_requests_total', 'protocol')].map(([protocol, count]) => ({
    protocol,
    count,
    failures: failures.get(protocol) ?? 0,
    seconds: seconds.get(protocol) ?? 0,
  }));
}

function textOf(value: unknown): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
