import type { LoggerService } from '@nestjs/common';
import { type Logger, type LoggerOptions, pino } from 'pino';
import type { Config } from './config/config.js';
import { redact } from './observability/redact.js';
import { currentRequest } from './observability/request-context.js';

/** Writes JSON lines to standard error; standard output is for people. A line that is written for a request carries its id, none a key. */
export function createLogger(config: Config): Logger {
  const options: LoggerOptions = {
    level: config.logLevel,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    mixin: requestFields,
    hooks: { streamWrite: redact },
  };
  return pino(options, pino.destination(2));
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
