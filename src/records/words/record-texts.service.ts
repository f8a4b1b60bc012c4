import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { Limits } from '../../limits/limits.js';
import type { RankedRecord } from '../record.js';
import { WordIndexes } from './word-indexes.js';
import { type TextSearchRequest, WordSearchStore } from './word-search.store.js';

/** Searches in what records say. */
@Injectable()
export class RecordTextsService {
  constructor(
    private readonly collections: CurrentCollections,
    private readonly store: WordSearchStore,
    private readonly indexes: WordIndexes,
    private readonly limits: Limits,
  ) {}

  /** The selected records whose texts have words of those that are asked for, best first; scores are those of BM25, above 0. */
  async searchText(collection: Collection, namespace: string, request: TextSearchRequest): Promise<readonly RankedRecord[]> {
    this.limits.requireSearch(request);
    return this.collections.run(collection, namespace, async (current) => {
      const found = await this.store.search(current, namespace, request);
      if (found === 'stale') return 'stale';
      this.indexes.noteSearch(current, request.indexable, found.unindexed);
      return found.records;
    });
  }
}
