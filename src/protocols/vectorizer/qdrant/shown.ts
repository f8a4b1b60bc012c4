import { type Json, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';

/** Reads whether a part is to be shown: a list or an object names fields of it, and gets the whole part. */
export function readShown(reader: JsonReader): Json {
  const kind = reader.kind();
  if (kind !== 'array' && kind !== 'object') return readJson(reader);
  reader.skipValue();
  return true;
}
