import { engineContender, load } from './chroma-contender.js';
import { measureRow, middle, type Timing } from './contender.js';
import { records } from './data.js';
import type { Engine } from './engines.js';
import { CLIENTS } from './measure.js';
import type { Measured, Row } from './report.js';
import { above, type SearchRow } from './search-report.js';
import { BATCH, BY_DOCUMENT, READS, Session, WRITES } from './workload.js';

export interface EmbeddedOptions extends Timing {
  readonly count: number;
  readonly deletes: number;
  readonly chromaSettleMs: number;
}

/** Polyvec on its embedded engine beside Chroma's server. Nobody but the gateway speaks to that engine: there is no SQL to compare with. */
export async function measureEmbedded(embedded: Engine, chroma: Engine, options: EmbeddedOptions): Promise<readonly SearchRow[]> {
  const all = records(options.count);
  const [session, other] = [new Session(embedded, all), new Session(chroma, all)];
  const sessions = [session, other];
  const loads: Measured[][] = [];
  try {
    await load(sessions, loads);
    await session.indexed({});
    await new Promise((done) => setTimeout(done, options.chromaSettleMs));
    const contenders = sessions.map((one) => engineContender(one, options));
    const rows: SearchRow[] = [];
    for (const work of [...READS.filter((read) => read !== BY_DOCUMENT), ...WRITES]) {
      rows.push(compared(await measureRow(work, contenders, options.rounds)));
    }
    // at the end, so that all other rows are measured beside one collection
    for (let round = 1; round < options.rounds; round += 1) await load(sessions, loads);
    return [compared({ name: `add, rows (${String(BATCH)} a request)`, cells: loads.map(middle) }), ...rows];
  } finally {
    for (const one of sessions) one.close();
  }
}

function compared({ name, cells }: Row): SearchRow {
  const [polyvec, chroma] = cells;
  if (polyvec === undefined || chroma === undefined) throw new Error(`${name} was not measured`);
  return {
    name,
    clients: CLIENTS,
    aims: [above('times Chroma', 1)],
    polyvec: { cell: polyvec },
    sql: undefined,
    chroma: { cell: chroma },
  };
}
