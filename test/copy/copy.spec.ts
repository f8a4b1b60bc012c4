import { existsSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { readConfig } from '../../src/config/config.js';
import type { SourceCollection } from '../../src/copy/copy.js';
import { ChromaFolder } from '../../src/copy/sources/chroma-folder.js';
import { PolyvecDatabase } from '../../src/copy/targets/polyvec-database.js';
import { sql } from '../../src/postgres/sql.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import {
  bytesOf,
  changeFolder,
  type ChromaFixture,
  chromaFixture,
  type ReadCollection,
  readFolder,
} from '../support/copy/chroma-fixture.js';
import { copied, enlarge, onDatabase, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, startGatewayOn, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

const DEFAULT = ['default_tenant', 'default_database'] as const;

let fixture: ChromaFixture;
let storage: TestStorage;
let from: string;

beforeEach(async () => {
  [fixture, storage] = await Promise.all([chromaFixture('1.5.9'), createStorage()]);
  from = `chroma-dir:${fixture.folder}`;
});

afterEach(async () => {
  await Promise.all([fixture.remove(), storage.remove()]);
});

/** What clients read of all collections that the folder has. */
async function served(names: readonly ReadCollection[]): Promise<readonly (ReadCollection | undefined)[]> {
  return onGateway(storage, (api) =>
    Promise.all(names.map(({ tenant, database, name }) => readOver(api, tenant, database, name))),
  );
}

/** Makes one record of `waiting` one that cannot be copied. */
function spoil(): void {
  changeFolder(
    fixture.folder,
    `UPDATE embedding_metadata SET string_value = NULL, int_value = NULL, float_value = 9e999
    WHERE key = 'n' AND id = (SELECT min(id) FROM embeddings WHERE embedding_id = 'r1' AND segment_id IN (
      SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection WHERE c.name = 'waiting'))`,
  );
}

function eventsOf(lines: readonly string[]): readonly Readonly<Record<string, unknown>>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe('a folder that is copied into a Polyvec database', () => {
  it('is served as its own client reads it, tenants and databases included', async () => {
    const { code, lines } = await copied(storage, from);
    expect(lines.at(-1)).toBe('143 records in 7 collections, and all of it is equal');
    expect(code).toBe(0);
    const folder = await readFolder(fixture.folder);
    expect(await served(folder)).toEqual(folder);
  });

  it('case 37: the same copy again finds nothing to do', async () => {
    await copied(storage, from);
    const { code, lines } = await copied(storage, from);
    expect(code).toBe(0);
    expect(lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
  });

  it('goes to the tenant, database and name that the target names', async () => {
    const into = { to: 'polyvec:other_tenant/new_database/renamed' };
    expect(await copied(storage, `${from}/waiting`, into)).toMatchObject({ code: 0 });
    const found = await onGateway(storage, (api) => readOver(api, 'other_tenant', 'new_database', 'renamed'));
    expect(found?.records).toHaveLength(20);
  });

  it('several collections cannot go to one place', async () => {
    const { code, lines } = await copied(storage, from, { to: 'polyvec:a_tenant/a_database/one' });
    expect(code).toBe(2);
    expect(lines.at(-1)).toMatch(
      /has 7 collections, and polyvec:a_tenant\/a_database\/one in .* names one: name one in the source, too/,
    );
  });

  it('takes the collections that are included, without those that are excluded', async () => {
    const { code } = await copied(storage, from, { include: ['flushed-*'], exclude: ['*-ip'] });
    expect(code).toBe(0);
    const folder = await readFolder(fixture.folder);
    const there = (await served(folder)).flatMap((collection) => collection?.name ?? []);
    expect(there.sort()).toEqual(['flushed-cosine', 'flushed-l2']);
  });
});

describe('before the first write', () => {
  it('case 38: a dry run says what would be done, and changes neither side', async () => {
    await rm(storage.environment['POLYVEC_DATA_DIR'] ?? '/nowhere', { recursive: true, force: true });
    const before = await bytesOf(fixture.folder);
    const { code, lines } = await copied(storage, from, { dryRun: true });
    expect(code).toBe(0);
    expect(lines).toContain('default_tenant/default_database/flushed-cosine  39 records, 4 dimensions, cosine');
    expect(existsSync(storage.environment['POLYVEC_DATA_DIR'] ?? '/nowhere')).toBe(false);
    expect(await bytesOf(fixture.folder)).toEqual(before);
    const folder = await readFolder(fixture.folder);
    expect(await served(folder)).toEqual(folder.map(() => undefined));
  });

  it('case 35: another dimension, another metric and names beyond the limit are reported, and nothing is written', async () => {
    await onGateway(storage, async (api) => {
      await (await api.createCollection({ name: 'waiting' })).fill({ ids: ['a'], embeddings: [[1, 2]] });
      await api.createCollection({ name: 'flushed-l2', metadata: { 'hnsw:space': 'cosine' } });
    });
    const limited = { ...storage, environment: { ...storage.environment, POLYVEC_MAX_NAME_BYTES: '512' } };
    const { code, lines } = await copied(limited, from, { rename: [`plain=${'n'.repeat(600)}`], onConflict: 'overwrite' });
    expect(code).toBe(2);
    expect(lines.slice(-3)).toEqual([
      'flushed-l2: it has the metric l2, and the one that is there cosine',
      'plain: the limit maxNameBytes allows 512, and it has 600',
      'waiting: it has 4 dimensions, and the one that is there 2',
    ]);
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'flushed-cosine'));
    expect(found).toBeUndefined();
  });

  it('words that mean nothing are refused by name', async () => {
    expect(await copied(storage, from, { verify: 'sample' })).toEqual({
      code: 2,
      lines: ['--verify must be one of none, count, sample=1000 (up to 100000), full, not "sample"'],
    });
    expect(await copied(storage, from, { to: 'qdrant:x' })).toEqual({
      code: 2,
      lines: [expect.stringMatching(/^TO must begin with polyvec: or polyvec\+http: or /)],
    });
  });

  it('case 41: a password in a URI is refused, and is not repeated', async () => {
    const { code, lines } = await copied(storage, 'postgres://user:geheim@host/database');
    expect(code).toBe(2);
    expect(lines.join()).toMatch(/FROM has a password in it: leave it out/);
    expect(lines.join()).not.toContain('geheim');
  });
});

describe('records that cannot be copied', () => {
  it('case 36: by default the copy stops there, and clients see nothing of the collection', async () => {
    spoil();
    const { code, lines } = await copied(storage, `${from}/waiting`);
    expect(code).toBe(3);
    expect(lines.join('\n')).toMatch(
      /the record "r1" of .*waiting cannot be copied: the value of "n" is infinite.*--on-error skip --reject-file FILE/,
    );
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'));
    expect(found).toBeUndefined();
    expect(await copied(storage, 'polyvec:', { to: 'jsonl:nowhere', dryRun: true })).toEqual({ code: 0, lines: [] });
  });

  it('case 36: they go to the reject file with their reason, and the exit code is 1', async () => {
    spoil();
    const rejectFile = join(fixture.folder, 'rejects.jsonl');
    const { code, lines } = await copied(storage, `${from}/waiting`, { onError: 'skip', rejectFile });
    expect(code).toBe(1);
    expect(lines.at(-1)).toBe('19 records are equal, and 1 were skipped');
    expect(eventsOf((await readFile(rejectFile, 'utf8')).trimEnd().split('\n'))).toEqual([
      {
        collection: 'default_tenant/default_database/waiting',
        id: 'r1',
        reason: 'the value of "n" is infinite, which JSON cannot hold',
      },
    ]);
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'));
    expect(found?.records).toHaveLength(19);
  });
});

describe('a copy that was cut off', () => {
  it('goes on where it stopped, and the collection is hidden until it is whole', async () => {
    spoil();
    enlarge(fixture.folder, 1200);
    changeFolder(
      fixture.folder,
      `DELETE FROM embedding_metadata WHERE float_value = 9e999;
      UPDATE embeddings_queue SET vector = x'0000' WHERE id = 'more1100'`,
    );
    expect(await copied(storage, `${from}/waiting`)).toMatchObject({ code: 3 });
    expect(await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'))).toBeUndefined();
    changeFolder(
      fixture.folder,
      `UPDATE embeddings_queue SET vector = (SELECT vector FROM embeddings_queue WHERE id = 'more1') WHERE id = 'more1100'`,
    );
    const { code, lines } = await copied(storage, `${from}/waiting`);
    expect(code).toBe(0);
    expect(lines).toContain('1,220 records, 1,000 of them there from before');
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'));
    expect(found?.records).toHaveLength(1220);
  });

  it('case 31: what the source has changed meanwhile is noticed, and --restart begins anew', async () => {
    spoil();
    expect(await copied(storage, `${from}/waiting`)).toMatchObject({ code: 3 });
    changeFolder(fixture.folder, `DELETE FROM embedding_metadata WHERE float_value = 9e999`);
    enlarge(fixture.folder, 5);
    const again = await copied(storage, `${from}/waiting`);
    expect(again.code).toBe(2);
    expect(again.lines.at(-1)).toBe('waiting: the source has changed since this copy began: --restart begins anew');
    expect(await copied(storage, `${from}/waiting`, { restart: true })).toMatchObject({ code: 0 });
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'));
    expect(found?.records).toHaveLength(25);
  });

  it('case 31: and so it is after the copy has come to its end', async () => {
    await copied(storage, `${from}/waiting`);
    enlarge(fixture.folder, 5);
    const { code, lines } = await copied(storage, `${from}/waiting`);
    expect(code).toBe(2);
    expect(lines.at(-1)).toMatch(
      /the source has changed since it was copied there: --on-conflict overwrite or skip copies it again/,
    );
    expect(await copied(storage, `${from}/waiting`, { onConflict: 'overwrite' })).toMatchObject({ code: 0 });
  });

  it('is not in the console, which lists every tenant', async () => {
    spoil();
    await copied(storage, `${from}/waiting`);
    const gateway = await startGatewayOn({ environment: storage.environment, remove: () => Promise.resolve() }, {});
    const console = new ConsoleApi(gateway.consoleUrl);
    const [listed, tenants] = await Promise.all([console.get('/collections'), console.get('/tenants')]);
    await gateway.stop();
    expect(listed).toEqual({ collections: [], next: null });
    expect(tenants).toEqual({ tenants: [{ name: 'default_tenant', databases: ['default_database'] }] });
  });

  it('is shown once when two processes come to its end, and its tenant stays', async () => {
    await copied(storage, from);
    const to = { tenant: DEFAULT[0], database: DEFAULT[1], name: 'shown-once' };
    const source = await ChromaFolder.open(fixture.folder);
    const [found] = (await source.collections()).filter(({ name }) => name === 'waiting');
    const collection = found as SourceCollection;
    await onDatabase(storage, async (database) => {
      const target = new PolyvecDatabase(database, readConfig(storage.environment), 'a test');
      const one = await target.fill('a test', collection, to, 'fail');
      const other = await target.fill('a test', collection, to, 'fail');
      await one.finish();
      await other.finish();
    });
    await source.close();
    const seen = await onGateway(storage, (api) =>
      Promise.all(['shown-once', 'waiting'].map((name) => readOver(api, ...DEFAULT, name))),
    );
    expect(seen.map((one) => one?.records.length)).toEqual([0, 20]);
  });

  it('another source cannot go on in its place', async () => {
    spoil();
    await copied(storage, `${from}/waiting`);
    const { code, lines } = await copied(storage, `${from}/plain`, { rename: ['plain=waiting'] });
    expect(code).toBe(2);
    expect(lines.join()).toMatch(/a copy from chroma-dir:.* has begun there: let it come to its end, or --restart removes it/);
  });
});

describe('case 34: records that the target has from elsewhere', () => {
  const OTHERS = {
    ids: ['r0', 'r1', 'own'],
    embeddings: [
      [1, 2, 3, 4],
      [0, 0, 0, 0],
      [5, 6, 7, 8],
    ],
    documents: ['theirs', 'theirs', 'own'],
  };

  async function occupied(): Promise<void> {
    await onGateway(storage, async (api) => {
      await (await api.createCollection({ name: 'waiting' })).fill(OTHERS);
    });
  }

  async function documents(): Promise<Readonly<Record<string, string | null>>> {
    const found = await onGateway(storage, (api) => readOver(api, ...DEFAULT, 'waiting'));
    return Object.fromEntries((found?.records ?? []).map(({ id, document }) => [id, document]));
  }

  it('fail: nothing is written', async () => {
    await occupied();
    const { code, lines } = await copied(storage, `${from}/waiting`);
    expect(code).toBe(2);
    expect(lines.at(-1)).toBe(
      'waiting: it has 3 records there that are not from this copy: --on-conflict skip or overwrite, or --rename',
    );
    expect(await documents()).toEqual({ r0: 'theirs', r1: 'theirs', own: 'own' });
  });

  it('skip: what is there stays', async () => {
    await occupied();
    expect(await copied(storage, `${from}/waiting`, { onConflict: 'skip' })).toMatchObject({ code: 0 });
    expect(await documents()).toMatchObject({ r0: 'theirs', r1: 'theirs', own: 'own', r2: 't2🦜' });
  });

  it('overwrite: the source has the last word, and other records stay', async () => {
    await occupied();
    expect(await copied(storage, `${from}/waiting`, { onConflict: 'overwrite' })).toMatchObject({ code: 0 });
    expect(await documents()).toMatchObject({ r0: 't0🦜', r1: 't1🦜', own: 'own', r2: 't2🦜' });
  });
});

describe('case 39: the comparison finds', () => {
  async function tampered(change: ReturnType<typeof sql>): Promise<readonly string[]> {
    await copied(storage, `${from}/waiting`);
    await onDatabase(storage, (database) => database.query(change));
    const { code, lines } = await copied(storage, `${from}/waiting`);
    expect(code).toBe(1);
    return lines.filter((line) => line.startsWith('WRONG'));
  }

  it('one float that is another', async () => {
    const wrong = await tampered(sql`
      UPDATE polyvec.pool_vectors v SET embedding = '[1,2,3,4]' FROM polyvec.pool_records r
      WHERE r.id = 'r3' AND r.collection_id = v.collection_id AND r.rid = v.rid`);
    expect(wrong).toEqual(['WRONG: default_tenant/default_database/waiting: "r3" differs in embedding']);
  });

  it('one field that is lost', async () => {
    const wrong = await tampered(sql`UPDATE polyvec.pool_records SET metadata = metadata - 'word' WHERE id = 'r0'`);
    expect(wrong).toEqual(['WRONG: default_tenant/default_database/waiting: "r0" differs in metadata']);
  });

  it('one record that is lost', async () => {
    const wrong = await tampered(sql`DELETE FROM polyvec.pool_records WHERE id = 'r0'`);
    expect(wrong).toEqual(['WRONG: default_tenant/default_database/waiting: "r0" is missing']);
  });

  it('one record too many', async () => {
    const wrong = await tampered(sql`
      INSERT INTO polyvec.pool_records (collection_id, namespace, id, rid, metadata)
      SELECT collection_id, namespace, 'extra', nextval('polyvec.rid'), '{}' FROM polyvec.pool_records WHERE id = 'r0'`);
    expect(wrong).toEqual(['WRONG: default_tenant/default_database/waiting: "extra" is not in the source']);
  });
});

describe('what it prints', () => {
  it('case 44: with --json every line is a JSON object', async () => {
    const { lines } = await copied(storage, from, { json: true });
    const events = eventsOf(lines);
    expect(new Set(events.map(({ event }) => event))).toEqual(new Set(['plan', 'progress', 'report']));
    expect(events.at(-1)).toMatchObject({ event: 'report', records: 3, outcome: 'copied', differences: [] });
  });

  it('case 44: without a terminal, lines alone', async () => {
    const { lines } = await copied(storage, from);
    expect(lines.join('\n')).not.toMatch(/[\r\u001b]/);
  });

  it('case 18: what is damaged is a warning before the start', async () => {
    const row = new sqlite.Database(join(fixture.folder, 'chroma.sqlite3'), { readOnly: true });
    const { id } = row.get(`SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection
      WHERE c.name = 'flushed-l2' AND s.scope = 'VECTOR'`) as { id: string };
    row.close();
    await writeFile(join(fixture.folder, id, 'index_metadata.pickle'), 'cposix\nsystem\n.');
    const { code, lines } = await copied(storage, `${from}/flushed-l2`, { onError: 'skip' });
    expect(code).toBe(1);
    expect(lines.join('\n')).toMatch(/warning: the index on disk is damaged.*posix.system: refused, nothing was run/);
  });
});
