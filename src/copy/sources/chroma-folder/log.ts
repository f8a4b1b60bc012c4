import type { DatabaseCopy, Row } from './database-copy.js';

/** What the log says of a record's vector: the entry that has it, or that it is deleted. */
export type LoggedVector = { readonly kind: 'written'; readonly seqId: bigint } | { readonly kind: 'deleted' };

const OPERATIONS = ['add', 'update', 'upsert', 'delete'] as const;

/**
 * The changes that have not reached the index on disk. Chroma writes each change to a log first, and the vectors to disk only now and
 * then: the log decides. Up to 0.5 nothing is ever removed from it.
 */
export class VectorLog {
  private readonly vectors = new Map<string, LoggedVector>();

  /**
   * Replays what follows `after`, as Chroma does when it starts: an add of an id that exists changes nothing, nor an update of one that
   * does not. `isIndexed`: whether the index has the id, as of an entry's number.
   */
  constructor(
    private readonly copy: DatabaseCopy,
    collection: string,
    after: bigint,
    isIndexed: (id: string, seqId: bigint) => boolean,
  ) {
    let last = after;
    for (let page = this.page(collection, last); page.length > 0; page = this.page(collection, last)) {
      for (const row of page) {
        last = BigInt(String(row.seq_id));
        this.replay(row, last, isIndexed);
      }
    }
  }

  /** Undefined: the index on disk has the last word. */
  get(id: string): LoggedVector | undefined {
    return this.vectors.get(id);
  }

  /** @throws Error when the entry is gone */
  vector(seqId: bigint): Float32Array {
    const [row] = this.copy.rows('SELECT vector, encoding FROM embeddings_queue WHERE seq_id = ?', [seqId]);
    if (!(row?.vector instanceof Uint8Array)) throw new Error(`the log has no vector ${String(seqId)}`);
    const bytes = Buffer.from(row.vector.slice().buffer);
    const isFloat = row.encoding !== 'INT32';
    return Float32Array.from({ length: bytes.length / 4 }, (_, index) =>
      isFloat ? bytes.readFloatLE(index * 4) : bytes.readInt32LE(index * 4),
    );
  }

  private page(collection: string, after: bigint): readonly Row[] {
    return this.copy.rows(
      `SELECT seq_id, operation, id, vector IS NOT NULL AS has_vector FROM embeddings_queue
       WHERE seq_id > ? AND topic LIKE '%/' || ? ORDER BY seq_id LIMIT 10000`,
      [after, collection],
    );
  }

  private replay(row: Row, seqId: bigint, isIndexed: (id: string, seqId: bigint) => boolean): void {
    const id = String(row.id);
    const known = this.vectors.get(id);
    const exists = known === undefined ? isIndexed(id, seqId) : known.kind === 'written';
    const hasVector = Number(row.has_vector) === 1;
    const operation = OPERATIONS[Number(row.operation)];
    if (operation === undefined) throw new Error(`the log has an operation ${String(row.operation)}, which is not known here`);
    if (operation === 'delete') this.vectors.set(id, { kind: 'deleted' });
    else if (hasVector && (operation === 'upsert' || (operation === 'update') === exists)) {
      this.vectors.set(id, { kind: 'written', seqId });
    }
  }
}

/** The number of the last change that a segment has; up to 0.6 in eight bytes, later an integer, after an upgrade either. */
export function seqIdOf(value: Row[string] | undefined): bigint {
  if (value instanceof Uint8Array) return BigInt(`0x${Buffer.from(value).toString('hex') || '0'}`);
  return value == null ? 0n : BigInt(String(value));
}
