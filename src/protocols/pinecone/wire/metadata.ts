import type { FieldCollector } from '../../../collections/field-collector.js';
import { type Json, JsonNumber, type JsonObject, stringifyJson } from '../../../http/json.js';
import type { StoredRecord } from '../../../records/record.js';
import { MAX_QUOTED_LENGTH } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { float64Text } from './float64.js';

/** Keys under which a record's document and uri are seen as metadata. */
export const DOCUMENT_KEY = 'chroma:document';
export const URI_KEY = 'chroma:uri';

/** A metadata object as it will be stored. */
export interface Metadata {
  /** A JSON object's text; null when it has no keys. */
  readonly text: string | null;
  readonly document: string | null;
  readonly uri: string | null;
}

/**
 * Checks a metadata object and makes its text: numbers are float64, so that `1` and `1.0` are the same.
 * @throws PineconeError 400 for a key or a value that is none, and for more than `maxBytes` of text
 */
export function toMetadata(sent: JsonObject, maxBytes: number, collector: FieldCollector): Metadata {
  let text = '';
  let document: string | null = null;
  let uri: string | null = null;
  for (const [key, value] of sent) {
    if (key.startsWith('$')) throw invalidArgument(`Metadata field '${key}' cannot start with '$'`);
    const valueText = toValue(key, value, collector);
    if (key === DOCUMENT_KEY && typeof value === 'string') document = value;
    else if (key === URI_KEY && typeof value === 'string') uri = value;
    else text += `${text === '' ? '{' : ','}${JSON.stringify(key)}:${valueText}`;
  }
  if (text !== '') text += '}';
  const bytes = text.length * 3 <= maxBytes ? 0 : Buffer.byteLength(text);
  if (bytes > maxBytes) {
    throw invalidArgument(
      `Metadata size is ${String(bytes)} bytes, which exceeds the limit of ${String(maxBytes)} bytes per vector`,
    );
  }
  return { text: text === '' ? null : text, document, uri };
}

/** The metadata of a stored record with the document and the uri in it; null when there is nothing. */
export function metadataText({ metadata, document, uri }: StoredRecord): string | null {
  if (document === null && uri === null) return metadata;
  const entries = [
    ...(document === null ? [] : [`${JSON.stringify(DOCUMENT_KEY)}:${JSON.stringify(document)}`]),
    ...(uri === null ? [] : [`${JSON.stringify(URI_KEY)}:${JSON.stringify(uri)}`]),
  ].join(',');
  return metadata === null ? `{${entries}}` : `${metadata.slice(0, -1)},${entries}}`;
}

function toValue(key: string, value: Json, collector: FieldCollector): string {
  if (typeof value === 'string') {
    if (key !== DOCUMENT_KEY && key !== URI_KEY) collector.add(key, 'string');
    return JSON.stringify(value);
  }
  if (typeof value === 'boolean') {
    collector.add(key, 'bool');
    return String(value);
  }
  if (value instanceof JsonNumber) return toNumber(key, value, collector);
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
    if (value.length > 0) collector.add(key, 'string');
    return stringifyJson(value);
  }
  throw wrongValue(key, stringifyJson(value));
}

function toNumber(key: string, value: JsonNumber, collector: FieldCollector): string {
  const number = Number(value.text);
  if (!Number.isFinite(number)) throw wrongValue(key, value.text);
  const text = float64Text(number);
  collector.add(key, text.includes('.') ? 'float' : 'int');
  return text;
}

function wrongValue(key: string, json: string): Error {
  const shown = json.length > MAX_QUOTED_LENGTH ? `${json.slice(0, MAX_QUOTED_LENGTH)}...` : json;
  return invalidArgument(
    `Metadata value must be a string, number, boolean or list of strings, got '${shown}' for field '${key}'`,
  );
}
