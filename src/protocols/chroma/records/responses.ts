import { StreamableFile } from '@nestjs/common';
import { ColumnSpool } from '../../../http/spool.js';
import type { IndexProgress } from '../../../records/maintenance/indexes.service.js';
import type { Deletion, Match, Parts, StoredRecord } from '../../../records/record.js';
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
    const separator = this.isEmpty ? '' : ',';
    this.isEmpty = false;
    await this.spool.append(this.columns.map((column) => separator + records.map(column.text).join(',')));
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

/** The answer to a query: a list per query in every column. `tail` is JSON text that follows the columns. */
export function toQueryResponse(matches: readonly (readonly Match[])[], include: readonly string[], tail: string): string {
  const columns = COLUMNS.map(({ key, include: name, text }) => {
    if (name !== undefined && !include.includes(name)) return `"${key}":null`;
    return `"${key}":[${matches.map((list) => `[${list.map(text).join(',')}]`).join(',')}]`;
  });
  const distances = matches.map((list) => `[${list.map((match) => floatText(match.distance)).join(',')}]`);
  columns.push(`"distances":${include.includes('distances') ? `[${distances.join(',')}]` : 'null'}`);
  return `{${columns.join(',')},${tail}}`;
}

export function toDeleteResponse({ count }: Deletion): string {
  return `{"deleted":${String(count)}}`;
}

/** An operation is a record's. */
export function toIndexingStatus({ total, pending }: IndexProgress): string {
  const share = total === 0 ? 1 : (total - pending) / total;
  const progress = Number.isInteger(share) ? share.toFixed(1) : String(share);
  const indexed = String(total - pending);
  return `{"op_indexing_progress":${progress},"num_unindexed_ops":${String(pending)},"num_indexed_ops":${indexed},"total_ops":${String(total)}}`;
}

/** Postgres prints whole floats without a point; in Chroma's answers every float has one. */
function floatsText(embedding: string | null): string {
  return embedding === null ? 'null' : embedding.replace(/(?<=[[,])-?\d+(?=[,\]])/g, '$&.0');
}

function floatText(value: string): string {
  if (/^-?\d+$/.test(value)) return `${value}.0`;
  // neither NaN nor Infinity is JSON
  return /^-?\d/.test(value) ? value : 'null';
}
