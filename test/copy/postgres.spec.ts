import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { CopyArguments } from '../../src/cli/copy-rules.js';
import { type ReadRecord, sorted } from '../support/copy/chroma-fixture.js';
import { copied, type CopyRun, onGateway, readOver } from '../support/copy/copy-run.js';
import { hasServer, serverReason } from '../support/faults/faulty-gateway.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const describeOnServer = hasServer ? describe : describe.skip;

/** As the frameworks make them; two records each, of which the second has no metadata. */
const TABLES = `
  CREATE TABLE langchain_pg_collection (uuid uuid PRIMARY KEY, name varchar UNIQUE, cmetadata json);
  CREATE TABLE langchain_pg_embedding (id varchar PRIMARY KEY, collection_id uuid, embedding vector, document varchar, cmetadata jsonb);
  INSERT INTO langchain_pg_collection VALUES
    ('00000000-0000-0000-0000-000000000001', 'films', '{"about": "films"}'), ('00000000-0000-0000-0000-000000000002', 'songs', NULL);
  INSERT INTO langchain_pg_embedding VALUES
    ('a', '00000000-0000-0000-0000-000000000001', '[0.1,-2e-30]', 'one', '{"year": 1979, "score": 1.0, "tags": ["x", "y"]}'),
    ('b', '00000000-0000-0000-0000-000000000001', '[3,4]', NULL, NULL),
    ('c', '00000000-0000-0000-0000-000000000002', '[1,2,3]', 'song', '{}');
  CREATE SCHEMA old;
  CREATE TABLE old.langchain_pg_collection (uuid uuid PRIMARY KEY, name varchar, cmetadata json);
  CREATE TABLE old.langchain_pg_embedding
    (uuid uuid PRIMARY KEY, collection_id uuid, embedding vector(2), document varchar, cmetadata json, custom_id varchar);
  INSERT INTO old.langchain_pg_collection VALUES ('00000000-0000-0000-0000-000000000003', 'old-films', NULL);
  INSERT INTO old.langchain_pg_embedding VALUES
    ('00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-000000000003', '[0.1,2]', 'one', '{"year": 1979}', 'mine'),
    ('00000000-0000-0000-0000-00000000000b', '00000000-0000-0000-0000-000000000003', '[3,4]', 'two', NULL, NULL);
  CREATE TABLE articles_v2 (langchain_id uuid PRIMARY KEY, content text NOT NULL, embedding vector(2) NOT NULL, year int, langchain_metadata json);
  CREATE INDEX ON articles_v2 USING hnsw (embedding vector_l2_ops);
  INSERT INTO articles_v2 VALUES
    ('00000000-0000-0000-0000-00000000000a', 'one', '[1,2]', 1979, '{"lang": "en"}'),
    ('00000000-0000-0000-0000-00000000000b', 'two', '[3,4]', NULL, NULL);
  CREATE TABLE data_notes (id bigserial PRIMARY KEY, text varchar NOT NULL, metadata_ json, node_id varchar, embedding vector(2));
  CREATE TABLE data_halves (id bigserial PRIMARY KEY, text varchar NOT NULL, metadata_ jsonb, node_id varchar, embedding halfvec(2));
  INSERT INTO data_notes (text, metadata_, node_id, embedding) VALUES ('one', '{"n": 1}', 'n1', '[1,2]'), ('two', NULL, 'n2', '[3,4]');
  INSERT INTO data_halves (text, metadata_, node_id, embedding) VALUES ('one', '{"n": 1}', 'n1', '[0.5,2]'), ('two', NULL, 'n2', '[3,4]');
  CREATE SCHEMA vecs;
  CREATE TABLE vecs.docs (id varchar PRIMARY KEY, vec vector(2) NOT NULL, metadata jsonb NOT NULL DEFAULT '{}');
  INSERT INTO vecs.docs VALUES ('v1', '[1,2]', '{"n": 1}'), ('v2', '[3,4]', '{}');
  CREATE TABLE documents (id bigserial PRIMARY KEY, content text, metadata jsonb, embedding vector(2));
  INSERT INTO documents (content, metadata, embedding) VALUES ('one', '{"n": 1}', '[1,2]'), ('two', NULL, '[3,4]');
  CREATE SCHEMA own;
  CREATE TABLE own.things (key text, body text, made date, size float8, v vector(2));
  INSERT INTO own.things VALUES ('k1', 'one', '2020-01-02', 1.5, '[1,2]'), ('k2', 'two', NULL, NULL, '[3,4]');`;

describeOnServer(`tables of a Postgres${serverReason}`, () => {
  let source: TestStorage;
  let target: TestStorage;
  let client: pg.Client;
  let folder: string;
  /** Of the source's database, without a password. */
  let address: string;
  let key: string;

  beforeAll(async () => {
    source = await createStorage();
    const url = new URL(source.environment['DATABASE_URL'] ?? '');
    client = new pg.Client({ connectionString: url.href });
    await client.connect();
    // a role may have a schema of its name
    await client.query(`SET search_path = public; ${TABLES}`);
    folder = await mkdtemp(join(tmpdir(), 'postgres-'));
    key = join(folder, 'password');
    await writeFile(key, decodeURIComponent(url.password));
    url.password = '';
    address = url.href;
  });

  afterAll(async () => {
    await client.end();
    await source.remove();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    target = await createStorage();
  });

  afterEach(async () => {
    await target.remove();
  });

  const copiedFrom = (query: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> =>
    copied(target, `${address}${query}`, { fromKeyFile: key, ...options });
  const read = (name: string): Promise<unknown> =>
    onGateway(target, async (api) => (await readOver(api, 'default_tenant', 'default_database', name))?.records);

  it.each([
    ['langchain', 'public.langchain_pg_embedding', 'films', ['a', 'b']],
    [
      'langchain of earlier versions',
      'old.langchain_pg_embedding',
      'old-films',
      ['00000000-0000-0000-0000-00000000000b', 'mine'],
    ],
    [
      'langchain v2',
      'articles_v2',
      'articles_v2',
      ['00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000b'],
    ],
    ['llamaindex', 'data_notes', 'notes', ['n1', 'n2']],
    ['llamaindex with halfvec', 'data_halves', 'halves', ['n1', 'n2']],
    ['vecs', 'vecs.docs', 'docs', ['v1', 'v2']],
    ['supabase', 'documents', 'documents', ['1', '2']],
  ])('case 27: the preset of %s is found by itself', async (_preset, table, name, ids) => {
    const { code, lines } = await copiedFrom(`?table=${table}`);
    expect([code, lines.at(-1)]).toEqual([0, expect.stringContaining('and all of it is equal')]);
    expect(await read(name)).toEqual(ids.map((id) => expect.objectContaining({ id }) as unknown));
  });

  it('case 27: vectors keep their bits, and metadata their types', async () => {
    expect((await copiedFrom('?table=public.langchain_pg_embedding')).code).toBe(0);
    const [first, second] = (await read('films')) as readonly ReadRecord[];
    expect(first).toMatchObject({ id: 'a', embedding: [0.1, -2e-30].map(Math.fround), document: 'one' });
    expect(first?.metadata).toBe(sorted('{"year": 1979, "score": 1.0, "tags": ["x", "y"]}'));
    expect(second).toMatchObject({ id: 'b', embedding: [3, 4], document: null, metadata: null });
  });

  it('all tables are copied, and one that is of no known kind is named', async () => {
    const { code, lines } = await copiedFrom('');
    expect([code, lines.at(-1)]).toEqual([0, '15 records in 8 collections, and all of it is equal']);
    expect(lines.join('\n')).toContain('the table own.things is left out: what its columns are is not known');
  });

  it('case 28: a table of no known kind asks for --map, and is copied with it', async () => {
    expect(await copiedFrom('?table=own.things')).toEqual({
      code: 2,
      lines: [
        'what the columns of own.things are is not known: name them with ' +
          '--map id=…,embedding=…,document=…,metadata=… (it has key, body, made, size, v)',
      ],
    });
    const { code, lines } = await copiedFrom('?table=own.things', { map: 'id=key,document=body,metadata=*' });
    expect([code, lines.at(-1)]).toEqual([0, '2 records in 1 collection, and all of it is equal']);
    expect(JSON.stringify(await read('things'))).toContain('2020-01-02');
  });

  it('rows without a vector, and ids that occur twice, are rejected with their reason', async () => {
    await client.query(`CREATE SCHEMA twice; CREATE TABLE twice.data_rows (text varchar, metadata_ json, node_id varchar, embedding vector(2));
      INSERT INTO twice.data_rows VALUES ('a', NULL, 'x', '[1,2]'), ('b', NULL, 'x', '[1,2]'), ('c', NULL, 'y', NULL), ('d', NULL, NULL, '[1,2]')`);
    const { code, lines } = await copiedFrom('?table=twice.data_rows', { onError: 'skip' });
    await client.query('DROP SCHEMA twice CASCADE');
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/1 of its rows have no id, and are not copied/);
    expect(lines.join('\n')).toMatch(/the id has occurred before/);
    expect(lines.join('\n')).toMatch(/it has no vector/);
  });

  it('what has changed since a copy was finished is noticed when it is made again', async () => {
    const again = (): Promise<CopyRun> => copiedFrom('?table=vecs.docs');
    expect((await again()).code).toBe(0);
    expect((await again()).code).toBe(0);
    await client.query(`UPDATE vecs.docs SET vec = '[3,5]' WHERE id = 'v2'`);
    const { code, lines } = await again();
    await client.query(`UPDATE vecs.docs SET vec = '[3,4]' WHERE id = 'v2'`);
    expect(code).not.toBe(0);
    expect(lines.join('\n')).toMatch(/changed|differ/);
  });

  it.each([
    ['a password in the argument', () => address.replace('@', ':secret@'), /FROM has a password in it.*--from-key-file/],
    ['a password with a slash', () => address.replace('@', ':secret/x@'), /FROM has a password in it.*--from-key-file/],
    ['a password among the parameters', () => `${address}?password=secret`, /FROM has a password in it.*--from-key-file/],
    ['a password of nobody', () => address.replace(/\/\/.*@/, '//'), /FROM must name the user that the password is of/],
    [
      'a table that there is not',
      () => `${address}?table=nothing`,
      /has no table with a column of type vector or halfvec called nothing/,
    ],
    ['a preset that there is not', () => `${address}?preset=none`, /preset must be auto or one of langchain, /],
  ])('%s is refused', async (_what, from, message) => {
    const { code, lines } = await copied(target, from(), { fromKeyFile: key });
    expect([code, lines.join('\n')]).toEqual([2, expect.stringMatching(message)]);
    expect(lines.join('\n')).not.toContain('secret');
  });
});
