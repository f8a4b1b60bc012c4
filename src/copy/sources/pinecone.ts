import type { Metric } from '../../collections/collection.js';
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../http/json.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Nearest, Reject, ShadowQuery, Source, SourceCollection } from '../copy.js';
import { HttpClient } from './http-client.js';
import { PineconeIndex } from './pinecone/index-client.js';
import { bytesOf } from './portions.js';

const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['cosine', 'cosine'],
  ['euclidean', 'l2'],
  ['dotproduct', 'ip'],
]);
const CONTROL = 'https://api.pinecone.io';
/** Pinecone's own: the last one whose answers have `dimension` and `metric` beside the name. */
const API_VERSION = '2025-04';
/** Pages are short, and a batch costs a target about the same whatever there is in it. */
const CHUNK_RECORDS = 1_000;
const CHUNK_BYTES = 4 * 1024 * 1024;
/** What the default namespace is called where it needs a name. */
const DEFAULT_NAMESPACE = '__default__';

/** How far a copy has come. */
interface Cursor {
  readonly namespace: string;
  /** Of the page behind it; null: the namespace has no other one. */
  readonly token: string | null;
  readonly last: string;
}

/** The indexes of a Pinecone project, over REST: ids are listed, then fetched. */
export class PineconeServer implements Source {
  private readonly indexes = new Map<string, PineconeIndex>();
  private readonly opened = new Map<string, SourceCollection>();

  private constructor(
    readonly label: string,
    readonly control: HttpClient,
    private readonly headers: Readonly<Record<string, string>>,
    private readonly only: { readonly index: string | undefined; readonly namespace: string | undefined },
  ) {}

  /** `rest`: `//index/namespace` of Pinecone itself, or `//host:port/index/namespace` of a server of this protocol. */
  static open(protocol: 'http' | 'https' | undefined, rest: string, key: string | undefined): Promise<PineconeServer> {
    const [host, ...path] = rest.replace(/^\/\//, '').split('/');
    const parts = (protocol === undefined ? [host ?? '', ...path] : path).filter((part) => part !== '').map(decodeURIComponent);
    const [index, namespace] = parts;
    if (parts.length > 2) throw new Error('FROM must be pinecone://index/namespace');
    const headers = { ...(key !== undefined && { 'api-key': key }), 'x-pinecone-api-version': API_VERSION };
    const control = new HttpClient(protocol === undefined ? CONTROL : `${protocol}://${host ?? ''}`, headers);
    const only = { index, namespace: namespace === DEFAULT_NAMESPACE ? '' : namespace };
    return Promise.resolve(
      new PineconeServer(`pinecone${protocol === undefined ? '' : `+${protocol}`}:${rest}`, control, headers, only),
    );
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const answer = parseJson((await this.control.text('/indexes')) ?? '{}');
    const listed = isJsonObject(answer) ? answer.get('indexes') : undefined;
    const found: SourceCollection[] = [];
    for (const entry of (Array.isArray(listed) ? listed : []) as readonly Json[]) {
      const isMeant = this.only.index === undefined || textAt(entry, 'name') === this.only.index;
      if (isMeant) found.push(await this.describe(entry));
    }
    if (this.only.index !== undefined && found.length === 0) throw new Error(`${this.label} has no such index`);
    for (const collection of found) this.opened.set(collection.key, collection);
    return found;
  }

  async *read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const cursor = after === null ? undefined : (JSON.parse(after) as Cursor);
    const index = this.indexOf(collection);
    const counts = this.meant(await index.counts());
    for (const namespace of [...counts.keys()].filter((name) => cursor === undefined || name >= cursor.namespace)) {
      const isBegun = namespace === cursor?.namespace;
      if (isBegun && cursor.token === null) continue;
      yield* inChunks(this.pages(index, namespace, isBegun ? cursor : undefined));
    }
  }

  private async *pages(index: PineconeIndex, namespace: string, after: Cursor | undefined): AsyncIterable<Chunk> {
    for await (const page of index.pages(namespace, after)) {
      const next: Cursor = { namespace, token: page.token, last: page.last };
      yield { ...(await index.fetch(namespace, page.ids)), cursor: JSON.stringify(next) };
    }
  }

  async nearest(collection: SourceCollection, query: ShadowQuery, limit: number): Promise<readonly Nearest[]> {
    const hits = await this.indexOf(collection).query(query, limit);
    // what Pinecone calls a score is the distance only for `euclidean`
    return hits.map(({ id, distance }) => ({ id, distance: collection.metric === 'l2' ? distance : 1 - distance }));
  }

  /** An index by its name; undefined when there is none. */
  async find(name: string): Promise<SourceCollection | undefined> {
    const text = await this.control.text(`/indexes/${encodeURIComponent(name)}`);
    return text === undefined ? undefined : this.describe(parseJson(text));
  }

  /** Records that come or go are noticed by the counts; a change of a record is not. */
  async requireUnchanged(): Promise<void> {
    for (const collection of this.opened.values()) {
      const counts = this.meant(await this.indexOf(collection).counts());
      if (fingerprintOf(counts) !== collection.fingerprint) {
        throw new Error(`${collection.name} has other records than at the start: stop its writers, and copy with --restart`);
      }
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async describe(entry: Json): Promise<SourceCollection> {
    const [name, host, metric] = [textAt(entry, 'name') ?? '', textAt(entry, 'host') ?? '', textAt(entry, 'metric')];
    const known = isJsonObject(entry) ? entry.get('dimension') : undefined;
    const key = `${this.control.origin} ${name} ${this.only.namespace ?? '*'}`;
    const index = new PineconeIndex(new HttpClient(this.addressOf(host), this.headers), name);
    this.indexes.set(key, index);
    const counts = this.meant(await index.counts());
    return {
      ...{ key, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, name, metadata: null, warnings: [] },
      metric: METRICS.get(metric ?? '') ?? 'cosine',
      dimension: known instanceof JsonNumber ? Number(known.text) : null,
      records: [...counts.values()].reduce((sum, count) => sum + count, 0),
      fingerprint: fingerprintOf(counts),
      catalog: {
        ...{ protocol: 'pinecone', settings: '{}' },
        vectorType: textAt(entry, 'vector_type') === 'sparse' ? 'sparse' : 'dense',
      },
    };
  }

  /** A host without a scheme has that of the server that names it; one of a gateway without a port for each index has a path. */
  private addressOf(host: string): string {
    const url = new URL(host.includes('://') ? host : `${new URL(this.control.origin).protocol}//${host}`);
    return `${url.origin}${url.pathname.replace(/\/$/, '')}`;
  }

  indexOf({ key, name }: SourceCollection): PineconeIndex {
    const index = this.indexes.get(key);
    if (index === undefined) throw new Error(`there is no index ${name}`);
    return index;
  }

  /** In the order in which they are read. */
  private meant(counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
    const { namespace } = this.only;
    const wanted = [...counts].filter(([name]) => namespace === undefined || name === namespace);
    return new Map(wanted.sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

function fingerprintOf(counts: ReadonlyMap<string, number>): string {
  return JSON.stringify([...counts]);
}

function textAt(value: Json, key: string): string | undefined {
  const found = isJsonObject(value) ? value.get(key) : undefined;
  return typeof found === 'string' ? found : undefined;
}

/** The same records, in fewer chunks. */
async function* inChunks(pages: AsyncIterable<Chunk>): AsyncIterable<Chunk> {
  let [records, rejects, bytes]: [CopyRecord[], Reject[], number] = [[], [], 0];
  let cursor: string | undefined;
  for await (const page of pages) {
    records.push(...page.records);
    rejects.push(...page.rejects);
    bytes += page.records.reduce((sum, record) => sum + bytesOf(record), 0);
    ({ cursor } = page);
    if (records.length + rejects.length < CHUNK_RECORDS && bytes < CHUNK_BYTES) continue;
    yield { records, rejects, cursor };
    [records, rejects, bytes, cursor] = [[], [], 0, undefined];
  }
  if (cursor !== undefined) yield { records, rejects, cursor };
}
