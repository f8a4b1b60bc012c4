import type { Chunk, CopyRecord, Source, SourceCollection } from '../copy.js';

/** In front of a cursor that lies within a chunk: how many of its records are behind it. No source's own cursor begins with it. */
const WITHIN = '\u0001';

/** Another source, whose chunks have no more than so many bytes. Cursors behind whole chunks are the other source's own. */
export class Portions implements Source {
  readonly nearest?: NonNullable<Source['nearest']>;

  constructor(
    private readonly source: Source,
    private readonly maxBytes: number,
  ) {
    if (source.nearest !== undefined) this.nearest = source.nearest.bind(source);
  }

  get label(): string {
    return this.source.label;
  }

  collections(): Promise<readonly SourceCollection[]> {
    return this.source.collections();
  }

  async *read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    let { cursor, skip } = positionOf(after);
    for await (const chunk of this.source.read(collection, cursor)) {
      const parts = this.split(chunk.records.slice(skip));
      for (const [index, records] of parts.entries()) {
        const isFirst = index === 0 && skip === 0;
        skip += records.length;
        const isLast = index === parts.length - 1;
        const within = `${WITHIN}${String(skip)}:${cursor ?? ''}`;
        yield { records, rejects: isFirst ? chunk.rejects : [], cursor: isLast ? chunk.cursor : within };
      }
      [cursor, skip] = [chunk.cursor, 0];
    }
  }

  requireUnchanged(): Promise<void> {
    return this.source.requireUnchanged();
  }

  close(): Promise<void> {
    return this.source.close();
  }

  /** At least one part, which may be empty: a chunk may have nothing but rejects. */
  private split(records: readonly CopyRecord[]): readonly (readonly CopyRecord[])[] {
    const parts: CopyRecord[][] = [[]];
    let bytes = 0;
    for (const record of records) {
      const size = bytesOf(record);
      const last = parts.at(-1);
      if (last === undefined || (last.length > 0 && bytes + size > this.maxBytes)) {
        parts.push([record]);
        bytes = size;
      } else {
        last.push(record);
        bytes += size;
      }
    }
    return parts;
  }
}

function positionOf(after: string | null): { readonly cursor: string | null; readonly skip: number } {
  if (after?.startsWith(WITHIN) !== true) return { cursor: after, skip: 0 };
  const [, skip = '0', cursor = ''] = /^.(\d+):(.*)$/s.exec(after) ?? [];
  return { cursor: cursor === '' ? null : cursor, skip: Number(skip) };
}

/** About what a record takes on its way. */
export function bytesOf({ id, embedding, sparse, document, uri, metadata }: CopyRecord): number {
  const texts = [id, document, uri, metadata].reduce((sum, text) => sum + (text?.length ?? 0), 0);
  return texts + (embedding?.byteLength ?? 0) + (sparse?.indices.length ?? 0) * 12 + 1;
}
