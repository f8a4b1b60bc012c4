import { Injectable } from '@nestjs/common';
import { Database } from '../postgres/database.js';

/** What stores everything here, for people. */
@Injectable()
export class EngineDescription {
  constructor(private readonly database: Database) {}

  /** Such as `Postgres 17.2, pgvector 0.8.1`. */
  get text(): string {
    return this.database.traits.description;
  }

  /** Whether it runs in the gateway's own process, and one statement at a time. */
  get isEmbedded(): boolean {
    return !this.database.traits.concurrentIndexes;
  }
}
