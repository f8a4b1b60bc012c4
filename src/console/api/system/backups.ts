import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../../config/config.js';
import { LimitedWork } from '../../../records/limited-work.service.js';
import type { Snapshot } from '../../../snapshots/snapshot.js';
import { SnapshotsService } from '../../../snapshots/snapshots.service.js';
import type { Scope } from '../../../tenants/tenant.js';
import { Audit } from '../audit.js';
import { requireNameOf } from '../collections/new-collection.js';
import { ConsoleCollections } from '../collections/operations.js';
import type { CollectionDetail } from '../contract/collections.js';
import type { BackupRow } from '../contract/system.js';

const KIND = 'backup';
const MAX_BACKUPS = 1_000;

/** Backups of collections, and collections out of backups. */
@Injectable()
export class ConsoleBackups {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly collections: ConsoleCollections,
    private readonly snapshots: SnapshotsService,
    private readonly audit: Audit,
    private readonly work: LimitedWork,
  ) {}

  /** The newest first. */
  async list(scope: Scope): Promise<readonly BackupRow[]> {
    const found = await this.work.run(() => this.snapshots.list(scope, { kind: KIND, limit: MAX_BACKUPS }));
    return found.map(toBackupRow);
  }

  async create(uuid: string, name: string): Promise<BackupRow> {
    return this.whole(async () => {
      const collection = await this.collections.require(uuid);
      const backup = await this.snapshots.create(collection, { kind: KIND, name, description: null });
      this.audit.note('backup.create', collection, { backup: backup.uuid });
      return toBackupRow(backup);
    });
  }

  /** The collection that it has become. */
  async restore(id: string, name: string): Promise<CollectionDetail> {
    return this.whole(async () => {
      const { scope, snapshot, protocol } = await this.snapshots.requirePlaced(KIND, id);
      requireNameOf(protocol, name);
      const target = { name, settings: snapshot.settings, deletionProtection: false };
      const { collection } = await this.snapshots.restore(scope, snapshot, target);
      this.audit.note('backup.restore', collection, { backup: id });
      return this.collections.detail(collection.uuid);
    });
  }

  async delete(id: string): Promise<void> {
    await this.whole(async () => {
      const { scope, snapshot } = await this.snapshots.requirePlaced(KIND, id);
      await this.snapshots.delete(snapshot);
      this.audit.note('backup.delete', { ...scope, name: snapshot.source.name }, { backup: id });
    });
  }

  /** Rows are copied as a whole, which takes as long as it takes. */
  private async whole<T>(work: () => Promise<T>): Promise<T> {
    return this.work.run(work, this.config.statementTimeoutMs);
  }
}

function toBackupRow({ uuid, name, source, recordCount, createdAt }: Snapshot): BackupRow {
  return { id: uuid, name: name ?? '', collection: source.name, records: recordCount, createdAt: createdAt.toISOString() };
}
