import { Injectable } from '@nestjs/common';
import type { Collection } from '../collections/collection.js';
import { Database } from '../postgres/database.js';

/** Reads for protocols that promise no more than what has been written through the same instance. */
@Injectable()
export class ReplicaReads {
  constructor(private readonly database: Database) {}

  /**
   * Runs `work`, which only reads records of this collection: on the replica, if there is one that has every write of this instance. It
   * may be run a second time then.
   */
  async read<T>(collection: Collection, work: () => Promise<T>): Promise<T> {
    return this.database.replica === undefined ? work() : this.database.replica.read(collection.uuid, work);
  }
}
