import type { LoggerService } from '@nestjs/common';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config/config.js';
import { readableLine } from './observability/readable-log.js';
import { redact } from './observability/redact.js';
import { currentRequest } from './observability/request-context.js';

/** How long lines are held back at the most, for a banner that does not come. */
const LONGEST_HOLD_MS = 10_000;

/**
 * Writes to standard error: lines for people on a terminal, JSON elsewhere, unless the settings say otherwise. A line that is written for
 * a request carries its id, none a key.
 */
export function createLogger(config: Config, output: DestinationStream = new LogOutput()): Logger {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: requestFields,
    hooks: { streamWrite: isForPeople(config) ? (line) => readableLine(redact(line)) : redact },
  };
  return pino(options, output);
}

/** Whether the log is read by people. */
export function isForPeople({ logFormat }: Config): boolean {
  return logFormat === 'auto' ? process.stderr.isTTY : logFormat === 'text';
}

function requestFields(): object {
  const request = currentRequest();
  return request === undefined ? {} : { requestId: request.id };
}

/** Nest's log calls, whose last argument is the place they come from. Nest's own account of its start is left out. */
export class NestLogger implements LoggerService {
  constructor(private readonly logger: Logger) {}

  log(message: unknown, ...rest: readonly unknown[]): void {
    this.logger.debug({ context: rest.at(-1) }, text(message));
  }

  warn(message: unknown, ...rest: readonly unknown[]): void {
    this.logger.warn({ context: rest.at(-1) }, text(message));
  }

  error(message: unknown, ...rest: readonly unknown[]): void {
    const details = typeof message === 'object' && message !== null ? message : {};
    this.logger.error({ ...details, context: rest.at(-1), stack: rest.length > 1 ? rest[0] : undefined }, text(message));
  }
}

function text(message: unknown): string {
  if (typeof message === 'string') return message;
  if (typeof message === 'object' && message !== null && 'message' in message) return String(message.message);
  return String(message);
}

/** Standard error. On a terminal its lines can be held back until what people look for is printed. */
export class LogOutput implements DestinationStream {
  private readonly stream = pino.destination({ fd: 2, sync: true });
  private held: string[] | undefined;

  /** Holds lines back until `release`, the end of the process, or ten seconds have passed. */
  static held(): LogOutput {
    const output = new LogOutput();
    output.held = [];
    const release = (): void => {
      output.release();
    };
    process.once('exit', release);
    setTimeout(release, LONGEST_HOLD_MS).unref();
    return output;
  }

  write(line: string): void {
    if (this.held === undefined) this.stream.write(line);
    else this.held.push(line);
  }

  release(): void {
    const lines = this.held ?? [];
    this.held = undefined;
    for (const line of lines) this.stream.write(line);
  }
}
