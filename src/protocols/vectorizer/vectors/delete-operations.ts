import { Injectable } from '@nestjs/common';
import { isMissingCollection } from '../../../collections/missing-collection.js';
import type { Json } from '../../../http/json.js';
import type { Deletion } from '../../../records/record.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { requireFilter } from '../filter/parse-filter.js';
import { CollectionTargets, NAMESPACE } from '../targets.js';
import { collectionNotFound, vectorNotFound } from '../vectorizer-error.js';
import { requireIds } from '../wire/ids.js';

/** What became of an id that was to be deleted, in the request's order; `error` undefined: it is gone. */
export interface DeleteReport {
  readonly id: string | undefined;
  readonly error: string | undefined;
}

/** Deletes, each of them one statement. */
@Injectable()
export class DeleteOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly writes: RecordWrites,
  ) {}

  /** @throws VectorizerError 404 when there is none */
  async deleteOne(name: string, id: string): Promise<void> {
    const { count } = await this.targets.run(name, (collection) =>
      this.writes.delete(collection, NAMESPACE, { ids: [id], limit: null, listIds: false }),
    );
    if (count === 0) throw vectorNotFound(id);
  }

  /** Reports on every id. A collection that is not there is an error (`required`), or that of every id (`reported`). */
  async deleteMany(name: string, sent: Json | undefined, missing: 'required' | 'reported'): Promise<readonly DeleteReport[]> {
    const ids = requireIds(sent);
    const wanted = ids.filter((id) => id !== undefined);
    const deletion = await this.deleteIds(name, wanted, missing);
    if (deletion === 'missing') {
      return ids.map((id) => ({ id, error: id === undefined ? NO_ID : collectionNotFound(name).message }));
    }
    // an id that occurs twice is deleted once
    const deleted = new Set(deletion.ids);
    return ids.map((id) => ({ id, error: errorOf(id, deleted) }));
  }

  private async deleteIds(name: string, ids: readonly string[], missing: 'required' | 'reported'): Promise<Deletion | 'missing'> {
    try {
      return await this.targets.run(name, (collection) =>
        this.writes.delete(collection, NAMESPACE, { ids, limit: null, listIds: true }),
      );
    } catch (error) {
      if (missing === 'reported' && isMissingCollection(error)) return 'missing';
      throw error;
    }
  }

  /** Deletes what matches. @throws VectorizerError 400 for a filter that is none, or has no conditions: that deletes nothing */
  async deleteByFilter(name: string, sent: Json | undefined): Promise<Deletion> {
    const filter = requireFilter(sent);
    return this.targets.run(name, (collection) =>
      this.writes.delete(collection, NAMESPACE, { filter, limit: null, listIds: true, countAll: true }),
    );
  }
}

const NO_ID = 'id must be a string';

function errorOf(id: string | undefined, deleted: Set<string>): string | undefined {
  if (id === undefined) return NO_ID;
  return deleted.delete(id) ? undefined : vectorNotFound(id).message;
}
