import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CollectionStore } from '../../collections/collection.store.js';
import { CONFIG, type Config } from '../../config/config.js';
import type { Source, SourceCollection } from '../copy.js';
import type { BulkImport, ImportProgress, ImportStatus } from './import.js';
import { ImportStore } from './import.store.js';
import { importPlace, ImportRefused } from './import-place.js';

/** Of one collection. */
const MAX_UNFINISHED = 100;

/** Columns other than Pinecone's become nothing: no column has such a name. */
const COLUMNS = new Map([
  ['id', 'id'],
  ['embedding', 'values'],
  ['sparse', 'sparse_values'],
  ['metadata', 'metadata'],
  ...['namespace', 'document', 'uri'].map((part) => [part, `\0${part}`] as const),
]);

/** Files that are open for an import. */
export interface OpenedImport {
  readonly source: Source;
  readonly from: SourceCollection;
}

/** Imports of Parquet files below the gateway's import root. */
@Injectable()
export class ImportsService {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly store: ImportStore,
    private readonly collections: CollectionStore,
  ) {}

  /** Whether the gateway has a root for them. */
  get isServed(): boolean {
    return this.config.importRoot !== undefined;
  }

  /** Adds an import. Returns its number. @throws ImportRefused when there is nothing at the URI, or too much is waiting */
  async start(collection: Collection, uri: string, isStrict: boolean): Promise<number> {
    await this.placeOf(collection, uri);
    const number = await this.store.create(collection, uri, isStrict, MAX_UNFINISHED);
    if (number === undefined)
      throw new ImportRefused(
        `The index has ${String(MAX_UNFINISHED)} imports that are not finished: wait for them, or cancel some`,
      );
    return number;
  }

  async find(collection: Collection, number: number): Promise<BulkImport | undefined> {
    return this.store.find(collection, number);
  }

  /** Those behind a number, in their order. */
  async list(collection: Collection, after: number, limit: number): Promise<readonly BulkImport[]> {
    return this.store.list(collection, after, limit);
  }

  /** The unfinished one that has waited longest, and its collection. */
  async next(): Promise<{ readonly entry: BulkImport; readonly collection: Collection } | undefined> {
    const entry = await this.store.next();
    const collection = entry === undefined ? undefined : await this.collections.findAnywhere(entry.uuid);
    return entry === undefined || collection === undefined ? undefined : { entry, collection };
  }

  /** Opens its files, and says that it is under way. @throws ImportRefused when they are not there, or have changed since it began */
  async open(collection: Collection, entry: BulkImport): Promise<OpenedImport> {
    const path = await this.placeOf(collection, entry.uri);
    // eslint-disable-next-line no-restricted-syntax -- most gateways never import
    const { ParquetFiles } = await import('../sources/parquet.js');
    try {
      const source = await ParquetFiles.open(path, { metric: collection.metric, fields: COLUMNS });
      const [from, ...others] = await source.collections();
      if (from === undefined || others.length > 0) throw new Error('it has the files of several collections: name one');
      if (entry.fingerprint !== null && entry.fingerprint !== from.fingerprint)
        throw new Error('the files have changed since the import began');
      await this.store.begin(entry, from.fingerprint, from.records);
      return { source, from };
    } catch (error) {
      throw new ImportRefused(this.withoutPath((error as Error).message), { cause: error });
    }
  }

  /** Moves it on; false when another process has, or it has been cancelled. */
  async step(entry: BulkImport, previous: string | null, next: ImportProgress): Promise<boolean> {
    return this.store.step(entry, previous, next);
  }

  async finish(entry: BulkImport, status: ImportStatus, error?: string): Promise<void> {
    await this.store.finish(entry, status, error === undefined ? undefined : this.withoutPath(error));
  }

  private async placeOf({ tenant }: Collection, uri: string): Promise<string> {
    const { importRoot } = this.config;
    if (importRoot === undefined) throw new ImportRefused('Bulk imports are not served here');
    return importPlace(importRoot, tenant, uri);
  }

  /** Where the root is, is nobody's business but the operator's. */
  private withoutPath(text: string): string {
    return text.replaceAll(/(?:\/[^\s/:]+)+\/([^\s/:]+)/g, '$1');
  }
}
