import { rmSync } from 'node:fs';
import type { ChildOptions, FromChild, LogLevel, ToChild } from './engine-messages.js';
import { EngineService } from './engine-service.js';

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

let service: EngineService | undefined;
/** Removed by this process if its parent dies. */
let socketDirectory = process.argv[2];

async function start(options: ChildOptions): Promise<void> {
  if (options.endpoint.kind === 'socket') socketDirectory = options.endpoint.directory;
  service = await EngineService.start(options, { log, die });
  send({ kind: 'ready', server: service.facts.server, vector: service.facts.vector, port: service.port });
}

async function handle(message: ToChild): Promise<void> {
  switch (message.kind) {
    case 'start':
      await start(message.options);
      break;
    case 'close':
      await service?.stop();
      send({ kind: 'closed' });
      break;
    case 'stop':
      await service?.stop();
      process.exit(0);
  }
}

function leaveWithParent(): void {
  if (socketDirectory !== undefined) rmSync(socketDirectory, { recursive: true, force: true });
  killSelf();
}

process.on('disconnect', leaveWithParent);
if (!process.connected) leaveWithParent();
process.on('uncaughtException', (error) => {
  die(error.stack ?? error.message);
});
process.on('message', (message: ToChild) => {
  handle(message).catch((error: unknown) => {
    die(error instanceof Error ? error.message : String(error));
  });
});
