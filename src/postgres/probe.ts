import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type pg from 'pg';
import { CONFIG, type Config } from '../config/config.js';
import { Database } from './database.js';
import { createPool } from './host-client.js';
import { connectionTo } from './pooler.js';
import { sql } from './sql.js';

/** A probe must have its answer within a second. */
const LIMIT_MS = 800;
/** Longer than probes are apart, so that they do not connect each time. */
const IDLE_MS = 60_000;

const QUESTION = "SELECT NOT pg_is_in_recovery() AND current_setting('transaction_read_only') = 'off' AS takes_writes";

type State = Readonly<{ takes_writes: boolean }>;

/**
 * Asks the database how it is, on a server by a connection of its own: behind requests that wait for the pool, a busy instance would
 * look like one out of order.
 */
@Injectable()
export class Probe implements BeforeApplicationShutdown {
  private readonly pool: pg.Pool | undefined;
  private asking: Promise<boolean> | undefined;

  constructor(
    @Inject(CONFIG) config: Config,
    private readonly database: Database,
  ) {
    if (config.databaseUrl !== undefined) this.pool = newPool(config, config.databaseUrl);
  }

  /** Whether it can be written to: false for a standby. @throws Error when there is no answer within 0.8 s */
  async takesWrites(): Promise<boolean> {
    // those who ask meanwhile share the answer
    this.asking ??= this.ask().finally(() => {
      this.asking = undefined;
    });
    const { asking } = this;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`no answer within ${String(LIMIT_MS)} ms`));
      }, LIMIT_MS);
      asking.then(resolve, reject).finally(() => {
        clearTimeout(timer);
      });
    });
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.pool?.end();
  }

  private async ask(): Promise<boolean> {
    if (this.pool === undefined) {
      // the embedded engine is never a standby; on a full disk it only reads, which no other instance could do better
      await this.database.query(sql`SELECT 1`);
      return true;
    }
    const rows = await askTwice(this.pool, QUESTION);
    return rows[0]?.takes_writes === true;
  }
}

/** The connection that was kept may have broken since. */
async function askTwice(pool: pg.Pool, question: string): Promise<readonly State[]> {
  const ask = async (): Promise<readonly State[]> => {
    const client = await pool.connect();
    let isGood = false;
    try {
      const { rows } = await client.query<State>(question);
      isGood = rows[0]?.takes_writes === true;
      return rows;
    } finally {
      // the next question goes to whichever server takes writes then
      client.release(!isGood);
    }
  };
  return ask().catch(ask);
}

function newPool(config: Config, url: string): pg.Pool {
  const pool = createPool({
    ...connectionTo(config, url),
    max: 1,
    connectionTimeoutMillis: LIMIT_MS,
    query_timeout: LIMIT_MS,
    idleTimeoutMillis: IDLE_MS,
    allowExitOnIdle: true,
    application_name: 'polyvec probe',
  });
  // the next question opens another one
  pool.on('error', () => undefined);
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
  });
  return pool;
}
