import { type Json, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';

/** An object in which a key comes more than once. As a map it has the last value of each. */
class RepeatingObject extends Map<string, Json> {
  constructor(readonly members: readonly (readonly [string, Json])[]) {
    super(members);
  }
}

/** As `readJson`, but what is repeated can be told. */
export function readSentJson(reader: JsonReader): Json {
  const kind = reader.kind();
  if (kind === 'object') return readObject(reader);
  if (kind !== 'array') return readJson(reader);
  const array: Json[] = [];
  reader.readArray(() => {
    array.push(readSentJson(reader));
  });
  return array;
}

/** The members of an object, repeated ones included, in their order. */
export function membersAsSent(object: JsonObject): readonly (readonly [string, Json])[] {
  return object instanceof RepeatingObject ? object.members : [...object];
}

function readObject(reader: JsonReader): JsonObject {
  const members: (readonly [string, Json])[] = [];
  reader.readObject((key) => {
    members.push([key, readSentJson(reader)]);
  });
  const object = new Map(members);
  return object.size === members.length ? object : new RepeatingObject(members);
}
