import type { Chunk, Source, SourceCollection } from '../copy.js';
import type { RecordFilter } from '../record-filter.js';

/** Which of a source's records are wanted. */
export interface Selected {
  /** Names as people give them; `''` is the default one. Absent: all. */
  readonly namespaces?: readonly string[] | undefined;
  readonly filter?: RecordFilter | undefined;
  /** The most records of each collection. */
  readonly limit?: number | undefined;
  /** The options that say it, and what else makes other records of them: another selection is another source. */
  readonly words: string;
}

/** Some of another source's records. The rest is neither copied nor compared. */
export class Selection implements Source {
  readonly label: string;
  private readonly whole = new Map<string, SourceCollection>();

  constructor(
    private readonly source: Source,
    private readonly selected: Selected,
  ) {
    this.label = `${source.label} ${selected.words}`;
  }

  async collections(): Promise<readonly SourceCollection[]> {
    return (await this.source.collections()).map((collection) => {
      const { limit, namespaces, filter, words } = this.selected;
      const key = `${collection.key} ${words}`;
      this.whole.set(key, collection);
      const isUnknown = namespaces !== undefined || filter !== undefined;
      const unknown = 'how many records are wanted is known when they have been read: the number is the most there can be';
      const records = Math.min(collection.records, limit ?? Infinity);
      return { ...collection, key, records, warnings: [...collection.warnings, ...(isUnknown ? [unknown] : [])] };
    });
  }

  /** The cursor says how many there have been, because of the limit. */
  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const whole = this.whole.get(key);
    if (whole === undefined) throw new Error(`there is no ${key}`);
    const { limit = Infinity } = this.selected;
    const [, before = '0', cursor = null] = after === null ? [] : (/^(\d+):(.*)$/s.exec(after) ?? []);
    let count = Number(before);
    if (count >= limit) return;
    for await (const chunk of this.source.read(whole, cursor)) {
      const records = chunk.records.filter((record) => this.isWanted(record)).slice(0, limit - count);
      const rejects = chunk.rejects.filter((reject) => this.isInNamespace(reject.namespace));
      count += records.length;
      yield { records, rejects, cursor: `${String(count)}:${chunk.cursor}` };
      if (count >= limit) return;
    }
  }

  requireUnchanged(): Promise<void> {
    return this.source.requireUnchanged();
  }

  close(): Promise<void> {
    return this.source.close();
  }

  private isWanted(record: Chunk['records'][number]): boolean {
    return this.isInNamespace(record.namespace) && (this.selected.filter?.(record) ?? true);
  }

  private isInNamespace(namespace = ''): boolean {
    return this.selected.namespaces?.includes(namespace) ?? true;
  }
}
