import type { Request } from 'express';
import { isJsonObject, parseJson } from '../../../http/json.js';
import type { RequestBody } from '../../../http/request-body.js';
import { decodeText } from '../../../http/validate.js';
import { invalidArgument } from '../pinecone-error.js';
import { SCHEMA_SHAPE } from '../wire/api-version.js';

const STABLE = /^\d{4}-\d{2}$/;

/** A create by `schema` in a preview version, whose shape never became one of a stable version. @throws PineconeError 400 */
export function requireNoPreview(body: RequestBody, sent: Request): void {
  const version = sent.headers['x-pinecone-api-version'];
  if (typeof version !== 'string' || STABLE.test(version)) return;
  const text = decodeText(body.bytes);
  const object = text.trim() === '' ? undefined : parseJson(text, body.maxDepth, body.limits);
  if (!isJsonObject(object) || !object.has('schema')) return;
  throw invalidArgument(
    `Creating an index with 'schema' is not served in API version ${version}: use ${SCHEMA_SHAPE}, or 'spec' in an older one`,
  );
}
