import { setTimeout } from 'node:timers/promises';
import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Gauge, Registry } from 'prom-client';
import { Allow } from '../keys/allow.js';
import { GatewayMetrics } from '../observability/gateway-metrics.js';
import { IndexesService } from '../records/maintenance/indexes.service.js';

/** Scrapers wait about ten seconds; what the gateway knows by itself must not be lost because the database hangs. */
const DATABASE_PATIENCE_MS = 2_000;

type Counts = Awaited<ReturnType<IndexesService['counts']>>;

/** What Prometheus reads, on the console port. */
@Controller()
export class MetricsController {
  private readonly registry = new Registry();
  private readonly upRegistry = new Registry();
  private readonly collections = new Gauge({
    name: 'polyvec_collections',
    help: 'Collections, by the tier that their rows are in.',
    labelNames: ['tier'],
    registers: [this.registry],
  });
  private readonly vectorIndexes = new Gauge({
    name: 'polyvec_vector_indexes',
    help: 'HNSW indexes, by whether searches may use them.',
    labelNames: ['state'],
    registers: [this.registry],
  });
  private readonly indexedVectors = new Gauge({
    name: 'polyvec_indexed_vectors',
    help: 'Vectors in HNSW indexes, as many as they were when these were built, by what the indexes hold of them.',
    labelNames: ['form'],
    registers: [this.registry],
  });
  private readonly buildProgress = new Gauge({
    name: 'polyvec_vector_index_build_progress',
    help: 'How much of the index that is being built is done, from 0 to 1; 1 when there is none.',
    registers: [this.registry],
  });
  private readonly recall = new Gauge({
    name: 'polyvec_recall_namespaces',
    help: 'Namespaces with HNSW indexes, by whether searches keep the recall that was asked for when it was measured.',
    labelNames: ['state'],
    registers: [this.registry],
  });

  private readonly databaseUp = new Gauge({
    name: 'polyvec_database_up',
    help: 'Whether the database has answered this time: 1 or 0. The figures that it keeps are missing when it has not.',
    registers: [this.upRegistry],
  });
  /** One at a time, however often somebody asks. */
  private counting: Promise<Counts> | undefined;

  constructor(
    private readonly indexes: IndexesService,
    private readonly gateway: GatewayMetrics,
  ) {}

  @Allow('operator')
  @Get('metrics')
  async metrics(@Res({ passthrough: true }) response: Response): Promise<string> {
    const counts = await this.counts();
    this.databaseUp.set(counts === undefined ? 0 : 1);
    response.type(this.gateway.contentType);
    const known = [await this.gateway.text(), await this.upRegistry.metrics()];
    if (counts !== undefined) known.push(await this.databaseText(counts));
    return known.join('\n');
  }

  /** Undefined when the database does not answer in time. */
  private async counts(): Promise<Counts | undefined> {
    this.counting ??= this.indexes.counts().finally(() => {
      this.counting = undefined;
    });
    const waiting = new AbortController();
    const silence = setTimeout(DATABASE_PATIENCE_MS, undefined, { signal: waiting.signal }).catch(() => undefined);
    try {
      return await Promise.race([this.counting, silence]);
    } catch {
      return undefined;
    } finally {
      waiting.abort();
    }
  }

  private async databaseText(counts: Counts): Promise<string> {
    this.collections.set({ tier: 'pool' }, counts.pooled);
    this.collections.set({ tier: 'dedicated' }, counts.dedicated);
    this.vectorIndexes.set({ state: 'ready' }, counts.ready);
    this.vectorIndexes.set({ state: 'building' }, counts.building);
    for (const [form, vectors] of Object.entries(counts.vectors)) this.indexedVectors.set({ form }, vectors);
    this.buildProgress.set(counts.progress);
    for (const [state, count] of Object.entries(counts.recall)) this.recall.set({ state }, count);
    return this.registry.metrics();
  }
}
