import { setTimeout as sleep } from 'node:timers/promises';
import type { Metric } from '../../collections/collection.js';
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../http/json.js';
import {
  type ConflictPolicy,
  type CopyRecord,
  type Destination,
  type Filling,
  MERGE_POLICIES,
  NOTHING_YET,
  type SourceCollection,
  type Standing,
  type Target,
} from '../copy.js';
import type { PineconeServer } from '../sources/pinecone.js';
import { CheckpointFile, type ServerCopy } from './checkpoint-file.js';
import { COPYING_TAG, PineconeFilling } from './pinecone-filling.js';

const NAME = /^[a-z0-9]([a-z0-9-]{0,43}[a-z0-9])?$/;
const METRICS: Readonly<Record<Metric, string>> = { cosine: 'cosine', l2: 'euclidean', ip: 'dotproduct' };
const MAX_ID_LENGTH = 512;
const MAX_METADATA_BYTES = 40 * 1024;
/** A new index of Pinecone's takes some seconds before it takes records. */
const READY_ATTEMPTS = 120;
const READY_PAUSE_MS = 1_000;

/** The project of a key on a server of Pinecone's protocol, another Polyvec among them: an index for each collection. */
export class PineconeTarget implements Target {
  readonly policies = MERGE_POLICIES;
  readonly cannotHold =
    'tenants and databases, documents, uris, vectors of zeros alone, ids of more than 512 characters, metadata of more than 40 KiB, ' +
    'and in metadata lists of anything but texts, objects, null and integers beyond 2^53';

  constructor(
    private readonly server: PineconeServer,
    private readonly checkpointFolder: string,
    /** As `Filling` says. */
    private readonly settleMs: number | undefined,
  ) {}

  get label(): string {
    return this.server.label;
  }

  async problemsOf(from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const problems: string[] = [];
    if (!NAME.test(to.name))
      problems.push(`${to.name} is no name for an index: up to 45 of a-z, 0-9 and "-", a letter or digit at both ends`);
    const isSparse = isSparseAlone(from);
    if (!isSparse && from.dimension === null) problems.push('its dimension is not known, and an index needs one');
    const existing = await this.server.find(to.name);
    if (existing === undefined) return problems;
    if (isSparse !== isSparseAlone(existing)) problems.push('one of it and the one that is there has sparse vectors alone');
    if (existing.metric !== from.metric && !isSparse)
      problems.push(`it has the metric ${from.metric}, and the one that is there ${existing.metric}`);
    if (existing.dimension !== null && from.dimension !== null && existing.dimension !== from.dimension)
      problems.push(`it has ${String(from.dimension)} dimensions, and the one that is there ${String(existing.dimension)}`);
    return problems;
  }

  warningsOf({ metadata, catalog }: SourceCollection): readonly string[] {
    return [
      ...(metadata === null || metadata === '{}' ? [] : ['its own metadata is not copied: an index has none']),
      ...(catalog === undefined || catalog.settings === '{}'
        ? []
        : ['its settings are not copied: the index gets the usual ones']),
    ];
  }

  async standing(_source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    const existing = await this.server.find(to.name);
    if (existing === undefined) return { kind: 'new' };
    const copy = await this.checkpointFile(to).read();
    const isSourceUnchanged = copy?.fingerprint === from.fingerprint;
    if (copy?.isFinished === false) {
      if (copy.origin !== from.key) return { kind: 'another', source: copy.source };
      return { kind: 'begun', checkpoint: copy.checkpoint, isSourceUnchanged };
    }
    if (await this.isMarked(to))
      return { kind: 'another', source: `elsewhere, whose checkpoint is not in ${this.checkpointFolder},` };
    if (copy !== undefined && copy.origin === from.key)
      return { kind: 'finished', checkpoint: copy.checkpoint, isSourceUnchanged };
    return existing.records === 0 ? { kind: 'new' } : { kind: 'occupied', records: existing.records };
  }

  problemOf({ dimension }: SourceCollection, record: CopyRecord): string | undefined {
    const { id, embedding, sparse = null, document, uri, metadata } = record;
    if (embedding === null && sparse === null) return 'it has no vector';
    if (embedding !== null && dimension !== null && embedding.length !== dimension)
      return `its vector has ${String(embedding.length)} dimensions, and the collection ${String(dimension)}`;
    if (embedding?.every(Number.isFinite) === false)
      return 'its vector has a component that is not finite, which JSON cannot hold';
    if (embedding?.every((component) => component === 0) === true) return 'its vector has zeros alone, which Pinecone refuses';
    if (id === '' || id.length > MAX_ID_LENGTH)
      return `its id has ${String(id.length)} characters, and Pinecone takes 1 to ${String(MAX_ID_LENGTH)}`;
    if (document !== null) return 'it has a document, which Pinecone cannot hold';
    if (uri !== null) return 'it has a uri, which Pinecone cannot hold';
    if (Buffer.byteLength(metadata ?? '') > MAX_METADATA_BYTES) return 'its metadata have more than 40 KiB';
    const field = unholdable(metadata);
    return field === undefined ? undefined : `Pinecone cannot hold the value of ${JSON.stringify(field)}`;
  }

  async fill(source: string, from: SourceCollection, to: Destination, policy: ConflictPolicy): Promise<Filling> {
    const existing = await this.server.find(to.name);
    const begun = await this.checkpointFile(to).read();
    if (existing !== undefined && begun?.isFinished === false) return this.filling(begun, existing, policy, to);
    const collection = existing ?? (await this.create(from, to));
    const copy = {
      ...{ target: `${this.label} ${to.name}`, collection: collection.key, isOwn: existing === undefined, isFinished: false },
      ...{ source, origin: from.key, fingerprint: from.fingerprint, checkpoint: NOTHING_YET },
    };
    await this.checkpointFile(to).write(copy);
    return this.filling(copy, collection, policy, to);
  }

  async finished(to: Destination): Promise<Filling> {
    const [copy, collection] = [await this.checkpointFile(to).read(), await this.server.find(to.name)];
    if (copy === undefined || collection === undefined) throw new Error(`the index ${to.name} is gone`);
    return this.filling(copy, collection, 'fail', to);
  }

  /** Only an index that has the mark is removed. */
  async discard(to: Destination): Promise<void> {
    if (await this.isMarked(to)) {
      await this.server.control.send('DELETE', indexPath(to.name));
      // Pinecone removes it some time later, and keeps the name until then
      for (
        let attempt = 1;
        attempt <= READY_ATTEMPTS && (await this.server.control.text(indexPath(to.name))) !== undefined;
        attempt += 1
      )
        await sleep(READY_PAUSE_MS);
    }
    if ((await this.checkpointFile(to).read())?.isFinished === false) await this.checkpointFile(to).remove();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async create({ metric, dimension, catalog }: SourceCollection, { name }: Destination): Promise<SourceCollection> {
    const isSparse = catalog?.vectorType === 'sparse';
    await this.server.control.text('/indexes', {
      ...{ name, metric: isSparse ? 'dotproduct' : METRICS[metric], vector_type: isSparse ? 'sparse' : 'dense' },
      ...(!isSparse && { dimension }),
      ...{ spec: { serverless: { cloud: 'aws', region: 'us-east-1' } }, tags: { [COPYING_TAG]: 'true' } },
    });
    for (let attempt = 1; attempt <= READY_ATTEMPTS; attempt += 1) {
      const status = memberOf(await this.describe(name), 'status');
      const found = memberOf(status, 'ready') === true ? await this.server.find(name) : undefined;
      if (found !== undefined) return found;
      await sleep(READY_PAUSE_MS);
    }
    throw new Error(`the index ${name} has been made, and is not ready`);
  }

  private async isMarked({ name }: Destination): Promise<boolean> {
    return memberOf(memberOf(await this.describe(name), 'tags'), COPYING_TAG) === 'true';
  }

  private async describe(name: string): Promise<Json> {
    return parseJson((await this.server.control.text(indexPath(name))) ?? '{}');
  }

  private filling(copy: ServerCopy, collection: SourceCollection, policy: ConflictPolicy, to: Destination): PineconeFilling {
    return new PineconeFilling(this.server, this.checkpointFile(to), { copy, collection, policy, settleMs: this.settleMs });
  }

  private checkpointFile(to: Destination): CheckpointFile {
    return new CheckpointFile(this.checkpointFolder, `pinecone ${this.server.control.origin}`, to);
  }
}

function indexPath(name: string): string {
  return `/indexes/${encodeURIComponent(name)}`;
}

function isSparseAlone({ catalog }: SourceCollection): boolean {
  return catalog?.vectorType === 'sparse';
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? value.get(key) : undefined;
}

/** The key of a value that Pinecone has no type for: texts, numbers (as 64-bit floats), booleans and lists of texts it has. */
function unholdable(metadata: string | null): string | undefined {
  const object = metadata === null ? null : parseJson(metadata);
  if (!isJsonObject(object)) return undefined;
  return [...object].find(([, value]) => !isHoldable(value))?.[0];
}

function isHoldable(value: Json): boolean {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string');
  if (value instanceof JsonNumber) return !/^-?\d+$/.test(value.text) || Number.isSafeInteger(Number(value.text));
  return typeof value === 'string' || typeof value === 'boolean';
}
