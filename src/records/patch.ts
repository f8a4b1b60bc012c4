import { isJsonObject, parseJson, stringifyJson, type Json } from '../http/json.js';
import type { RecordPatch } from './record.js';

/** What to do with one record after all of its patches, in their order: every id occurs once, at the place of its first. */
export function composePatches(patches: readonly RecordPatch[]): readonly RecordPatch[] {
  const byId = new Map<string, RecordPatch>();
  for (const patch of patches) {
    const before = byId.get(patch.id);
    byId.set(patch.id, before === undefined ? patch : compose(before, patch));
  }
  return byId.size === patches.length ? patches : [...byId.values()];
}

function compose(before: RecordPatch, after: RecordPatch): RecordPatch {
  return {
    id: before.id,
    embedding: after.embedding ?? before.embedding,
    document: after.document ?? before.document,
    metadata: composeMetadata(before.metadata, after.metadata),
  };
}

function composeMetadata(before: RecordPatch['metadata'], after: RecordPatch['metadata']): RecordPatch['metadata'] {
  if (after === null) return before;
  if (before === null || after.kind === 'replacement') return after;
  // a patch of a patch must go on removing what the first one removes
  const nulls = before.kind === 'replacement' ? 'removed' : 'kept';
  return { kind: before.kind, text: stringifyJson(mergePatch(parseJson(before.text), parseJson(after.text), nulls)) };
}

/** JSON Merge Patch (RFC 7396). With nulls `kept` the target is itself a patch, and so is the result. */
export function mergePatch(target: Json, patch: Json, nulls: 'removed' | 'kept'): Json {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(isJsonObject(target) ? target : []);
  for (const [key, value] of patch) {
    if (value !== null) merged.set(key, mergePatch(merged.get(key) ?? null, value, nulls));
    else if (nulls === 'kept') merged.set(key, null);
    else merged.delete(key);
  }
  return merged;
}
