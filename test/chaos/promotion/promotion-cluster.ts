import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway as start } from '../../../src/gateway.js';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { createStorage } from '../../support/gateway/gateway.js';
import type { Instance } from './promotion-transports.js';

/** Thresholds that small collections cross: two hundred records of eight components. */
export const SMALL_TIERS = {
  POLYVEC_DEDICATED_MIN_FLOATS: '1600',
  POLYVEC_INDEX_MIN_FLOATS: '1600',
  POLYVEC_MAINTENANCE_INTERVAL_MS: '50',
};

/** A collection of more such records than this gets tables of its own. */
export const LARGE = 200;

/** Several gateways on one database, which is removed with them. */
export interface Cluster {
  readonly instances: readonly Instance[];
  /** Sees the tables as they are. */
  readonly tables: pg.Client;
  /** Of the database that they share. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** On the server that `TEST_DATABASE_URL` names: the embedded engine serves one gateway. */
export async function startCluster(count: number, env: Readonly<Record<string, string>> = SMALL_TIERS): Promise<Cluster> {
  const storage = await createStorage();
  const environment = {
    POLYVEC_CHROMA_PORT: '0',
    POLYVEC_CONSOLE_PORT: '0',
    POLYVEC_PINECONE_PORT: '0',
    POLYVEC_VECTORIZER_PORT: '0',
    POLYVEC_PINECONE_INDEX_PORTS: 'off',
    POLYVEC_LOG_LEVEL: process.env['TEST_LOG_LEVEL'] ?? 'error',
    ...storage.environment,
    ...env,
  };
  const gateways: Gateway[] = [];
  try {
    for (let index = 0; index < count; index += 1) gateways.push(await start(readConfig(environment)));
    const databaseUrl = storage.environment['DATABASE_URL'] ?? '';
    const tables = new pg.Client({ connectionString: databaseUrl });
    await tables.connect();
    const stop = async (): Promise<void> => {
      await tables.end();
      await Promise.all(gateways.map((gateway) => gateway.stop()));
      await storage.remove();
    };
    return { instances: gateways.map(instanceOf), tables, databaseUrl, stop };
  } catch (error) {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await storage.remove();
    throw error;
  }
}

function instanceOf({ urls }: Gateway): Instance {
  return {
    chromaUrl: urls.get('chroma') ?? '',
    consoleUrl: urls.get('console') ?? '',
    pineconeUrl: urls.get('pinecone') ?? '',
    vectorizerUrl: urls.get('vectorizer') ?? '',
  };
}

/** What `look` returns once `isSettled` says so, or what it returned last, when that takes longer than `limitMs`. */
export async function eventually<T>(look: () => Promise<T>, isSettled: (seen: T) => boolean, limitMs = 30_000): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const seen = await look();
    if (isSettled(seen) || performance.now() > deadline) return seen;
    await sleep(20);
  }
}

/** Whether a collection has tables of its own, at once or within the time. */
export async function promoted(tables: pg.Client, uuid: string, limitMs = 30_000): Promise<boolean> {
  const look = async (): Promise<boolean> => {
    const { rows } = await tables.query<{ record_table: string }>(
      'SELECT record_table FROM polyvec.collections WHERE uuid = $1',
      [uuid],
    );
    return rows.some(({ record_table }) => record_table !== 'pool_records');
  };
  return eventually(look, (isPromoted) => isPromoted, limitMs);
}

/** Whether there is a vector index on a collection's table that is ready, at once or within the time. */
export async function hasVectorIndex(tables: pg.Client, uuid: string, limitMs = 30_000): Promise<boolean> {
  const look = async (): Promise<boolean> => {
    const { rows } = await tables.query(
      `SELECT FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid JOIN pg_am a ON a.oid = x.relam
        JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
        JOIN polyvec.collections c ON c.vector_table = t.relname AND c.place = n.nspname
        WHERE c.uuid = $1 AND a.amname = 'hnsw' AND i.indisvalid`,
      [uuid],
    );
    return rows.length > 0;
  };
  return eventually(look, (has) => has, limitMs);
}

/** What Chroma says of a collection's index once nothing is left to do, or when the time is over. */
export interface IndexingStatus {
  readonly op_indexing_progress: number;
  readonly num_unindexed_ops: number;
  readonly num_indexed_ops: number;
  readonly total_ops: number;
}

/** Waits until everything is in the index. */
export async function indexed(chromaUrl: string, uuid: string, limitMs = 30_000): Promise<IndexingStatus> {
  const api = new ChromaApi(chromaUrl);
  return eventually(
    async () => (await api.call(`${COLLECTIONS}/${uuid}/indexing_status`)).body as IndexingStatus,
    ({ op_indexing_progress, num_unindexed_ops }) => op_indexing_progress === 1 && num_unindexed_ops === 0,
    limitMs,
  );
}

/** Tables of collections that no longer exist, and rows of theirs that are still to be removed; empty once nothing is left, or after the time what is. */
export async function leftovers(tables: pg.Client, limitMs = 30_000): Promise<readonly string[]> {
  const look = async (): Promise<readonly string[]> => {
    const { rows } = await tables.query<{ name: string }>(`
      SELECT tablename AS name FROM pg_tables
        WHERE schemaname ~ '^polyvec(_[0-9]+)?$' AND tablename ~ '^(records|vectors)_[0-9]+$'
          AND tablename NOT IN (SELECT record_table FROM polyvec.collections UNION SELECT vector_table FROM polyvec.collections)
      UNION ALL SELECT 'dropped ' || id FROM polyvec.dropped_collections
      UNION ALL SELECT DISTINCT 'pooled records of ' || collection_id FROM polyvec.pool_records
        WHERE collection_id NOT IN (SELECT id FROM polyvec.collections WHERE record_table = 'pool_records')`);
    return rows.map(({ name }) => name);
  };
  return eventually(look, (names) => names.length === 0, limitMs);
}
