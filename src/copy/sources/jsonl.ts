import { createHash, randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Metric } from '../../collections/collection.js';
import type { Json } from '../../http/json.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Reject, Source, SourceCollection } from '../copy.js';
import { type Description, pathsOf, readDescription } from '../jsonl/description.js';
import { fieldsFor, unusedFields } from '../jsonl/field-map.js';
import { type Line, linesOf } from '../jsonl/lines.js';
import { NameSet } from '../jsonl/name-set.js';
import { BadLine, objectOf, recordOfForeign, recordOfOwn } from '../jsonl/record-line.js';

const CHUNK_BYTES = 4 * 1024 * 1024;
const MAX_RECORDS = 1_000;
/** Lines that are looked at before the start. */
const SAMPLE = 100;

/** What the command line says of files that do not say it themselves. */
export interface FileOptions {
  readonly metric: Metric | undefined;
  /** Fields by the parts of a record that they become. */
  readonly fields: ReadonlyMap<string, string>;
}

/** A file of records, and what is known of it. */
interface OpenedFile {
  readonly path: string;
  readonly stamp: string;
  /** Absent: Polyvec has not written it. */
  readonly description: Description | undefined;
  /** Nothing has changed in it since. */
  readonly isAsWritten: boolean;
  readonly toRecord: (line: string) => CopyRecord;
}

interface Position {
  readonly offset: number;
  readonly line: number;
}

/** Files with a JSON object in each line: those that `polyvec export` has written, or anybody's. */
export class JsonlFiles implements Source {
  private readonly byKey = new Map<string, OpenedFile>();

  private constructor(
    readonly label: string,
    private readonly files: readonly string[],
    private readonly options: FileOptions,
    private readonly release: () => Promise<void> = () => Promise.resolve(),
  ) {}

  /** `place`: a file, a folder with files in it, or `-` for the standard input, which is kept in a file meanwhile. */
  static async open(place: string, options: FileOptions, input: NodeJS.ReadableStream = process.stdin): Promise<JsonlFiles> {
    if (place === '-') {
      const file = join(tmpdir(), `polyvec-${randomUUID()}.jsonl`);
      await pipeline(input, createWriteStream(file, { mode: 0o600 }));
      return new JsonlFiles('jsonl:-', [file], options, () => rm(file, { force: true }));
    }
    const path = resolve(place);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new Error(`there is no ${path}`);
    if (!found.isDirectory()) return new JsonlFiles(`jsonl:${path}`, [path], options);
    const names = (await readdir(path, { recursive: true })).filter((name) => name.endsWith('.jsonl')).sort();
    if (names.length === 0) throw new Error(`${path} has no files whose names end in .jsonl`);
    return new JsonlFiles(
      `jsonl:${path}`,
      names.map((name) => join(path, name)),
      options,
    );
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const found: SourceCollection[] = [];
    for (const path of this.files) found.push(await this.describe(path));
    return found;
  }

  async *read({ key }: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const file = this.byKey.get(key);
    if (file === undefined) throw new Error(`there is no file ${key}`);
    const start = after === null ? { offset: 0, line: 1 } : (JSON.parse(after) as Position);
    // what Polyvec has written has every record once; of other files all the names must be known
    const names = file.isAsWritten ? undefined : new NameSet();
    const lines = names === undefined ? linesOf(file.path, start.offset, start.line) : linesOf(file.path);
    let chunk = new OpenChunk();
    for await (const line of lines) {
      if (line.text?.trim() === '') continue;
      const read = readLine(line, file, names);
      if (line.end <= start.offset) continue;
      chunk.add(line, read);
      if (!chunk.isFull) continue;
      yield chunk.closed();
      chunk = new OpenChunk();
    }
    if (chunk.isStarted) yield chunk.closed();
  }

  async requireUnchanged(): Promise<void> {
    for (const { path, stamp } of this.byKey.values()) {
      if ((await stampOf(path)) !== stamp) throw new Error(`${path} has changed meanwhile: copy with --restart`);
    }
  }

  async close(): Promise<void> {
    await this.release();
  }

  private async describe(path: string): Promise<SourceCollection> {
    const [stamp, { size }] = [await stampOf(path), await stat(path)];
    const description = await readDescription(pathsOf(path).description);
    const isAsWritten = description?.bytes === size;
    const sample = await sampleOf(path, this.options, description !== undefined);
    const isInput = this.label === 'jsonl:-';
    const key = isInput ? 'jsonl:-' : `jsonl:${path}`;
    this.byKey.set(key, { path, stamp, description, isAsWritten, toRecord: sample.toRecord });
    const records = isAsWritten ? description.checkpoint.records : await countLines(path);
    const warnings = [...sample.warnings];
    if (description !== undefined && !isAsWritten) warnings.push('the file has changed since it was exported');
    if (description === undefined && this.options.metric === undefined)
      warnings.push('nothing says how its vectors are compared: it gets the metric l2, or the one that --metric names');
    return {
      ...{ key, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, metadata: null, records, warnings },
      name: isInput ? 'stdin' : basename(path).replace(/\.\w+$/, ''),
      dimension: sample.dimension,
      ...(description !== undefined && known(description)),
      metric: this.options.metric ?? description?.metric ?? 'l2',
      // what comes from the standard input has no other name than what it is
      fingerprint: isInput ? `${String(size)} ${await checksumOf(path)}` : stamp,
    };
  }
}

function known(description: Description): Pick<Description, 'tenant' | 'database' | 'name' | 'metadata' | 'dimension'> {
  const { tenant, database, name, metadata, dimension, catalog } = description;
  return { ...{ tenant, database, name, metadata, dimension }, ...(catalog !== undefined && { catalog }) };
}

/** Records that follow each other, until there are enough of them. */
class OpenChunk {
  private readonly records: CopyRecord[] = [];
  private readonly rejects: Reject[] = [];
  private bytes = 0;
  private position: Position = { offset: 0, line: 1 };

  add({ end, number, text }: Line, read: CopyRecord | Reject): void {
    if ('reason' in read) this.rejects.push(read);
    else this.records.push(read);
    this.bytes += text?.length ?? 0;
    this.position = { offset: end, line: number + 1 };
  }

  get isStarted(): boolean {
    return this.records.length + this.rejects.length > 0;
  }

  get isFull(): boolean {
    return this.bytes >= CHUNK_BYTES || this.records.length + this.rejects.length >= MAX_RECORDS;
  }

  closed(): Chunk {
    return { records: this.records, rejects: this.rejects, cursor: JSON.stringify(this.position) };
  }
}

function readLine({ text, number }: Line, { toRecord }: OpenedFile, names: NameSet | undefined): CopyRecord | Reject {
  const reject = (id: string | undefined, reason: string): Reject => {
    return { id: id ?? `line ${String(number)}`, reason: id === undefined ? reason : `line ${String(number)}: ${reason}` };
  };
  if (text === null) return reject(undefined, 'it is longer than 64 MiB');
  try {
    const record = toRecord(text);
    if (names?.add(record) !== false) return record;
    return { ...reject(record.id, 'the id has occurred before'), ...(record.namespace !== undefined && record) };
  } catch (error) {
    if (!(error instanceof BadLine)) throw error;
    const { id, message, unembedded } = error;
    if (unembedded !== undefined && names?.add(unembedded) === false) return reject(id, 'the id has occurred before');
    if (unembedded === undefined) return reject(id, message);
    const { namespace } = unembedded;
    return { ...reject(id, message), ...(namespace !== undefined && { namespace }), unembedded };
  }
}

interface Sample {
  readonly toRecord: (line: string) => CopyRecord;
  readonly dimension: number | null;
  readonly warnings: readonly string[];
}

/** What the first lines say of all: which fields there are, and the dimension. */
async function sampleOf(path: string, { fields: wanted }: FileOptions, isOwn: boolean): Promise<Sample> {
  const lines: string[] = [];
  const all = new Map<string, Json>();
  for await (const { text, number } of linesOf(path)) {
    if (number > SAMPLE) break;
    const object = text === null ? undefined : attempted(() => objectOf(text));
    if (text === null || object === undefined) continue;
    lines.push(text);
    for (const [key, value] of object) all.set(key, value);
  }
  const fields = fieldsFor(all, wanted);
  const toRecord = isOwn ? recordOfOwn : (line: string): CopyRecord => recordOfForeign(line, fields);
  const unused = isOwn ? [] : unusedFields(all, fields);
  const first = lines.map((line) => attempted(() => toRecord(line))?.embedding ?? null).find((embedding) => embedding !== null);
  const dimension = first?.length ?? null;
  const warnings = unused.map((field) => `the field ${JSON.stringify(field)} is not copied: --map names what it is`);
  return { toRecord, dimension, warnings };
}

/** Undefined for a line that is no record: it is rejected when it is read. */
function attempted<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof BadLine) return undefined;
    throw error;
  }
}

async function stampOf(path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path);
  return `${String(size)} ${String(mtimeMs)}`;
}

async function countLines(path: string): Promise<number> {
  let count = 0;
  for await (const { text } of linesOf(path)) if (text?.trim() !== '') count += 1;
  return count;
}

async function checksumOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
