import type { Metric } from '../../collections/collection.js';
import { isJsonObject, type Json, JsonNumber, parseJson } from '../../http/json.js';
import type { Chunk, CopyRecord, Nearest, Reject, ShadowQuery, Source, SourceCollection } from '../copy.js';
import { numbersText } from '../jsonl/record-line.js';
import { HttpClient } from './http-client.js';
import { metadataOfJson } from './json-metadata.js';
import { parseColumns, type WithVectors } from './json-vectors.js';

/** Collections that are listed at once. */
const PAGE = 100;
const MAX_ROWS = 1_000;
/** A page's vectors, as text of about this many bytes for each component. */
const CHUNK_BYTES = 8 * 1024 * 1024;
const COMPONENT_BYTES = 20;
const PARTS = { embedding: 'embeddings', document: 'documents', uri: 'uris', metadata: 'metadatas' } as const;
/** Where a gateway's console has Chroma's API. */
const POLYVEC_PREFIX = '/chroma';
const SPACE_PATHS = [
  ['metadata', 'hnsw:space'],
  ['schema', 'keys', '#embedding', 'float_list', 'vector_index', 'config', 'space'],
  ['configuration_json', 'hnsw', 'space'],
  ['configuration_json', 'hnsw_configuration', 'space'],
] as const;

/** A Chroma server over HTTP, of API v2 or v1. */
export class ChromaServer implements Source {
  private constructor(
    readonly label: string,
    readonly client: HttpClient,
    readonly version: 'v1' | 'v2',
    private readonly place: { readonly tenant: string; readonly database: string | undefined; readonly only: string | undefined },
    private readonly opened = new Map<string, SourceCollection>(),
  ) {}

  /** `rest`: what follows the scheme, `//host:8000/tenant/database/collection`, of which the later parts may be missing. */
  static async open(protocol: 'http' | 'https', rest: string, key: string | undefined): Promise<ChromaServer> {
    return ChromaServer.openAt(`chroma:${rest}`, '', `${protocol}:${rest}`, key);
  }

  /** A gateway: at the port of its console, which has Chroma's API below a prefix, or at Chroma's own. */
  static async openPolyvec(protocol: 'http' | 'https', rest: string, key: string | undefined): Promise<ChromaServer> {
    const address = `${protocol}:${rest}`;
    const probe = new HttpClient(new URL(address).origin, {});
    const prefix = (await probe.text(`${POLYVEC_PREFIX}/api/v2/heartbeat`)) === undefined ? '' : POLYVEC_PREFIX;
    return ChromaServer.openAt(`polyvec+${address}`, prefix, address, key);
  }

  private static async openAt(label: string, prefix: string, address: string, key: string | undefined): Promise<ChromaServer> {
    const url = new URL(address);
    const [tenant = 'default_tenant', database, only] = url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    const headers = key === undefined ? {} : { authorization: `Bearer ${key}`, 'x-chroma-token': key };
    const client = new HttpClient(url.origin + prefix, headers);
    const version = (await client.text('/api/v2/heartbeat')) === undefined ? 'v1' : 'v2';
    if (version === 'v1' && (await client.text('/api/v1/heartbeat')) === undefined)
      throw new Error(`there is no Chroma at ${url.origin}`);
    const isWhole = url.pathname === '/' || url.pathname === '';
    return new ChromaServer(label, client, version, {
      tenant,
      database: isWhole ? 'default_database' : database,
      only,
    });
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const { tenant, only } = this.place;
    const found: SourceCollection[] = [];
    for (const database of await this.databases()) {
      for (let offset = 0; ; offset += PAGE) {
        const page =
          (await this.json(this.collectionsPath(tenant, database, `limit=${String(PAGE)}&offset=${String(offset)}`))) ?? [];
        const listed = page as readonly Json[];
        for (const entry of listed) {
          if (only === undefined || textAt(entry, ['name']) === only) found.push(await this.describe(tenant, database, entry));
        }
        if (listed.length < PAGE) break;
      }
    }
    if (only !== undefined && found.length === 0) throw new Error(`${this.label} has no such collection`);
    for (const collection of found) this.opened.set(collection.key, collection);
    return found;
  }

  async *read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    let { offset, last } = after === null ? { offset: 0, last: '' } : cursorOf(after);
    const bytes = (collection.dimension ?? 1) * COMPONENT_BYTES;
    const limit = Math.max(1, Math.min(MAX_ROWS, Math.floor(CHUNK_BYTES / bytes)));
    if (offset > 0) await this.requireSeam(collection, offset, last);
    for (;;) {
      const answer = await this.getAll(collection, { limit, offset });
      const ids = listAt(answer.rest, 'ids') as readonly string[];
      if (ids.length === 0) return;
      offset += ids.length;
      last = String(ids.at(-1));
      yield { ...split(answer, ids), cursor: JSON.stringify({ offset, last }) };
    }
  }

  /** A server that is written to meanwhile shows it by its counts; a change of a record it does not show. */
  async requireUnchanged(): Promise<void> {
    for (const collection of this.opened.values()) {
      const records = await this.count(collection);
      if (records !== collection.records) {
        throw new Error(
          `${collection.name} had ${String(collection.records)} records and has ${String(records)}: stop its writers, and copy with --restart`,
        );
      }
    }
  }

  async nearest(collection: SourceCollection, { embedding, filter }: ShadowQuery, limit: number): Promise<readonly Nearest[]> {
    const where = filter === null ? '' : `,"where":${filter}`;
    const body = `{"query_embeddings":[${numbersText(embedding)}],"n_results":${String(limit)},"include":["distances"]${where}}`;
    const answer = parseJson((await this.client.send('POST', `${this.collectionPath(collection)}/query`, body)) ?? '{}');
    const [ids, distances] = [listAt(answer, 'ids')[0], listAt(answer, 'distances')[0]];
    const found = Array.isArray(distances) ? (distances as readonly JsonNumber[]) : [];
    return (Array.isArray(ids) ? (ids as readonly string[]) : []).map((id, index) => ({
      id,
      distance: Number(found[index]?.text ?? NaN),
    }));
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** A collection by its name; undefined when there is none. */
  async find(tenant: string, database: string, name: string): Promise<SourceCollection | undefined> {
    const entry = await this.json(this.pathOf(tenant, database, encodeURIComponent(name)));
    return entry === undefined ? undefined : this.describe(tenant, database, entry);
  }

  /** Those of these ids that are there. */
  async recordsOf(collection: SourceCollection, ids: readonly string[]): Promise<readonly CopyRecord[]> {
    if (ids.length === 0) return [];
    const answer = await this.getAll(collection, { ids });
    return split(answer, listAt(answer.rest, 'ids') as readonly string[]).records;
  }

  /** Of the collections of a database, or of what follows in the path. */
  pathOf(tenant: string, database: string, ...parts: readonly string[]): string {
    const place = `/api/v2/tenants/${encodeURIComponent(tenant)}/databases/${encodeURIComponent(database)}`;
    return [this.version === 'v1' ? '/api/v1' : place, 'collections', ...parts].join('/');
  }

  private async databases(): Promise<readonly string[]> {
    const { tenant, database } = this.place;
    if (database !== undefined) return [database];
    if (this.version === 'v1') return ['default_database'];
    const listed = await this.json(`/api/v2/tenants/${encodeURIComponent(tenant)}/databases`);
    if (listed === undefined) throw new Error(`${this.label} has no such tenant`);
    return (listed as readonly Json[]).map((entry) => textAt(entry, ['name']) ?? '');
  }

  private async describe(tenant: string, database: string, entry: Json): Promise<SourceCollection> {
    const id = textAt(entry, ['id']) ?? '';
    const metadata = metadataOfJson(valueAt(entry, ['metadata']));
    const known = valueAt(entry, ['dimension']);
    const bare = {
      key: `${this.client.origin} ${id}`,
      ...{ tenant, database, name: textAt(entry, ['name']) ?? '', metric: metricOf(entry) },
      ...{
        dimension: known instanceof JsonNumber ? Number(known.text) : null,
        metadata: 'text' in metadata ? metadata.text : null,
      },
      ...{ records: 0, fingerprint: '', warnings: [] },
    };
    const records = await this.count(bare);
    const dimension = bare.dimension ?? (records === 0 ? null : await this.firstDimension(bare));
    return { ...bare, dimension, records, fingerprint: `${id} ${String(records)}` };
  }

  async count(collection: SourceCollection): Promise<number> {
    return Number((await this.client.text(`${this.collectionPath(collection)}/count`)) ?? NaN);
  }

  private async firstDimension(collection: SourceCollection): Promise<number | null> {
    const [first] = listAt(await this.get(collection, { limit: 1, offset: 0, include: ['embeddings'] }), 'embeddings');
    return Array.isArray(first) ? first.length : null;
  }

  /** The record in front of the cursor must still be the one that was read last. */
  private async requireSeam(collection: SourceCollection, offset: number, last: string): Promise<void> {
    const [found] = listAt(await this.get(collection, { limit: 1, offset: offset - 1, include: [] }), 'ids');
    if (found !== last) throw new Error(`${collection.name} has changed since this copy began: --restart begins anew`);
  }

  private async get(collection: SourceCollection, body: object): Promise<Json> {
    return parseJson(await this.getText(collection, body));
  }

  private async getAll(collection: SourceCollection, which: object): Promise<WithVectors> {
    return parseColumns(await this.getText(collection, { ...which, include: Object.values(PARTS) }), PARTS.embedding);
  }

  private async getText(collection: SourceCollection, body: object): Promise<string> {
    const text = await this.client.text(`${this.collectionPath(collection)}/get`, body);
    if (text === undefined) throw new Error(`the collection ${collection.name} is gone`);
    return text;
  }

  private async json(path: string): Promise<Json | undefined> {
    const text = await this.client.text(path);
    return text === undefined ? undefined : parseJson(text);
  }

  private collectionsPath(tenant: string, database: string, query: string): string {
    const [t, d] = [encodeURIComponent(tenant), encodeURIComponent(database)];
    const scope = this.version === 'v1' ? `tenant=${t}&database=${d}&` : '';
    return `${this.pathOf(tenant, database)}?${scope}${query}`;
  }

  collectionPath({ tenant, database, key }: SourceCollection): string {
    return this.pathOf(tenant, database, key.split(' ').at(-1) ?? '');
  }
}

function split({ rest, vectors }: WithVectors, ids: readonly string[]): Omit<Chunk, 'cursor'> {
  const columns = {
    document: listAt(rest, PARTS.document),
    uri: listAt(rest, PARTS.uri),
    metadata: listAt(rest, PARTS.metadata),
  };
  const records: CopyRecord[] = [];
  const rejects: Reject[] = [];
  ids.forEach((id, index) => {
    const metadata = metadataOfJson(columns.metadata[index]);
    const embedding = vectors[index] ?? null;
    if ('unholdable' in metadata)
      rejects.push({ id, reason: `the value of ${JSON.stringify(metadata.unholdable)} is no metadata here` });
    else if (embedding === null) rejects.push({ id, reason: 'the server has no vector of it' });
    else {
      const texts = { document: textOf(columns.document[index]), uri: textOf(columns.uri[index]) };
      records.push({ id, embedding, ...texts, metadata: metadata.text });
    }
  });
  return { records, rejects };
}

function metricOf(entry: Json): Metric {
  const spaces = SPACE_PATHS.map((path) => textAt(entry, path));
  const space = spaces.find((each) => each === 'l2' || each === 'cosine' || each === 'ip');
  return space ?? 'l2';
}

function cursorOf(text: string): { readonly offset: number; readonly last: string } {
  return JSON.parse(text) as { offset: number; last: string };
}

function valueAt(value: Json | undefined, path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isJsonObject(found) ? found.get(key) : undefined;
  return found;
}

function textAt(value: Json, path: readonly string[]): string | undefined {
  const found = valueAt(value, path);
  return typeof found === 'string' ? found : undefined;
}

function listAt(value: Json, key: string): readonly Json[] {
  const found = valueAt(value, [key]);
  return Array.isArray(found) ? (found as readonly Json[]) : [];
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null;
}
