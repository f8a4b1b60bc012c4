import type { JsonObject } from '../../../http/json.js';
import { MAX_TAG_KEY_LENGTH, MAX_TAG_VALUE_LENGTH, MAX_TAGS } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';

/** The tags of a request: texts by name. An empty text is no tag. @throws PineconeError 400 */
export function tagsOf(given: JsonObject): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const [key, value] of given) {
    if (!/^[A-Za-z0-9_-]+$/.test(key) || key.length > MAX_TAG_KEY_LENGTH) {
      throw invalidArgument(`Tag keys have 1 to ${String(MAX_TAG_KEY_LENGTH)} characters out of A-Z, a-z, 0-9, _ and -`);
    }
    if (typeof value !== 'string' || value.length > MAX_TAG_VALUE_LENGTH) {
      throw invalidArgument(`Tag values are strings of at most ${String(MAX_TAG_VALUE_LENGTH)} characters`);
    }
    if (value !== '') tags.set(key, value);
  }
  if (tags.size > MAX_TAGS) throw invalidArgument(`An index has at most ${String(MAX_TAGS)} tags`);
  return tags;
}

/** Tags after a change: an empty text removes one, and what is not mentioned stays. @throws PineconeError 400 */
export function mergedTags(before: ReadonlyMap<string, string>, given: JsonObject): ReadonlyMap<string, string> {
  const removed = new Set([...given].filter(([, value]) => value === '').map(([key]) => key));
  const tags = new Map([...[...before].filter(([key]) => !removed.has(key)), ...tagsOf(given)]);
  if (tags.size > MAX_TAGS) throw invalidArgument(`An index has at most ${String(MAX_TAGS)} tags`);
  return tags;
}
