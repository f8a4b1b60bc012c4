import type { RestoreJob, Snapshot } from '../../../snapshots/snapshot.js';
import { definitionOf, environmentOf, type IndexSpec } from '../indexes/index-definition.js';
import { plain, schemaOf } from '../indexes/index-schema.js';
import { type ApiVersion, SCHEMA_SHAPE } from '../wire/api-version.js';
import { metricName } from '../wire/metric.js';
import type { Page } from '../wire/page-token.js';
import type { Restore } from './backup-operations.js';

/** Backups, restore jobs and collections, as JSON text. What is undefined is left out. */

const JOB_STATUS: Readonly<Record<RestoreJob['status'], string>> = {
  pending: 'Pending',
  running: 'InProgress',
  completed: 'Completed',
  failed: 'Failed',
};

export function toBackupResponse(snapshot: Snapshot, version: ApiVersion): string {
  return JSON.stringify(backupOf(snapshot, version));
}

export function toBackupsResponse({ items, next }: Page<Snapshot>, version: ApiVersion): string {
  return JSON.stringify({ data: items.map((snapshot) => backupOf(snapshot, version)), ...paginationOf(next) });
}

export function toRestoreResponse({ jobUuid, indexUuid }: Restore): string {
  return JSON.stringify({ restore_job_id: jobUuid, index_id: indexUuid });
}

export function toRestoreJobResponse(job: RestoreJob): string {
  return JSON.stringify(restoreJobOf(job));
}

export function toRestoreJobsResponse({ items, next }: Page<RestoreJob>): string {
  return JSON.stringify({ data: items.map(restoreJobOf), ...paginationOf(next) });
}

export function toCollectionResponse(snapshot: Snapshot): string {
  return JSON.stringify(collectionOf(snapshot));
}

export function toCollectionsResponse(snapshots: readonly Snapshot[]): string {
  return JSON.stringify({ collections: snapshots.map(collectionOf) });
}

export function backupOf(snapshot: Snapshot, version: ApiVersion): object {
  const definition = definitionOf(snapshot);
  const { spec, tags } = definition;
  const isNew = version >= SCHEMA_SHAPE;
  return {
    backup_id: snapshot.uuid,
    source_index_name: snapshot.source.name,
    source_index_id: snapshot.source.uuid,
    ...(isNew && { source_index_deleted_at: snapshot.source.deletedAt?.toISOString() }),
    status: 'Ready',
    ...placeOf(spec),
    name: snapshot.name ?? undefined,
    description: snapshot.description ?? undefined,
    ...(isNew ? { schema: schemaOf(snapshot, definition) } : classicDefinitionOf(snapshot)),
    record_count: snapshot.recordCount,
    namespace_count: snapshot.namespaceCount,
    size_bytes: snapshot.sizeBytes,
    tags: tags.size > 0 ? Object.fromEntries(tags) : isNew ? null : undefined,
    created_at: snapshot.createdAt.toISOString(),
  };
}

function classicDefinitionOf(snapshot: Snapshot): object {
  const { metadataSchema } = definitionOf(snapshot);
  return {
    dimension: snapshot.dimension ?? undefined,
    metric: metricName(snapshot.metric),
    schema: metadataSchema === undefined ? undefined : plain(metadataSchema),
  };
}

/** The cloud and region of a backup: those of its index. */
export function placeOf(spec: IndexSpec): { readonly cloud: string; readonly region: string } {
  if (spec.kind === 'serverless') return { cloud: spec.cloud, region: spec.region };
  const [, region = spec.environment, cloud = 'aws'] = /^(.+)-(aws|gcp|azure)$/.exec(spec.environment) ?? [];
  return { cloud, region };
}

function restoreJobOf(job: RestoreJob): object {
  return {
    restore_job_id: job.uuid,
    backup_id: job.snapshotUuid,
    target_index_name: job.target.name,
    target_index_id: job.target.uuid,
    status: JOB_STATUS[job.status],
    created_at: job.createdAt.toISOString(),
    completed_at: job.completedAt?.toISOString(),
    percent_complete: job.status === 'completed' ? 100 : undefined,
  };
}

function collectionOf(snapshot: Snapshot): object {
  return {
    name: snapshot.name,
    size: snapshot.sizeBytes,
    status: 'Ready',
    dimension: snapshot.dimension ?? undefined,
    vector_count: snapshot.recordCount,
    environment: environmentOf(definitionOf(snapshot).spec),
  };
}

function paginationOf(next: string | undefined): object {
  return next === undefined ? {} : { pagination: { next } };
}
