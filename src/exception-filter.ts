import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { Express, Request, Response } from 'express';
import { ChromaExceptionFilter } from './protocols/chroma/errors.js';

/** Hands what is thrown to the protocol under whose prefix it was thrown; also for paths that no route answers. */
@Catch()
export class ProtocolExceptionFilter implements ExceptionFilter {
  private readonly filters: readonly (readonly [prefix: string, filter: ExceptionFilter])[];

  constructor(application: Express) {
    this.filters = [['/chroma', new ChromaExceptionFilter(application)]];
  }

  catch(thrown: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const path = http.getRequest<Request>().path;
    const [, filter] = this.filters.find(([prefix]) => path === prefix || path.startsWith(`${prefix}/`)) ?? [];
    if (filter !== undefined) {
      filter.catch(thrown, host);
      return;
    }
    const status = thrown instanceof HttpException ? thrown.getStatus() : 500;
    http.getResponse<Response>().status(status).json({ error: status === 404 ? 'not found' : 'internal error' });
  }
}
