import { Logger } from '@nestjs/common';
import type { RequestHandler } from 'express';
import type { Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { type RequestSource, requireTrustedSource, sourceRefusal, type SourceRules } from '../http/request-source.js';
import { isLoopback } from './open-access.js';

/** So many different refusals are logged; a page that makes up hosts must not fill a disk. */
const MAX_LOGGED = 100;

/** Without keys: refuses requests that pages of other sites send. With keys, a page would need one. */
export class SourceGuard {
  private readonly logger = new Logger('SourceGuard');
  private readonly logged = new Set<string>();
  private readonly rules: SourceRules | undefined;

  constructor(config: Config) {
    this.rules = config.auth === 'off' ? rulesOf(config) : undefined;
  }

  /** @throws GatewayError `misdirected` or `forbidden` */
  require(source: RequestSource): void {
    if (this.rules === undefined) return;
    try {
      requireTrustedSource(this.rules, source);
    } catch (error) {
      if (error instanceof GatewayError) this.log(error);
      throw error;
    }
  }

  /** `isExempt`: paths that are answered whoever asks; `isPage`: pages for people. */
  middleware(isExempt: (path: string) => boolean, isPage: (path: string) => boolean): RequestHandler {
    return (request, _response, next) => {
      const { method, headers, path } = request;
      if (isExempt(path)) {
        next();
        return;
      }
      const scheme = 'encrypted' in request.socket || headers['x-forwarded-proto'] === 'https' ? 'https' : 'http';
      this.require({ method, headers, host: headers.host, scheme, isPage: isPage(path) });
      next();
    };
  }

  private log({ detail }: GatewayError): void {
    if (detail.kind !== 'misdirected' && (detail.kind !== 'forbidden' || detail.subject !== 'origin')) return;
    const message = sourceRefusal(detail);
    if (this.logged.size >= MAX_LOGGED || this.logged.has(message)) return;
    this.logged.add(message);
    this.logger.warn(message);
  }
}

function rulesOf(config: Config): SourceRules {
  const { allowedHosts, publicHost, pineconeDomain, corsOrigins, host } = config;
  return {
    checksHosts: allowedHosts.length > 0 || isLoopback(host),
    allowedHosts: [...allowedHosts, publicHost],
    domains: pineconeDomain === undefined ? [] : [pineconeDomain.toLowerCase()],
    allowedOrigins: corsOrigins,
  };
}
