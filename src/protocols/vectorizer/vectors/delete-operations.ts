import { Injectable } from '@nestjs/common';
import { isMissingCollection } from '../../../collections/missing-collection.js';
import type { Filter } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import type { Deletion } from '../../../records/record.js';
import { RecordsService } from '../../../records/records.service.js';
import { CollectionTargets, NAMESPACE } from '../targets.js';
import { parseFilter } from '../filter/parse-filter.js';
import { idText } from '../wire/sent-entry.js';
import { collectionNotFound, validationError, vectorNotFound } from '../vectorizer-error.js';

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
    private readonly records: RecordsService,
  ) {}

  /** @throws VectorizerError 404 when there is none */
  async deleteOne(name: string, id: string): Promise<void> {
    const { count } = await this.targets.run(name, (collection) =>
      this.records.delete(collection, NAMESPACE, { ids: [id], limit: null, listIds: false }),
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
        this.records.delete(collection, NAMESPACE, { ids, limit: null, listIds: true }),
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
      this.records.delete(collection, NAMESPACE, { filter, limit: null, listIds: true, countAll: true }),
    );
  }
}

const NO_ID = 'id must be a string';

function errorOf(id: string | undefined, deleted: Set<string>): string | undefined {
  if (id === undefined) return NO_ID;
  return deleted.delete(id) ? undefined : vectorNotFound(id).message;
}

/** The ids of a list, undefined for what is none. @throws VectorizerError 400 unless it is a list with something in it */
export function requireIds(sent: Json | undefined): readonly (string | undefined)[] {
  if (!Array.isArray(sent)) throw validationError('ids', 'missing or invalid ids parameter');
  const list = sent as readonly Json[];
  if (list.length === 0) throw validationError('ids', 'ids array must contain at least one entry');
  return list.map(idText);
}

/** A filter that may change what it matches. @throws VectorizerError 400 for one that is missing, none, or without conditions */
export function requireFilter(sent: Json | undefined): Filter {
  if (sent === undefined) throw validationError('filter', 'missing filter field');
  const filter = parseFilter(sent);
  if (filter === undefined) throw validationError('filter', 'filter has no conditions');
  return filter;
}
