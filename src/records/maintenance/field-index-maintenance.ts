import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Logger } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';
import { CurrentCollections } from '../../collections/current-collections.js';
import { CONFIG, type Config } from '../../config/config.js';
import { Database } from '../../postgres/database.js';
import type { Session } from '../../postgres/sessions.js';
import { DocumentIndexStore } from './document-index.store.js';
import { HotKeys } from './hot-keys.js';
import { LeaseStore } from './lease.store.js';
import { MetadataIndexStore } from './metadata-index.store.js';
import { RangedKeysStore } from './ranged-keys.store.js';

/** How often an index had been used when it was last found to have been used. */
interface Usage {
  readonly scans: number;
  /** Milliseconds. */
  readonly since: number;
}

const LEASE = 'field-indexes';
/** As long as a build may take; it is given back earlier. */
const LEASE_SECONDS = 600;
/** Every write pays for an index. */
const MAX_INDEXES = 8;
/** Of these, so many for keys that nobody has asked for yet. */
const MAX_FORESEEN = 4;
const UNUSED_MS = 24 * 3_600_000;
const DECIDED_MS = 3_600_000;

/**
 * Gives dedicated tables the indexes on metadata keys and documents that filters ask for, on a server those on keys that they are
 * likely to ask for as well (decision 75), and takes back what nobody uses.
 */
@Injectable()
export class FieldIndexMaintenance {
  private readonly logger = new Logger(FieldIndexMaintenance.name);
  private readonly owner = randomUUID();
  /** By table and key. */
  private readonly usages = new Map<string, Usage>();
  /** Keys that have been decided on, by table: an index is not asked for twice in a row. */
  private readonly decided = new Map<string, { readonly keys: ReadonlySet<string>; readonly at: number }>();
  /** Tables whose metadata have been looked at. */
  private readonly foreseen = new Set<string>();
  /** When documents may be tried to be indexed again, in milliseconds: the extension may be another's to install. */
  private documentsAt = 0;
  private stopped = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly collections: CurrentCollections,
    private readonly hotKeys: HotKeys,
    private readonly leases: LeaseStore,
    private readonly metadata: MetadataIndexStore,
    private readonly documents: DocumentIndexStore,
    private readonly rangedKeys: RangedKeysStore,
  ) {}

  /** Begins nothing more; what is under way ends with the database's sessions. */
  stop(): void {
    this.stopped = true;
  }

  /** Whether there is something that nobody has decided on lately. */
  isWanted(collection: Collection): boolean {
    const decided = this.decided.get(collection.recordTable);
    const isRecent = decided !== undefined && Date.now() - decided.at < DECIDED_MS;
    const keys = this.hotKeys.hotKeys(collection.id);
    return this.wantsDocuments(collection) || keys.some((key) => !isRecent || !decided.keys.has(key));
  }

  /** The same of a collection that was loaded, and is not written to for now. */
  isWantedAfterLoad(collection: Collection): boolean {
    return this.database.traits.concurrentIndexes && !this.foreseen.has(collection.recordTable);
  }

  private wantsDocuments(collection: Collection): boolean {
    return this.config.trigramIndexes === 'on' && !collection.documentIndex && Date.now() >= this.documentsAt;
  }

  /** `isLoaded`: whether it is not written to for now, so that what is built is not in a load's way. */
  async improve(collection: Collection, isLoaded: boolean): Promise<void> {
    if (!(await this.leases.take(LEASE, this.owner, LEASE_SECONDS))) return;
    try {
      await this.database.session(async (session) => {
        await this.indexKeys(session, collection);
        if (isLoaded && this.isWantedAfterLoad(collection)) await this.foresee(session, collection);
        await this.indexDocuments(session, collection);
      });
    } finally {
      await this.leases.release(LEASE, this.owner);
    }
  }

  private async indexKeys(session: Session, collection: Collection): Promise<void> {
    const keys = this.hotKeys.hotKeys(collection.id);
    this.decided.set(collection.recordTable, { keys: new Set(keys), at: Date.now() });
    const usage = await this.metadata.usage(collection);
    const unused = [...usage].filter(([key, scans]) => this.isUnused(`${collection.recordTable} ${key}`, scans));
    for (const [key] of unused) await this.metadata.drop(session, collection, key);
    const missing = keys.filter((key) => !usage.has(key));
    await this.create(session, collection, missing.slice(0, Math.max(0, MAX_INDEXES - usage.size + unused.length)));
  }

  /** Indexes keys by what their numbers are. One that had an index, which nobody used, gets none in this way again. */
  private async foresee(session: Session, collection: Collection): Promise<void> {
    const keys = await this.rangedKeys.find(collection);
    if (keys === undefined) return;
    const fresh = await this.metadata.neverIndexed(collection, keys.slice(0, MAX_FORESEEN));
    const { length } = await this.metadata.list(collection);
    await this.create(session, collection, fresh.slice(0, Math.max(0, MAX_INDEXES - length)));
    this.foreseen.add(collection.recordTable);
  }

  private async create(session: Session, collection: Collection, keys: readonly string[]): Promise<void> {
    for (const key of keys) {
      if (this.stopped) return;
      await this.metadata.create(session, collection, key);
      this.logger.log(`collection ${collection.name}: numbers under ${JSON.stringify(key)} have an index now`);
    }
  }

  private isUnused(name: string, scans: number): boolean {
    const before = this.usages.get(name);
    if (before?.scans !== scans) {
      this.usages.set(name, { scans, since: Date.now() });
      return false;
    }
    return Date.now() - before.since > UNUSED_MS;
  }

  private async indexDocuments(session: Session, collection: Collection): Promise<void> {
    if (this.stopped || !this.wantsDocuments(collection)) return;
    // what is refused, or fails, would be so again: the next try waits
    this.documentsAt = Date.now() + DECIDED_MS;
    if (!(await this.documents.isAvailable())) {
      this.logger.warn('documents get no index: this server has no pg_trgm that fits');
      return;
    }
    await this.documents.create(session, collection);
    this.documentsAt = 0;
    this.collections.forget(collection);
    this.logger.log(`collection ${collection.name}: documents have an index now`);
  }
}
