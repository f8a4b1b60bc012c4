import type pg from 'pg';
import { APPLICATION_NAME } from './application-name.js';
import { atPlace, connectClient, type ServerConfig } from './host-client.js';

/** How long the server may take to end a process, and to answer that it has. */
const END_MS = 5_000;
const ANSWER_MS = 2 * END_MS;

/** A process of the server. */
export interface Overdue {
  readonly pid: number;
  /** Of several hosts, the one that it runs on. */
  readonly place: string | undefined;
  /** How long its statement has run at least, in milliseconds. */
  readonly ranMs: number;
}

/**
 * The server's processes whose statements were given up. A server that keeps time has ended such a statement before; one that is
 * still at it would go on, for nobody, with all the memory it has taken. So its process is ended, and seen to be gone.
 */
export class OverdueBackends {
  private readonly waiting = new Set<Overdue>();
  private running: Promise<void> | undefined;

  constructor(
    /** The server itself: behind a pooler, process ids are the pooler's. */
    private readonly where: ServerConfig,
    private readonly log: (message: string) => void,
  ) {}

  /** Ends the process when it is still at the statement. One connection serves all of a host that come while it is open. */
  end(overdue: Overdue): void {
    this.waiting.add(overdue);
    this.running ??= this.endAll().finally(() => {
      this.running = undefined;
    });
  }

  private async endAll(): Promise<void> {
    for (let [next] = this.waiting; next !== undefined; [next] = this.waiting) await this.endAt(next.place);
  }

  private async endAt(place: string | undefined): Promise<void> {
    let client: pg.Client | undefined;
    try {
      client = await connectClient({
        ...atPlace(this.where, place),
        application_name: APPLICATION_NAME,
        query_timeout: ANSWER_MS,
      });
      for (const overdue of this.waiting) {
        if (overdue.place !== place) continue;
        this.waiting.delete(overdue);
        await this.endOne(client, overdue);
      }
    } catch (error) {
      // a server that takes no connection is reported by whoever needs it
      this.log(`a statement that was given up may still run: ${error instanceof Error ? error.message : String(error)}`);
    } finally {
      for (const overdue of this.waiting) if (overdue.place === place) this.waiting.delete(overdue);
      await client?.end().catch(() => undefined);
    }
  }

  /** Another process may have the number by now: its statement is younger. */
  private async endOne(client: pg.Client, { pid, ranMs }: Overdue): Promise<void> {
    const { rows } = await client.query<{ gone: boolean }>(
      `SELECT pg_terminate_backend(a.pid, $3) AS gone FROM pg_stat_activity a
       WHERE a.pid = $1 AND a.usename = current_user AND a.state = 'active'
         AND a.query_start <= clock_timestamp() - $2::float8 * interval '1 millisecond'`,
      [pid, ranMs, END_MS],
    );
    const [row] = rows;
    if (row === undefined) return;
    const outcome = row.gone ? 'was ended' : 'does not end';
    this.log(`a statement ran on after it was given up: process ${String(pid)} of the server ${outcome}`);
  }
}
