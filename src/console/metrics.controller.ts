import { Controller, Get, Res } from '@nestjs/common';
import type { Response } from 'express';
import { Gauge, Registry } from 'prom-client';
import { IndexesService } from '../records/upkeep/indexes.service.js';

/** What Prometheus reads, on the console port. */
@Controller()
export class MetricsController {
  private readonly registry = new Registry();
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
    help: 'Vectors in HNSW indexes, as many as they were when these were built.',
    registers: [this.registry],
  });
  private readonly buildProgress = new Gauge({
    name: 'polyvec_vector_index_build_progress',
    help: 'How much of the index that is being built is done, from 0 to 1; 1 when there is none.',
    registers: [this.registry],
  });

  constructor(private readonly indexes: IndexesService) {}

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) response: Response): Promise<string> {
    const counts = await this.indexes.counts();
    this.collections.set({ tier: 'pool' }, counts.pooled);
    this.collections.set({ tier: 'dedicated' }, counts.dedicated);
    this.vectorIndexes.set({ state: 'ready' }, counts.ready);
    this.vectorIndexes.set({ state: 'building' }, counts.building);
    this.indexedVectors.set(counts.vectors);
    this.buildProgress.set(counts.progress);
    response.type(this.registry.contentType);
    return this.registry.metrics();
  }
}
