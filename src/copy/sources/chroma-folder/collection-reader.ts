import type { Chunk, CopyRecord, Reject } from '../../copy.js';
import type { FolderCollection } from './catalog.js';
import type { DatabaseCopy, Row } from './database-copy.js';
import type { VectorLog } from './log.js';
import { metadataOf } from './metadata.js';
import type { VectorIndex } from './vector-index.js';

/** Records of a chunk, unless their vectors are long. */
const MAX_ROWS = 1_000;
const CHUNK_BYTES = 4 * 1024 * 1024;

/** Reads a collection's records in the order in which Chroma lists them: the database says which there are, index and log have their vectors. */
export class CollectionReader {
  private readonly hasLists: boolean;

  constructor(
    private readonly copy: DatabaseCopy,
    private readonly collection: FolderCollection,
    private readonly index: VectorIndex | undefined,
    private readonly log: VectorLog,
  ) {
    this.hasLists = copy.columns('embedding_metadata_array').size > 0;
  }

  /** The records behind the one with the number `after`. */
  *read(after: string | null): Iterable<Chunk> {
    const limit = Math.max(1, Math.min(MAX_ROWS, Math.floor(CHUNK_BYTES / (4 * (this.collection.dimension ?? 1)))));
    let last = BigInt(after ?? '-1');
    for (let rows = this.rows(last, limit); rows.length > 0; rows = this.rows(last, limit)) {
      last = BigInt(String(rows.at(-1)?.id));
      yield { ...this.split(rows), cursor: String(last) };
    }
  }

  private rows(after: bigint, limit: number): readonly Row[] {
    // the plus: by the order of numbers, not by the index on ids, whose entries would have to be sorted for each page
    return this.copy.rows('SELECT id, embedding_id FROM embeddings WHERE +segment_id = ? AND id > ? ORDER BY id LIMIT ?', [
      this.collection.metadataSegment ?? '',
      after,
      limit,
    ]);
  }

  private split(rows: readonly Row[]): Omit<Chunk, 'cursor'> {
    const numbers = rows.map(({ id }) => String(id)).join(', ');
    const columns = 'id, key, string_value, CAST(int_value AS TEXT) AS int_value, float_value, bool_value';
    const values = byNumber(this.copy.rows(`SELECT ${columns} FROM embedding_metadata WHERE id IN (${numbers}) ORDER BY rowid`));
    const lists = this.hasLists
      ? byNumber(this.copy.rows(`SELECT ${columns} FROM embedding_metadata_array WHERE id IN (${numbers}) ORDER BY rowid`))
      : new Map<string, Row[]>();
    const records: CopyRecord[] = [];
    const rejects: Reject[] = [];
    for (const row of rows) {
      const number = String(row.id);
      const read = this.record(String(row.embedding_id), values.get(number) ?? [], lists.get(number) ?? []);
      if ('reason' in read) rejects.push(read);
      else records.push(read);
    }
    return { records, rejects };
  }

  private record(id: string, values: readonly Row[], lists: readonly Row[]): CopyRecord | Reject {
    const { text, document, uri, unholdable } = metadataOf(values, lists);
    if (unholdable !== undefined)
      return { id, reason: `the value of ${JSON.stringify(unholdable)} is infinite, which JSON cannot hold` };
    const unembedded = { id, document, uri, metadata: text };
    const embedding = this.vector(id);
    if (embedding === undefined) return { id, reason: 'its vector is neither in the index on disk nor in the log', unembedded };
    return { ...unembedded, embedding };
  }

  private vector(id: string): Float32Array | undefined {
    const logged = this.log.get(id);
    if (logged === undefined) return this.index?.vector(id, this.collection.dimension ?? 0);
    return logged.kind === 'deleted' ? undefined : this.log.vector(logged.seqId);
  }
}

function byNumber(rows: readonly Row[]): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(String(row.id));
    if (group === undefined) groups.set(String(row.id), [row]);
    else group.push(row);
  }
  return groups;
}
