import { Global, Module, type DynamicModule, type ExceptionFilter, type Type } from '@nestjs/common';
import type { Express, RequestHandler } from 'express';
import { CONFIG, type Config, type Port } from './config.js';
import { ConsoleModule } from './console/console.module.js';
import type { Listener } from './http/listeners.js';
import type { Database } from './postgres/database.js';
import { PostgresModule } from './postgres/postgres.module.js';
import { ChromaModule } from './protocols/chroma/chroma.module.js';
import { ChromaExceptionFilter } from './protocols/chroma/errors.js';
import { chromaMiddleware } from './protocols/chroma/middleware.js';

/** What a wire protocol brings along. */
interface Protocol {
  readonly name: string;
  /** What its paths begin with, except on its own port. */
  readonly prefix: string;
  readonly port: (config: Config) => Port;
  readonly module: Type;
  /** What a request passes before its route. */
  readonly middleware: (config: Config) => readonly RequestHandler[];
  /** Words everything that is thrown under its prefix. */
  readonly filter: (server: Express) => ExceptionFilter;
}

/** Every protocol: a new one is a folder and a row. */
export const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'chroma',
    prefix: '/chroma',
    port: (config) => config.chromaPort,
    module: ChromaModule,
    middleware: chromaMiddleware,
    filter: (server) => new ChromaExceptionFilter(server),
  },
];

/** The ports to open. */
export function listenersOf(config: Config): readonly Listener[] {
  const protocols = PROTOCOLS.map(({ name, prefix, port }) => ({ name, prefix, port: port(config) }));
  return [...protocols, { name: 'console', port: config.consolePort, prefix: '' }];
}

/** Joins the protocols to the core, over one database. */
@Global()
@Module({})
export class AppModule {
  static with(config: Config, database: Database): DynamicModule {
    return {
      module: AppModule,
      imports: [PostgresModule.with(database), ...PROTOCOLS.map((protocol) => protocol.module), ConsoleModule],
      providers: [{ provide: CONFIG, useValue: config }],
      exports: [CONFIG],
    };
  }
}
