import cluster from 'node:cluster';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { WorkerMetrics } from './worker-metrics.js';

/** What an operator watches of a gateway's database, since its start. */
export interface DatabaseFigures {
  /** Connections of the pool, and statements that wait for one. */
  readonly connections: Readonly<Record<'used' | 'idle' | 'waiting', number>>;
  /** Failures by their kind. */
  readonly errors: ReadonlyMap<string, number>;
  /** How often the embedded engine was started again. */
  readonly engineRestarts: number;
}

/** A request that is over. */
export interface MeasuredRequest {
  readonly protocol: string;
  /** One of a bounded number of names: the pattern of a route, or a method. */
  readonly operation: string;
  readonly status: string;
  readonly seconds: number;
  readonly plans: readonly string[];
}

/** Seconds: half of all answers take less than 5 ms, and no client waits longer than a minute. */
const BUCKETS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The process' own figures, which all gateways in it share: watching its event loop and its memory twice would cost twice. */
let processFigures: Registry | undefined;

/** What one gateway counts, in the form that Prometheus reads. */
export class GatewayMetrics {
  private readonly registry = new Registry();
  private readonly requests = new Counter({
    name: 'polyvec_requests_total',
    help: 'Requests, by protocol, operation (the pattern of the route, or the method of gRPC) and status.',
    labelNames: ['protocol', 'operation', 'status'],
    registers: [this.registry],
  });
  private readonly seconds = new Histogram({
    name: 'polyvec_request_seconds',
    help: 'How long requests take until their answers are out, in seconds.',
    labelNames: ['protocol', 'operation'],
    buckets: BUCKETS,
    registers: [this.registry],
  });
  private readonly plans = new Counter({
    name: 'polyvec_search_plans_total',
    help: 'Searches of requests, by how they were carried out.',
    labelNames: ['plan'],
    registers: [this.registry],
  });

  private readonly process: Registry;
  /** Where several processes share the ports. */
  private readonly workers: WorkerMetrics | undefined;

  /** `figures` is asked at each look at the metrics, and has to answer at once. */
  constructor(figures: () => DatabaseFigures) {
    processFigures ??= watchProcess();
    this.process = processFigures;
    watchDatabase(this.registry, figures);
    if (cluster.worker === undefined) return;
    for (const registry of [this.registry, this.process]) registry.setDefaultLabels({ worker: String(cluster.worker.id) });
    this.workers = new WorkerMetrics(() => this.ownText());
  }

  /** Of the text. */
  get contentType(): string {
    return this.registry.contentType;
  }

  count({ protocol, operation, status, seconds, plans }: MeasuredRequest): void {
    this.requests.inc({ protocol, operation, status });
    this.seconds.observe({ protocol, operation }, seconds);
    for (const plan of plans) this.plans.inc({ plan });
  }

  /** Everything that is known without the database: of all workers, where there are several. */
  async text(): Promise<string> {
    return this.workers === undefined ? this.ownText() : this.workers.gathered();
  }

  private async ownText(): Promise<string> {
    return [await this.registry.metrics(), await this.process.metrics()].join('\n');
  }
}

function watchProcess(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

function watchDatabase(registry: Registry, figures: () => DatabaseFigures): void {
  const connections = new Gauge({
    name: 'polyvec_pool_connections',
    help: 'Connections of the pool that are used and idle, and statements that wait for one.',
    labelNames: ['state'],
    registers: [registry],
    collect: () => {
      for (const [state, count] of Object.entries(figures().connections)) connections.set({ state }, count);
    },
  });
  const errors = new Counter({
    name: 'polyvec_database_errors_total',
    help: 'Statements and transactions that failed, by the kind of failure.',
    labelNames: ['kind'],
    registers: [registry],
    collect: () => {
      errors.reset();
      for (const [kind, count] of figures().errors) errors.inc({ kind }, count);
    },
  });
  const restarts = new Counter({
    name: 'polyvec_engine_restarts_total',
    help: 'How often the embedded engine was started again; 0 with a server.',
    registers: [registry],
    collect: () => {
      restarts.reset();
      restarts.inc(figures().engineRestarts);
    },
  });
}
