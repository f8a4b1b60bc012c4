import { setTimeout as sleep } from 'node:timers/promises';
import type { DynamicModule } from '@nestjs/common';
import type { CorsOptionsDelegate } from '@nestjs/common/interfaces/external/cors-options.interface.js';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express, { type Express, type Request, type RequestHandler } from 'express';
import { AppModule, CONSOLE_CREDENTIALS, listenersOf, protocolAt, PROTOCOLS } from './app.module.js';
import { type Config, MiB } from './config/config.js';
import { CONSOLE_API, consoleMiddleware, isConsoleApi } from './console/api/middleware.js';
import { OpenPorts } from './console/api/session/open-ports.js';
import { PROBES } from './console/health.controller.js';
import { ProtocolExceptionFilter } from './exception-filter.js';
import { explainSearches } from './explain.js';
import { BodyBudget } from './http/body-budget.js';
import { messagesOf } from './http/express-messages.js';
import { Listeners } from './http/listeners.js';
import { Authentication } from './keys/authentication.js';
import { SourceGuard } from './keys/source-guard.js';
import { drainDelayOf } from './lifecycle/drain-delay.js';
import { Lifecycle } from './lifecycle/lifecycle.js';
import { NestLogger } from './logger.js';
import { GatewayMetrics } from './observability/gateway-metrics.js';
import { observeRequests } from './observability/http-observer.js';
import { RequestObserver } from './observability/request-observer.js';
import type { Database } from './postgres/database.js';
import type { StartupConnection } from './postgres/startup-connection.js';
import { IndexPorts } from './protocols/pinecone/indexes/index-ports.js';
import { indexPortsOf, isIndexPort } from './protocols/pinecone/listeners.js';
import { openResources, type Resources } from './resources.js';

/** What an answer depends on once origins are allowed: caches must know. */
const CORS_HEADERS = ['origin', 'access-control-request-method', 'access-control-request-headers'];

/** What is scraped, on the console port. */
const METRICS = '/metrics';
/** What the path of each protocol's pages ends with. */
const DOCS = '/docs';

/** Pinecone clients fetch a thousand records by their ids in one URL. */
const MAX_HEADER_BYTES = MiB;

/** A gateway that answers. */
export interface Gateway {
  /** Where each protocol is served, by its name. */
  readonly urls: ReadonlyMap<string, string>;
  /** Ports that stand for one Pinecone index each. */
  readonly indexPorts: readonly number[];
  /** The database engine, for people. */
  readonly engine: string;
  /** Settles only with what no waiting mends, when the database could not be reached at first: it should be stopped. */
  readonly failure: Promise<unknown>;
  /**
   * Says that it is not ready, goes on serving for the drain delay, finishes the open requests, then closes everything. Returns how
   * many connections were cut off because they took too long. May be called more than once.
   */
  stop(): Promise<number>;
}

/**
 * Opens the database, builds the application and opens the ports, in this order; what fails closes what was open. A server that does
 * not answer is waited for in the background.
 * @param opening what a caller has begun to open
 */
export async function startGateway(config: Config, opening: Promise<Resources> = openResources(config)): Promise<Gateway> {
  const { tls, logger, startup, database } = await opening;
  try {
    const observer = new RequestObserver(config, new GatewayMetrics(() => database.figures()), logger);
    const server = express();
    // Chroma's routes are exact: no other case, no trailing slash
    server.enable('strict routing').enable('case sensitive routing').disable('x-powered-by').disable('etag');
    server.use(observeRequests(observer, PROTOCOLS), explainSearches, guardSources(config));
    if (config.corsOrigins.length > 0) {
      server.use((_request, response, next) => {
        for (const header of CORS_HEADERS) response.vary(header);
        next();
      });
    }
    const lifecycle = new Lifecycle();
    const module = AppModule.with(config, database, observer, lifecycle);
    const application = await buildApplication(config, module, new ExpressAdapter(server), new NestLogger(logger));
    useProtocols(server, config, application.get(Authentication), application.get(BodyBudget));
    application.useGlobalFilters(new ProtocolExceptionFilter(server));
    await application.init();
    const definitions = listenersOf(config, (type) => application.get(type));
    const skipped = skippedPorts(logger);
    const options = { ...config, maxHeaderBytes: MAX_HEADER_BYTES, tls, messages: messagesOf(server), skipped };
    const listeners = await Listeners.open(definitions, options, server);
    const { ports } = listeners;
    application.get(IndexPorts).opened(indexPortsOf(ports), ports.get('console'), ports.get('pinecone'));
    application.get(OpenPorts).opened(ports);
    return running({ config, database, startup, application, listeners, lifecycle });
  } catch (error) {
    startup.stop();
    await database.close();
    throw error;
  }
}

function skippedPorts(logger: Resources['logger']): (ports: readonly number[]) => void {
  return (ports) => {
    logger.warn({ context: 'Pinecone' }, `index ports that something else has are left out: ${ports.join(', ')}`);
  };
}

/** Without keys, pages of other sites get no further than this. */
function guardSources(config: Config): RequestHandler {
  const isExempt = (path: string): boolean => PROBES.has(path) || path === METRICS;
  const isPage = (path: string): boolean => (protocolAt(path) === undefined && !isConsoleApi(path)) || path.endsWith(DOCS);
  return new SourceGuard(config).middleware(isExempt, isPage);
}

/** What requests pass before their routes, which come after it. */
function useProtocols(server: Express, config: Config, authentication: Authentication, budget: BodyBudget): void {
  for (const { prefix, credentials, middleware } of PROTOCOLS) {
    server.use(prefix, ...middleware(config, authentication.middleware(credentials), budget));
  }
  const authenticate = authentication.middleware(CONSOLE_CREDENTIALS);
  server.use(CONSOLE_API, ...consoleMiddleware(config, authenticate, budget));
  server.use((request, response, next) => {
    const { path } = request;
    // a probe is answered whatever the database does, which knows the keys
    if (protocolAt(path) === undefined && !isConsoleApi(path) && !PROBES.has(path)) void authenticate(request, response, next);
    else next();
  });
}

async function buildApplication(
  config: Config,
  module: DynamicModule,
  adapter: ExpressAdapter,
  logger: NestLogger,
): Promise<NestExpressApplication> {
  return NestFactory.create<NestExpressApplication>(module, adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
    ...(config.corsOrigins.length > 0 && { cors: corsOf(config) }),
  });
}

/** The console's page alone calls its API, whatever origins the protocols are open to. */
function corsOf(config: Config): CorsOptionsDelegate<Request> {
  const any = config.corsOrigins.includes('*');
  const options = { origin: any ? '*' : [...config.corsOrigins], methods: '*', allowedHeaders: '*', optionsSuccessStatus: 200 };
  return (request, callback) => {
    callback(null, isConsoleApi(request.path) ? { origin: false } : options);
  };
}

interface Parts {
  readonly config: Config;
  readonly database: Database;
  readonly startup: StartupConnection;
  readonly application: NestExpressApplication;
  readonly listeners: Listeners;
  readonly lifecycle: Lifecycle;
}

function running({ config, database, startup, application, listeners, lifecycle }: Parts): Gateway {
  let stopping: Promise<number> | undefined;
  const stop = async (): Promise<number> => {
    lifecycle.stop();
    startup.stop();
    listeners.retire();
    await sleep(drainDelayOf(config));
    const cut = await listeners.close(config.shutdownTimeoutMs);
    await application.close();
    await database.close();
    return cut;
  };
  startup.reached.then(
    () => {
      lifecycle.serve();
    },
    () => undefined,
  );
  return {
    urls: new Map([...listeners.urls].filter(([name]) => !isIndexPort(name))),
    indexPorts: indexPortsOf(listeners.ports),
    engine: database.traits.description,
    failure: new Promise((resolve) => {
      startup.reached.catch(resolve);
    }),
    stop: () => (stopping ??= stop()),
  };
}
