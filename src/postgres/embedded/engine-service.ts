import { rmSync } from 'node:fs';
import type { ListenOptions } from 'node:net';
import type { ChildOptions, Endpoint, LogLevel } from './engine-messages.js';
import { EngineThread } from './engine-thread.js';
import { firstValue } from './wire-messages.js';
import { WireServer } from './wire-server.js';

/** Written since the last checkpoint: bounds both the disk that the log takes and the time to recover. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const CHECKPOINT_CHECK_MS = 1000;
const UNWRITTEN = 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::bigint FROM pg_control_checkpoint()';

export interface ServiceEvents {
  readonly log: (level: LogLevel, message: string) => void;
  /** The engine can no longer be trusted to answer: its process must end. */
  readonly die: (reason: string) => void;
}

/** The engine on one data directory, and the server through which clients reach it. */
export class EngineService {
  private readonly checkpoints: NodeJS.Timeout;

  private constructor(
    private readonly engine: EngineThread,
    private readonly server: WireServer,
    /** 0 with a socket. */
    readonly port: number,
  ) {
    this.checkpoints = keepLogShort(server);
  }

  static async start(options: ChildOptions, { log, die }: ServiceEvents): Promise<EngineService> {
    const engine = await EngineThread.start(options.directory, options.statementTimeoutMs, die);
    const server = new WireServer(engine, {
      database: 'postgres',
      password: options.endpoint.kind === 'tcp' ? options.endpoint.password : undefined,
      idleTransactionTimeoutMs: options.idleTransactionTimeoutMs,
      log: (message) => {
        log('warn', message);
      },
      onBroken: die,
    });
    return new EngineService(engine, server, await server.listen(address(options.endpoint)));
  }

  get facts(): EngineThread['facts'] {
    return this.engine.facts;
  }

  /** Lets the running request finish and shuts the database down. Open connections are closed. */
  async stop(): Promise<void> {
    clearInterval(this.checkpoints);
    await this.server.close();
    await this.engine.close();
  }
}

function address(where: Endpoint): ListenOptions {
  if (where.kind === 'tcp') return { host: '127.0.0.1', port: where.port };
  const path = `${where.directory}/.s.PGSQL.5432`;
  // left behind by a process that was killed
  rmSync(path, { force: true });
  return { path };
}

/** In its single-user mode Postgres never checkpoints by itself. */
function keepLogShort(server: WireServer): NodeJS.Timeout {
  let checkedAt = 0;
  let isChecking = false;
  const check = async (): Promise<void> => {
    if (isChecking || server.requestCount === checkedAt) return;
    isChecking = true;
    checkedAt = server.requestCount;
    if (Number(firstValue(await server.run(UNWRITTEN))) > CHECKPOINT_BYTES) await server.run('CHECKPOINT');
    isChecking = false;
  };
  return setInterval(() => void check(), CHECKPOINT_CHECK_MS);
}
