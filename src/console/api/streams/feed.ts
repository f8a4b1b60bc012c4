import { Injectable } from '@nestjs/common';
import type { FeedLine } from '../../../observability/feed-line.js';
import { RequestFeed } from '../../../observability/request-feed.js';
import { type Caller, currentCaller, isWithinReach, runAs } from '../../../tenants/caller.js';
import { ConsoleError } from '../console-error.js';
import type { RequestLine } from '../contract/streams.js';
import type { Streamed } from './streamed.js';

const MAX_VIEWERS = 5;
const EMPTY_LINE_MS = 15_000;
/** A key may be revoked: the page asks again, and shows the key that it has then. */
const LONGEST_MS = 10 * 60_000;

/** The requests of this instance as they end, for as many as watch at a time. */
@Injectable()
export class ConsoleFeed {
  private viewers = 0;

  constructor(private readonly feed: RequestFeed) {}

  /** Takes a place among the viewers, which `watch` gives back. @throws ConsoleError 429 when too many watch already */
  admit(): void {
    if (this.viewers >= MAX_VIEWERS)
      throw new ConsoleError(429, 'busy', `No more than ${String(MAX_VIEWERS)} watch requests at a time`);
    this.viewers += 1;
  }

  /** What is within the caller's reach, until the viewer leaves. */
  watch(streamed: Streamed): void {
    const caller = currentCaller();
    const stop = this.feed.watch((line) => {
      if (isVisible(caller, line)) streamed.line(toRequestLine(line));
    });
    const pulse = setInterval(() => {
      streamed.line('');
    }, EMPTY_LINE_MS);
    const limit = setTimeout(() => {
      streamed.finish();
    }, LONGEST_MS);
    const leave = (): void => {
      stop();
      clearInterval(pulse);
      clearTimeout(limit);
      this.viewers -= 1;
    };
    if (streamed.ended.aborted) leave();
    else streamed.ended.addEventListener('abort', leave, { once: true });
  }
}

/** A request for no collection is seen by whoever sent it, and by whoever reaches everything. */
function isVisible(caller: Caller, { place, keyId }: FeedLine): boolean {
  if (place === undefined)
    return (caller.tenant === null && caller.collections === null) || (keyId !== null && keyId === caller.keyId);
  const { tenant, database, collection } = place;
  return runAs(caller, () => isWithinReach({ tenant, database, name: collection }));
}

function toRequestLine({ place, at, ...line }: FeedLine): RequestLine {
  return { ...line, at: new Date(at).toISOString(), collection: place?.collection ?? null };
}
