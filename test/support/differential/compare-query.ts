import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../src/http/json.js';
import { closeTo, type Difference, differences, DISTANCE_TOLERANCE } from './compare.js';

const COLUMNS = ['ids', 'distances', 'documents', 'metadatas', 'embeddings', 'uris'] as const;

interface Match {
  readonly id: Json;
  readonly distance: number;
  readonly columns: JsonObject;
}

/**
 * Like `differences`, for two answers to one query: matches of equal distance may come in any order, and where the limit
 * cuts a group of equals, any of them may be the ones returned.
 */
export function queryDifferences(reference: Json, candidate: Json): readonly Difference[] {
  const [left, right] = [innerLists(reference), innerLists(candidate)];
  if (left === undefined || right === undefined || !isJsonObject(reference) || !isJsonObject(candidate)) {
    return differences('body', reference, candidate);
  }
  const rest = differences('body', without(reference), without(candidate));
  if (left.length !== right.length) return [...rest, difference('ids', reference, candidate)];
  const lists = left.flatMap((matches, index) => listDifferences(index, matches, right[index] ?? []));
  return [...rest, ...lists];
}

function listDifferences(list: number, reference: readonly Match[], candidate: readonly Match[]): readonly Difference[] {
  const path = `body.ids[${String(list)}]`;
  const ids = (matches: readonly Match[]): Json => matches.map((match) => match.id);
  if (reference.length !== candidate.length) {
    return [{ path, reference: ids(reference), candidate: ids(candidate) }];
  }
  const byId = new Map(candidate.map((match) => [match.id, match]));
  const last = reference.at(-1)?.distance ?? 0;
  return reference.flatMap((match, position) => {
    const same = byId.get(match.id);
    const atSamePlace = candidate[position];
    const place = `[${String(list)}][${String(position)}]`;
    const distance = new JsonNumber(String(match.distance));
    if (atSamePlace === undefined || !closeTo(match.distance, atSamePlace.distance, DISTANCE_TOLERANCE)) {
      const other = new JsonNumber(String(atSamePlace?.distance));
      return [{ path: `body.distances${place}`, reference: distance, candidate: other }];
    }
    if (same === undefined) {
      const cut = closeTo(match.distance, last, DISTANCE_TOLERANCE);
      return cut ? [] : [{ path: `body.ids${place}`, reference: match.id, candidate: undefined }];
    }
    return COLUMNS.flatMap((column) =>
      differences(`body.${column}${place}`, match.columns.get(column), same.columns.get(column)),
    );
  });
}

/** The matches of each query, or nothing when the answer is not one or carries no distances. */
function innerLists(answer: Json): readonly (readonly Match[])[] | undefined {
  if (!isJsonObject(answer)) return undefined;
  const ids = answer.get('ids');
  const distances = answer.get('distances');
  if (!isList(ids) || !isList(distances)) return undefined;
  return ids.map((inner, list) =>
    (isList(inner) ? inner : []).map((id, position) => ({
      id,
      distance: numberAt(distances, list, position),
      columns: new Map(COLUMNS.map((column) => [column, itemAt(answer.get(column), list, position)])),
    })),
  );
}

function itemAt(column: Json | undefined, list: number, position: number): Json {
  const inner = isList(column) ? column[list] : undefined;
  return (isList(inner) ? inner[position] : undefined) ?? null;
}

function numberAt(column: Json, list: number, position: number): number {
  const item = itemAt(column, list, position);
  return item instanceof JsonNumber ? Number(item.text) : Number.NaN;
}

function without(answer: JsonObject): JsonObject {
  const present = (column: string): Json => (answer.get(column) === null ? null : answer.has(column));
  return new Map([...answer].map(([key, value]) => [key, (COLUMNS as readonly string[]).includes(key) ? present(key) : value]));
}

function difference(column: string, reference: JsonObject, candidate: JsonObject): Difference {
  return { path: `body.${column}`, reference: reference.get(column), candidate: candidate.get(column) };
}

function isList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}
