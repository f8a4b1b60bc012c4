import type pg from 'pg';
import type { DriverConnection } from './kept-plan.js';

/** So many are released together: each time costs a round trip. */
const RELEASED_TOGETHER = 16;

/** The statements that a pool's connections have prepared. Those whose names are retired are released, so that sessions stay small. */
export class Prepared {
  private readonly byClient = new WeakMap<pg.ClientBase, Set<string>>();

  constructor(private readonly isRetired: (name: string) => boolean) {}

  /** The connection has carried out the statement of this name. */
  note(client: pg.ClientBase, name: string): void {
    const names = this.byClient.get(client) ?? new Set();
    this.byClient.set(client, names.add(name));
  }

  /** The names that the connection does not need any more, once these are enough; they count as released. */
  takeRetired(client: pg.ClientBase): readonly string[] {
    const names = this.byClient.get(client);
    if (names === undefined || names.size < RELEASED_TOGETHER) return [];
    const retired = [...names].filter((name) => this.isRetired(name));
    if (retired.length < RELEASED_TOGETHER) return [];
    for (const name of retired) names.delete(name);
    return retired;
  }
}

/** Releases statements that the connection has prepared, by the protocol: on the embedded engine SQL would not know their names. */
export async function release(client: pg.ClientBase, names: readonly string[], limitMs: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.query(
      new Release(names, limitMs, (error) => {
        if (error === null || error === undefined) resolve();
        else reject(error);
      }),
    );
  });
}

/** One request of nothing but messages that close statements. */
class Release implements pg.Submittable {
  constructor(
    private readonly names: readonly string[],
    readonly query_timeout: number,
    public callback: (error: Error | null | undefined) => void,
  ) {}

  submit(connection: pg.Connection): void {
    const driver = connection as unknown as DriverConnection;
    for (const name of this.names) {
      Reflect.deleteProperty(driver.parsedStatements, name);
      driver.close({ type: 'S', name });
    }
    driver.sync();
  }

  handleReadyForQuery(): void {
    this.callback(null);
  }

  handleError(error: Error): void {
    this.callback(error);
  }
}
