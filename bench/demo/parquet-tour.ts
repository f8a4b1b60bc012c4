import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ChromaClient, Collection, Metadata, Where } from 'chromadb-3';
import { faint, heading, print, table } from './terminal.js';

const NEIGHBOURS = 5;
const SHOWN = 40;

/** What is wanted of a file of the caller's. */
export interface ParquetTour {
  readonly file: string;
  readonly url: string;
  readonly metric: string;
  /** As of `polyvec copy`. */
  readonly map: string | undefined;
  readonly keep: boolean;
}

interface Sample {
  readonly id: string;
  readonly embedding: readonly number[];
  readonly metadata: Metadata | null;
}

/** Copies a Parquet file into the gateway, each record compared, and asks what can be asked of records that nobody knows. */
export async function parquetTour(client: ChromaClient, tour: ParquetTour, signal: AbortSignal): Promise<void> {
  const name = `parquet-demo-${String(Date.now())}`;
  heading(`${tour.file} in ${tour.url}`);
  await copied(tour, name, signal);
  const collection = await client.getCollection({ name });
  try {
    print(`  count()     ${String(await collection.count())}`);
    await show(collection);
  } finally {
    if (!tour.keep) await client.deleteCollection({ name });
  }
  print(faint(`\n  ${tour.keep ? `The collection ${name} is still there.` : 'The collection is deleted again.'}`));
}

/** @throws Error when the command has not ended well: it has said why */
async function copied({ file, url, metric, map }: ParquetTour, name: string, signal: AbortSignal): Promise<void> {
  const program = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
  const { protocol, host } = new URL(url);
  const checkpoints = await mkdtemp(join(tmpdir(), 'polyvec-demo-copy-'));
  const to = `polyvec+${protocol}//${host}/default_tenant/default_database/${name}`;
  const words = ['copy', `parquet:${file}`, to, '--metric', metric, '--checkpoint-dir', checkpoints];
  const child = spawn(process.execPath, [program, ...words, ...(map === undefined ? [] : ['--map', map])], {
    stdio: ['ignore', 'inherit', 'inherit'],
    signal,
  });
  try {
    const [code] = (await once(child, 'exit')) as [number | null];
    if (code !== 0) throw new Error(`${file} was not copied`);
  } finally {
    await rm(checkpoints, { recursive: true, force: true });
  }
}

async function show(collection: Collection): Promise<void> {
  const found = await collection.get({ limit: 1, include: ['embeddings', 'metadatas'] });
  const [id, embedding, metadata = null] = [found.ids[0], found.embeddings[0], found.metadatas[0]];
  if (id === undefined || embedding === undefined) return;
  const sample: Sample = { id, embedding, metadata };
  await showNearest(collection, sample);
  const where = whereOf(metadata);
  if (where === undefined) return;
  await showNearest(collection, sample, where);
}

async function showNearest(collection: Collection, { id, embedding }: Sample, where?: Where): Promise<void> {
  heading(`What is most like ${JSON.stringify(id)}${where === undefined ? '' : `, where ${JSON.stringify(where)}`}?`);
  const before = performance.now();
  const result = await collection.query({
    queryEmbeddings: [[...embedding]],
    nResults: NEIGHBOURS,
    include: ['metadatas', 'documents', 'distances'],
    ...(where !== undefined && { where }),
  });
  const took = performance.now() - before;
  table(
    ['id', 'distance', 'document', 'metadata'],
    (result.rows()[0] ?? []).map((row) => [
      row.id,
      (row.distance ?? NaN).toFixed(4),
      shortened(row.document ?? ''),
      shortened(JSON.stringify(row.metadata ?? {})),
    ]),
  );
  print(faint(`  ${took.toFixed(1)} ms`));
}

/** A condition that the record itself meets. */
function whereOf(metadata: Metadata | null): Where | undefined {
  const [key, value] =
    Object.entries(metadata ?? {}).find(([, each]) => typeof each === 'string' || typeof each === 'boolean') ?? [];
  return key === undefined || (typeof value !== 'string' && typeof value !== 'boolean') ? undefined : { [key]: value };
}

function shortened(text: string): string {
  return text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;
}
