import { Injectable } from '@nestjs/common';
import type { Collection, NewCollection } from '../../../collections/collection.js';
import type { Snapshot } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import { callerScope } from '../../../tenants/caller.js';
import { findSource } from '../errors.js';
import { invalidArgument } from '../pinecone-error.js';
import { definitionOf, environmentOf, settingsWith } from './index-definition.js';

/** Indexes that are made of a collection: `source_collection`. */
@Injectable()
export class SourceCollections {
  constructor(private readonly snapshots: SnapshotsService) {}

  /**
   * A new index with the records of the collection `source`.
   * @throws PineconeError 400 when there is no such collection, or the index does not fit it
   * @throws GatewayError `already_exists` when the name is taken
   */
  async createIndex(source: string, index: NewCollection): Promise<Collection> {
    const snapshot = await findSource(
      source,
      this.snapshots.requireByName(callerScope(), 'collection', source),
      'INVALID_ARGUMENT',
    );
    requireFitting(snapshot, index);
    const { collection } = await findSource(
      source,
      this.snapshots.restore(callerScope(), snapshot, {
        name: index.name,
        metric: index.metric,
        settings: settingsWith(definitionOf(index), snapshot.settings),
        deletionProtection: index.deletionProtection ?? false,
      }),
      'INVALID_ARGUMENT',
    );
    return collection;
  }
}

function requireFitting(snapshot: Snapshot, index: NewCollection): void {
  const { spec } = definitionOf(index);
  if ((index.vectorType ?? 'dense') !== snapshot.vectorType) {
    throw invalidArgument('Index and source collection must have the same vector type');
  }
  if ((index.dimension ?? null) !== snapshot.dimension) {
    throw invalidArgument('Index and source collection must have the same dimension');
  }
  if (spec.kind === 'pod' && spec.environment !== environmentOf(definitionOf(snapshot).spec)) {
    throw invalidArgument('Source collection must be in the same environment as the index');
  }
}
