import { resolve } from 'node:path';
import { readConfig } from '../../src/config/config.js';
import { type CopyRecord, NOTHING_YET, type SourceCollection } from '../../src/copy/copy.js';
import { PolyvecDatabase } from '../../src/copy/targets/polyvec-database.js';
import type * as OpenDatabase from '../../src/postgres/open-database.js';
import { vectorSource } from '../data.js';

const BATCH = 1_000;
const TO = { tenant: 'default_tenant', database: 'default_database', name: 'bulk' };

/** A record of the data set, whatever it is copied from. */
export function recordAt(at: number, embedding: Float32Array): CopyRecord {
  const metadata = `{"at":${String(at)},"word":"word${String(at % 13)}"}`;
  return { id: `r${String(at)}`, embedding, document: `document ${String(at)}`, uri: null, metadata };
}

/** Records in a second that a gateway takes of one client, by Chroma's `add`, a thousand in a request; the requests' texts are made beforehand. */
export async function addRate(url: string, records: number): Promise<number> {
  const collections = `${url}/api/v2/tenants/default_tenant/databases/default_database/collections`;
  const post = async (path: string, body: string): Promise<unknown> => {
    const answer = await fetch(path, { method: 'POST', body, headers: { 'content-type': 'application/json' } });
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.json();
  };
  const configuration = { hnsw: { space: 'cosine' } };
  const { id } = (await post(collections, JSON.stringify({ name: 'added', configuration }))) as { id: string };
  const next = vectorSource(1);
  let seconds = 0;
  for (let at = 0; at < records; at += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, records - at) }, (_, index) => recordAt(at + index, next()));
    const body = JSON.stringify({
      ids: batch.map((record) => record.id),
      embeddings: batch.map(({ embedding }) => Array.from(embedding ?? [])),
      documents: batch.map(({ document }) => document),
      metadatas: batch.map(({ metadata }) => JSON.parse(metadata ?? '{}') as unknown),
    });
    const start = performance.now();
    await post(`${collections}/${id}/add`, body);
    seconds += (performance.now() - start) / 1000;
  }
  await fetch(`${collections}/added`, { method: 'DELETE' });
  return records / seconds;
}

/** Records in a second that the database takes of a process that has them in its memory, a thousand at once: nothing is read, summed up or compared. */
export async function bulkRate(env: Readonly<Record<string, string>>, records: number, dimension: number): Promise<number> {
  const config = readConfig({ POLYVEC_LOG_LEVEL: 'error', ...env });
  // the embedded engine starts a process of built files
  // eslint-disable-next-line no-restricted-syntax
  const built = (await import(resolve('dist/postgres/open-database.js'))) as typeof OpenDatabase;
  const database = await built.openDatabase(config, () => undefined);
  const target = new PolyvecDatabase(database, config, 'bulk');
  try {
    const from: SourceCollection = {
      ...{ key: 'bulk', ...TO, metric: 'cosine', dimension, metadata: null, records, fingerprint: 'bulk', warnings: [] },
    };
    const filling = await target.fill('bulk', from, TO, 'fail');
    const next = vectorSource(1);
    let [seconds, checkpoint] = [0, NOTHING_YET];
    for (let at = 0; at < records; at += BATCH) {
      const batch = Array.from({ length: Math.min(BATCH, records - at) }, (_, index) => recordAt(at + index, next()));
      const following = { ...checkpoint, cursor: String(at), records: at + batch.length };
      const start = performance.now();
      await filling.write(batch, checkpoint, following);
      seconds += (performance.now() - start) / 1000;
      checkpoint = following;
    }
    await target.discard(TO);
    return records / seconds;
  } finally {
    await target.close();
  }
}
