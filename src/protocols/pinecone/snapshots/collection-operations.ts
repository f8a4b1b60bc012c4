import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import type { Snapshot } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { findNamed, findSource } from '../errors.js';
import { definitionOf } from '../indexes/index-definition.js';
import { invalidArgument } from '../pinecone-error.js';
import { IndexTargets } from '../targets.js';
import { requireName } from '../wire/resource-name.js';
import type { CreateCollectionRequest } from './requests.js';

/** What Pinecone calls collections: copies of pod indexes that other indexes can be made of. */
@Injectable()
export class CollectionOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly snapshots: SnapshotsService,
  ) {}

  async list(): Promise<readonly Snapshot[]> {
    return this.snapshots.list(callerScope(), { kind: 'collection', limit: null });
  }

  async create({ name, source }: CreateCollectionRequest): Promise<Snapshot> {
    requireName(name);
    const created = this.targets.run({ kind: 'name', name: source }, (index) => {
      this.requireSource(index);
      return this.snapshots.create(index, { kind: 'collection', name, description: null });
    });
    return findSource(source, created, 'NOT_FOUND');
  }

  async describe(name: string): Promise<Snapshot> {
    return findNamed('Collection', name, this.snapshots.requireByName(callerScope(), 'collection', name));
  }

  async delete(name: string): Promise<void> {
    await findNamed('Collection', name, this.snapshots.delete(await this.describe(name)));
  }

  private requireSource(index: Collection): void {
    if (definitionOf(index).spec.kind === 'pod' || this.config.pineconeServerlessCollections) return;
    throw invalidArgument(`Collections can only be created from pod indexes: create a backup of ${index.name} instead`);
  }
}
