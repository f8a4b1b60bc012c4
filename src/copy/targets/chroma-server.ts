import { isJsonObject, parseJson } from '../../http/json.js';
import { NOTHING_YET } from '../copy.js';
import {
  type ConflictPolicy,
  type CopyRecord,
  type Destination,
  type Filling,
  MERGE_POLICIES,
  type SourceCollection,
  type Standing,
  type Target,
} from '../copy.js';
import type { ChromaServer } from '../sources/chroma-server.js';
import { CheckpointFile, type ServerCopy } from './checkpoint-file.js';
import { ChromaFilling } from './chroma-filling.js';

/** What a collection is called until it has been compared: clients see it, and see that it is not done. */
const COPYING = '.copying';
const NAME = /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,502}[a-zA-Z0-9]$/;

/** A collection that is being filled, and what is remembered of it. */
interface Unfinished {
  readonly copy: ServerCopy;
  readonly collection: SourceCollection;
}

/** A Chroma server of API v2, another Polyvec among them. */
export class ChromaTarget implements Target {
  readonly policies = MERGE_POLICIES;
  readonly cannotHold = 'namespaces besides the default one, sparse vectors, and objects or null in metadata';

  constructor(
    private readonly server: ChromaServer,
    private readonly checkpointFolder: string,
  ) {
    if (server.version === 'v1') throw new Error(`${server.label} knows API v1 only: copies go to servers of API v2`);
  }

  get label(): string {
    return this.server.label;
  }

  async problemsOf(from: SourceCollection, to: Destination): Promise<readonly string[]> {
    const problems: string[] = [];
    if (!NAME.test(to.name))
      problems.push(
        `${to.name} is no name for Chroma: 3 to 504 of a-z, A-Z, 0-9, ".", "_" and "-", a letter or digit at both ends`,
      );
    if (from.catalog?.vectorType === 'sparse') problems.push('it has sparse vectors alone, which Chroma cannot hold');
    const existing = await this.find(to);
    if (existing === undefined) return problems;
    if (existing.metric !== from.metric)
      problems.push(`it has the metric ${from.metric}, and the one that is there ${existing.metric}`);
    if (existing.dimension !== null && from.dimension !== null && existing.dimension !== from.dimension)
      problems.push(`it has ${String(from.dimension)} dimensions, and the one that is there ${String(existing.dimension)}`);
    return problems;
  }

  warningsOf({ catalog }: SourceCollection): readonly string[] {
    return catalog === undefined || catalog.settings === '{}'
      ? []
      : ['its settings are not copied: the index of the server gets its usual ones'];
  }

  async standing(_source: string, from: SourceCollection, to: Destination): Promise<Standing> {
    const unfinished = await this.unfinished(to);
    if (unfinished !== undefined) {
      const { origin, source, checkpoint, fingerprint } = unfinished.copy;
      if (origin !== from.key) return { kind: 'another', source };
      return { kind: 'begun', checkpoint, isSourceUnchanged: fingerprint === from.fingerprint };
    }
    if ((await this.find(this.copyingName(to))) !== undefined)
      return { kind: 'another', source: `elsewhere, whose checkpoint is not in ${this.checkpointFolder},` };
    const existing = await this.find(to);
    if (existing === undefined) return { kind: 'new' };
    const copy = await this.checkpointFile(to).read();
    if (copy?.isFinished === true && copy.collection === existing.key && copy.origin === from.key)
      return { kind: 'finished', checkpoint: copy.checkpoint, isSourceUnchanged: copy.fingerprint === from.fingerprint };
    return existing.records === 0 ? { kind: 'new' } : { kind: 'occupied', records: existing.records };
  }

  problemOf(
    { dimension }: SourceCollection,
    { embedding, sparse = null, namespace = '', metadata }: CopyRecord,
  ): string | undefined {
    if (embedding === null) return 'it has no vector, or a sparse one alone, which Chroma cannot hold';
    if (dimension !== null && embedding.length !== dimension)
      return `its vector has ${String(embedding.length)} dimensions, and the collection ${String(dimension)}`;
    if (!embedding.every(Number.isFinite)) return 'its vector has a component that is not finite, which JSON cannot hold';
    if (namespace !== '') return `it is in the namespace ${JSON.stringify(namespace)}, and Chroma has none`;
    if (sparse !== null) return 'it has a sparse vector, which Chroma cannot hold';
    const field = unholdable(metadata);
    return field === undefined ? undefined : `Chroma cannot hold the value of ${JSON.stringify(field)}`;
  }

  async fill(source: string, from: SourceCollection, to: Destination, policy: ConflictPolicy): Promise<Filling> {
    const unfinished = await this.unfinished(to);
    const { copy, collection } = unfinished ?? (await this.begin(source, from, to));
    const known = { ...collection, dimension: collection.dimension ?? from.dimension };
    return new ChromaFilling(this.server, this.checkpointFile(to), { copy, collection: known, to, policy });
  }

  async finished(to: Destination): Promise<Filling> {
    const [copy, collection] = [await this.checkpointFile(to).read(), await this.find(to)];
    if (copy === undefined || collection === undefined) throw new Error(`the collection ${to.name} is gone`);
    return new ChromaFilling(this.server, this.checkpointFile(to), { copy, collection, to, policy: 'fail' });
  }

  async discard(to: Destination): Promise<void> {
    const { tenant, database, name } = this.copyingName(to);
    await this.server.client.send('DELETE', this.server.pathOf(tenant, database, name));
    if ((await this.checkpointFile(to).read())?.isFinished === false) await this.checkpointFile(to).remove();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Makes a collection of another name, or takes the one that is there. */
  private async begin(source: string, from: SourceCollection, to: Destination): Promise<Unfinished> {
    const existing = await this.find(to);
    if (existing === undefined) await this.create(from, this.copyingName(to));
    const collection = existing ?? (await this.find(this.copyingName(to)));
    if (collection === undefined) throw new Error('the collection was not made');
    const copy = {
      ...{ target: `${this.label} ${to.tenant}/${to.database}/${to.name}`, collection: collection.key },
      ...{ isOwn: existing === undefined, isFinished: false, source, origin: from.key, fingerprint: from.fingerprint },
      checkpoint: NOTHING_YET,
    };
    await this.checkpointFile(to).write(copy);
    return { copy, collection };
  }

  private async create({ metric, metadata }: SourceCollection, { tenant, database, name }: Destination): Promise<void> {
    const { client } = this.server;
    const tenantPath = `/api/v2/tenants/${encodeURIComponent(tenant)}`;
    if ((await client.text(tenantPath)) === undefined) await client.text('/api/v2/tenants', { name: tenant });
    const databasePath = `${tenantPath}/databases/${encodeURIComponent(database)}`;
    if ((await client.text(databasePath)) === undefined) await client.text(`${tenantPath}/databases`, { name: database });
    const members = [
      `"name":${JSON.stringify(name)},"configuration":{"hnsw":{"space":"${metric}"}}`,
      ...(metadata === null || metadata === '{}' ? [] : [`"metadata":${metadata}`]),
    ];
    await client.send('POST', this.server.pathOf(tenant, database), `{${members.join(',')}}`);
  }

  /** The collection that a copy has begun to fill: it may have its name already, when only the last step is missing. */
  private async unfinished(to: Destination): Promise<Unfinished | undefined> {
    const copy = await this.checkpointFile(to).read();
    if (copy === undefined || copy.isFinished) return undefined;
    const candidates = [await this.find(this.copyingName(to)), await this.find(to)];
    const collection = candidates.find((candidate) => candidate?.key === copy.collection);
    return collection === undefined ? undefined : { copy, collection };
  }

  private find({ tenant, database, name }: Destination): Promise<SourceCollection | undefined> {
    return this.server.find(tenant, database, name);
  }

  private copyingName(to: Destination): Destination {
    return { ...to, name: `${to.name}${COPYING}` };
  }

  private checkpointFile(to: Destination): CheckpointFile {
    return new CheckpointFile(this.checkpointFolder, this.server.client.origin, to);
  }
}

/** A key whose value is an object or null. */
function unholdable(metadata: string | null): string | undefined {
  const object = metadata === null ? null : parseJson(metadata);
  if (!isJsonObject(object)) return undefined;
  return [...object].find(([, value]) => value === null || isJsonObject(value))?.[0];
}
