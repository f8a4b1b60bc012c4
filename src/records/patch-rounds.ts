import { isJsonObject, type Json, type JsonObject, parseJson, stringifyJson } from '../http/json.js';
import type { RecordPatch } from './record.js';

/**
 * Patches in rounds that are applied one after the other, as if every patch were: no id occurs twice in a round, and the first
 * round has them all. Patches of one id become one where one can say what they do together, so that there is hardly ever a second round.
 */
export function roundsOf(patches: readonly RecordPatch[]): readonly (readonly RecordPatch[])[] {
  const rounds: Map<string, RecordPatch>[] = [];
  const roundOf = new Map<string, number>();
  for (const patch of patches) {
    const at = roundOf.get(patch.id) ?? 0;
    const before = rounds[at]?.get(patch.id);
    const both = before === undefined ? patch : compose(before, patch);
    const round = both === undefined ? at + 1 : at;
    roundOf.set(patch.id, round);
    (rounds[round] ??= new Map()).set(patch.id, both ?? patch);
  }
  return rounds.map((round) => [...round.values()]);
}

/** One patch that does what the two do; undefined when there is none. */
function compose(before: RecordPatch, after: RecordPatch): RecordPatch | undefined {
  const metadata = composeMetadata(before.metadata, after.metadata);
  if (metadata === undefined) return undefined;
  return {
    id: before.id,
    embedding: after.embedding ?? before.embedding,
    document: after.document ?? before.document,
    metadata,
  };
}

function composeMetadata(before: RecordPatch['metadata'], after: RecordPatch['metadata']): RecordPatch['metadata'] | undefined {
  if (after === null) return before;
  if (before === null || after.kind === 'replacement') return after;
  const [first, second] = [parseJson(before.text), parseJson(after.text)];
  if (before.kind === 'replacement') return { kind: 'replacement', text: stringifyJson(mergePatch(first, second)) };
  if (!isJsonObject(first) || !isJsonObject(second)) return undefined;
  const both = composeObjects(first, second);
  return both && { kind: 'patch', text: stringifyJson(both) };
}

/** A merge patch cannot say "replace it by this object": which is what an object after another kind of value means. */
function composeObjects(first: JsonObject, second: JsonObject): JsonObject | undefined {
  const both = new Map(first);
  for (const [key, value] of second) {
    const earlier = first.get(key);
    if (!isJsonObject(value) || earlier === undefined) {
      both.set(key, value);
      continue;
    }
    const merged = isJsonObject(earlier) ? composeObjects(earlier, value) : undefined;
    if (merged === undefined) return undefined;
    both.set(key, merged);
  }
  return both;
}

/** JSON Merge Patch (RFC 7396). */
function mergePatch(target: Json, patch: Json): Json {
  if (!isJsonObject(patch)) return patch;
  const merged = new Map(isJsonObject(target) ? target : []);
  for (const [key, value] of patch) {
    if (value === null) merged.delete(key);
    else merged.set(key, mergePatch(merged.get(key) ?? null, value));
  }
  return merged;
}
