import { isJsonObject, parseJson } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { decodeText } from '../../../http/validate.js';
import { invalidArgument } from '../pinecone-error.js';

/**
 * A field that its request's class does not declare is ignored, as the service does, over REST and gRPC. One request refuses it:
 * `PATCH /indexes/{name}` from 2026-07 on.
 */

/** @throws PineconeError 400 that names a field of the body that the class does not declare */
export function refuseUndeclaredFields(type: new () => object, body: RequestBody): void {
  const text = decodeText(body.bytes);
  const sent = text.trim() === '' ? new Map() : parseJson(text, body.maxDepth, body.limits);
  const declared = new type();
  const unknown = isJsonObject(sent) ? [...sent.keys()].find((key) => !Object.hasOwn(declared, key)) : undefined;
  if (unknown !== undefined) throw invalidArgument(`Unknown field '${unknown}'`);
}
