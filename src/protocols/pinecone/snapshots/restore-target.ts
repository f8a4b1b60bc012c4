import type { JsonObject } from '../../../http/json.js';
import type { RestoreTarget, Snapshot } from '../../../snapshots/snapshot.js';
import { definitionOf, type IndexSpec, settingsWith } from '../indexes/index-definition.js';
import { requireCapacity } from '../indexes/index-spec.js';
import { tagsOf } from '../indexes/tags.js';
import { invalidArgument } from '../pinecone-error.js';
import { requireName } from '../wire/resource-name.js';
import type { RestoreBackupRequest } from './requests.js';

/** The index that a backup becomes: as it was, with the changes of the request. @throws PineconeError 400 */
export function restoreTarget(backup: Snapshot, request: RestoreBackupRequest): RestoreTarget {
  requireName(request.name);
  const definition = definitionOf(backup);
  const restored = {
    ...definition,
    spec: request.read_capacity === undefined ? definition.spec : withCapacity(definition.spec, request.read_capacity),
    tags: request.tags === undefined ? definition.tags : tagsOf(request.tags),
    sourceBackupId: backup.uuid,
  };
  return {
    name: request.name,
    settings: settingsWith(restored, backup.settings),
    deletionProtection: request.deletion_protection === 'enabled',
  };
}

function withCapacity(spec: IndexSpec, readCapacity: JsonObject): IndexSpec {
  if (spec.kind === 'pod') throw invalidArgument('read_capacity does not apply to pod indexes');
  return { ...spec, readCapacity: requireCapacity(readCapacity) };
}
