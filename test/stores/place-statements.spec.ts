import {
  type Cluster,
  eventually,
  hasVectorIndex,
  promoted,
  SMALL_TIERS,
  startCluster,
} from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { type Statements, watchStatements } from '../support/servers/statements.js';
import { isKnown, OF_REQUESTS, shapeOf } from '../support/tiers/statement-families.js';
import {
  CHROMA,
  columns,
  newCollection,
  newIndex,
  newTextCollection,
  PINECONE,
  RECORDS,
  SPARSE,
  TEXTS,
  vectorAt,
  VECTORIZER,
} from '../support/tiers/tier-operations.js';
import { type Request, send, type Twin } from '../support/tiers/tier-twins.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: it watches gateways of its own process; TEST_DATABASE_URL names a server)';

/** What a statement on a place may not name of the shared schema: everything but sequences and functions, which nodes have. */
const SHARED = /(?:\bpolyvec|"polyvec")\.(?!rid\b|vector_seq\b|merge_patch\(|words_of\(|words_asked\(|words_in\()"?(\w+)/g;
const WITH_NEW_FIELDS = new Set(['collection_fields', 'collections']);
/** Promotion, forks and backups copy from one to the other, a table at a time or a page of records. */
const INTO_PLACE =
  /^\s*INSERT INTO "polyvec_\d+"\."\w+"\s+(\(.*\)\s+)?SELECT .* FROM polyvec\."?\w+"? WHERE collection_id = \$\d/s;
const FROM_PLACE = /INSERT INTO ("polyvec"|polyvec)\./;
const LIKE_SHARED = /^CREATE TABLE \S+ \(LIKE polyvec\."?\w+/;
const WRITES = /\b(INSERT INTO|UPDATE|DELETE FROM) "polyvec_\d+"/;
const NO_COLUMN = /\bAS (MATERIALIZED )?\(\s*SELECT\s+FROM\b/;
const DEFINITION = /\b(CREATE|ALTER|DROP) (TABLE|SCHEMA|INDEX|STATISTICS|UNIQUE INDEX)\b/g;

const KEY_SCHEMA = {
  defaults: {},
  keys: { s: { sparse_vector: { sparse_vector_index: { enabled: true, config: {} } } } },
};
const TERMS = { '#type': 'sparse_vector', indices: [1, 12, 4_294_967_295], values: [1, 0.5, 2] };
const BY_KEY = { $knn: { query: { indices: TERMS.indices, values: TERMS.values }, key: 's', limit: 50 } };
const FUSED = { $sum: [BY_KEY, { $knn: { query: vectorAt(3), limit: 50 } }] };

function withSparse(body: object): object {
  const { metadatas, ...others } = body as { readonly metadatas: readonly object[] };
  return {
    ...others,
    metadatas: metadatas.map((metadata, at) => ({ ...metadata, s: { ...TERMS, values: [1 + (at % 7), 2, (at % 11) - 5] } })),
  };
}

/** Nodes of a cluster hold a place each: what Citus would have to read from two of them, or could not pass on, is not sent. */
describeOnServer(`statements on a collection with a place of its own${reason}`, () => {
  let cluster: Cluster;
  let statements: Statements;
  const seen = new Set<string>();

  beforeAll(async () => {
    cluster = await startCluster(1, SMALL_TIERS);
    statements = watchStatements();
    const dense = await filled('dense', [newCollection('cosine'), ['POST', 'chroma', '/add', columns(RECORDS)]]);
    const hybrid = await filled('hybrid', newIndex());
    statements.take().forEach((text) => seen.add(text));
    for (const [, ...requests] of [...CHROMA, ...VECTORIZER]) for (const request of requests) await send(dense, request);
    for (const [, ...requests] of [...PINECONE, ...SPARSE]) for (const request of requests) await send(hybrid, request);
    await searchTexts();
    await searchByKeys();
    await send(dense, ['POST', 'chroma', '/fork', { new_name: 'forked' }]);
    await send(hybrid, ['POST', 'control', '/indexes/{name}/backups', { name: 'saved' }]);
    await send(dense, ['DELETE', 'collections', '/{name}']);
    statements.take().forEach((text) => seen.add(text));
  });

  afterAll(async () => {
    statements.stop();
    await cluster.stop();
  });

  async function filled(name: string, [first, ...others]: readonly Request[]): Promise<Twin> {
    const [instance] = cluster.instances;
    if (instance === undefined || first === undefined) throw new Error('there is one');
    const twin = { gateway: { ...instance, tables: cluster.tables, stop: () => cluster.stop() }, name, uuid: '' };
    await send(twin, first);
    const { body } = await new ChromaApi(instance.chromaUrl).call(`${COLLECTIONS}/${name}`);
    const { id } = body as { readonly id: string };
    for (const request of others) await send({ ...twin, uuid: id }, request);
    expect(await promoted(cluster.tables, id)).toBe(true);
    expect(await hasVectorIndex(cluster.tables, id)).toBe(true);
    return { ...twin, uuid: id };
  }

  /** Vectorizer's hybrid searches, with and without the index of words. */
  async function searchTexts(): Promise<void> {
    const more = Array.from({ length: 300 }, (_, at) => ({ id: `u/${String(at)}`, text: `old dogs sleep ${String(at)}` }));
    const texts = await filled('texts', [
      ...newTextCollection(),
      ['POST', 'vectorizer', '/batch_insert', { collection: '{name}', texts: more }],
    ]);
    for (const [, ...requests] of TEXTS) for (const request of requests) await send(texts, request);
    const isReady = async (): Promise<boolean> => {
      await send(texts, ['POST', 'vectorizer', '/collections/texts/hybrid_search', { query: 'dogs sleep', alpha: 0.4 }]);
      const { rows } = await cluster.tables.query<{ word_index: string }>(
        'SELECT word_index FROM polyvec.collections WHERE uuid = $1',
        [texts.uuid],
      );
      return rows[0]?.word_index === 'ready';
    };
    expect(await eventually(isReady, (ready) => ready)).toBe(true);
    for (const [, ...requests] of TEXTS) for (const request of requests) await send(texts, request);
  }

  /** Chroma's searches by sparse vectors under a key, alone and fused with dense ones, with and without postings. */
  async function searchByKeys(): Promise<void> {
    const keys = await filled('keys', [
      ['POST', 'collections', '', { name: '{name}', schema: KEY_SCHEMA }],
      ['POST', 'chroma', '/add', withSparse(columns(RECORDS))],
    ]);
    const isPosted = async (): Promise<boolean> => {
      const answer = await new ChromaApi(keys.gateway.chromaUrl).call(`${COLLECTIONS}/${keys.uuid}/search`, {
        body: { searches: [{ rank: BY_KEY }] },
        headers: { 'x-polyvec-explain': '1' },
      });
      return answer.headers.get('x-polyvec-plan')?.includes('postings') === true;
    };
    expect(await eventually(isPosted, (posted) => posted)).toBe(true);
    const changed = { ids: ['r/1', 'r/2'], embeddings: [vectorAt(1), vectorAt(2)], metadatas: [{ s: TERMS }, { s: TERMS }] };
    await send(keys, ['POST', 'chroma', '/upsert', changed]);
    for (const rank of [BY_KEY, FUSED, { $knn: { query: vectorAt(3), limit: 20 } }]) {
      await send(keys, ['POST', 'chroma', '/search', { searches: [{ rank }, { rank, filter: { marker: 2 } }] }]);
    }
    await send(keys, ['POST', 'chroma', '/delete', { ids: ['r/1'] }]);
  }

  const placed = (): readonly string[] => [...seen].filter((text) => /"polyvec_\d+"/.test(text));

  it('are many, reads and writes', () => {
    expect(placed().length).toBeGreaterThan(80);
    expect(placed().filter((text) => WRITES.test(text)).length).toBeGreaterThan(10);
  });

  it('are of the listed families, and each family of requests is among them', () => {
    const shapes = new Set(placed().flatMap((text) => shapeOf(text) ?? []));
    expect([...shapes].filter((shape) => !isKnown(shape))).toEqual([]);
    expect(Object.keys(OF_REQUESTS).filter((shape) => !shapes.has(shape))).toEqual([]);
  });

  it('name one place, and of the shared schema nothing but new fields', () => {
    const foreign = placed().filter((text) => {
      const places = new Set([...text.matchAll(/"(polyvec_\d+)"/g)].map(([, place]) => place));
      const shared = [...text.matchAll(SHARED)].map(([, table]) => table ?? '').filter((table) => !isAllowed(text, table));
      return places.size > 1 || (shared.length > 0 && !isCopy(text));
    });
    expect(foreign).toEqual([]);
  });

  it('have a column in everything that a statement which writes puts before', () => {
    expect(placed().filter((text) => WRITES.test(text) && NO_COLUMN.test(text))).toEqual([]);
  });

  it('define one thing at a time', () => {
    expect(placed().filter((text) => [...text.matchAll(DEFINITION)].length > 1)).toEqual([]);
  });
});

function isCopy(text: string): boolean {
  return LIKE_SHARED.test(text) || INTO_PLACE.test(text) || (FROM_PLACE.test(text) && !WRITES.test(text));
}

function isAllowed(text: string, table: string): boolean {
  return WITH_NEW_FIELDS.has(table) && text.includes('INSERT INTO polyvec.collection_fields');
}
