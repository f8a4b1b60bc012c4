import { type DynamicModule, type ExceptionFilter, Global, Module, type Type } from '@nestjs/common';
import type { Express, RequestHandler } from 'express';
import { CONFIG, type Config } from './config/config.js';
import { ConsoleModule } from './console/console.module.js';
import { API_DESCRIPTIONS, type ApiDescription } from './http/api-description.js';
import { BodyBudget, bodyBudgetOf } from './http/body-budget.js';
import type { Listener } from './http/listeners.js';
import type { CredentialPlaces } from './keys/credential.js';
import { KeysModule } from './keys/keys.module.js';
import type { Lifecycle } from './lifecycle/lifecycle.js';
import { LifecycleModule } from './lifecycle/lifecycle.module.js';
import { Limits } from './limits/limits.js';
import { ObservabilityModule } from './observability/observability.module.js';
import type { RequestObserver } from './observability/request-observer.js';
import type { Database } from './postgres/database.js';
import { PostgresModule } from './postgres/postgres.module.js';
import { CHROMA_API } from './protocols/chroma/api/description.js';
import { ChromaModule } from './protocols/chroma/chroma.module.js';
import { ChromaExceptionFilter } from './protocols/chroma/errors.js';
import { chromaListeners } from './protocols/chroma/listeners.js';
import { chromaMiddleware } from './protocols/chroma/middleware.js';
import { PINECONE_API } from './protocols/pinecone/api/description.js';
import { GrpcServers } from './protocols/pinecone/data/grpc/grpc-servers.js';
import { PineconeExceptionFilter } from './protocols/pinecone/errors.js';
import { pineconeListeners } from './protocols/pinecone/listeners.js';
import { pineconeMiddleware } from './protocols/pinecone/middleware.js';
import { PineconeModule } from './protocols/pinecone/pinecone.module.js';
import { VECTORIZER_API } from './protocols/vectorizer/api/description.js';
import { VectorizerExceptionFilter } from './protocols/vectorizer/errors.js';
import { vectorizerListeners } from './protocols/vectorizer/listeners.js';
import { vectorizerMiddleware } from './protocols/vectorizer/middleware.js';
import { VectorizerModule } from './protocols/vectorizer/vectorizer.module.js';

/** What a wire protocol provides. */
interface Protocol {
  readonly name: string;
  /** What its paths begin with, except on its own ports. */
  readonly prefix: string;
  /** Its ports; `get` finds what the application provides. */
  readonly listeners: (config: Config, get: <T>(type: Type<T>) => T) => readonly Listener[];
  readonly module: Type;
  /** The content of its API documents. */
  readonly api: ApiDescription;
  /** Where its clients put their key. */
  readonly credentials: CredentialPlaces;
  /** What handles a request before its route; `authenticate` runs before the body is read, and all bodies share the budget. */
  readonly middleware: (config: Config, authenticate: RequestHandler, budget: BodyBudget) => readonly RequestHandler[];
  /** Words everything that is thrown under its prefix. */
  readonly filter: (server: Express) => ExceptionFilter;
}

/** Every protocol: a new one is a folder and a row. */
export const PROTOCOLS: readonly Protocol[] = [
  {
    name: 'chroma',
    prefix: '/chroma',
    listeners: chromaListeners,
    module: ChromaModule,
    api: CHROMA_API,
    credentials: { headers: ['x-chroma-token'] },
    middleware: chromaMiddleware,
    filter: (server) => new ChromaExceptionFilter(server),
  },
  {
    name: 'pinecone',
    prefix: '/pinecone',
    listeners: (config, get) => pineconeListeners(config, get(GrpcServers)),
    module: PineconeModule,
    api: PINECONE_API,
    credentials: { headers: ['api-key'] },
    middleware: pineconeMiddleware,
    filter: () => new PineconeExceptionFilter(),
  },
  {
    name: 'vectorizer',
    prefix: '/vectorizer',
    listeners: vectorizerListeners,
    module: VectorizerModule,
    api: VECTORIZER_API,
    credentials: { headers: ['x-api-key'], parameter: 'api_key' },
    middleware: vectorizerMiddleware,
    filter: (server) => new VectorizerExceptionFilter(server),
  },
];

/** The ports to open. */
export function listenersOf(config: Config, get: <T>(type: Type<T>) => T): readonly Listener[] {
  const protocols = PROTOCOLS.flatMap(({ listeners }) => listeners(config, get));
  return [
    ...protocols,
    { name: 'console', port: config.consolePort, setting: 'POLYVEC_CONSOLE_PORT', prefix: '', hasReserve: true },
  ];
}

/** Where clients put their key for what the console port serves besides the protocols. */
export const CONSOLE_CREDENTIALS: CredentialPlaces = { headers: ['x-api-key'] };

/** The protocol whose prefix the path begins with; undefined for the console's own. */
export function protocolAt(path: string): Protocol | undefined {
  return PROTOCOLS.find(({ prefix }) => path === prefix || path.startsWith(`${prefix}/`));
}

/** Joins the protocols to the core, over one database. */
@Global()
@Module({})
export class AppModule {
  static with(config: Config, database: Database, observer: RequestObserver, lifecycle: Lifecycle): DynamicModule {
    return {
      module: AppModule,
      imports: [
        PostgresModule.with(database),
        ObservabilityModule.with(observer),
        LifecycleModule.with(lifecycle),
        KeysModule,
        ...PROTOCOLS.map((protocol) => protocol.module),
        ConsoleModule,
      ],
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: API_DESCRIPTIONS, useValue: PROTOCOLS.map(({ api }) => api) },
        { provide: BodyBudget, useFactory: () => bodyBudgetOf(config.maxInFlightBytes) },
        Limits,
      ],
      exports: [CONFIG, API_DESCRIPTIONS, BodyBudget, Limits],
    };
  }
}
