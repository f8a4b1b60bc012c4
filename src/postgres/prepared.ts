import type pg from 'pg';

/** So many are released together: each time costs a round trip. */
const RELEASED_TOGETHER = 16;

/** The driver's own list, by which it knows what it need not send again. */
interface DriverConnection {
  readonly parsedStatements?: Record<string, unknown>;
}

/** The statements that a pool's connections have prepared. Those whose names are retired are released, so that sessions stay small. */
export class Prepared {
  private readonly byClient = new WeakMap<pg.PoolClient, Set<string>>();

  constructor(private readonly isRetired: (name: string) => boolean) {}

  /** The connection has carried out the statement of this name. */
  note(client: pg.PoolClient, name: string): void {
    const names = this.byClient.get(client) ?? new Set();
    this.byClient.set(client, names.add(name));
  }

  /** The text that releases what the connection does not need any more, once that is enough. */
  release(client: pg.PoolClient): string | undefined {
    const names = this.byClient.get(client);
    if (names === undefined || names.size < RELEASED_TOGETHER) return undefined;
    const retired = [...names].filter((name) => this.isRetired(name));
    if (retired.length < RELEASED_TOGETHER) return undefined;
    const known = (client as unknown as { readonly connection?: DriverConnection }).connection?.parsedStatements;
    for (const name of retired) {
      names.delete(name);
      if (known !== undefined) Reflect.deleteProperty(known, name);
    }
    return retired.map((name) => `DEALLOCATE ${name}`).join('; ');
  }
}
