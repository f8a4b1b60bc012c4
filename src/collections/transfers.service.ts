import { Injectable } from '@nestjs/common';
import { currentCaller } from '../tenants/caller.js';
import type { Transfer } from './transfer.js';
import { TransferStore } from './transfer.store.js';

/** What came into collections from elsewhere, in every tenant that the caller reaches. */
@Injectable()
export class TransfersService {
  constructor(private readonly store: TransferStore) {}

  /** Unfinished ones first, then the newest. */
  async list(limit: number): Promise<readonly Transfer[]> {
    return this.store.list(currentCaller(), limit);
  }
}
