import { Inject, Injectable } from '@nestjs/common';
import type { Collection, CollectionChanges } from '../../../collections/collection.js';
import { CollectionsService } from '../../../collections/collections.service.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { callerScope } from '../../../tenants/caller.js';
import { PineconeError } from '../pinecone-error.js';
import { isIndex } from '../targets.js';
import { definitionOf, type IndexSpec } from './index-definition.js';

/** How many indexes and pods a project may have, where settings say so. */
@Injectable()
export class IndexQuotas {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: CollectionsService,
  ) {}

  /** A taken name is reported as such, whatever the quota. @throws PineconeError 403 */
  async requireRoom(name: string, spec: IndexSpec): Promise<void> {
    const { pineconeMaxIndexes, pineconeMaxPods } = this.config;
    if (pineconeMaxIndexes === 0 && (pineconeMaxPods === 0 || spec.kind !== 'pod')) return;
    const indexes = await this.indexes();
    if (indexes.some((collection) => collection.name === name)) return;
    if (pineconeMaxIndexes > 0 && indexes.filter(isIndex).length >= pineconeMaxIndexes) {
      throw exceeded('indexes', pineconeMaxIndexes);
    }
    this.requirePodsWithin(indexes, podsOf(spec));
  }

  /** @throws PineconeError 403 when the changes ask for more pods than there are left */
  async requirePods(before: Collection, { settings }: CollectionChanges): Promise<void> {
    if (this.config.pineconeMaxPods === 0 || settings === undefined) return;
    const pods = podsOf(definitionOf({ settings }).spec);
    if (pods <= podsOf(definitionOf(before).spec)) return;
    const others = (await this.indexes()).filter(({ uuid }) => uuid !== before.uuid);
    this.requirePodsWithin(others, pods);
  }

  private requirePodsWithin(others: readonly Collection[], pods: number): void {
    const limit = this.config.pineconeMaxPods;
    if (limit === 0 || pods === 0) return;
    const taken = others.reduce((sum, index) => sum + podsOf(definitionOf(index).spec), 0);
    if (taken + pods > limit) throw exceeded('pods', limit);
  }

  private async indexes(): Promise<readonly Collection[]> {
    return this.collections.list(callerScope(), { offset: 0, limit: null });
  }
}

function podsOf(spec: IndexSpec): number {
  return spec.kind === 'pod' ? spec.pods : 0;
}

function exceeded(what: 'indexes' | 'pods', limit: number): PineconeError {
  return new PineconeError(
    'QUOTA_EXCEEDED',
    `Request failed. You've reached the max ${what} allowed in this project (${String(limit)}).`,
  );
}
