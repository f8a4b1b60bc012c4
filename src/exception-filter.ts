import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { protocolAt, PROTOCOLS } from './app.module.js';
import { ConsoleExceptionFilter } from './console/api/errors.js';
import { isConsoleApi } from './console/api/middleware.js';
import { type ErrorKind, GatewayError } from './errors.js';
import { sourceRefusal } from './http/request-source.js';

/** What the console port says besides the protocols. */
const CONSOLE_ERRORS: Readonly<Record<number, string>> = {
  401: 'an API key is needed',
  403: 'the API key is not for this',
  404: 'not found',
  503: 'unavailable',
};
const STATUSES: Readonly<Partial<Record<ErrorKind, number>>> = {
  unauthenticated: 401,
  forbidden: 403,
  misdirected: 421,
  unavailable: 503,
};

/** Hands what is thrown to the protocol under whose prefix it was thrown; also for paths that no route answers. */
@Catch()
export class ProtocolExceptionFilter implements ExceptionFilter {
  private readonly logger = new Logger('Console');
  private readonly console = new ConsoleExceptionFilter();
  private readonly filters: ReadonlyMap<string, ExceptionFilter>;

  constructor(server: Express) {
    this.filters = new Map(PROTOCOLS.map(({ name, filter }) => [name, filter(server)]));
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { path } = http.getRequest<Request>();
    const filter = isConsoleApi(path) ? this.console : this.filters.get(protocolAt(path)?.name ?? '');
    if (filter !== undefined) {
      filter.catch(thrown, host);
      return;
    }
    const status = statusOf(thrown);
    if (status === 500) this.logger.error({ message: 'internal error', cause: String(thrown) }, stackOf(thrown));
    const response = http.getResponse<Response>().status(status);
    if (status === 503) response.setHeader('retry-after', '1');
    response.json({ error: refusalOf(thrown) ?? CONSOLE_ERRORS[status] ?? 'internal error' });
  }
}

function statusOf(thrown: unknown): number {
  if (thrown instanceof GatewayError) return STATUSES[thrown.kind] ?? 500;
  return thrown instanceof HttpException ? thrown.getStatus() : 500;
}

function refusalOf(thrown: unknown): string | undefined {
  if (!(thrown instanceof GatewayError)) return undefined;
  const { detail } = thrown;
  return detail.kind === 'misdirected' || (detail.kind === 'forbidden' && detail.subject === 'origin')
    ? sourceRefusal(detail)
    : undefined;
}

function stackOf(thrown: unknown): string {
  return thrown instanceof Error ? (thrown.stack ?? '') : '';
}
