import { type Cluster, hasVectorIndex, promoted, SMALL_TIERS, startCluster } from '../chaos/promotion/promotion-cluster.js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { type Statements, watchStatements } from '../support/servers/statements.js';
import {
  CHROMA,
  columns,
  newCollection,
  newIndex,
  PINECONE,
  RECORDS,
  SPARSE,
  VECTORIZER,
} from '../support/tiers/tier-operations.js';
import { type Request, send, type Twin } from '../support/tiers/tier-twins.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: it watches gateways of its own process; TEST_DATABASE_URL names a server)';

/** What a statement on a place may not name of the shared schema: everything but sequences and a function. */
const SHARED = /(?:\bpolyvec|"polyvec")\.(?!rid\b|vector_seq\b|merge_patch\()"?(\w+)/g;
const WITH_NEW_FIELDS = new Set(['collection_fields', 'collections']);
/** Promotion, forks and backups copy from one to the other, a table at a time or a page of records. */
const INTO_PLACE =
  /^\s*INSERT INTO "polyvec_\d+"\."\w+"\s+(\(.*\)\s+)?SELECT .* FROM polyvec\."?\w+"? WHERE collection_id = \$\d/s;
const FROM_PLACE = /INSERT INTO ("polyvec"|polyvec)\./;
const LIKE_SHARED = /^CREATE TABLE \S+ \(LIKE polyvec\."?\w+/;
const WRITES = /\b(INSERT INTO|UPDATE|DELETE FROM) "polyvec_\d+"/;
const NO_COLUMN = /\bAS (MATERIALIZED )?\(\s*SELECT\s+FROM\b/;
const DEFINITION = /\b(CREATE|ALTER|DROP) (TABLE|SCHEMA|INDEX|STATISTICS|UNIQUE INDEX)\b/g;

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

  const placed = (): readonly string[] => [...seen].filter((text) => /"polyvec_\d+"/.test(text));

  it('are many, reads and writes', () => {
    expect(placed().length).toBeGreaterThan(80);
    expect(placed().filter((text) => WRITES.test(text)).length).toBeGreaterThan(10);
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
