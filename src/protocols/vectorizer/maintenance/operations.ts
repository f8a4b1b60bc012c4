import { Injectable } from '@nestjs/common';
import { CollectionsService } from '../../../collections/collections.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { definitionOf, type HnswConfig, type Quantization } from '../collections/collection-definition.js';
import { CollectionOperations } from '../collections/operations.js';
import { requireName } from '../collections/requests.js';
import { CollectionTargets } from '../targets.js';
import { invalidConfiguration, validationError } from '../vectorizer-error.js';

/** What is done to a collection as a whole. Every method throws a VectorizerError 404 for a collection that is not there. */
@Injectable()
export class MaintenanceOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly catalog: CollectionsService,
    private readonly collections: CollectionOperations,
  ) {}

  /** Nothing to do: what was written was saved before it was answered. */
  async save(name: string): Promise<void> {
    await this.targets.require(name);
  }

  /** The old name stays an alias. @throws VectorizerError 400 for a name that no collection may be given; GatewayError `already_exists` */
  async rename(name: string, newName: string | undefined): Promise<void> {
    if (newName === undefined) throw validationError('new_name', 'missing or invalid new_name parameter');
    const { name: known } = await this.targets.require(name);
    if (newName === name || newName === known) throw invalidConfiguration('new_name is the name that the collection has');
    await this.catalog.rename(callerScope(), name, requireName(newName, 'new_name'));
  }

  /** How long vectors live, in seconds; null: for ever. */
  async ttl(name: string): Promise<number | null> {
    return definitionOf(await this.targets.require(name)).ttlSeconds;
  }

  /** Counts for vectors that are written from now on. */
  async setTtl(name: string, ttlSeconds: number | null): Promise<void> {
    await this.collections.revise(name, (definition) => ({ ...definition, ttlSeconds }));
  }

  async reindex(name: string, hnsw: HnswConfig): Promise<void> {
    await this.collections.revise(name, (definition) => ({ ...definition, hnsw }));
  }

  /** The encoding is reported; vectors stay float32. */
  async reencode(name: string, quantization: Quantization): Promise<void> {
    await this.collections.revise(name, (definition) => ({ ...definition, quantization }));
  }
}
