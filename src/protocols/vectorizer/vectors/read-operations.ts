import { Injectable } from '@nestjs/common';
import type { StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { vectorNotFound } from '../vectorizer-error.js';
import { partsOf, type Shown } from '../wire/stored-vector.js';
import type { ListRequest } from './read-requests.js';

/** Vectors, and how many there are beyond a limit. */
export interface VectorList {
  readonly records: readonly StoredRecord[];
  readonly total: number;
}

/** Reads by id and by place. */
@Injectable()
export class ReadOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly reads: RecordReads,
  ) {}

  /** @throws VectorizerError 404 when there is none */
  async get(name: string, id: string, shown: Shown): Promise<StoredRecord> {
    const { records } = await this.targets.run(name, (collection) =>
      this.reads.readById(collection, NAMESPACE, { ids: [id], parts: partsOf(collection, shown), limit: 1 }),
    );
    const [record] = records;
    if (record === undefined) throw vectorNotFound(id);
    return record;
  }

  /** In the order of first insert; by ids, in the order of the ids. `total` counts what there is without a limit. */
  async list(name: string, request: ListRequest): Promise<VectorList> {
    return this.targets.run(name, (collection) => this.listOf(collection, request));
  }

  private async listOf(collection: DenseCollection, request: ListRequest): Promise<VectorList> {
    const { ids, offset, limit } = request;
    const parts = partsOf(collection, request);
    if (ids !== undefined) {
      const { records } = await this.reads.readById(collection, NAMESPACE, { ids, parts, limit: ids.length });
      const byId = new Map(records.map((record) => [record.id, record]));
      const found = [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
      return { records: found.slice(offset, offset + limit), total: found.length };
    }
    const [records, total] = await Promise.all([
      this.reads.readAllByInsertion(collection, NAMESPACE, { parts, offset, limit }),
      this.reads.count(collection, NAMESPACE),
    ]);
    return { records, total };
  }
}
