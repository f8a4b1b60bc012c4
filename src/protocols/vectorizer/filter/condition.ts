import type { JsonObject } from '../../../http/json.js';
import { stringOf } from './operands.js';
import type { ParseNested, Part } from './parts.js';
import { parseQdrantCondition } from './qdrant-condition.js';
import { parseTaggedCondition } from './tagged-condition.js';

/** A condition of a clause: tagged with its `type`, or told by its fields, as in Qdrant. */
export function parseCondition(sent: JsonObject, path: string, parseNested: ParseNested): Part {
  const type = sent.get('type') ?? null;
  if (type === null) return parseQdrantCondition(sent, path, parseNested);
  return parseTaggedCondition(stringOf(type, `${path}.type`), sent, path, parseNested);
}
