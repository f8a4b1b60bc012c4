import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { CurrentCollections } from '../collections/current-collections.js';
import { Limits } from '../limits/limits.js';
import type { RankedRecord } from './record.js';
import { RecordTextStore, type TextSearchRequest } from './record-text.store.js';

/** Searches in what records say. */
@Injectable()
export class RecordTextsService {
  constructor(
    private readonly collections: CurrentCollections,
    private readonly store: RecordTextStore,
    private readonly limits: Limits,
  ) {}

  /** The selected records whose documents have words of the text, best first; scores are between 0 and 1. */
  async searchText(collection: Collection, namespace: string, request: TextSearchRequest): Promise<readonly RankedRecord[]> {
    this.limits.requireSearch(request);
    return this.collections.run(collection, (current) => this.store.search(current, namespace, request));
  }
}
