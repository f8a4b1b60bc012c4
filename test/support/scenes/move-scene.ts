import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { NAMESPACES_OF_LISTED } from '../../../src/collections/place-tables.store.js';
import { CATALOG } from '../../../src/move/moved-tables.js';
import type { Database } from '../../../src/postgres/database.js';
import { identifier, type Sql, sql } from '../../../src/postgres/sql.js';
import { eventually, indexed } from '../../chaos/promotion/promotion-cluster.js';
import { randomFrom } from '../../chaos/promotion/promotion-writer.js';
import { ChromaApi, type CollectionApi } from '../clients/chroma-api.js';
import { COLLECTIONS } from '../clients/chroma-client.js';
import { ConsoleApi } from '../clients/console-api.js';
import { createIndex, type IndexApi, PineconeApi, succeeded } from '../clients/pinecone-api.js';
import { setUp, VectorizerApi } from '../clients/vectorizer-api.js';
import type { TestGateway } from '../gateway/gateway.js';

/** Far enough that no sweeper comes while a test runs. */
const LATER = Date.UTC(2100, 0, 1);
const NEWEST = { 'x-pinecone-api-version': '2025-10' };
/** Not every name is a plain one. */
const ODD_NAMESPACE = String.raw`it's \ "odd"`;
/** Does not fit into an index. */
const LONG_ID = `long ${'é'.repeat(1_500)}`;
/** The record that a test of a move that is killed waits for; it is in the pool. */
export const MIDDLE_DOCUMENT = 'the middle';
/** A collection that has tables of its own from 800 components on. */
export const LARGE = 'large';
const PLAIN = 'plain';

/** Stores something of every kind that there is, through all protocols. */
export async function fillEverything(gateway: TestGateway): Promise<void> {
  const chroma = new ChromaApi(gateway.chromaUrl);
  await fillPlain(chroma);
  await fillLarge(chroma);
  await chroma.createCollection({ name: 'empty', metadata: { why: 'no dimension yet' } });
  const gone = await chroma.filled({ ids: ['gone'], embeddings: [[1, 2]] });
  await chroma.call(`${COLLECTIONS}/${gone.name}`, { method: 'DELETE' });
  await fillOtherPlaces(chroma);
  await fillVectorizer(new VectorizerApi(gateway.vectorizerUrl));
  await fillPinecone(gateway);
  await fillSpread(gateway);
}

/** Records of all shapes; some in another order than that of their ids, some written twice. */
async function fillPlain(chroma: ChromaApi): Promise<void> {
  const keys = { sparse: { sparse_vector: { sparse_vector_index: { enabled: true, config: { bm25: true } } } } };
  const schema = { defaults: {}, keys };
  const plain = await chroma.createCollection({ name: PLAIN, metadata: { owner: 'ß🙂', size: 1.5 }, schema });
  const add = `{"ids": ["b", "a", "${LONG_ID}", "bare"],
    "embeddings": [[-0.0, 1e-40, 3.4028234e38], [0.1, 0.2, 0.3], [1, 2, 3], [16777217, -1e-7, 0]],
    "documents": ["tabs\\tand\\nlines", "${'word '.repeat(20_000)}", "", null],
    "uris": ["file:///b", null, "", null],
    "metadatas": [{"year": 1999, "score": 1.0, "big": 9007199254740993, "is": true, "z": "", "text": "\\"ß\\" 🙂"},
      {"score": 2.50, "year": -1}, {"list": ["x", "y"]}, null]}`;
  await plain.fill(add);
  const numbers = Array.from({ length: 60 }, (_, index) => index);
  await plain.fill({
    ids: numbers.map((index) => `n${String(59 - index)}`),
    embeddings: numbers.map((index) => [index, index / 7, -index]),
    documents: numbers.map((index) => (index === 30 ? MIDDLE_DOCUMENT : `document ${String(index)}`)),
    metadatas: numbers.map((index) => ({
      ...{ index, even: index % 2 === 0 },
      sparse: { indices: [index % 3, 4_294_967_295], values: [0.1, index] },
    })),
  });
  await plain.post('delete', { ids: ['a', 'n3'] });
  await plain.fill({ ids: ['a'], embeddings: [[3, 2, 1]], documents: ['again'] });
  await plain.post('update', { ids: ['b'], metadatas: [{ year: 2000, z: null }] });
}

async function fillLarge(chroma: ChromaApi): Promise<void> {
  const random = randomFrom(7);
  const numbers = Array.from({ length: 200 }, (_, index) => index);
  const records = {
    ids: numbers.map((index) => `r${String(index)}`),
    // a vector of length 0 has no direction, and is in no index on the cosine
    embeddings: numbers.map((index) => Array.from({ length: 8 }, () => (index === 5 ? 0 : (random(2_001) - 1_000) / 1_000))),
    documents: numbers.map((index) => (index % 20 === 0 ? 'long '.repeat(3_000) : `short ${String(index)}`)),
    metadatas: numbers.map((index) => ({ index })),
  };
  const large = await chroma.filled(records, { name: LARGE, configuration: { hnsw: { space: 'cosine' } } });
  // a promotion gives it tables of its own
  expect(await indexed(chroma.baseUrl, large.id)).toMatchObject({ num_unindexed_ops: 0 });
  await large.post('upsert', { ids: ['r1', 'r300'], embeddings: [[1, 2, 3, 4, 5, 6, 7, 8], records.embeddings[2]] });
}

async function fillOtherPlaces(chroma: ChromaApi): Promise<void> {
  for (const [tenant, database] of [
    ['acme', 'prod'],
    ['acme', 'test'],
    ['other', 'prod'],
  ] as const) {
    await chroma.call('/api/v2/tenants', { body: { name: tenant } });
    await chroma.call(`/api/v2/tenants/${tenant}/databases`, { body: { name: database } });
    const collections = `/api/v2/tenants/${tenant}/databases/${database}/collections`;
    const collection = await chroma.createCollection({ name: PLAIN }, collections);
    await collection.fill({ ids: ['x'], embeddings: [[1, 2]], documents: [`of ${tenant} ${database}`] });
    expect((await collection.outcome('fork', { new_name: 'forked' }))[0]).toBe(200);
  }
}

async function fillVectorizer(vectorizer: VectorizerApi): Promise<void> {
  const collection = await setUp(vectorizer, 'before');
  const renamed = await collection.post('/rename', { new_name: 'after' });
  const expiring = await vectorizer.outcome('PATCH', '/collections/after/vectors/vec_003/expiry', { expires_at: LATER });
  expect([renamed[0], expiring[0]]).toEqual([200, 200]);
}

async function fillPinecone(gateway: TestGateway): Promise<void> {
  const control = new PineconeApi(gateway.pineconeUrl);
  const hybrid = await createIndex(gateway, { dimension: 2, metric: 'dotproduct', tags: { team: 'search' } });
  for (const name of ['', ODD_NAMESPACE, 'third']) {
    await hybrid.namespace(name).fill([
      { id: 'a', values: [0.5, -1], sparseValues: { indices: [3, 4_294_967_295], values: [0.1, -2] }, metadata: { year: 1999 } },
      { id: 'b', values: [1, 1] },
    ]);
  }
  // its postings of before mean nothing any more
  await hybrid.namespace('third').fill([{ id: 'a', values: [1, 0], sparseValues: { indices: [7], values: [1] } }]);
  await importInVain(gateway, hybrid);
  const sparse = await createIndex(gateway, { vector_type: 'sparse', metric: 'dotproduct', deletion_protection: 'enabled' });
  await sparse.namespace('s').fill([{ id: 'only', sparseValues: { indices: [1, 2], values: [0.25, 3] } }]);
  const backup = await control.call(`/indexes/${hybrid.name}/backups`, { body: { name: 'nightly' }, headers: NEWEST });
  const schedule = {
    name: 'weekly',
    schedule: { type: 'time-based', frequency: 'weekly' },
    retention: { expire_after_days: 30 },
  };
  await control.call(`/indexes/${hybrid.name}/backup-schedules`, { body: schedule, headers: NEWEST });
  const { backup_id } = backup.body as { readonly backup_id: string };
  await hybrid.namespace('third').post('/vectors/delete', { ids: ['b'] });
  await control.call(`/backups/${backup_id}/create-index`, { body: { name: 'restored' }, headers: NEWEST });
  const pod = await createIndex(gateway, {
    dimension: 2,
    metric: 'cosine',
    spec: { pod: { environment: 'e', pod_type: 'p1.x1' } },
  });
  await pod.namespace('n').fill([{ id: 'a', values: [0.5, -1] }]);
  await control.call('/collections', { body: { name: 'pods', source: pod.name } });
  await control.call(`/indexes/${pod.name}`, { method: 'DELETE' });
}

/** An index one of whose namespaces has a place of its own from 800 components on. */
async function fillSpread(gateway: TestGateway): Promise<void> {
  const random = randomFrom(11);
  const spread = await createIndex(gateway, { dimension: 8, metric: 'dotproduct' });
  const vectors = Array.from({ length: 110 }, (_, number) => ({
    id: ['a', 'b'][number] ?? `r${String(number)}`,
    values: Array.from({ length: 8 }, () => random(9) - 4),
    sparseValues: { indices: [number % 8, 4_294_967_295], values: [number, 0.5] },
  }));
  await spread.namespace('apart').fill(vectors);
  await spread.namespace('beside').fill(vectors.slice(0, 3));
  const places = async (): Promise<string> => JSON.stringify(await new ConsoleApi(gateway.consoleUrl).get('/places'));
  // the background waits for calm moments, of which a look every 20 ms leaves none: on a slow machine that takes more than half a minute
  expect(await eventually(places, (text) => text.includes('(namespace '), 120_000)).toContain(`${spread.name} (namespace `);
}

/** An import of what is no Parquet file, which fails and stays in the list. */
async function importInVain({ environment }: TestGateway, index: IndexApi): Promise<void> {
  const folder = join(environment['POLYVEC_IMPORT_ROOT'] ?? '', 'default_tenant/films/__default__');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '0.parquet'), 'no Parquet');
  const { id } = succeeded(await index.call('/bulk/imports', { body: { uri: 'file:///films' } })) as { readonly id: string };
  let status: unknown;
  do {
    await sleep(100);
    ({ status } = succeeded(await index.call(`/bulk/imports/${id}`)) as { readonly status: string });
  } while (status !== 'Failed');
}

/** What a gateway answers about all of it, by the request. */
export async function answersOf(gateway: TestGateway): Promise<Readonly<Record<string, unknown>>> {
  return {
    ...(await chromaAnswers(new ChromaApi(gateway.chromaUrl))),
    ...(await pineconeAnswers(gateway)),
    ...(await vectorizerAnswers(new VectorizerApi(gateway.vectorizerUrl))),
  };
}

async function chromaAnswers(chroma: ChromaApi): Promise<Readonly<Record<string, unknown>>> {
  const answers: Record<string, unknown> = {};
  const keep = async (path: string, body?: unknown): Promise<void> => {
    // the text: numbers as they are written
    const { status, text } = await chroma.call(path, body === undefined ? {} : { body });
    answers[`${path} ${JSON.stringify(body)}`] = [status, text];
  };
  for (const [tenant, database] of PLACES) {
    const base = `/api/v2/tenants/${tenant}`;
    await keep(base);
    await keep(`${base}/databases`);
    await keep(`${base}/databases/${database}`);
    await keep(`${base}/databases/${database}/collections`);
    const found = (await chroma.call(`${base}/databases/${database}/collections`)).body as readonly Pick<CollectionApi, 'id'>[];
    for (const { id } of found) {
      const collection = `${base}/databases/${database}/collections/${id}`;
      await keep(`${collection}/count`);
      await keep(`${collection}/get`, { include: ['documents', 'embeddings', 'metadatas', 'uris'] });
    }
  }
  const { body } = await chroma.call(`${COLLECTIONS}/${PLAIN}`);
  const plain = `${COLLECTIONS}/${(body as { readonly id: string }).id}`;
  await keep(`${plain}/query`, { query_embeddings: [[1, 2, 3]], n_results: 5 });
  await keep(`${plain}/get`, { where: { $and: [{ index: { $gt: 20 } }, { even: true }] }, limit: 7, offset: 2 });
  await keep(`${plain}/get`, { where_document: { $contains: MIDDLE_DOCUMENT } });
  const knn = { query: { indices: [1, 4_294_967_295], values: [2, 0.5] }, key: 'sparse' };
  await keep(`${plain}/search`, { searches: [{ rank: { $knn: knn }, select: { keys: ['#score', '#metadata'] } }] });
  return answers;
}

const PLACES = [
  ['default_tenant', 'default_database'],
  ['acme', 'prod'],
  ['acme', 'test'],
  ['other', 'prod'],
] as const;

async function pineconeAnswers(gateway: TestGateway): Promise<Readonly<Record<string, unknown>>> {
  const answers: Record<string, unknown> = {};
  const keep = async (api: PineconeApi, path: string, call: object = {}, name = 'control'): Promise<unknown> => {
    const { status, body, text } = await api.call(path, { headers: NEWEST, ...call });
    // ports are those of one start, a server may store a text in fewer bytes, and what is moved gets its vector indexes anew
    const told = text
      .replaceAll(/(127\.0\.0\.1|localhost):\d+/g, 'host')
      .replaceAll(/"size_bytes":"?\d+"?/g, '"size_bytes":0')
      .replaceAll('"state":"ScalingUp"', '"state":"Ready"');
    answers[`${name} ${path} ${JSON.stringify(call)}`] = [status, JSON.parse(told)];
    return body;
  };
  const control = new PineconeApi(gateway.pineconeUrl);
  const { indexes } = (await keep(control, '/indexes')) as { readonly indexes: readonly Description[] };
  for (const path of ['/backups', '/restore-jobs', '/collections', '/collections/pods']) await keep(control, path);
  for (const { name, host, metric, dimension } of indexes) {
    await keep(control, `/indexes/${name}`);
    await keep(control, `/indexes/${name}/backup-schedules`);
    // a port, or where another protocol made it, a path
    const index = new PineconeApi(`http://${host}`);
    const { namespaces } = (await keep(index, '/describe_index_stats', { method: 'POST' }, name)) as Stats;
    await keep(index, '/namespaces', {}, name);
    for (const namespace of metric === 'dotproduct' ? Object.keys(namespaces) : []) {
      await keep(index, '/vectors/fetch', { query: { ids: ['a', 'b', 'only'], namespace } }, name);
      const query = { namespace, topK: 10, sparseVector: { indices: [1, 3, 7, 4_294_967_295], values: [1, 1, 1, 1] } };
      const vector = name === 'restored' ? [1, 1] : dimension === 8 ? [1, 2, 3, 4, 5, 6, 7, 8] : undefined;
      await keep(index, '/query', { body: { ...query, vector } }, name);
    }
  }
  return answers;
}

interface Description {
  readonly name: string;
  readonly host: string;
  readonly metric: string;
  readonly dimension?: number;
}

interface Stats {
  readonly namespaces: Readonly<Record<string, unknown>>;
}

async function vectorizerAnswers(vectorizer: VectorizerApi): Promise<Readonly<Record<string, unknown>>> {
  const paths = ['/collections', '/collections/before', '/collections/after', '/collections/before/vectors/vec_003'];
  const answers: Record<string, unknown> = {};
  for (const path of paths) answers[`vectorizer ${path}`] = await vectorizer.get(path);
  const search = { vector: [1, 0.5, 0, 0], limit: 3 };
  const { body } = await vectorizer.call('POST', '/collections/after/search', search);
  answers['vectorizer search'] = (body as { readonly results: unknown }).results;
  return answers;
}

/** The rows of the catalog's tables as texts, without what is told anew to a database that they are moved to. */
export async function catalogOf(database: Database): Promise<Readonly<Record<string, readonly string[]>>> {
  return database.transaction(async (transaction) => {
    await transaction.script("SET LOCAL timezone = 'UTC'");
    const tables: Record<string, readonly string[]> = {};
    for (const { table, renewed } of CATALOG) {
      const rows = await transaction.query<{ row: string }>(sql`
        SELECT (to_jsonb(t) - ${renewed}::text[])::text AS row FROM ${rowsOf(table)} AS t`);
      tables[table] = rows.map(({ row }) => row).sort();
    }
    return tables;
  });
}

/** Namespaces are in their collections' places. */
function rowsOf(table: string): Sql {
  if (table !== 'namespaces') return sql`polyvec.${identifier(table)}`;
  return sql`(SELECT c.id AS collection_id, n.* FROM polyvec.collections c CROSS JOIN LATERAL ${NAMESPACES_OF_LISTED} AS n)`;
}

/** A checksum of all files of a directory: their names and their bytes. */
export async function checksumOf(directory: string): Promise<string> {
  const hash = createHash('sha256');
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  for (const file of files.sort()) hash.update(`${file}\0`).update(await readFile(file));
  return hash.digest('hex');
}
