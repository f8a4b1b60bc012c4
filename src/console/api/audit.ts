import { Injectable } from '@nestjs/common';
import { RequestObserver } from '../../observability/request-observer.js';
import { currentCaller } from '../../tenants/caller.js';

/** What is written down of a change: whom it was about, never what anybody has stored. */
interface Change {
  readonly action: string;
  readonly tenant?: string;
  readonly database?: string;
  readonly collection?: string;
  readonly [detail: string]: unknown;
}

/** A line in the log for each change that is made from the console. */
@Injectable()
export class Audit {
  constructor(private readonly observer: RequestObserver) {}

  /** `collection` may be one of the core's: its name, tenant and database are written. */
  note(
    action: string,
    collection: { readonly name: string; readonly tenant: string; readonly database: string } | undefined,
    details: object = {},
  ): void {
    const { keyId } = currentCaller();
    const place = collection && { tenant: collection.tenant, database: collection.database, collection: collection.name };
    this.observer.audit({ keyId, ...({ action, ...place, ...details } satisfies Change) });
  }
}
