import { join } from 'node:path';
import sqlite from 'node-sqlite3-wasm';
import { copy } from '../../../src/cli/copy.js';
import type { CopyArguments } from '../../../src/cli/copy-rules.js';
import { readConfig } from '../../../src/config/config.js';
import type { Database } from '../../../src/postgres/database.js';
import { openDatabase } from '../../../src/postgres/open-database.js';
import { ChromaApi } from '../clients/chroma-api.js';
import { startGatewayOn, type TestStorage } from '../gateway/gateway.js';
import { type ReadCollection, recordsOfAnswer, sorted } from './chroma-fixture.js';

const QUIET = { POLYVEC_LOG_LEVEL: 'error' };

/** What a call of `polyvec copy` has come to; 2 is an error before the start, whose message is in the lines. */
export interface CopyRun {
  readonly code: number;
  readonly lines: readonly string[];
}

export async function copied(storage: TestStorage, from: string, options: Partial<CopyArguments> = {}): Promise<CopyRun> {
  const lines: string[] = [];
  const write = (text: string): boolean => lines.push(...text.trimEnd().split('\n')) > 0;
  const given = { from, to: 'polyvec:', onConflict: 'fail', onError: 'stop', verify: 'full', ...options };
  try {
    const code = await copy({ ...QUIET, ...storage.environment }, given, { write, columns: 80, isTTY: false });
    return { code, lines };
  } catch (error) {
    const problems = error instanceof AggregateError ? (error.errors as Error[]) : [error as Error];
    return { code: 2, lines: [...lines, ...problems.map(({ message }) => message)] };
  }
}

/** Works on the database itself, when nothing else has it open. */
export async function onDatabase<T>(storage: TestStorage, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(readConfig({ ...QUIET, ...storage.environment }), () => undefined);
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** Starts a gateway on what has been copied, and stops it again. */
export async function onGateway<T>(storage: TestStorage, work: (api: ChromaApi) => Promise<T>): Promise<T> {
  const gateway = await startGatewayOn({ environment: storage.environment, remove: () => Promise.resolve() }, {});
  try {
    return await work(new ChromaApi(gateway.chromaUrl));
  } finally {
    await gateway.stop();
  }
}

/** A collection as Chroma's API gives it; undefined when it does not show it. */
export async function readOver(
  api: ChromaApi,
  tenant: string,
  database: string,
  name: string,
): Promise<ReadCollection | undefined> {
  const collections = `/api/v2/tenants/${tenant}/databases/${database}/collections`;
  const found = await api.call(`${collections}/${name}`);
  if (found.status !== 200) return undefined;
  const { id, metadata } = found.body as { id: string; metadata: unknown };
  const body = { include: ['embeddings', 'documents', 'metadatas', 'uris'] };
  const { text } = await api.call(`${collections}/${id}/get`, { body });
  const read = metadata === null ? null : sorted(JSON.stringify(metadata));
  return { tenant, database, name, metadata: read, records: recordsOfAnswer(text) };
}

/** Adds so many records to the fixture's collection `waiting`, to its log: their metadata differ. */
export function enlarge(folder: string, records: number): void {
  const database = new sqlite.Database(join(folder, 'chroma.sqlite3'));
  database.exec(`
    CREATE TEMP TABLE place AS SELECT c.id AS collection, s.id AS segment,
      (SELECT max(id) FROM embeddings) AS id, (SELECT max(seq_id) FROM embeddings_queue) AS seq_id
    FROM collections c JOIN segments s ON s.collection = c.id WHERE c.name = 'waiting' AND s.scope = 'METADATA';
    CREATE TEMP TABLE numbers AS
      WITH RECURSIVE n (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < ${String(records)}) SELECT n FROM n;
    INSERT INTO embeddings (id, segment_id, embedding_id, seq_id)
      SELECT p.id + n, p.segment, 'more' || n, p.seq_id + n FROM numbers, place p;
    INSERT INTO embedding_metadata (id, key, int_value) SELECT p.id + n, 'n', n FROM numbers, place p;
    INSERT INTO embeddings_queue (seq_id, operation, topic, id, vector, encoding, metadata)
      SELECT p.seq_id + n, 0, 'persistent://default/default/' || p.collection, 'more' || n,
        (SELECT vector FROM embeddings_queue WHERE topic LIKE '%' || p.collection LIMIT 1), 'FLOAT32', '{}'
      FROM numbers, place p;
    UPDATE max_seq_id SET seq_id = (SELECT max(seq_id) FROM embeddings_queue)
      WHERE segment_id = (SELECT segment FROM place);`);
  database.close();
}
