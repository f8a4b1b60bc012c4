import { StreamableFile } from '@nestjs/common';
import { ColumnSpool } from '../../../http/spool.js';
import type { Deletion, Match, Parts, StoredRecord } from '../../../records/record.js';
import { isStep, pause } from '../../../slices.js';
import type { Include } from '../limits.js';

/** The parts of a record that an include list asks for. */
export function partsOf(include: readonly string[]): Parts {
  return {
    document: include.includes('documents'),
    uri: include.includes('uris'),
    metadata: include.includes('metadatas'),
    embedding: include.includes('embeddings'),
  };
}

/** How the answers of v2 end. */
export function includeTail(include: readonly string[]): string {
  return `"include":${JSON.stringify(include)}`;
}

/** Of texts that are put into an answer at a time. */
const SLICE_CHARACTERS = 1024 * 1024;

/** The columns of an answer, in its order. `text` is the JSON text of a record's value. */
const COLUMNS: readonly {
  readonly key: string;
  readonly include: Include | undefined;
  readonly text: (record: StoredRecord) => string;
}[] = [
  { key: 'ids', include: undefined, text: (record) => JSON.stringify(record.id) },
  { key: 'embeddings', include: 'embeddings', text: (record) => floatsText(record.embedding) },
  { key: 'documents', include: 'documents', text: (record) => JSON.stringify(record.document) },
  { key: 'uris', include: 'uris', text: (record) => JSON.stringify(record.uri) },
  { key: 'metadatas', include: 'metadatas', text: (record) => record.metadata ?? 'null' },
];

/** Collects the records of a get and makes the answer of them. */
export class GetResponse {
  /** The parts of records that it needs. */
  readonly parts: Parts;
  private readonly columns;
  private readonly spool: ColumnSpool;
  private isEmpty = true;

  /** `tail` is JSON text that follows the columns, such as `"include":["documents"]`. */
  constructor(
    include: readonly string[],
    private readonly tail: string,
  ) {
    this.parts = partsOf(include);
    this.columns = COLUMNS.filter((column) => column.include === undefined || include.includes(column.include));
    this.spool = new ColumnSpool(this.columns.length);
  }

  async take(records: readonly StoredRecord[]): Promise<void> {
    if (records.length === 0) return;
    for (const some of slicesOf(records)) {
      const separator = this.isEmpty ? '' : ',';
      this.isEmpty = false;
      await this.spool.append(this.columns.map((column) => separator + some.map(column.text).join(',')));
    }
  }

  /** What it keeps in memory. */
  get heldBytes(): number {
    return this.spool.heldBytes;
  }

  async restart(): Promise<void> {
    this.isEmpty = true;
    await this.spool.clear();
  }

  async discard(): Promise<void> {
    await this.spool.discard();
  }

  finish(): string | StreamableFile {
    const before = this.columns.map((column, index) => `${index === 0 ? '{' : '],'}"${column.key}":[`);
    const absent = COLUMNS.filter((column) => !this.columns.includes(column)).map((column) => `"${column.key}":null,`);
    const reply = this.spool.finish(before, `],${absent.join('')}${this.tail}}`);
    return typeof reply === 'string' ? reply : new StreamableFile(reply, { type: 'application/json' });
  }
}

/** The columns of the answer to a query, in its order. */
const QUERY_COLUMNS: readonly {
  readonly key: string;
  readonly include: Include | undefined;
  readonly text: (match: Match) => string;
}[] = [...COLUMNS, { key: 'distances', include: 'distances', text: (match) => floatText(match.distance) }];

/** Collects the matches of a query and makes the answer of them: a list per query in every column. */
export class QueryResponse {
  /** The parts of records that it needs. */
  readonly parts: Parts;
  private readonly columns;
  private readonly spool: ColumnSpool;

  /** `tail` is JSON text that follows the columns. */
  constructor(
    include: readonly string[],
    private readonly tail: string,
  ) {
    this.parts = partsOf(include);
    this.columns = QUERY_COLUMNS.filter((column) => column.include === undefined || include.includes(column.include));
    this.spool = new ColumnSpool(this.columns.length);
  }

  /** What it keeps in memory. */
  get heldBytes(): number {
    return this.spool.heldBytes;
  }

  async take(matches: readonly (readonly Match[])[]): Promise<void> {
    let before = '[';
    for (const [index, list] of matches.entries()) {
      if (isStep(index)) await pause();
      for (const some of slicesOf(list)) {
        await this.spool.append(this.columns.map((column) => before + some.map(column.text).join(',')));
        before = ',';
      }
      const end = before === ',' ? ']' : `${before}]`;
      await this.spool.append(this.columns.map(() => end));
      before = ',[';
    }
  }

  async discard(): Promise<void> {
    await this.spool.discard();
  }

  finish(): string | StreamableFile {
    const before: string[] = [];
    let between = '{';
    for (const column of QUERY_COLUMNS) {
      if (!this.columns.includes(column)) {
        between += `"${column.key}":null,`;
        continue;
      }
      before.push(`${between}"${column.key}":[`);
      between = '],';
    }
    const reply = this.spool.finish(before, `${between}${this.tail}}`);
    return typeof reply === 'string' ? reply : new StreamableFile(reply, { type: 'application/json' });
  }
}

/** The records in lists of about so many characters: their texts are made of no more at a time. */
function* slicesOf<T extends StoredRecord>(records: readonly T[]): Generator<readonly T[]> {
  let start = 0;
  let size = 0;
  for (const [index, { document, uri, metadata, embedding }] of records.entries()) {
    size += (document?.length ?? 0) + (uri?.length ?? 0) + (metadata?.length ?? 0) + (embedding?.length ?? 0);
    if (size < SLICE_CHARACTERS) continue;
    yield records.slice(start, index + 1);
    start = index + 1;
    size = 0;
  }
  if (start < records.length) yield start === 0 ? records : records.slice(start);
}

export function toDeleteResponse({ count }: Deletion): string {
  return `{"deleted":${String(count)}}`;
}

/** Postgres prints whole floats without a point; in Chroma's answers every float has one. */
export function floatsText(embedding: string | null): string {
  return embedding === null ? 'null' : embedding.replace(/(?<=[[,])-?\d+(?=[,\]])/g, '$&.0');
}

function floatText(value: string): string {
  if (/^-?\d+$/.test(value)) return `${value}.0`;
  // neither NaN nor Infinity is JSON
  return /^-?\d/.test(value) ? value : 'null';
}
