import type { Config } from '../config/config.js';
import { type AnswerBudget, answerBudgetOf } from './answer-budget.js';
import type { EngineLog } from './engine.js';
import type { ServerConfig } from './host-client.js';
import { connectionTo } from './pooler.js';
import { GRACE_MS, type RetryLimits } from './retry-budget.js';

/** How many connections requests share, and for how long they may wait and run. */
export interface Service extends RetryLimits {
  readonly connections: number;
  /** Callers that may wait for one. */
  readonly maxWaiting: number;
  /** Gets the causes of faults, which clients do not get. */
  readonly log: (message: string) => void;
  /** Bounds the rows that requests read; undefined where no client waits for them. */
  readonly answers?: AnswerBudget;
}

type ServiceConfig = Pick<
  Config,
  'poolSize' | 'poolTimeoutMs' | 'poolMaxWaiting' | 'statementTimeoutMs' | 'maxAnswerBytes' | 'maxAnswersBytes'
>;

const SERVER_WAIT_MS = 2_000;
const SERVER_WAITING = 10;
/** The engine runs one statement at a time: waiting is the rule. */
const EMBEDDED_WAIT_MS = 30_000;
const EMBEDDED_WAITING = 100;

/** A server refuses in time what it cannot serve: clients and load balancers may ask elsewhere, or later. */
export function serverService(config: ServiceConfig, log: EngineLog): Service {
  return {
    connections: config.poolSize,
    maxWaiting: config.poolMaxWaiting ?? SERVER_WAITING * config.poolSize,
    waitMs: config.poolTimeoutMs ?? SERVER_WAIT_MS,
    statementMs: config.statementTimeoutMs,
    log: warningsTo(log),
    answers: answerBudgetOf(config),
  };
}

/** The embedded engine ends statements that take too long itself, and all connections with it; there is no other one to ask. */
export function embeddedService(config: ServiceConfig, log: EngineLog): Service {
  return {
    connections: config.poolSize,
    maxWaiting: config.poolMaxWaiting ?? EMBEDDED_WAITING * config.poolSize,
    waitMs: config.poolTimeoutMs ?? EMBEDDED_WAIT_MS,
    statementMs: Infinity,
    log: warningsTo(log),
    answers: answerBudgetOf(config),
  };
}

/** A connection to the server that does not wait for an answer for ever: one that is stopped, or cut off, sends none. */
export function limitedConnectionTo(config: Parameters<typeof connectionTo>[0], url: string): ServerConfig {
  return { ...connectionTo(config, url), query_timeout: config.statementTimeoutMs + GRACE_MS };
}

function warningsTo(log: EngineLog): (message: string) => void {
  return (message) => {
    log('warn', message);
  };
}
