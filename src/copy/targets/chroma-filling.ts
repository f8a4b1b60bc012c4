import { isJsonObject, JsonNumber, parseJson } from '../../http/json.js';
import type {
  Checkpoint,
  ConflictPolicy,
  CopyRecord,
  Destination,
  Filling,
  Nearest,
  RecordName,
  ShadowQuery,
  SourceCollection,
} from '../copy.js';
import { numbersText } from '../jsonl/record-line.js';
import type { ChromaServer } from '../sources/chroma-server.js';
import type { CheckpointFile, ServerCopy } from './checkpoint-file.js';

/** A request has about so much text at most: servers take 40 MiB. */
const REQUEST_BYTES = 8 * 1024 * 1024;
const COSINE_TOLERANCE = 1e-6;
const DEFAULT_RECORDS = 1_000;

/** What is being filled. */
export interface ChromaPlace {
  readonly copy: ServerCopy;
  /** As the server describes it. */
  readonly collection: SourceCollection;
  readonly to: Destination;
  readonly policy: ConflictPolicy;
}

/** A collection of a Chroma server that is being filled. The checkpoint follows what the server has acknowledged. */
export class ChromaFilling implements Filling {
  private copy: ServerCopy;
  private maxRecords: number | undefined;

  constructor(
    private readonly server: ChromaServer,
    private readonly file: CheckpointFile,
    private readonly place: ChromaPlace,
  ) {
    this.copy = place.copy;
  }

  /** Chroma keeps vectors of this metric at the length one, and the length beside them. */
  get tolerance(): number {
    return this.place.collection.metric === 'cosine' ? COSINE_TOLERANCE : 0;
  }

  get isWhole(): boolean {
    return this.copy.isOwn;
  }

  /** Sent again after a crash, it comes to the same: records are written by their ids. */
  async write(records: readonly CopyRecord[], previous: Checkpoint, next: Checkpoint): Promise<void> {
    const known = await this.file.read();
    if (known?.checkpoint.cursor !== previous.cursor) throw new Error(`another polyvec copy writes to ${this.place.to.name}`);
    await this.send(records);
    this.copy = { ...known, checkpoint: next };
    await this.file.write(this.copy);
  }

  async send(records: readonly CopyRecord[]): Promise<void> {
    const { policy } = this.place;
    for (const part of await this.parts(records)) {
      // an upsert would merge the metadata of the one that is there with those of the source
      if (!this.isWhole && policy === 'overwrite') await this.post('delete', JSON.stringify({ ids: part.map(({ id }) => id) }));
      await this.post(!this.isWhole && policy === 'skip' ? 'add' : 'upsert', bodyOf(part));
    }
  }

  async nearest(query: ShadowQuery, limit: number): Promise<readonly Nearest[]> {
    return this.server.nearest(this.place.collection, query, limit);
  }

  async *records(): AsyncIterable<readonly CopyRecord[]> {
    for await (const { records } of this.server.read(this.place.collection, null)) yield records;
  }

  async find(names: readonly RecordName[]): Promise<readonly CopyRecord[]> {
    return this.server.recordsOf(
      this.place.collection,
      names.map(({ id }) => id),
    );
  }

  async count(): Promise<number> {
    return this.server.count(this.place.collection);
  }

  async finish(): Promise<void> {
    const { collection, to } = this.place;
    if (this.copy.isOwn && collection.name !== to.name) {
      if ((await this.server.find(to.tenant, to.database, to.name)) !== undefined)
        throw new Error(`another collection has got the name ${to.name} meanwhile: what was copied is ${collection.name} still`);
      const body = JSON.stringify({ new_name: to.name });
      await this.server.client.send('PUT', this.server.collectionPath(collection), body);
    }
    this.copy = { ...this.copy, isFinished: true };
    await this.file.write(this.copy);
  }

  private async post(action: string, body: string): Promise<void> {
    const path = `${this.server.collectionPath(this.place.collection)}/${action}`;
    if ((await this.server.client.send('POST', path, body)) === undefined)
      throw new Error(`the collection ${this.place.collection.name} is gone`);
  }

  /** As many at once as the server takes. */
  private async parts(records: readonly CopyRecord[]): Promise<readonly (readonly CopyRecord[])[]> {
    this.maxRecords ??= await this.allowed();
    const parts: CopyRecord[][] = [];
    let bytes = Infinity;
    for (const record of records) {
      const size = (record.embedding?.length ?? 0) * 20 + (record.document?.length ?? 0) + (record.metadata?.length ?? 0);
      const last = parts.at(-1);
      if (last === undefined || bytes + size > REQUEST_BYTES || last.length === this.maxRecords) {
        parts.push([record]);
        bytes = size;
      } else {
        last.push(record);
        bytes += size;
      }
    }
    return parts;
  }

  private async allowed(): Promise<number> {
    const text = await this.server.client.text('/api/v2/pre-flight-checks');
    const answer = text === undefined ? null : parseJson(text);
    const found = isJsonObject(answer) ? answer.get('max_batch_size') : undefined;
    return found instanceof JsonNumber ? Math.max(1, Number(found.text)) : DEFAULT_RECORDS;
  }
}

/** Metadata as they are: numbers keep their type. */
function bodyOf(records: readonly CopyRecord[]): string {
  const list = (texts: readonly string[]): string => `[${texts.join(',')}]`;
  const ofText = (text: string | null): string => JSON.stringify(text);
  const columns = {
    ids: records.map(({ id }) => JSON.stringify(id)),
    embeddings: records.map(({ embedding }) => numbersText(embedding ?? new Float32Array())),
    documents: records.map(({ document }) => ofText(document)),
    uris: records.map(({ uri }) => ofText(uri)),
    metadatas: records.map(({ metadata }) => (metadata === '{}' ? 'null' : (metadata ?? 'null'))),
  };
  return `{${Object.entries(columns)
    .map(([name, texts]) => `"${name}":${list(texts)}`)
    .join(',')}}`;
}
