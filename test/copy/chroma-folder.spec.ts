import { existsSync } from 'node:fs';
import { chmod, cp, open, readFile, rm, stat, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { ChromaFolder } from '../../src/copy/sources/chroma-folder.js';
import {
  bytesOf,
  type ChromaFixture,
  chromaFixture,
  type ReadCollection,
  readFolder,
  VERSIONS,
} from '../support/copy/chroma-fixture.js';
import { exitCode, polyvec } from '../support/gateway/polyvec-command.js';
import { makeSmallDisk, noSmallDisk } from '../support/gateway/small-disk.js';

/** Of a component's own size. */
const COSINE_TOLERANCE = 1e-6;
const MEBIBYTE = 1024 * 1024;
/** Its writes to one collection delete what the others have in the log alone: their vectors are lost, by its own fault. */
const FORGETFUL = '0.5.11';
const FOLDERS = VERSIONS.map((version, index) => [index + 1, version] as const).filter(([, version]) => version !== FORGETFUL);

const itOnDisk = noSmallDisk === '' ? it : it.skip;

let fixture: ChromaFixture;

afterEach(async () => {
  await fixture.remove();
});

function named(collections: readonly ReadCollection[], name: string): ReadCollection {
  const [found] = collections.filter((collection) => collection.name === name);
  if (found === undefined) throw new Error(`there is no ${name}`);
  return found;
}

/** Everything but vectors whose length has been taken from them and given back. */
function withoutCosine(collections: readonly ReadCollection[]): readonly ReadCollection[] {
  return collections.map((each) => {
    const records = each.records.map((record) => (each.name === 'flushed-cosine' ? { ...record, embedding: [] } : record));
    return { ...each, records };
  });
}

/** How far any component is from the one that the client has read, as a share of it. */
function deviation(found: ReadCollection, expected: ReadCollection): number {
  const shares = found.records.flatMap(({ embedding }, at) =>
    embedding.map((component, index) => {
      const wanted = expected.records[at]?.embedding[index] ?? NaN;
      return wanted === 0 ? Math.abs(component) : Math.abs(component - wanted) / Math.abs(wanted);
    }),
  );
  return Math.max(...shares);
}

function changeDatabase(folder: string, change: string): void {
  const database = new sqlite.Database(join(folder, 'chroma.sqlite3'));
  database.exec(change);
  database.close();
}

/** The folder of the index of a collection that has been written to disk. */
async function indexOf(folder: string, name: string): Promise<string> {
  const database = new sqlite.Database(join(folder, 'chroma.sqlite3'));
  const row = database.get(
    `SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection WHERE c.name = ? AND s.scope = 'VECTOR'`,
    name,
  );
  database.close();
  await rm(join(folder, 'chroma.sqlite3.lock'), { recursive: true, force: true });
  return join(folder, (row as { id: string }).id);
}

/** Puts the elements of an index far apart, into a file of as many MiB, which has holes. Returns how many there are. */
async function spread(index: string, mebibytes: number): Promise<number> {
  const [header, data] = [join(index, 'header.bin'), join(index, 'data_level0.bin')];
  const [bytes, old] = [await readFile(header), await readFile(data)];
  const [count, size] = [Number(bytes.readBigUInt64LE(20)), Number(bytes.readBigUInt64LE(28))];
  const step = Math.floor(mebibytes / count);
  const file = await open(data, 'w');
  for (let place = 0; place < mebibytes; place += 1) {
    const element = place % step === 0 && place / step < count ? place / step : undefined;
    // what is between them is deleted
    const content = element === undefined ? Buffer.from([0, 0, 1]) : old.subarray(element * size, (element + 1) * size);
    await file.write(content, 0, content.length, place * MEBIBYTE);
  }
  await file.truncate(mebibytes * MEBIBYTE);
  await file.close();
  bytes.writeBigUInt64LE(BigInt(mebibytes), 20);
  bytes.writeBigUInt64LE(BigInt(MEBIBYTE), 28);
  await writeFile(header, bytes);
  return count;
}

async function warningsOf(folder: string, name: string): Promise<readonly string[]> {
  const source = await ChromaFolder.open(folder);
  try {
    return (await source.collections()).filter((each) => each.name === name).flatMap(({ warnings }) => warnings);
  } finally {
    await source.close();
  }
}

async function rejectsOf(folder: string, name: string): Promise<readonly string[]> {
  const source = await ChromaFolder.open(`${folder}/${name}`);
  try {
    const [collection] = await source.collections();
    const rejects: string[] = [];
    if (collection !== undefined) {
      for await (const chunk of source.read(collection, null))
        rejects.push(...chunk.rejects.map(({ id, reason }) => `${id}: ${reason}`));
    }
    return rejects;
  } finally {
    await source.close();
  }
}

describe('a folder of each version', () => {
  it.each(FOLDERS)('case %i: a folder of Chroma %s is read as its own client reads it', async (_, version) => {
    fixture = await chromaFixture(version);
    const found = await readFolder(fixture.folder);
    expect(withoutCosine(found)).toEqual(withoutCosine(fixture.expected));
  });

  it('case 3: of a folder of Chroma 0.5.11, which deletes vectors that are in its log alone, the others are read, and those reported', async () => {
    fixture = await chromaFixture(FORGETFUL);
    const found = await readFolder(fixture.folder);
    expect(named(found, 'plain')).toEqual(named(fixture.expected, 'plain'));
    expect(named(found, 'elsewhere')).toEqual(named(fixture.expected, 'elsewhere'));
    expect(named(found, 'flushed-ip')).toEqual(named(fixture.expected, 'flushed-ip'));
    expect(named(found, 'waiting').records).toEqual([]);
    expect(await rejectsOf(fixture.folder, 'waiting')).toHaveLength(named(fixture.expected, 'waiting').records.length);
  });

  it.each(FOLDERS)(
    'case 11: vectors of a cosine collection have their lengths back (folder %i, Chroma %s)',
    async (_, version) => {
      fixture = await chromaFixture(version);
      const found = await readFolder(fixture.folder);
      const [read, wanted] = [named(found, 'flushed-cosine'), named(fixture.expected, 'flushed-cosine')];
      expect(read.records.length).toBeGreaterThan(30);
      expect(deviation(read, wanted)).toBeLessThan(COSINE_TOLERANCE);
    },
  );
});

describe('where the vectors are', () => {
  it('case 8: a collection whose vectors are all in the log', async () => {
    fixture = await chromaFixture('1.5.9');
    const index = await indexOf(fixture.folder, 'waiting');
    expect(existsSync(join(index, 'index_metadata.pickle'))).toBe(false);
    expect(named(await readFolder(fixture.folder), 'waiting')).toEqual(named(fixture.expected, 'waiting'));
  });

  it('case 9: what the log says of a record is newer than what the index says', async () => {
    fixture = await chromaFixture('1.5.9');
    const { records } = named(await readFolder(fixture.folder), 'flushed-l2');
    const ids = records.map(({ id }) => id);
    expect(ids).not.toContain('r3');
    expect(ids).not.toContain('r101');
    expect(ids).toContain('r4');
    expect(records.filter(({ id }) => id === 'r9').map(({ document }) => document)).toEqual(['upserted']);
    expect(records).toEqual(named(fixture.expected, 'flushed-l2').records);
  });

  it('case 10: an empty collection has no dimension', async () => {
    fixture = await chromaFixture('0.5.3');
    const source = await ChromaFolder.open(`${fixture.folder}/empty`);
    const collections = await source.collections();
    await source.close();
    expect(collections).toMatchObject([{ name: 'empty', dimension: null, records: 0, metric: 'l2' }]);
  });

  it('case 11: a zero vector stays one', async () => {
    fixture = await chromaFixture('0.4.24');
    const { records } = named(await readFolder(fixture.folder), 'plain');
    expect(records.filter(({ id }) => id === 'ü🦜').map(({ embedding }) => embedding)).toEqual([[0, 0, 0]]);
  });

  it('case 12: sequence numbers as blobs and as integers, mixed by an upgrade', async () => {
    fixture = await chromaFixture('1.5.9');
    changeDatabase(
      fixture.folder,
      `UPDATE embeddings SET seq_id = CAST(x'0000000000000005' AS BLOB) WHERE id % 2 = 0;
       CREATE TABLE mixed (segment_id TEXT PRIMARY KEY, seq_id BLOB NOT NULL);
       INSERT INTO mixed SELECT segment_id, CASE WHEN segment_id < '8' THEN seq_id ELSE CAST(unhex(printf('%016X', seq_id)) AS BLOB) END
       FROM max_seq_id;
       DROP TABLE max_seq_id; ALTER TABLE mixed RENAME TO max_seq_id;`,
    );
    expect(withoutCosine(await readFolder(fixture.folder))).toEqual(withoutCosine(fixture.expected));
  });

  it('case 13: lists, integers beyond 2^53, booleans, empty texts and emoji', async () => {
    fixture = await chromaFixture('1.5.9');
    const found = await readFolder(fixture.folder);
    const lists = named(found, 'plain').records.filter(({ id }) => id === 'lists');
    expect(lists.map(({ metadata }) => metadata)).toEqual([
      '{"flags":[true,false],"shares":[1.0,2.5],"whole":[1,9007199254740993],"words":["a","","é"]}',
    ]);
    const [first] = named(found, 'waiting').records;
    expect(first?.metadata).toBe('{"big":9007199254740993,"empty":"","even":true,"n":0,"share":0.0,"whole":0.0,"word":"é🦜"}');
    expect(first?.document).toBe('t0🦜');
  });
});

describe('a folder that is not ours', () => {
  it('case 14: reading leaves it as it was, to the byte, and read-only folders are read', async () => {
    fixture = await chromaFixture('0.6.3');
    await chmod(join(fixture.folder, 'chroma.sqlite3'), 0o400);
    await chmod(fixture.folder, 0o500);
    const before = await bytesOf(fixture.folder);
    const found = await readFolder(fixture.folder);
    const after = await bytesOf(fixture.folder);
    await chmod(fixture.folder, 0o700);
    expect(found).toHaveLength(fixture.expected.length);
    expect(after).toEqual(before);
  });

  itOnDisk(`case 14: a folder on a disk that is mounted read-only is copied${noSmallDisk}`, async () => {
    fixture = await chromaFixture('0.6.3');
    const disk = makeSmallDisk(64);
    try {
      await cp(fixture.folder, join(disk.directory, 'chroma'), { recursive: true });
      disk.freeze();
      await expect(writeFile(join(disk.directory, 'new'), '')).rejects.toThrow('EROFS');
      const before = await bytesOf(join(disk.directory, 'chroma'));
      const out = join(fixture.folder, 'out');
      const run = polyvec(['copy', `chroma-dir:${join(disk.directory, 'chroma')}`, `jsonl:${out}`], {});
      expect([await exitCode(run), run.output()]).toEqual([0, expect.stringContaining('and all of it is equal')]);
      expect(await bytesOf(join(disk.directory, 'chroma'))).toEqual(before);
    } finally {
      disk.remove();
    }
  });

  it('case 15: a database that is written to while it is copied is noticed', async () => {
    fixture = await chromaFixture('1.0.21');
    const source = await ChromaFolder.open(fixture.folder);
    await expect(source.requireUnchanged()).resolves.toBeUndefined();
    changeDatabase(fixture.folder, 'CREATE TABLE another (id)');
    expect(() => source.requireUnchanged()).toThrow(/has changed while it was copied: stop Chroma.*chroma:\/\/host:8000/);
    await source.close();
  });

  it('case 16: a journal that was left behind is refused, with what to do', async () => {
    fixture = await chromaFixture('1.0.21');
    await writeFile(join(fixture.folder, 'chroma.sqlite3-journal'), 'half a transaction');
    await expect(ChromaFolder.open(fixture.folder)).rejects.toThrow(
      /chroma.sqlite3-journal.*stop Chroma and copy again.*open the folder with it once/s,
    );
  });

  it('case 16: so is a write-ahead log with changes in it', async () => {
    fixture = await chromaFixture('1.0.21');
    await writeFile(join(fixture.folder, 'chroma.sqlite3-wal'), 'changes');
    await expect(ChromaFolder.open(fixture.folder)).rejects.toThrow('there is a chroma.sqlite3-wal with changes in it');
  });

  it('a database in write-ahead mode without a log is read', async () => {
    fixture = await chromaFixture('1.0.21');
    const file = join(fixture.folder, 'chroma.sqlite3');
    const bytes = await readFile(file);
    bytes.set([2, 2], 18);
    await writeFile(file, bytes);
    expect(await readFolder(fixture.folder)).toHaveLength(fixture.expected.length);
  });

  it('a folder without a database is named', async () => {
    fixture = await chromaFixture('1.0.21');
    await rm(join(fixture.folder, 'chroma.sqlite3'));
    await expect(ChromaFolder.open(fixture.folder)).rejects.toThrow('that is no Chroma folder');
  });
});

describe('a folder that is damaged', () => {
  it('case 17: a pickle that would run something is refused, and nothing is run', async () => {
    fixture = await chromaFixture('0.6.3');
    const index = await indexOf(fixture.folder, 'flushed-l2');
    const mark = join(fixture.folder, 'ran');
    // os.system('touch …'), in protocol 0
    await writeFile(join(index, 'index_metadata.pickle'), `cos\nsystem\n(S'touch ${mark}'\ntR.`);
    expect(await warningsOf(fixture.folder, 'flushed-l2')).toEqual([
      expect.stringContaining('it asks for the class os.system: refused, nothing was run'),
    ]);
    expect(existsSync(mark)).toBe(false);
  });

  it('a header that asks for more memory than any index needs is not believed', async () => {
    fixture = await chromaFixture('0.6.3');
    const header = join(await indexOf(fixture.folder, 'flushed-l2'), 'header.bin');
    const bytes = await readFile(header);
    bytes.writeBigUInt64LE(2n ** 32n, 28);
    await writeFile(header, bytes);
    expect(await warningsOf(fixture.folder, 'flushed-l2')).toEqual([expect.stringContaining('header.bin makes no sense')]);
  });

  it('case 19: a vector file of more than 2 GiB is read within 512 MB', async () => {
    fixture = await chromaFixture('1.5.9');
    const elements = await spread(await indexOf(fixture.folder, 'flushed-l2'), 2_400);
    const memory = `process.on("exit",()=>console.log("memory "+process.resourceUsage().maxRSS))`;
    const file = join(fixture.folder, 'out.jsonl');
    const run = polyvec(['copy', `chroma-dir:${fixture.folder}/flushed-l2`, `jsonl:${file}`], {
      NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(memory)}`,
    });
    expect([await exitCode(run), run.output()]).toEqual([0, expect.stringContaining('and all of it is equal')]);
    expect(elements).toBeGreaterThan(10);
    expect(Number(/^memory (\d+)$/m.exec(run.output())?.[1])).toBeLessThan(512 * 1024);
    const read = (await readFile(file, 'utf8')).trimEnd().split('\n');
    const embeddings = read.map((line) => JSON.parse(line) as { id: string; embedding: number[] });
    const wanted = named(fixture.expected, 'flushed-l2').records;
    expect(new Map(embeddings.map(({ id, embedding }) => [id, embedding]))).toEqual(
      new Map(wanted.map(({ id, embedding }) => [id, embedding])),
    );
  });

  it('case 18: without its pickle, what the log has is copied: up to 0.5 that is everything', async () => {
    fixture = await chromaFixture('0.4.24');
    await rm(join(await indexOf(fixture.folder, 'flushed-l2'), 'index_metadata.pickle'));
    const [warning] = await warningsOf(fixture.folder, 'flushed-l2');
    expect(warning).toMatch(/index_metadata.pickle is missing: it is not known whose the \d+ vectors are/);
    expect(named(await readFolder(fixture.folder), 'flushed-l2')).toEqual(named(fixture.expected, 'flushed-l2'));
  });

  it('case 18: and what the log has not is reported, record by record', async () => {
    fixture = await chromaFixture('1.5.9');
    await rm(join(await indexOf(fixture.folder, 'flushed-l2'), 'index_metadata.pickle'));
    const wanted = named(fixture.expected, 'flushed-l2').records;
    const { records } = named(await readFolder(fixture.folder), 'flushed-l2');
    const rejects = await rejectsOf(fixture.folder, 'flushed-l2');
    expect(wanted).toEqual(expect.arrayContaining([...records]));
    expect(rejects).toHaveLength(wanted.length - records.length);
    expect(rejects[0]).toMatch(/: its vector is neither in the index on disk nor in the log$/);
  });

  it('case 18: of a vector file that is cut off, the rest is copied', async () => {
    fixture = await chromaFixture('1.5.9');
    const index = await indexOf(fixture.folder, 'flushed-ip');
    const { size } = await stat(join(index, 'data_level0.bin'));
    await truncate(join(index, 'data_level0.bin'), Math.floor(size / 2));
    const wanted = named(fixture.expected, 'flushed-ip').records;
    const { records } = named(await readFolder(fixture.folder), 'flushed-ip');
    const rejects = await rejectsOf(fixture.folder, 'flushed-ip');
    expect(records.length).toBeGreaterThan(5);
    expect(rejects.length).toBeGreaterThan(0);
    expect(records.length + rejects.length).toBe(wanted.length);
    expect(wanted).toEqual(expect.arrayContaining([...records]));
  });

  it('case 31: a change of its records changes its fingerprint, and a new date does not', async () => {
    fixture = await chromaFixture('0.5.23');
    const fingerprint = async (): Promise<string | undefined> => {
      const source = await ChromaFolder.open(`${fixture.folder}/waiting`);
      const [collection] = await source.collections();
      await source.close();
      return collection?.fingerprint;
    };
    const before = await fingerprint();
    await utimes(join(fixture.folder, 'chroma.sqlite3'), 1, 1);
    expect(await fingerprint()).toBe(before);
    changeDatabase(fixture.folder, `UPDATE max_seq_id SET seq_id = 9999`);
    expect(await fingerprint()).not.toBe(before);
  });
});
