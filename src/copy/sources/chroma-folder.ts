import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { Chunk, Source, SourceCollection } from '../copy.js';
import { type FolderCollection, readCatalog } from './chroma-folder/catalog.js';
import { CollectionReader } from './chroma-folder/collection-reader.js';
import { DatabaseCopy } from './chroma-folder/database-copy.js';
import { seqIdOf, VectorLog } from './chroma-folder/log.js';
import { VectorIndex } from './chroma-folder/vector-index.js';

/** An index on disk, or what is wrong with it. */
type OpenedIndex = { readonly index: VectorIndex | undefined; readonly damage?: string };

/**
 * A folder of Chroma 0.4.15 to 1.5, read without Chroma: also one that Chroma no longer opens. What cannot be read of it is reported,
 * and the rest copied.
 */
export class ChromaFolder implements Source {
  private readonly byKey = new Map<string, FolderCollection>();

  private constructor(
    private readonly folder: string,
    private readonly only: string | undefined,
    private readonly copy: DatabaseCopy,
  ) {}

  /** `place`: the folder, or one of its collections, `folder/collection`. */
  static async open(place: string): Promise<ChromaFolder> {
    const path = resolve(place);
    const isCollection = !existsSync(join(path, 'chroma.sqlite3')) && existsSync(join(dirname(path), 'chroma.sqlite3'));
    const folder = isCollection ? dirname(path) : path;
    if (!existsSync(folder) || !statSync(folder).isDirectory()) throw new Error(`there is no folder ${folder}`);
    return new ChromaFolder(folder, isCollection ? basename(path) : undefined, await DatabaseCopy.open(folder));
  }

  get label(): string {
    return `chroma-dir:${this.folder}`;
  }

  collections(): Promise<readonly SourceCollection[]> {
    const found = readCatalog(this.copy).filter(({ name }) => this.only === undefined || name === this.only);
    if (this.only !== undefined && found.length === 0) throw new Error(`${this.folder} has no collection ${this.only}`);
    return Promise.resolve(found.map((collection) => this.describe(collection)));
  }

  // eslint-disable-next-line @typescript-eslint/require-await
  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const collection = this.byKey.get(key);
    if (collection === undefined) throw new Error(`there is no collection ${key}`);
    const { index, damage } = this.openIndex(collection);
    try {
      const isIndexed = (id: string, seqId: bigint): boolean =>
        damage === undefined ? index?.has(id) === true : this.wasThere(collection, id, seqId);
      const log = new VectorLog(this.copy, collection.uuid, this.indexed(collection, index), isIndexed);
      yield* new CollectionReader(this.copy, collection, index, log).read(after);
    } finally {
      index?.close();
    }
  }

  requireUnchanged(): Promise<void> {
    this.copy.requireUnchanged();
    return Promise.resolve();
  }

  async close(): Promise<void> {
    await this.copy.close();
  }

  private describe(collection: FolderCollection): SourceCollection {
    const { tenant, database, name, metric, dimension, metadata, uuid } = collection;
    const { damage, index } = this.openIndex(collection);
    index?.close();
    this.byKey.set(uuid, collection);
    const [row] = this.copy.rows('SELECT count(*) AS records FROM embeddings WHERE segment_id = ?', [
      collection.metadataSegment ?? '',
    ]);
    const warnings =
      damage === undefined ? [] : [`the index on disk is damaged, only what the log has is left of its vectors: ${damage}`];
    const late = this.lateChanges(collection);
    if (late > 0)
      warnings.push(
        `${String(late)} changes are in the log alone, Chroma was killed before it took them over: they are not copied`,
      );
    const records = Number(row?.records);
    return {
      ...{ key: uuid, tenant, database, name, metric, dimension, metadata, records, warnings },
      fingerprint: `${uuid} ${String(records)} ${String(this.lastChange(collection))}`,
    };
  }

  private openIndex({ vectorSegment, metric }: FolderCollection): OpenedIndex {
    if (vectorSegment === null) return { index: undefined };
    try {
      return { index: VectorIndex.open(join(this.folder, vectorSegment), metric) };
    } catch (error) {
      return { index: undefined, damage: (error as Error).message };
    }
  }

  /** The last change that is in the index on disk. Without one that can be read, whatever is in the log counts. */
  private indexed({ vectorSegment }: FolderCollection, index: VectorIndex | undefined): bigint {
    if (index === undefined) return 0n;
    const inDatabase = this.maxSeqId(vectorSegment);
    return index.maxSeqId !== undefined && index.maxSeqId > inDatabase ? index.maxSeqId : inDatabase;
  }

  /** Without an index: a record's number is that of the last change that was made of it, so one that is lower was there before. */
  private wasThere({ metadataSegment }: FolderCollection, id: string, seqId: bigint): boolean {
    const [row] = this.copy.rows('SELECT seq_id FROM embeddings WHERE segment_id = ? AND embedding_id = ?', [
      metadataSegment ?? '',
      id,
    ]);
    return row !== undefined && seqIdOf(row.seq_id) < seqId;
  }

  private maxSeqId(segment: string | null): bigint {
    const [row] = this.copy.rows('SELECT seq_id FROM max_seq_id WHERE segment_id = ?', [segment ?? '']);
    return seqIdOf(row?.seq_id);
  }

  private lastChange({ uuid, vectorSegment, metadataSegment }: FolderCollection): bigint {
    const [row] = this.copy.rows(`SELECT max(seq_id) AS last FROM embeddings_queue WHERE topic LIKE '%/' || ?`, [uuid]);
    return [seqIdOf(row?.last), this.maxSeqId(vectorSegment), this.maxSeqId(metadataSegment)].reduce((a, b) => (a > b ? a : b));
  }

  private lateChanges({ uuid, metadataSegment }: FolderCollection): number {
    const [row] = this.copy.rows(`SELECT count(*) AS late FROM embeddings_queue WHERE seq_id > ? AND topic LIKE '%/' || ?`, [
      this.maxSeqId(metadataSegment),
      uuid,
    ]);
    return Number(row?.late);
  }
}
