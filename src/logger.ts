import type { LoggerService } from '@nestjs/common';
import { pino, type Logger } from 'pino';
import type { Config } from './config.js';

/** Writes JSON lines to standard error; standard output is for people. */
export function createLogger(config: Config): Logger {
  return pino({ level: config.logLevel, base: null, timestamp: pino.stdTimeFunctions.isoTime }, pino.destination(2));
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
