import type { Metric } from '../../collections/collection.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject, parseJson, stringifyJson } from '../../http/json.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../../tenants/tenant.js';
import type { Chunk, CopyRecord, Reject, Source, SourceCollection } from '../copy.js';
import { HttpClient } from './http-client.js';
import { metadataOfJson } from './json-metadata.js';

const METRICS: ReadonlyMap<string, Metric> = new Map([
  ['Cosine', 'cosine'],
  ['Euclid', 'l2'],
  ['Dot', 'ip'],
]);
/** A page's vectors, as text of about this many bytes for each component. */
const PAGE_BYTES = 8 * 1024 * 1024;
const COMPONENT_BYTES = 20;
const MAX_PAGE = 500;
/** Where frameworks put the text, and the metadata, of a point. */
const DOCUMENTS = ['document', 'page_content', 'text'];

/** The cursor behind the last page: no offset is such a text. */
const END = 'end';

/** Which of the vectors of a collection's points is copied; undefined: they have one without a name. */
interface Vectors {
  readonly dense: string | undefined;
  readonly sparse: string | undefined;
}

/** A Qdrant server over REST: points are scrolled. */
export class QdrantServer implements Source {
  private readonly opened = new Map<string, { readonly collection: SourceCollection; readonly vectors: Vectors }>();

  private constructor(
    readonly label: string,
    private readonly client: HttpClient,
    private readonly only: { readonly collection: string | undefined; readonly vector: string | undefined },
  ) {}

  /** `rest`: `//host:6333/collection?vector=name`, of which the later parts may be missing. */
  static async open(protocol: 'http' | 'https', rest: string, key: string | undefined): Promise<QdrantServer> {
    const url = new URL(`${protocol}:${rest}`);
    const [collection, ...others] = url.pathname
      .split('/')
      .filter((part) => part !== '')
      .map(decodeURIComponent);
    if (others.length > 0) throw new Error('FROM must be qdrant://host:port/collection');
    const client = new HttpClient(url.origin, key === undefined ? {} : { 'api-key': key });
    if ((await client.text('/collections')) === undefined) throw new Error(`there is no Qdrant at ${url.origin}`);
    const vector = url.searchParams.get('vector') ?? undefined;
    return new QdrantServer(`qdrant:${rest}`, client, { collection, vector });
  }

  async collections(): Promise<readonly SourceCollection[]> {
    const listed = listOf(at(await this.json('GET', '/collections'), 'result', 'collections'));
    const names = listed.map((entry) => textOf(at(entry, 'name')) ?? '').sort();
    const wanted = names.filter((name) => this.only.collection === undefined || name === this.only.collection);
    if (this.only.collection !== undefined && wanted.length === 0) throw new Error(`${this.label} has no such collection`);
    const found: SourceCollection[] = [];
    for (const name of wanted) found.push(await this.describe(name));
    return found;
  }

  async *read(collection: SourceCollection, after: string | null): AsyncIterable<Chunk> {
    const { vectors } = this.requireOpened(collection);
    const limit = Math.max(1, Math.min(MAX_PAGE, Math.floor(PAGE_BYTES / ((collection.dimension ?? 1) * COMPONENT_BYTES))));
    if (after === END) return;
    for (let offset = after; ;) {
      // an offset is an id, a number or a text, as JSON
      const place = offset === null ? '' : `"offset":${offset},`;
      const body = `{${place}"limit":${String(limit)},"with_payload":true,"with_vector":true}`;
      const answer = at(await this.json('POST', `${pathOf(collection.name)}/points/scroll`, body), 'result');
      const next = at(answer, 'next_page_offset');
      const read = listOf(at(answer, 'points')).map((point) => recordOf(point, vectors));
      const isLast = next === undefined || next === null;
      const records = read.filter((each): each is CopyRecord => !('reason' in each));
      const rejects = read.filter((each): each is Reject => 'reason' in each);
      if (isLast) {
        if (read.length > 0) yield { records, rejects, cursor: END };
        return;
      }
      offset = stringifyJson(next);
      yield { records, rejects, cursor: offset };
    }
  }

  /** Points that come or go are noticed by their count; a change of a point is not. */
  async requireUnchanged(): Promise<void> {
    for (const { collection } of this.opened.values()) {
      const records = await this.count(collection.name);
      if (records !== collection.records)
        throw new Error(
          `${collection.name} had ${String(collection.records)} points and has ${String(records)}: stop its writers, and copy with --restart`,
        );
    }
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private async describe(name: string): Promise<SourceCollection> {
    const params = at(await this.json('GET', pathOf(name)), 'result', 'config', 'params');
    const { vectors, size, distance, others } = this.chosen(name, params);
    const records = await this.count(name);
    const isSparse = size === undefined;
    const collection: SourceCollection = {
      ...{ key: `${this.client.origin} ${name}`, tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, name, metadata: null },
      ...{ metric: isSparse ? 'ip' : (METRICS.get(distance ?? '') ?? 'cosine'), dimension: size ?? null, records },
      fingerprint: `${name} ${String(records)}`,
      warnings: [
        ...(isSparse || METRICS.has(distance ?? '')
          ? []
          : [`it compares by ${String(distance)}, which is none of ours: it gets cosine`]),
        ...others.map((other) => `the vectors ${JSON.stringify(other)} are not copied: ?vector= names others`),
      ],
      ...(vectors.sparse !== undefined && {
        catalog: { protocol: 'pinecone', settings: '{}', vectorType: isSparse ? 'sparse' : 'dense' },
      }),
    };
    this.opened.set(collection.key, { collection, vectors });
    return collection;
  }

  /** A record has one vector, and one sparse one. */
  private chosen(name: string, params: Json | undefined): Chosen {
    const declared = at(params, 'vectors');
    const sparseNames = isJsonObject(at(params, 'sparse_vectors'))
      ? [...(at(params, 'sparse_vectors') as JsonObject).keys()]
      : [];
    const sparse = sparseNames[0];
    if (at(declared, 'size') instanceof JsonNumber) {
      return { ...configOf(declared), vectors: { dense: undefined, sparse }, others: sparseNames.slice(1) };
    }
    const names = isJsonObject(declared) ? [...declared.keys()] : [];
    const dense = this.only.vector ?? names[0];
    if (this.only.vector !== undefined && !names.includes(this.only.vector))
      throw new Error(`${name} has no vectors called ${this.only.vector}: it has ${names.join(', ')}`);
    const others = [...names.filter((each) => each !== dense), ...sparseNames.slice(1)];
    return { ...configOf(dense === undefined ? undefined : at(declared, dense)), vectors: { dense, sparse }, others };
  }

  private async count(name: string): Promise<number> {
    const count = at(await this.json('POST', `${pathOf(name)}/points/count`, '{"exact":true}'), 'result', 'count');
    return count instanceof JsonNumber ? Number(count.text) : 0;
  }

  private async json(method: string, path: string, body?: string): Promise<Json> {
    const text = await this.client.send(method, path, body);
    if (text === undefined) throw new Error(`${this.label}: there is no ${path}`);
    return parseJson(text);
  }

  private requireOpened({ key, name }: SourceCollection): { readonly vectors: Vectors } {
    const opened = this.opened.get(key);
    if (opened === undefined) throw new Error(`there is no collection ${name}`);
    return opened;
  }
}

interface Chosen {
  readonly vectors: Vectors;
  readonly size: number | undefined;
  readonly distance: string | undefined;
  readonly others: readonly string[];
}

function configOf(config: Json | undefined): Pick<Chosen, 'size' | 'distance'> {
  const size = at(config, 'size');
  return { size: size instanceof JsonNumber ? Number(size.text) : undefined, distance: textOf(at(config, 'distance')) };
}

function recordOf(point: Json, { dense, sparse }: Vectors): CopyRecord | Reject {
  const given = at(point, 'id');
  const id = given instanceof JsonNumber ? given.text : (textOf(given) ?? '');
  const vector = at(point, 'vector');
  const embedding = numbersOf(dense === undefined ? vector : at(vector, dense));
  const terms = sparse === undefined ? undefined : at(vector, sparse);
  const indices = numbersOf(at(terms, 'indices')) ?? [];
  const { document, metadata } = partsOf(at(point, 'payload'));
  const read = metadataOfJson(metadata);
  if ('unholdable' in read) return { id, reason: `the value of ${JSON.stringify(read.unholdable)} is no metadata here` };
  const unembedded = { id, document, uri: null, metadata: read.text };
  if (embedding === undefined && indices.length === 0) return { id, reason: 'it has no vector', unembedded };
  return {
    ...unembedded,
    embedding: embedding === undefined ? null : Float32Array.from(embedding),
    ...(indices.length > 0 && { sparse: { indices, values: Float32Array.from(numbersOf(at(terms, 'values')) ?? []) } }),
  };
}

/** Frameworks put the text beside an object with the metadata; of any other payload all is metadata but the text. */
function partsOf(payload: Json | undefined): { readonly document: string | null; readonly metadata: JsonObject } {
  const fields: JsonObject = isJsonObject(payload) ? payload : new Map<string, Json>();
  const key = DOCUMENTS.find((each) => typeof fields.get(each) === 'string');
  const nested = fields.get('metadata');
  const rest = [...fields].filter(([name]) => name !== key && !(name === 'metadata' && isJsonObject(nested)));
  return {
    document: key === undefined ? null : (textOf(fields.get(key)) ?? null),
    metadata: new Map([...(isJsonObject(nested) ? nested : []), ...rest]),
  };
}

function pathOf(name: string): string {
  return `/collections/${encodeURIComponent(name)}`;
}

function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let found = value;
  for (const key of path) found = isJsonObject(found) ? found.get(key) : undefined;
  return found;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function numbersOf(value: Json | undefined): readonly number[] | undefined {
  return Array.isArray(value) && value.length > 0 ? (value as readonly JsonNumber[]).map(({ text }) => Number(text)) : undefined;
}
