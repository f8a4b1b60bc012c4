import { isJsonObject, type JsonObject, parseJson } from '../../../src/http/json.js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { createIndex } from '../../support/clients/pinecone-api.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { TestGateway } from '../../support/gateway/gateway.js';
import { matches as matchesChroma, type ModelRecord, type ModelSelection } from '../../support/models/chroma-filter-model.js';
import { matches as matchesPinecone, type ModelFilter, type ModelMetadata } from '../../support/models/pinecone-filter-model.js';
import { matches as matchesVectorizer } from '../../support/models/vectorizer-filter-model.js';
import { CHROMA, PINECONE, type Templates, VECTORIZER } from './hostile-templates.js';
import type { TextRules } from './hostile-texts.js';

/** A record as it is sent: JSON texts, and the document itself. */
export interface SentRecord {
  readonly id: string;
  readonly metadata: string;
  readonly document: string | null;
}

/** A protocol's way to write records and to select them. */
export interface HostileTransport {
  readonly name: string;
  readonly templates: Templates;
  readonly rules: TextRules;
  /** Records in a place of their own, which has this in its name where the protocol lets it. @throws Error with the answer when they are refused */
  load(records: readonly SentRecord[], name: string): Promise<Place>;
  /** Whether the record is selected, by the protocol's documents. */
  expects(selection: string, record: SentRecord): boolean;
}

export interface Place {
  /** The ids of the selected records. @throws Error with the answer when the request is refused */
  find(selection: string): Promise<readonly string[]>;
}

/** One for each protocol; they share a gateway. */
export async function hostileTransports(gateway: TestGateway): Promise<readonly HostileTransport[]> {
  return [chroma(gateway), await pinecone(gateway), vectorizer(gateway)];
}

const ASCII = /^[\u0001-\u007f]{1,400}$/;

function chroma({ chromaUrl }: TestGateway): HostileTransport {
  const api = new ChromaApi(chromaUrl);
  return {
    name: 'Chroma',
    templates: CHROMA,
    rules: {
      isKey: (key) => key !== '' && !/^(?:[#$]|chroma:)/.test(key),
      isId: (id) => id !== '',
    },
    load: async (records) => {
      const collection = await api.createCollection();
      const ids = records.map(({ id }) => id).join(',');
      const metadatas = records.map(({ metadata }) => metadata).join(',');
      const documents = JSON.stringify(records.map(({ document }) => document));
      const embeddings = JSON.stringify(records.map(() => [1]));
      await collection.fill(`{"ids":[${ids}],"metadatas":[${metadatas}],"documents":${documents},"embeddings":${embeddings}}`);
      return {
        find: async (selection) => {
          const answer = await api.call(`${COLLECTIONS}/${collection.id}/get`, { body: `{${selection},"include":[]}` });
          if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
          return (answer.body as { readonly ids: readonly string[] }).ids;
        },
      };
    },
    expects: (selection, { id, metadata, document }) =>
      matchesChroma(JSON.parse(`{${selection}}`) as ModelSelection, {
        id: JSON.parse(id) as string,
        metadata: JSON.parse(metadata) as ModelRecord['metadata'],
        document,
      }),
  };
}

async function pinecone(gateway: TestGateway): Promise<HostileTransport> {
  const index = await createIndex(gateway, { dimension: 1, metric: 'cosine' });
  const post = async (path: string, body: string): Promise<unknown> => {
    const answer = await index.call(path, { body });
    if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
    return answer.body;
  };
  return {
    name: 'Pinecone',
    templates: PINECONE,
    rules: {
      isKey: (key) => !/^(?:\$|chroma:)/.test(key),
      isId: (id) => ASCII.test(id),
    },
    load: async (records, name) => {
      const namespace = JSON.stringify(Array.from(name, (character) => (ASCII.test(character) ? character : '?')).join(''));
      const vectors = records.map(({ id, metadata }) => `{"id":${id},"values":[1],"metadata":${metadata}}`);
      await post('/vectors/upsert', `{"namespace":${namespace},"vectors":[${vectors.join(',')}]}`);
      return {
        find: async (selection) => {
          const body = `{"namespace":${namespace},${selection},"limit":10000}`;
          return Object.keys(((await post('/vectors/fetch_by_metadata', body)) as { readonly vectors: object }).vectors);
        },
      };
    },
    expects: (selection, { metadata }) => {
      const { filter } = JSON.parse(`{${selection}}`) as { readonly filter: ModelFilter };
      return matchesPinecone(filter, JSON.parse(metadata) as ModelMetadata);
    },
  };
}

function vectorizer({ vectorizerUrl }: TestGateway): HostileTransport {
  const api = new VectorizerApi(vectorizerUrl);
  const post = async (path: string, body: string): Promise<unknown> => {
    const answer = await api.call('POST', path, body);
    if (answer.status !== 200) throw new Error(`${String(answer.status)} ${answer.text}`);
    return answer.body;
  };
  return {
    name: 'Vectorizer',
    templates: VECTORIZER,
    rules: {
      isKey: (key) => !key.startsWith('$') && !['must', 'should', 'must_not', '__expires_at'].includes(key),
      isId: (id) => id !== '' && id.trim() === id && !id.includes('#') && Buffer.byteLength(id) <= 256,
    },
    load: async (records, given) => {
      const name = given.replace(/[\p{Cc}/]/gu, '?');
      await post('/collections', JSON.stringify({ name, dimension: 1, metric: 'euclidean' }));
      const path = `/collections/${encodeURIComponent(name)}`;
      const vectors = records.map(({ id, metadata }) => `{"id":${id},"embedding":[1],"payload":${metadata}}`);
      const stored = (await post(`${path}/insert_vectors`, `{"vectors":[${vectors.join(',')}]}`)) as {
        readonly inserted: number;
      };
      if (stored.inserted !== records.length) throw new Error(JSON.stringify(stored));
      return {
        find: async (selection) => {
          const body = await post(`${path}/search`, `{"query":"","limit":10000,${selection}}`);
          return (body as { readonly results: readonly { readonly id: string }[] }).results.map(({ id }) => id);
        },
      };
    },
    expects: (selection, { id, metadata }) => {
      const filter = objectOf(`{${selection}}`).get('filter') ?? null;
      return matchesVectorizer(filter, { id: JSON.parse(id) as string, payload: objectOf(metadata) });
    },
  };
}

function objectOf(text: string): JsonObject {
  const parsed = parseJson(text);
  if (isJsonObject(parsed)) return parsed;
  throw new Error(`no object: ${text}`);
}
