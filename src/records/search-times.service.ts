import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import { currentRequest } from '../observability/request-context.js';

/** Bounds what the searches of one request take together, where they follow each other. */
@Injectable()
export class SearchTimes {
  constructor(@Inject(CONFIG) private readonly config: Pick<Config, 'searchesTimeoutMs'>) {}

  /** The time of the present request's searches begins now. */
  begin(): SearchTime {
    return new SearchTime(this.config.searchesTimeoutMs);
  }
}

/** What the searches of one request take together. */
export class SearchTime {
  private readonly startedAt = performance.now();
  private readonly isForRequest = currentRequest() !== undefined;

  /** 0: they may take any time. */
  constructor(private readonly allowedMs: number) {}

  /**
   * To be called before each search.
   * @throws GatewayError `invalid` when the others have taken too long, as they would again; `unavailable` when nobody waits for it any more
   */
  require(): void {
    if (this.isForRequest && currentRequest() === undefined)
      throw new GatewayError({ kind: 'unavailable', subject: 'statement' });
    const actual = Math.round(performance.now() - this.startedAt);
    if (this.allowedMs === 0 || actual <= this.allowedMs) return;
    throw new GatewayError({ kind: 'invalid', subject: 'limit', limit: 'searchesTimeoutMs', allowed: this.allowedMs, actual });
  }
}
