import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { APPLICATION_NAME } from './application-name.js';
import { atPlace, connectClient, placeOf, type ServerConfig } from './host-client.js';
import type { OverdueBackends } from './overdue-backends.js';

/** A connection apart from the pool, for work that takes long. */
export interface Session {
  script(text: string): Promise<void>;
  /** Holds until the session ends. Behind a pooler nothing is set, and the server's own value holds. */
  set(name: 'maintenance_work_mem' | 'max_parallel_maintenance_workers', value: string): Promise<void>;
}

/**
 * Whose settings a connection changes: its own, those of all connections (the embedded engine has one session for everyone), or those
 * of other clients (a pooler shares connections).
 */
export type SettingsScope = 'own' | 'everyone' | 'shared';

/** Opens connections apart from the pool. */
export class Sessions {
  /** The application names of the open ones, and their hosts: a pooler does not reveal which of its connections a statement runs on. */
  private readonly open = new Map<string, string | undefined>();

  constructor(
    private readonly where: ServerConfig,
    private readonly scope: SettingsScope,
    /** Ends processes of the pool's server; undefined where their ids are not the server's. */
    readonly overdue?: OverdueBackends,
  ) {}

  /** Opens a connection on which a statement may take as long as the server allows, without a limit of ours, and closes it after `work`. */
  async run<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const name = `polyvec-${randomUUID()}`;
    const client = await this.connect(this.where, name);
    const changed = new Set<string>();
    this.open.set(name, placeOf(client));
    try {
      if (this.scope === 'own') await client.query('SET statement_timeout = 0');
      return await work({
        script: async (text) => {
          await client.query(text);
        },
        set: async (setting, value) => {
          if (this.scope === 'shared') return;
          changed.add(setting);
          await client.query(`SET ${setting} = ${pg.escapeLiteral(value)}`);
        },
      });
    } finally {
      this.open.delete(name);
      if (this.scope === 'everyone') for (const setting of changed) await reset(client, setting);
      await client.end();
    }
  }

  /** Cancels what is under way; it fails then. The embedded engine finishes first. */
  async cancel(): Promise<void> {
    if (this.scope === 'everyone' || this.open.size === 0) return;
    await Promise.all([...new Set(this.open.values())].map((place) => this.cancelAt(place)));
  }

  private async cancelAt(place: string | undefined): Promise<void> {
    const client = await this.connect(atPlace(this.where, place), APPLICATION_NAME);
    try {
      await client.query(
        `SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = ANY ($1::text[]) AND state = 'active'`,
        [[...this.open.keys()]],
      );
    } finally {
      await client.end();
    }
  }

  private async connect(where: ServerConfig, name: string): Promise<pg.Client> {
    // the embedded engine's limit is a watch on each connection, which can only be set as it begins
    const options = this.scope === 'everyone' ? { options: '-c statement_timeout=0' } : {};
    return connectClient({ ...where, ...options, application_name: name, query_timeout: 0 });
  }
}

async function reset(client: pg.Client, setting: string): Promise<void> {
  // an engine that broke forgets it by itself
  await client.query(`RESET ${setting}`).catch(() => undefined);
}
