import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import express from 'express';
import { AppModule, listenersOf, PROTOCOLS } from './app.module.js';
import { type Config, MiB } from './config.js';
import { ProtocolExceptionFilter } from './exception-filter.js';
import { explainSearches } from './explain.js';
import { messagesOf } from './http/express-messages.js';
import { Listeners } from './http/listeners.js';
import { readCertificate } from './http/tls.js';
import { createLogger, NestLogger } from './logger.js';
import type { Database } from './postgres/database.js';
import { openDatabase } from './postgres/open-database.js';
import { IndexPorts } from './protocols/pinecone/index-ports.js';
import { indexPortsOf, isIndexPort } from './protocols/pinecone/listeners.js';

/** What an answer depends on once origins are allowed: caches must know. */
const CORS_HEADERS = ['origin', 'access-control-request-method', 'access-control-request-headers'];

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
  /** Finishes the open requests, then closes everything. May be called more than once. */
  stop(): Promise<void>;
}

/** Opens the database, builds the application and opens the ports, in this order; what fails closes what was open. */
export async function startGateway(config: Config): Promise<Gateway> {
  const tls = await readCertificate(config.tlsCert, config.tlsKey);
  const logger = createLogger(config);
  const database = await openDatabase(config, (level, message) => {
    logger[level]({ context: 'database' }, message);
  });
  try {
    const server = express();
    // Chroma's routes are exact: no other case, no trailing slash
    server.enable('strict routing').enable('case sensitive routing').disable('x-powered-by').disable('etag');
    if (config.corsOrigins.length > 0) {
      server.use((_request, response, next) => {
        for (const header of CORS_HEADERS) response.vary(header);
        next();
      });
    }
    server.use(explainSearches);
    for (const { prefix, middleware } of PROTOCOLS) server.use(prefix, ...middleware(config));
    const application = await buildApplication(config, database, new ExpressAdapter(server), new NestLogger(logger));
    application.useGlobalFilters(new ProtocolExceptionFilter(server));
    await application.init();
    const definitions = listenersOf(config, (type) => application.get(type));
    const options = { ...config, maxHeaderBytes: MAX_HEADER_BYTES, tls, messages: messagesOf(server) };
    const listeners = await Listeners.open(definitions, options, server);
    const { ports } = listeners;
    application.get(IndexPorts).opened(indexPortsOf(ports), ports.get('console'), ports.get('pinecone'));
    return running(config, database, application, listeners);
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function buildApplication(
  config: Config,
  database: Database,
  adapter: ExpressAdapter,
  logger: NestLogger,
): Promise<NestExpressApplication> {
  return NestFactory.create<NestExpressApplication>(AppModule.with(config, database), adapter, {
    logger,
    bodyParser: false,
    abortOnError: false,
    ...(config.corsOrigins.length > 0 && { cors: corsOptions(config) }),
  });
}

function corsOptions(config: Config): object {
  const any = config.corsOrigins.includes('*');
  return { origin: any ? '*' : [...config.corsOrigins], methods: '*', allowedHeaders: '*', optionsSuccessStatus: 200 };
}

function running(config: Config, database: Database, application: NestExpressApplication, listeners: Listeners): Gateway {
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    await listeners.close(config.shutdownTimeoutMs);
    await application.close();
    await database.close();
  };
  return {
    urls: new Map([...listeners.urls].filter(([name]) => !isIndexPort(name))),
    indexPorts: indexPortsOf(listeners.ports),
    engine: database.traits.description,
    stop: () => (stopping ??= stop()),
  };
}
