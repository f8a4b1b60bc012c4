import type { IncomingHttpHeaders } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { CONFIG, type Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { type Caller, EVERYONE, runAs } from '../tenants/caller.js';
import { ApiKeysService } from './api-keys.service.js';
import { credentialOf, type CredentialPlaces, takeParameter } from './credential.js';

/** Methods that need no body: what they ask for may be open to all. */
const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Finds out who sends a request. */
@Injectable()
export class Authentication {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly keys: ApiKeysService,
  ) {}

  /** The caller by the key in the headers; undefined without one, or with one that is not good. */
  async callerOf(headers: IncomingHttpHeaders, places: CredentialPlaces): Promise<Caller | undefined> {
    if (this.config.auth === 'off') return EVERYONE;
    const credential = credentialOf(headers, places);
    return credential === undefined ? undefined : this.keys.callerOf(credential);
  }

  /** What every request passes first: from here on it runs on behalf of its caller. Without a good key no body is read. */
  middleware(places: CredentialPlaces): RequestHandler {
    const { parameter } = places;
    return (request, _response, next) => {
      let headers = request.headers;
      if (parameter !== undefined) {
        const { url, value } = takeParameter(request.url, parameter);
        request.url = url;
        if (value !== undefined) headers = { ...headers, [QUERY]: value };
      }
      if (this.config.auth === 'off') {
        runAs(EVERYONE, next);
        return;
      }
      this.callerOf(headers, { headers: [...places.headers, QUERY] }).then((caller) => {
        const isRefused = caller === undefined && (!BODYLESS.has(request.method) || hasBody(request.headers));
        runAs(caller, () => {
          next(isRefused ? new GatewayError({ kind: 'unauthenticated', subject: 'key' }) : undefined);
        });
      }, next);
    };
  }
}

/** Whether a body is announced; nothing but that makes one. */
function hasBody(headers: IncomingHttpHeaders): boolean {
  return headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
}

/** Stands for the URL's parameter, after every header; no client can send a header of this name. */
const QUERY = ':query';
