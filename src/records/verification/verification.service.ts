import { Injectable } from '@nestjs/common';
import { type Collection, isPooled } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { Database, type Queryable } from '../../postgres/database.js';
import { isUndefinedTable } from '../../postgres/sqlstate.js';
import { INDEX_LEASE } from '../maintenance/index-builder.js';
import { TableShapeStore } from './table-shape.store.js';
import {
  miscountProblems,
  type Problems,
  rowProblems,
  shapeProblems,
  sparseProblems,
  tableIndexProblems,
  vectorIndexProblems,
} from './verification.js';
import { type CollectionName, VerificationStore } from './verification.store.js';

/** What a look at a collection has shown. */
export interface CollectionReport {
  readonly collection: Collection;
  /** Null: its tables could not be read. */
  readonly counts: { readonly records: number; readonly vectors: number } | null;
  /** Vector indexes that searches use. */
  readonly indexes: number;
  readonly problems: Problems;
}

/** Looks whether the database is as the gateway has written it. It changes nothing. */
@Injectable()
export class VerificationService {
  constructor(
    private readonly database: Database,
    private readonly catalog: CollectionStore,
    private readonly store: VerificationStore,
    private readonly shapes: TableShapeStore,
  ) {}

  /** All collections, or those with the name, alias or uuid, ordered by tenant, database and name. */
  async collections(named: string | undefined): Promise<readonly CollectionName[]> {
    return this.store.collections(named);
  }

  /** Reads all rows of the collection, as they are at one moment; undefined when it is gone. */
  async verify(uuid: string): Promise<CollectionReport | undefined> {
    const report = await this.look(uuid).catch((error: unknown) => {
      // its tables may go together with it
      if (isUndefinedTable(error)) return 'once more' as const;
      throw error;
    });
    // indexes come and go at moments of their own: what is wrong only once is not wrong
    return report === 'once more' || (report !== undefined && report.problems.length > 0) ? this.look(uuid) : report;
  }

  /** What belongs to no collection, and is not about to be removed. */
  async strays(): Promise<Problems> {
    const problems = await this.lookForStrays();
    return problems.length === 0 ? problems : this.lookForStrays();
  }

  private async look(uuid: string): Promise<CollectionReport | undefined> {
    const known = await this.catalog.findStored(uuid);
    if (known === undefined) return undefined;
    return this.database.transaction(async (transaction) => {
      const collection = await this.catalog.refresh(transaction, known);
      return collection && this.lookAt(transaction, collection);
    }, 'snapshot');
  }

  private async lookAt(transaction: Queryable, collection: Collection): Promise<CollectionReport> {
    const indexes = collection.indexes.length;
    const shape = shapeProblems(collection, await this.shapes.tables(transaction, collection));
    if (shape.length > 0) return { collection, counts: null, indexes, problems: shape };
    const counts = await this.store.rows(transaction, collection);
    const problems = [
      ...rowProblems(collection, counts),
      ...miscountProblems(await this.store.miscounts(transaction, collection)),
      ...sparseProblems(collection, await this.store.sparse(transaction, collection)),
      ...(await this.indexProblems(transaction, collection)),
    ];
    for (const name of await this.store.strayNamespaces(transaction, collection)) {
      problems.push(`the namespace ${JSON.stringify(name)} is held by another place`);
    }
    if (!isPooled(collection) && (await this.store.hasForgottenRows(transaction, collection))) {
      problems.push('rows of it are left in the pool');
    }
    return { collection, counts, indexes, problems };
  }

  private async indexProblems(transaction: Queryable, collection: Collection): Promise<Problems> {
    const indexes = await this.shapes.indexes(transaction, collection);
    const entries = await this.shapes.entries(transaction, collection);
    // the embedded engine serves this process alone
    const isBuilding = this.database.traits.concurrentIndexes && (await this.shapes.isLeased(transaction, INDEX_LEASE));
    return [...tableIndexProblems(collection, indexes), ...vectorIndexProblems(collection, entries, indexes, isBuilding)];
  }

  private async lookForStrays(): Promise<Problems> {
    return this.database.transaction(async (transaction) => {
      const tables = await this.store.forgottenTables(transaction);
      const rows = await this.store.forgottenRows(transaction);
      return [
        ...tables.map((name) => `the table ${name} is no collection's`),
        ...rows.map(({ table, owner }) => `rows in ${table} belong to ${owner}, which is no collection`),
      ];
    }, 'snapshot');
  }
}
