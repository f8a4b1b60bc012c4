import { isJsonObject, type Json, JsonNumber, parseJson } from '../../../http/json.js';
import type { Chunk, CopyRecord, Nearest, Reject, ShadowQuery } from '../../copy.js';
import { numbersText } from '../../jsonl/record-line.js';
import { type HttpClient, RefusedRequest } from '../http-client.js';
import { metadataOfJson } from '../json-metadata.js';
import { parseNamed, type WithVectors } from '../json-vectors.js';

/** Pinecone lists so many by default, and at most. */
const PAGE = 100;
/** Ids travel in the URL, of which servers and proxies take 8 KiB. */
const MAX_URL = 6_000;
/** A list is begun again so often without a page that has anything new. */
const MAX_SCANS = 3;
const DEFAULT_NAMESPACE = '__default__';

/** Ids that follow each other. */
export interface IdPage {
  readonly ids: readonly string[];
  /** Of the page behind it; null: there is none. */
  readonly token: string | null;
  readonly last: string;
}

/** One index's own address. */
export class PineconeIndex {
  constructor(
    private readonly client: HttpClient,
    private readonly name: string,
  ) {}

  /** How many records each namespace has; the default one is `''`. */
  async counts(): Promise<ReadonlyMap<string, number>> {
    const text = await this.client.text('/describe_index_stats', {});
    // without a count everything would look empty, and equal
    if (text === undefined) throw new Error(`${this.client.origin} does not know the index ${this.name}`);
    const namespaces = memberOf(parseJson(text), 'namespaces');
    const entries = isJsonObject(namespaces) ? [...namespaces] : [];
    return new Map(
      entries.map(([name, stats]) => {
        const count = memberOf(stats, 'vectorCount');
        const records = count instanceof JsonNumber ? Number(count.text) : 0;
        return [name === DEFAULT_NAMESPACE ? '' : name, records] as const;
      }),
    );
  }

  /**
   * The pages of a namespace's ids behind a place. A token that is no longer good is no obstacle: the list is begun again, and skipped up to
   * the last id.
   */
  async *pages(namespace: string, after: Pick<IdPage, 'token' | 'last'> | undefined): AsyncIterable<IdPage> {
    let [token, last] = [after?.token ?? null, after?.last];
    let isSkipping = false;
    for (let scans = 0; ;) {
      const page = await this.page(namespace, token);
      if (page === 'expired') {
        scans += 1;
        if (scans > MAX_SCANS) throw new Error(`${this.name} refuses the tokens of its own lists`);
        [token, isSkipping] = [null, last !== undefined];
        continue;
      }
      const at = isSkipping ? page.ids.indexOf(last ?? '') : -1;
      const ids = isSkipping && at < 0 ? [] : page.ids.slice(at + 1);
      if (at >= 0) isSkipping = false;
      token = page.token;
      last = ids.at(-1) ?? last;
      if (ids.length > 0) {
        scans = 0;
        yield { ids, token, last: last ?? '' };
      }
      if (token === null) break;
    }
    if (isSkipping) throw new Error(`${this.name} no longer has the record that was read last: --restart begins anew`);
  }

  async fetch(namespace: string, ids: readonly string[]): Promise<Omit<Chunk, 'cursor'>> {
    const records: CopyRecord[] = [];
    const rejects: Reject[] = [];
    const named = namespace === '' ? {} : { namespace };
    for (const part of byUrlLength(ids)) {
      const query = [...part.map((id) => `ids=${encodeURIComponent(id)}`), namespaceQuery(namespace)].join('&');
      const vectors = parseNamed((await this.client.text(`/vectors/fetch?${query}`)) ?? '{}', 'vectors', 'values');
      for (const id of part) {
        const read = recordOf(id, vectors.get(id));
        if (typeof read === 'string') rejects.push({ id, ...named, reason: read });
        else records.push({ ...read, ...named });
      }
    }
    return { records, rejects };
  }

  /** The nearest vectors; as the distance, what the index calls a score. */
  async query({ namespace, embedding, filter }: ShadowQuery, limit: number): Promise<readonly Nearest[]> {
    const members = [
      `"namespace":${JSON.stringify(namespace)}`,
      `"topK":${String(limit)}`,
      `"vector":${numbersText(embedding)}`,
      ...(filter === null ? [] : [`"filter":${filter}`]),
    ];
    const matches = memberOf(parseJson((await this.client.send('POST', '/query', `{${members.join(',')}}`)) ?? '{}'), 'matches');
    return (Array.isArray(matches) ? (matches as readonly Json[]) : []).map((match) => {
      const score = memberOf(match, 'score');
      return { id: textOf(memberOf(match, 'id')) ?? '', distance: score instanceof JsonNumber ? Number(score.text) : NaN };
    });
  }

  /** Writes vectors that are JSON already; those that are there are replaced. */
  async upsert(namespace: string, vectors: readonly string[]): Promise<void> {
    const body = `{"namespace":${JSON.stringify(namespace)},"vectors":[${vectors.join(',')}]}`;
    if ((await this.client.send('POST', '/vectors/upsert', body)) === undefined)
      throw new Error(`the index ${this.name} is gone`);
  }

  private async page(namespace: string, token: string | null): Promise<Omit<IdPage, 'last'> | 'expired'> {
    const place = token === null ? '' : `&paginationToken=${encodeURIComponent(token)}`;
    try {
      const text = await this.client.text(`/vectors/list?limit=${String(PAGE)}&${namespaceQuery(namespace)}${place}`);
      if (text === undefined && token !== null) return 'expired';
      const answer = parseJson(text ?? '{}');
      const listed = memberOf(answer, 'vectors');
      const ids = Array.isArray(listed) ? (listed as readonly Json[]).map((entry) => textOf(memberOf(entry, 'id')) ?? '') : [];
      return { ids, token: textOf(memberOf(memberOf(answer, 'pagination'), 'next')) };
    } catch (error) {
      if (error instanceof RefusedRequest && error.status === 400 && token !== null) return 'expired';
      throw error;
    }
  }
}

/** A record, or why it is none. */
function recordOf(id: string, found: WithVectors | undefined): CopyRecord | string {
  if (found === undefined) return 'it was listed, and is gone';
  const { rest, vectors } = found;
  const metadata = metadataOfJson(rest.get('metadata'));
  if ('unholdable' in metadata) return `the value of ${JSON.stringify(metadata.unholdable)} is no metadata here`;
  const [values = null] = vectors;
  const terms = rest.get('sparseValues');
  const indices = numbersOf(memberOf(terms, 'indices'));
  return {
    ...{ id, document: null, uri: null, metadata: metadata.text },
    embedding: values === null || values.length === 0 ? null : values,
    ...(indices.length > 0 && { sparse: { indices, values: Float32Array.from(numbersOf(memberOf(terms, 'values'))) } }),
  };
}

/** In groups whose ids fit into a URL. */
function byUrlLength(ids: readonly string[]): readonly (readonly string[])[] {
  const groups: string[][] = [];
  let length = MAX_URL;
  for (const id of ids) {
    const more = encodeURIComponent(id).length + '&ids='.length;
    if (length + more > MAX_URL) {
      groups.push([]);
      length = 0;
    }
    length += more;
    groups.at(-1)?.push(id);
  }
  return groups;
}

function namespaceQuery(namespace: string): string {
  return `namespace=${encodeURIComponent(namespace)}`;
}

function memberOf(value: Json | undefined, key: string): Json | undefined {
  return isJsonObject(value) ? value.get(key) : undefined;
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function numbersOf(value: Json | undefined): readonly number[] {
  return Array.isArray(value) ? (value as readonly JsonNumber[]).map(({ text }) => Number(text)) : [];
}
