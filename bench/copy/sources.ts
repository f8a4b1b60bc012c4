import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { lineOf } from '../../src/copy/jsonl/record-line.js';
import { DIMENSION, vectorSource } from '../data.js';
import { recordAt } from './bulk.js';
import { command } from './command.js';

const PYTHON = '.clients/python-1.5.9/bin/python';
const CHROMA = `
import sys, json, chromadb
folder, lines = sys.argv[1:]
collection = chromadb.PersistentClient(path=folder).create_collection("folder", metadata={"hnsw:space": "cosine"})
batch = []
def flush():
    if batch:
        collection.add(ids=[r["id"] for r in batch], embeddings=[r["embedding"] for r in batch],
                       documents=[r["document"] for r in batch], metadatas=[r["metadata"] for r in batch])
        batch.clear()
for line in open(lines):
    batch.append(json.loads(line))
    if len(batch) == 5000: flush()
flush()
`;

/** What is copied from, and the name of its kind. */
export interface BenchSource {
  readonly kind: string;
  readonly from: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The data set as files of every kind that needs no server. */
export async function fileSources(directory: string, records: number): Promise<readonly BenchSource[]> {
  const jsonl = join(directory, 'films.jsonl');
  await writeJsonl(jsonl, records);
  const [parquet, vdf, npy, chroma] = ['parquet', 'vdf', 'films.npy', 'chroma'].map((name) => join(directory, name)) as [
    string,
    string,
    string,
    string,
  ];
  await command(['copy', `jsonl:${jsonl}`, `parquet:${parquet}`, '--metric', 'cosine', '--verify', 'none'], {});
  await command(['copy', `jsonl:${jsonl}`, `vdf:${vdf}`, '--metric', 'cosine', '--verify', 'none'], {});
  await writeNpy(npy, records);
  const hasChroma = existsSync(PYTHON) && spawnSync(PYTHON, ['-c', CHROMA, chroma, jsonl], { stdio: 'inherit' }).status === 0;
  return [
    { kind: 'JSONL', from: `jsonl:${jsonl}` },
    { kind: 'Parquet', from: `parquet:${parquet}` },
    { kind: 'Vector Data Format', from: `vdf:${vdf}` },
    { kind: '.npy, vectors alone', from: `npy:${npy}` },
    ...(hasChroma ? [{ kind: 'Chroma folder, 1.5.9', from: `chroma-dir:${chroma}/folder` }] : []),
  ];
}

/** A table as Supabase has it, in the database of the gateway. */
export async function tableSource(databaseUrl: string, records: number): Promise<BenchSource> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const schema = await client.query<{ schema: string }>(
      `SELECT n.nspname AS schema FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE t.typname = 'vector'`,
    );
    const vector = `${schema.rows[0]?.schema ?? 'public'}.vector`;
    await client.query(
      `CREATE TABLE public.documents (id text PRIMARY KEY, content text, metadata jsonb, embedding ${vector}(${String(DIMENSION)}))`,
    );
    const next = vectorSource(1);
    for (let at = 0; at < records; at += 1_000) {
      const rows = Array.from({ length: Math.min(1_000, records - at) }, (_, index) => recordAt(at + index, next()));
      await client.query(
        `INSERT INTO public.documents SELECT * FROM unnest($1::text[], $2::text[], $3::jsonb[], $4::${vector}[])`,
        [
          rows.map(({ id }) => id),
          rows.map(({ document }) => document),
          rows.map(({ metadata }) => metadata),
          rows.map(({ embedding }) => `[${(embedding ?? []).join(',')}]`),
        ],
      );
    }
  } finally {
    await client.end();
  }
  const url = new URL(databaseUrl);
  const { password } = url;
  url.password = '';
  url.searchParams.set('table', 'public.documents');
  return { kind: 'table with pgvector', from: url.href, env: { PGPASSWORD: decodeURIComponent(password) } };
}

async function writeJsonl(file: string, records: number): Promise<void> {
  const stream = createWriteStream(file);
  const next = vectorSource(1);
  for (let at = 0; at < records; at += 1) {
    if (!stream.write(lineOf(recordAt(at, next())))) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
}

async function writeNpy(file: string, records: number): Promise<void> {
  const header = `{'descr': '<f4', 'fortran_order': False, 'shape': (${String(records)}, ${String(DIMENSION)}), }`.padEnd(117);
  const next = vectorSource(1);
  const rows = Buffer.concat(Array.from({ length: records }, () => Buffer.from(next().buffer)));
  await writeFile(
    file,
    Buffer.concat([Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]), Buffer.from(`${header}\n`), rows]),
  );
}
