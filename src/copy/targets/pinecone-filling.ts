import type {
  Checkpoint,
  ConflictPolicy,
  CopyRecord,
  Filling,
  Nearest,
  RecordName,
  ShadowQuery,
  SourceCollection,
} from '../copy.js';
import { numbersText } from '../jsonl/record-line.js';
import { nameOf } from '../record-digest.js';
import type { PineconeServer } from '../sources/pinecone.js';
import type { CheckpointFile, ServerCopy } from './checkpoint-file.js';

/** The tag of an index that has not been compared yet. */
export const COPYING_TAG = 'polyvec-copying';

/** Pinecone takes so much in one upsert. */
const REQUEST_BYTES = 1_800_000;
const REQUEST_RECORDS = 1_000;

/** What is being filled. */
export interface PineconePlace {
  readonly copy: ServerCopy;
  /** As the server describes it. */
  readonly collection: SourceCollection;
  readonly policy: ConflictPolicy;
  readonly settleMs: number | undefined;
}

/** An index that is being filled. The checkpoint follows what the server has acknowledged. */
export class PineconeFilling implements Filling {
  readonly tolerance = 0;
  private copy: ServerCopy;

  constructor(
    private readonly server: PineconeServer,
    private readonly file: CheckpointFile,
    private readonly place: PineconePlace,
  ) {
    this.copy = place.copy;
  }

  get settleMs(): number | undefined {
    return this.place.settleMs;
  }

  get isWhole(): boolean {
    return this.copy.isOwn;
  }

  /** Sent again after a crash, it comes to the same: an upsert replaces the whole record. */
  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    const known = await this.file.read();
    if (known?.checkpoint.cursor !== previous.cursor)
      throw new Error(`another polyvec copy writes to ${this.place.collection.name}`);
    await this.send(records);
    this.copy = { ...known, checkpoint: next };
    await this.file.write(this.copy);
  }

  async send(records: readonly CopyRecord[]): Promise<void> {
    const { collection, policy } = this.place;
    const there = !this.isWhole && policy === 'skip' ? new Set((await this.find(records)).map(nameOf)) : new Set<string>();
    const missing = records.filter((record) => !there.has(nameOf(record)));
    for (const [namespace, list] of byNamespace(missing)) {
      for (const part of partsOf(list)) await this.server.indexOf(collection).upsert(namespace, part);
    }
  }

  async nearest(query: ShadowQuery, limit: number): Promise<readonly Nearest[]> {
    return this.server.nearest(this.place.collection, query, limit);
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    for await (const { records } of this.server.read(this.place.collection, null)) yield records;
  }

  async find(names: readonly RecordName[]): Promise<readonly CopyRecord[]> {
    const found: CopyRecord[] = [];
    for (const [namespace, list] of byNamespace(names)) {
      const ids = list.map(({ id }) => id);
      found.push(...(await this.server.indexOf(this.place.collection).fetch(namespace, ids)).records);
    }
    return found;
  }

  async count(): Promise<number> {
    const counts = await this.server.indexOf(this.place.collection).counts();
    return [...counts.values()].reduce((sum, count) => sum + count, 0);
  }

  async finish(): Promise<void> {
    const path = `/indexes/${encodeURIComponent(this.place.collection.name)}`;
    // a tag with an empty text is taken away
    if (this.copy.isOwn) await this.server.control.send('PATCH', path, JSON.stringify({ tags: { [COPYING_TAG]: '' } }));
    this.copy = { ...this.copy, isFinished: true };
    await this.file.write(this.copy);
  }
}

function byNamespace<T extends RecordName>(records: readonly T[]): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const record of records) {
    const { namespace = '' } = record;
    const group = groups.get(namespace);
    if (group === undefined) groups.set(namespace, [record]);
    else group.push(record);
  }
  return groups;
}

/** Vectors as JSON, as many at once as a request may have. */
function* partsOf(records: readonly CopyRecord[]): Iterable<readonly string[]> {
  let [part, bytes]: [string[], number] = [[], 0];
  for (const record of records) {
    const text = vectorText(record);
    const size = Buffer.byteLength(text);
    if (part.length === REQUEST_RECORDS || (part.length > 0 && bytes + size > REQUEST_BYTES)) {
      yield part;
      [part, bytes] = [[], 0];
    }
    part.push(text);
    bytes += size + 1;
  }
  if (part.length > 0) yield part;
}

function vectorText({ id, embedding, sparse = null, metadata }: CopyRecord): string {
  const members = [
    `"id":${JSON.stringify(id)}`,
    ...(embedding === null ? [] : [`"values":${numbersText(embedding)}`]),
    ...(sparse === null
      ? []
      : [
          `"sparseValues":{"indices":${JSON.stringify(sparse.indices)},"values":${numbersText(Float32Array.from(sparse.values))}}`,
        ]),
    ...(metadata === null || metadata === '{}' ? [] : [`"metadata":${metadata}`]),
  ];
  return `{${members.join(',')}}`;
}
