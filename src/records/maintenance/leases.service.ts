import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LeaseStore } from './lease.store.js';

/** Leases of this process: work that one process of all instances does. */
@Injectable()
export class LeasesService {
  private readonly owner = randomUUID();

  constructor(private readonly store: LeaseStore) {}

  /** Takes the lease for some seconds from now, or keeps it so much longer; false when it is another process'. */
  async take(name: string, seconds: number): Promise<boolean> {
    return this.store.take(name, this.owner, seconds);
  }

  /** Gives the lease back; leaves another process' alone. */
  async release(name: string): Promise<void> {
    await this.store.release(name, this.owner);
  }
}
