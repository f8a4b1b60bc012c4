import type { SnippetSource } from '../../../console/src/screens/records/snippets.js';
import type { ProtocolName } from '../../../src/collections/collection.js';
import type { CollectionDetail } from '../../../src/console/api/contract/collections.js';
import type { Condition, FilterSyntaxes } from '../../../src/console/api/contract/records.js';
import type { Session } from '../../../src/console/api/contract/session.js';
import { ChromaApi } from '../clients/chroma-api.js';
import { ConsoleApi } from '../clients/console-api.js';
import type { TestGateway } from '../gateway/gateway.js';

/** Whatever ends a literal, or begins something else, in one of the languages that programs are copied in. */
export const HOSTILE = `it's "so" $(touch hacked) \`touch hacked\` \${touch} \\ \\' %s %L :v $find$ {"a":true} null\n# -- 漢😀\u2028`;
/** Those that a name may have, too. */
const NAME = `it's "so" $(touch hacked) \`touch\` \\ %s :v $find$ ?#&=@ 漢😀`;
export const FIELD = `its'"$(touch hacked)\\`;
/** The only record that has the value; another one is nearer. */
export const FOUND = `found ${HOSTILE}`;

export interface HostileSearch {
  readonly source: SnippetSource;
  readonly collection: CollectionDetail;
}

export interface HostileSearchOptions {
  readonly dimension?: number;
  readonly key?: string;
  /** Its names are hostile only where the protocol allows it. */
  readonly protocol?: ProtocolName;
  readonly conditions?: readonly Condition[];
}

/** Makes a collection whose name, ids and metadata are hostile, and a search in it that finds one record. */
export async function makeHostileSearch(
  gateway: Pick<TestGateway, 'consoleUrl' | 'chromaUrl' | 'pineconeUrl'>,
  {
    dimension = 3,
    key,
    protocol = 'vectorizer',
    conditions = [{ field: FIELD, op: 'eq', value: HOSTILE }],
  }: HostileSearchOptions = {},
): Promise<HostileSearch> {
  const console = new ConsoleApi(gateway.consoleUrl, key);
  const place = { tenant: 'default_tenant', database: 'default_database' };
  const wanted = { ...place, name: protocol === 'vectorizer' ? NAME : 'hostile', protocol, dimension, metric: 'cosine' };
  const { uuid } = await console.get<CollectionDetail>('/collections', { body: wanted });
  const embedding = Array.from({ length: dimension }, (_, index) => Math.sin(index + 1));
  const body = {
    ids: [FOUND, 'nearer'],
    embeddings: [embedding.map((value, index) => (index === 0 ? -value : value)), embedding],
    metadatas: [
      JSON.parse(`{"__proto__": "own", ${JSON.stringify(FIELD)}: ${JSON.stringify(HOSTILE)}}`),
      { other: true },
    ] as unknown[],
  };
  const headers = key === undefined ? {} : { 'x-chroma-token': key };
  const path = `/api/v2/tenants/${place.tenant}/databases/${place.database}/collections/${uuid}/add`;
  const added = await new ChromaApi(gateway.chromaUrl).call(path, { body, headers });
  if (added.status !== 201) throw new Error(added.text);
  // an index that Pinecone's clients have heard of has a port of its own
  await (await fetch(`${gateway.pineconeUrl}/indexes`, { headers: { 'api-key': key ?? 'any' } })).text();
  const filter = await console.get<FilterSyntaxes>(`/collections/${uuid}/filter-syntaxes`, {
    body: { match: 'all', conditions },
  });
  const { addresses, keys } = await console.get<Session>('/session');
  const collection = await console.get<CollectionDetail>(`/collections/${uuid}`);
  return { source: { addresses, keys, collection, namespace: '', filter, embedding, limit: 5 }, collection };
}
