import { rmSync } from 'node:fs';
import type { ListenOptions } from 'node:net';
import { DiskGuard, keepReserve } from './disk-space.js';
import type { ChildOptions, Endpoint, FromChild, LogLevel, ToChild } from './engine-messages.js';
import { EngineThread } from './engine-thread.js';
import { firstValue } from './wire-messages.js';
import { WireServer } from './wire-server.js';

/** Written since the last checkpoint: bounds both the disk that the log takes and the time to recover. */
const CHECKPOINT_BYTES = 64 * 1024 * 1024;
const CHECKPOINT_CHECK_MS = 1000;
const RESERVE_CHECK_MS = 5000;
const UNWRITTEN = 'SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), redo_lsn)::bigint FROM pg_control_checkpoint()';

/** Only the parent ends this process: a Ctrl-C reaches the whole group, and the gateway still has requests to finish. */
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);

function send(message: FromChild, then: () => void = () => undefined): void {
  if (process.connected) process.send?.(message, undefined, undefined, then);
  else then();
}

const log = (level: LogLevel, message: string): void => {
  send({ kind: 'log', level, message });
};

/** Nothing less stops a thread inside a query. What was acknowledged is in the files; the rest is undone at the next start. */
function killSelf(): void {
  process.kill(process.pid, 'SIGKILL');
}

function die(reason: string): void {
  setTimeout(killSelf, 200);
  send({ kind: 'failed', message: reason }, killSelf);
}

async function start(options: ChildOptions): Promise<void> {
  const engine = await EngineThread.start(options.directory, options.statementTimeoutMs, die);
  const server = new WireServer(engine, {
    database: 'postgres',
    password: options.endpoint.kind === 'tcp' ? options.endpoint.password : undefined,
    idleTransactionTimeoutMs: options.idleTransactionTimeoutMs,
    guard: new DiskGuard(options.directory, options.leastFreeBytes, log),
    log: (message) => {
      log('warn', message);
    },
    onBroken: die,
  });
  const port = await server.listen(address(options.endpoint));
  keepLogShort(server);
  keepReserved(options);
  process.on('message', (message: ToChild) => {
    if (message.kind === 'stop') void stop(server, engine);
  });
  send({ kind: 'ready', server: engine.facts.server, vector: engine.facts.vector, port });
}

async function stop(server: WireServer, engine: EngineThread): Promise<void> {
  await server.close();
  await engine.close();
  process.exit(0);
}

function address(where: Endpoint): ListenOptions {
  if (where.kind === 'tcp') return { host: '127.0.0.1', port: where.port };
  const path = `${where.directory}/.s.PGSQL.5432`;
  // left behind by a process that was killed
  rmSync(path, { force: true });
  return { path };
}

/** In its single-user mode Postgres never checkpoints by itself. */
function keepLogShort(server: WireServer): void {
  let checkedAt = 0;
  let isChecking = false;
  const check = async (): Promise<void> => {
    if (isChecking || server.requestCount === checkedAt) return;
    isChecking = true;
    checkedAt = server.requestCount;
    if (Number(firstValue(await server.run(UNWRITTEN))) > CHECKPOINT_BYTES) await server.run('CHECKPOINT');
    isChecking = false;
  };
  setInterval(() => void check(), CHECKPOINT_CHECK_MS);
}

/** A little after the start, which it would slow down, and again when there is room once more. */
function keepReserved({ directory, leastFreeBytes }: ChildOptions): void {
  let isKeeping = false;
  setInterval(() => {
    if (isKeeping) return;
    isKeeping = true;
    keepReserve(directory, leastFreeBytes)
      .catch((error: unknown) => {
        log('warn', `the reserve of disk space cannot be kept: ${error instanceof Error ? error.message : String(error)}`);
      })
      .finally(() => {
        isKeeping = false;
      });
  }, RESERVE_CHECK_MS);
}

function leaveWithParent(): void {
  const socketDirectory = process.argv[2];
  if (socketDirectory !== undefined) rmSync(socketDirectory, { recursive: true, force: true });
  killSelf();
}

process.on('disconnect', leaveWithParent);
if (!process.connected) leaveWithParent();
process.on('uncaughtException', (error) => {
  die(error.stack ?? error.message);
});
process.once('message', (message: ToChild) => {
  if (message.kind === 'start') {
    start(message.options).catch((error: unknown) => {
      die(error instanceof Error ? error.message : String(error));
    });
  }
});
