import pg from 'pg';

/** A statement, how long it may take, and whether its session keeps the plan. */
export interface PlannedRequest extends pg.QueryConfig {
  readonly query_timeout?: number | undefined;
  /** For named statements outside of transactions alone. */
  readonly keepsPlan?: boolean;
}

/** What the driver keeps of a connection, and the messages that it sends; its declared type leaves them out. */
export interface DriverConnection {
  readonly parsedStatements: Readonly<Record<string, string>>;
  bind(portal: { readonly statement: string }): void;
  execute(portal: object): void;
  close(statement: { readonly type: 'S'; readonly name: string }): void;
  sync(): void;
}

/** The driver's query, with the messages that it handles. */
export interface DriverQuery {
  callback: (error: Error | null | undefined, result: pg.QueryResult) => void;
  query_timeout: number | undefined;
  /** How many it asks for at a time. */
  rows: number | undefined;
  prepare(connection: DriverConnection): void;
  handleDataRow(message: DataRow): void;
  handleCommandComplete(message: object, connection: DriverConnection): void;
  handlePortalSuspended(connection: DriverConnection): void;
  handleError(error: Error, connection: DriverConnection): void;
}

export interface DataRow {
  /** Of the whole message, in bytes. */
  readonly length: number;
}

const DriverQuery = pg.Query as unknown as new (
  request: PlannedRequest & { readonly rows?: number },
) => DriverQuery & pg.Submittable;

/** A plan that is kept is made once, perhaps for an empty table, so what is best only there is not open to it. */
const SETTINGS = {
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_bitmapscan: 'off',
  enable_sort: 'off',
  max_parallel_workers_per_gather: '0',
};
/** Until the end of the transaction, which the statement behind it ends: the next one is planned for its values, after an error, too. */
const MODE = {
  name: 'polyvec_keep_plan',
  text: `SELECT ${Object.entries(SETTINGS)
    .map(([setting, value]) => `set_config('${setting}', '${value}', true)`)
    .join(', ')}`,
};

/**
 * Prepares the mode, once for each connection, so that the driver has nothing but its own statement to parse when the two are sent together.
 */
export async function prepareMode(client: pg.ClientBase, limitMs: number | undefined): Promise<void> {
  const { connection } = client as unknown as { readonly connection: DriverConnection };
  if (connection.parsedStatements[MODE.name] === undefined)
    await client.query({ ...MODE, query_timeout: limitMs } as pg.QueryConfig);
}

/** A statement whose plan may be the one that the session has kept of its earlier runs: in one round trip with the mode. */
export class PlannedQuery extends DriverQuery {
  private isMode = false;

  constructor(protected readonly request: PlannedRequest & { readonly rows?: number }) {
    super(request);
    this.query_timeout = request.query_timeout;
  }

  override prepare(connection: DriverConnection): void {
    if (this.request.keepsPlan === true && connection.parsedStatements[MODE.name] !== undefined) {
      this.isMode = true;
      connection.bind({ statement: MODE.name });
      connection.execute({});
    }
    super.prepare(connection);
  }

  override handleDataRow(message: DataRow): void {
    if (!this.isMode) super.handleDataRow(message);
  }

  override handleCommandComplete(message: object, connection: DriverConnection): void {
    if (this.isMode) this.isMode = false;
    else super.handleCommandComplete(message, connection);
  }
}
