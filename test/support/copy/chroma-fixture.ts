import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import sqlite from 'node-sqlite3-wasm';
import type { CopyRecord, SourceCollection } from '../../../src/copy/copy.js';
import { ChromaFolder } from '../../../src/copy/sources/chroma-folder.js';
import { isJsonObject, type Json, JsonNumber, parseJson, stringifyJson } from '../../../src/http/json.js';
import { canonicalNumber } from '../../../src/protocols/chroma/wire/number.js';

/** The versions of Chroma whose clients have written a folder each, with test/clients/copy/make_folder.py. */
export const VERSIONS = ['0.4.24', '0.5.3', '0.5.11', '0.5.23', '0.6.3', '1.0.21', '1.5.9'] as const;

/** A record as a client reads it, or as a copy has it. */
export interface ReadRecord {
  readonly id: string;
  readonly embedding: readonly number[];
  readonly document: string | null;
  readonly uri: string | null;
  /** A JSON object's text, its keys in order. */
  readonly metadata: string | null;
}

export interface ReadCollection {
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  readonly metadata: string | null;
  readonly records: readonly ReadRecord[];
}

/** A folder of its own, and what the real client has read of it. */
export interface ChromaFixture {
  readonly folder: string;
  readonly expected: readonly ReadCollection[];
  remove(): Promise<void>;
}

export async function chromaFixture(version: string): Promise<ChromaFixture> {
  const packed = readFileSync(fileURLToPath(new URL(`../../copy/fixtures/chroma-${version}.br`, import.meta.url)));
  const bytes = brotliDecompressSync(packed);
  const end = bytes.indexOf('\n');
  const table = JSON.parse(bytes.subarray(0, end).toString()) as readonly (readonly [string, number])[];
  const folder = await mkdtemp(join(tmpdir(), 'chroma-folder-'));
  let at = end + 1;
  let expected = '';
  for (const [name, length] of table) {
    const content = bytes.subarray(at, at + length);
    at += length;
    if (name === 'expected.json') expected = content.toString();
    else {
      await mkdir(dirname(join(folder, name)), { recursive: true });
      await writeFile(join(folder, name), content);
    }
  }
  return { folder, expected: expectedOf(expected), remove: () => rm(folder, { recursive: true, force: true }) };
}

/** Everything that is in a folder: paths, times, sizes and contents. */
export async function bytesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).sort();
  return Promise.all(
    paths.map(async (path) => {
      const { mtimeMs, size } = await stat(path);
      const content = (await stat(path)).isFile() ? (await readFile(path)).toString('base64') : '';
      return `${path} ${String(mtimeMs)} ${String(size)} ${content}`;
    }),
  );
}

/** Changes the folder's database, as nobody but a test does. */
export function changeFolder(folder: string, change: string): void {
  const database = new sqlite.Database(join(folder, 'chroma.sqlite3'));
  database.exec(change);
  database.close();
}

/** Everything that the folder's reader finds. */
export async function readFolder(folder: string): Promise<readonly ReadCollection[]> {
  const source = await ChromaFolder.open(folder);
  try {
    const collections: ReadCollection[] = [];
    for (const collection of await source.collections()) {
      const records = byId((await recordsOf(source, collection)).map(toRead));
      const { tenant, database, name, metadata } = collection;
      collections.push({ tenant, database, name, metadata: metadata === null ? null : sorted(metadata), records });
    }
    return collections;
  } finally {
    await source.close();
  }
}

export async function recordsOf(source: ChromaFolder, collection: SourceCollection): Promise<readonly CopyRecord[]> {
  const records: CopyRecord[] = [];
  for await (const chunk of source.read(collection, null)) records.push(...chunk.records);
  return records;
}

/** Collections in the order of names, records in the order of ids. */
export function expectedOf(text: string): readonly ReadCollection[] {
  const collections = parseJson(text) as readonly Json[];
  return collections
    .map((collection) => ({
      tenant: textAt(collection, 'tenant') ?? '',
      database: textAt(collection, 'database') ?? '',
      name: textAt(collection, 'name') ?? '',
      metadata: objectAt(collection, 'metadata'),
      records: byId((valueAt(collection, 'records') as readonly Json[]).map(toExpected)),
    }))
    .sort((a, b) => (placeOf(a) < placeOf(b) ? -1 : 1));
}

/** The records of an answer to Chroma's get, whose columns are lists side by side. */
export function recordsOfAnswer(text: string): readonly ReadRecord[] {
  const answer = parseJson(text);
  const column = (name: string): readonly Json[] => {
    const values = valueAt(answer, name);
    return Array.isArray(values) ? (values as readonly Json[]) : [];
  };
  const columns = {
    embedding: column('embeddings'),
    document: column('documents'),
    uri: column('uris'),
    metadata: column('metadatas'),
  };
  const records = column('ids').map((id, index) => {
    const parts = Object.entries(columns).map(([name, values]) => [name, values[index] ?? null] as const);
    return toExpected(new Map<string, Json>([['id', id], ...parts]));
  });
  return byId(records);
}

function toExpected(record: Json): ReadRecord {
  const components = valueAt(record, 'embedding') as readonly JsonNumber[];
  return {
    id: textAt(record, 'id') ?? '',
    embedding: components.map(({ text }) => Math.fround(Number(text))),
    document: textAt(record, 'document'),
    uri: textAt(record, 'uri'),
    metadata: objectAt(record, 'metadata'),
  };
}

/** With its keys in order, and numbers as Chroma's API means them. */
export function sorted(text: string): string {
  return stringifyJson(ordered(parseJson(text)));
}

/** Versions list them in different orders. */
function byId(records: readonly ReadRecord[]): readonly ReadRecord[] {
  return [...records].sort((a, b) => (a.id < b.id ? -1 : 1));
}

function placeOf({ tenant, database, name }: ReadCollection): string {
  return `${tenant}/${database}/${name}`;
}

function toRead({ id, embedding, document, uri, metadata }: CopyRecord): ReadRecord {
  return { id, embedding: [...(embedding ?? [])], document, uri, metadata: metadata === null ? null : sorted(metadata) };
}

function ordered(value: Json): Json {
  if (value instanceof JsonNumber) return new JsonNumber(canonicalNumber(value.text).text);
  if (isJsonObject(value)) {
    const entries = [...value].sort(([a], [b]) => (a < b ? -1 : 1));
    return new Map(entries.map(([key, item]) => [key, ordered(item)]));
  }
  return Array.isArray(value) ? value.map(ordered) : value;
}

function valueAt(object: Json, key: string): Json {
  return (isJsonObject(object) ? object.get(key) : null) ?? null;
}

function textAt(object: Json, key: string): string | null {
  const value = valueAt(object, key);
  return typeof value === 'string' ? value : null;
}

function objectAt(object: Json, key: string): string | null {
  const value = valueAt(object, key);
  return isJsonObject(value) && value.size > 0 ? stringifyJson(ordered(value)) : null;
}
