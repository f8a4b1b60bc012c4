import { Global, Module, type DynamicModule, type ExceptionFilter, type Type } from '@nestjs/common';
import type { Express, RequestHandler } from 'express';
import { CONFIG, type Config } from './config.js';
import { ConsoleModule } from './console/console.module.js';
import type { Listener } from './http/listeners.js';
import type { Database } from './postgres/database.js';
import { PostgresModule } from './postgres/postgres.module.js';
import { ChromaModule } from './protocols/chroma/chroma.module.js';
import { ChromaExceptionFilter } from './protocols/chroma/errors.js';
import { chromaMiddleware } from './protocols/chroma/middleware.js';
import { PineconeExceptionFilter } from './protocols/pinecone/errors.js';
import { GrpcServers } from './protocols/pinecone/grpc/grpc-servers.js';
import { pineconeListeners } from './protocols/pinecone/listeners.js';
import { pineconeMiddleware } from './protocols/pinecone/middleware.js';
import { PineconeModule } from './protocols/pinecone/pinecone.module.js';
import { VectorizerExceptionFilter } from './protocols/vectorizer/errors.js';
import { vectorizerMiddleware } from './protocols/vectorizer/middleware.js';
import { VectorizerModule } from './protocols/vectorizer/vectorizer.module.js';

/** What a wire protocol brings along. */
interface Protocol {
  readonly name: string;
  /** What its paths begin with, except on its own ports. */
  readonly prefix: string;
  /** Its ports; `get` finds what the application provides. */
  readonly listeners: (config: Config, get: <T>(type: Type<T>) => T) => readonly Listener[];
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
    listeners: (config) => [{ name: 'chroma', prefix: '/chroma', port: config.chromaPort }],
    module: ChromaModule,
    middleware: chromaMiddleware,
    filter: (server) => new ChromaExceptionFilter(server),
  },
  {
    name: 'pinecone',
    prefix: '/pinecone',
    listeners: (config, get) => pineconeListeners(config, get(GrpcServers)),
    module: PineconeModule,
    middleware: pineconeMiddleware,
    filter: () => new PineconeExceptionFilter(),
  },
  {
    name: 'vectorizer',
    prefix: '/vectorizer',
    listeners: (config) => [
      { name: 'vectorizer', prefix: '/vectorizer', port: config.vectorizerPort, maxBodyBytes: config.vectorizerMaxBodyBytes },
    ],
    module: VectorizerModule,
    middleware: vectorizerMiddleware,
    filter: (server) => new VectorizerExceptionFilter(server),
  },
];

/** The ports to open. */
export function listenersOf(config: Config, get: <T>(type: Type<T>) => T): readonly Listener[] {
  const protocols = PROTOCOLS.flatMap(({ listeners }) => listeners(config, get));
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
