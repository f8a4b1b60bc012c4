import pg from 'pg';

const POLL_MS = 250;
const QUIET_MS = 6_000;
/** What does not move for so long will not move any more. */
const STUCK_MS = 60_000;

interface Status {
  readonly op_indexing_progress: number;
  readonly num_unindexed_ops: number;
}

/** How to see what an engine does in the background. */
export interface Indexing {
  /** The answer of the collection's `indexing_status`. */
  readonly status: () => Promise<string>;
  /** Of its database, when it is on a Postgres server. */
  readonly databaseUrl?: string | undefined;
  /** How long nothing may happen. Absent: long enough for a gateway to look around after a load. */
  readonly quietMs?: number;
}

/**
 * Waits until all that is going to be indexed is, and nothing more has been built for `quietMs`: a gateway looks for work a moment
 * after a write. When it stays unfinished and nothing happens, that is told, and the wait ends.
 */
export async function untilIndexed({ status, databaseUrl, quietMs = QUIET_MS }: Indexing): Promise<void> {
  const client = databaseUrl === undefined ? undefined : new pg.Client({ connectionString: databaseUrl });
  await client?.connect();
  try {
    let [lastBusy, lastChange, known] = [performance.now(), performance.now(), ''];
    for (;;) {
      const text = await status();
      const { op_indexing_progress: progress, num_unindexed_ops: unindexed } = JSON.parse(text) as Status;
      const now = performance.now();
      const building = client !== undefined && (await isBuilding(client));
      const isReady = progress === 1 && unindexed === 0;
      if (!isReady || building) lastBusy = now;
      if (text !== known || building) [known, lastChange] = [text, now];
      if (now - lastBusy >= quietMs) return;
      if (now - lastChange >= STUCK_MS) {
        console.error(`still ${String(unindexed)} records outside the index, and nothing happens: measuring so`);
        return;
      }
      await new Promise((wake) => setTimeout(wake, POLL_MS));
    }
  } finally {
    await client?.end();
  }
}

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';

/** As above, of a collection that a gateway's other protocols have made: `url` is that of its Chroma API. */
export async function untilNamedIsIndexed(url: string, name: string, indexing: Omit<Indexing, 'status'>): Promise<void> {
  const get = async (path: string): Promise<string> => {
    const answer = await fetch(`${url}${COLLECTIONS}/${path}`);
    if (!answer.ok) throw new Error(`${path}: ${await answer.text()}`);
    return answer.text();
  };
  const { id } = JSON.parse(await get(name)) as { id: string };
  await untilIndexed({ ...indexing, status: () => get(`${id}/indexing_status`) });
}

async function isBuilding(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<{ building: boolean }>(
    'SELECT EXISTS (SELECT FROM pg_stat_progress_create_index WHERE datname = current_database()) AS building',
  );
  return rows[0]?.building === true;
}
