import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { PROTOCOLS } from './app.module.js';

/** Hands what is thrown to the protocol under whose prefix it was thrown; also for paths that no route answers. */
@Catch()
export class ProtocolExceptionFilter implements ExceptionFilter {
  private readonly filters: readonly { readonly prefix: string; readonly filter: ExceptionFilter }[];

  constructor(server: Express) {
    this.filters = PROTOCOLS.map(({ prefix, filter }) => ({ prefix, filter: filter(server) }));
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { path } = http.getRequest<Request>();
    const protocol = this.filters.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
    if (protocol !== undefined) {
      protocol.filter.catch(thrown, host);
      return;
    }
    const status = thrown instanceof HttpException ? thrown.getStatus() : 500;
    http
      .getResponse<Response>()
      .status(status)
      .json({ error: status === 404 ? 'not found' : 'internal error' });
  }
}
