import type { Collection, Metric, ProtocolName, VectorType } from '../collections/collection.js';
import type { Scope } from '../tenants/tenant.js';

/** Backups have a uuid and any name; collections of this kind are known by a name of their own. */
export type SnapshotKind = 'backup' | 'collection';

/** A collection as it was at one moment. */
export interface Snapshot {
  readonly uuid: string;
  readonly kind: SnapshotKind;
  readonly name: string | null;
  readonly description: string | null;
  /** The collection it is of. */
  readonly source: { readonly uuid: string; readonly name: string; readonly deletedAt: Date | null };
  readonly metric: Metric;
  readonly dimension: number | null;
  readonly vectorType: VectorType;
  /** What protocols remembered of the collection: a JSON object's text, a key per protocol. */
  readonly settings: string;
  readonly recordCount: number;
  readonly namespaceCount: number;
  /** About how many bytes the records are. */
  readonly sizeBytes: number;
  readonly createdAt: Date;
  /** Its place among others. */
  readonly position: ListPosition;
}

/** A snapshot that was found by its uuid alone: where it is, and which protocol has made its collection. */
export interface PlacedSnapshot {
  readonly snapshot: Snapshot;
  readonly scope: Scope;
  readonly protocol: ProtocolName;
}

/** What a new snapshot is called; those of kind `collection` need a name. */
export interface NewSnapshot {
  readonly kind: SnapshotKind;
  readonly name: string | null;
  readonly description: string | null;
  /** Absent: a new one. */
  readonly uuid?: string;
}

/** The collection that a snapshot becomes. */
export interface RestoreTarget {
  readonly name: string;
  /** A JSON object's text, in place of the snapshot's. */
  readonly settings: string;
  readonly deletionProtection: boolean;
  /** Absent: the snapshot's. */
  readonly metric?: Metric;
}

/** What a restore leaves behind. */
export interface Restoration {
  readonly collection: Collection;
  readonly jobUuid: string;
}

/** How a restore went. A job is written down together with its collection, so that it is complete as soon as it exists. */
export interface RestoreJob {
  readonly uuid: string;
  readonly snapshotUuid: string;
  readonly target: { readonly uuid: string; readonly name: string };
  readonly status: 'pending' | 'running' | 'completed' | 'failed';
  readonly createdAt: Date;
  readonly completedAt: Date | null;
  readonly position: ListPosition;
}

/** A place in the order of creation: lists that go on after it neither repeat nor miss anything, whatever is deleted meanwhile. */
export interface ListPosition {
  /** Microseconds since 1970, as text. */
  readonly createdMicros: string;
  readonly uuid: string;
}

/** A part of a list, the newest first. */
export interface ListPage {
  readonly kind: SnapshotKind;
  readonly after?: ListPosition | undefined;
  /** Null: all. */
  readonly limit: number | null;
}

/** Which snapshots are listed: those of one collection, or of all that ever had a name. */
export interface SnapshotPage extends ListPage {
  readonly source?: { readonly uuid: string } | { readonly name: string } | undefined;
}
