import { isJsonObject, type Json, JsonNumber, type JsonObject, parseJson, stringifyJson } from '../../http/json.js';
import type { SparseVector } from '../../records/record.js';
import type { CopyRecord } from '../copy.js';
import { metadataOfJson } from '../sources/json-metadata.js';
import type { FieldMap } from './field-map.js';

const MAX_INDEX = 2 ** 32;

/** Why a line is no record. */
export class BadLine extends Error {
  constructor(
    message: string,
    /** The record's, if it has one. */
    readonly id?: string,
    /** The record, if it lacks nothing but a vector. */
    readonly unembedded?: Omit<CopyRecord, 'embedding'>,
  ) {
    super(message);
  }
}

/** A record as a line of JSON. Metadata are the text that the record has: numbers keep their type. */
export function lineOf({ id, namespace = '', embedding, sparse, document, uri, metadata }: CopyRecord): string {
  const members = [`"id":${JSON.stringify(id)}`];
  if (namespace !== '') members.push(`"namespace":${JSON.stringify(namespace)}`);
  if (embedding !== null) members.push(`"embedding":${numbersText(embedding)}`);
  if (sparse !== undefined && sparse !== null)
    members.push(`"sparse":{"indices":[${sparse.indices.join(',')}],"values":${numbersText(sparse.values)}}`);
  if (document !== null) members.push(`"document":${JSON.stringify(document)}`);
  if (uri !== null) members.push(`"uri":${JSON.stringify(uri)}`);
  if (metadata !== null && metadata !== '{}') members.push(`"metadata":${metadata}`);
  return `{${members.join(',')}}\n`;
}

/** A JSON array's text, which gives the same bits back: JSON.stringify has no zero below zero. */
export function numbersText(values: Float32Array): string {
  return `[${Array.from(values, (value) => (Object.is(value, -0) ? '-0' : String(value))).join(',')}]`;
}

/** A line that `lineOf` has written: its metadata are taken as they are. @throws BadLine */
export function recordOfOwn(line: string): CopyRecord {
  const { object, embedding } = partsOf(line, OWN_FIELDS.embedding);
  return recordOf(object, OWN_FIELDS, (value) => (isJsonObject(value) ? stringifyJson(value) : null), embedding);
}

/** A line of anybody's. @throws BadLine */
export function recordOfForeign(line: string, fields: FieldMap): CopyRecord {
  const { object, embedding } = partsOf(line, fields.embedding);
  return recordOfObject(object, fields, embedding);
}

/** An object of anybody's, whose embedding may be known already. @throws BadLine */
export function recordOfObject(object: JsonObject, fields: FieldMap, embedding?: Float32Array): CopyRecord {
  const metadataOf = (value: Json | undefined): string | null => {
    const read = metadataOfJson(value);
    if ('unholdable' in read) throw new BadLine(`the value of ${JSON.stringify(read.unholdable)} is no metadata here`);
    return read.text;
  };
  return recordOf(object, fields, metadataOf, embedding);
}

/**
 * A line's object and its embedding. A list of numbers is read apart, natively: most of a line is numbers whose text nobody needs. If it
 * is not one field of the object itself, and the only one of its name in the line, all of the line is read as it is.
 */
function partsOf(line: string, field: string): { readonly object: JsonObject; readonly embedding?: Float32Array } {
  const name = JSON.stringify(field).replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const found = [...line.matchAll(new RegExp(`(?<=[{,]\\s*)${name}\\s*:\\s*(\\[[-+.\\deE,\\s]+\\])`, 'g'))];
  const [match] = found;
  const embedding = match === undefined || found.length > 1 ? undefined : floatsOf(match[1] ?? '');
  if (match === undefined || embedding === undefined) return { object: objectOf(line) };
  const rest = `${line.slice(0, match.index)}${JSON.stringify(field)}:null${line.slice(match.index + match[0].length)}`;
  const object = objectOf(rest);
  // it lies in the metadata, or another one of the same name does not begin with a list
  return object.get(field) === null ? { object, embedding } : { object: objectOf(line) };
}

/** Undefined: it is no list of numbers, or an empty one. */
function floatsOf(text: string): Float32Array | undefined {
  try {
    const numbers = JSON.parse(text) as readonly number[];
    return numbers.length === 0 ? undefined : new Float32Array(numbers);
  } catch {
    return undefined;
  }
}

export function objectOf(line: string): JsonObject {
  const value = parsed(line);
  if (!isJsonObject(value)) throw new BadLine('it is no JSON object');
  return value;
}

const OWN_FIELDS: FieldMap = {
  ...{ id: 'id', namespace: 'namespace', embedding: 'embedding', sparse: 'sparse', document: 'document', uri: 'uri' },
  metadata: { from: 'metadata' },
};

function recordOf(
  object: JsonObject,
  fields: FieldMap,
  metadataOf: (value: Json | undefined) => string | null,
  known?: Float32Array,
): CopyRecord {
  const id = idOf(object.get(fields.id), fields.id);
  try {
    const namespace = textOf(object.get(fields.namespace), fields.namespace);
    const sparse = sparseOf(object.get(fields.sparse), fields.sparse);
    const embedding = known ?? embeddingOf(object.get(fields.embedding), fields.embedding);
    const metadata = 'from' in fields.metadata ? object.get(fields.metadata.from) : others(object, fields.metadata.except);
    const unembedded = {
      ...{ id, metadata: metadataOf(metadata) },
      ...{ document: textOf(object.get(fields.document), fields.document), uri: textOf(object.get(fields.uri), fields.uri) },
      ...(namespace !== null && namespace !== '' && { namespace }),
    };
    if (embedding === null && sparse === null)
      throw new BadLine(`it has no vector: no field ${fields.embedding}`, id, unembedded);
    return { ...unembedded, embedding, ...(sparse !== null && { sparse }) };
  } catch (error) {
    throw error instanceof BadLine ? new BadLine(error.message, id, error.unembedded) : error;
  }
}

function parsed(line: string): Json {
  try {
    return parseJson(line);
  } catch (error) {
    throw new BadLine(`it is no JSON: ${(error as Error).message}`);
  }
}

function others(object: JsonObject, except: ReadonlySet<string>): JsonObject {
  return new Map([...object].filter(([key]) => !except.has(key)));
}

function idOf(value: Json | undefined, field: string): string {
  if (typeof value === 'string' && value !== '') return value;
  if (value instanceof JsonNumber && /^\d+$/.test(value.text)) return value.text;
  throw new BadLine(`it has no id: the field ${field} must be a text or a whole number`);
}

function textOf(value: Json | undefined, field: string): string | null {
  if (value === undefined || value === null) return null;
  if (typeof value === 'string') return value;
  throw new BadLine(`its field ${field} is no text`);
}

function embeddingOf(value: Json | undefined, field: string): Float32Array | null {
  if (value === undefined || value === null) return null;
  const numbers = numbersOf(value);
  if (numbers === undefined || numbers.length === 0) throw new BadLine(`its field ${field} is no list of numbers`);
  return Float32Array.from(numbers);
}

function sparseOf(value: Json | undefined, field: string): SparseVector | null {
  if (value === undefined || value === null) return null;
  const indices = isJsonObject(value) ? numbersOf(value.get('indices')) : undefined;
  const values = isJsonObject(value) ? numbersOf(value.get('values')) : undefined;
  const isWell = indices?.length === values?.length && new Set(indices).size === indices?.length;
  if (indices === undefined || values === undefined || !isWell || !indices.every(isIndex)) {
    throw new BadLine(`its field ${field} is no sparse vector: {"indices": [...], "values": [...]}`);
  }
  return { indices, values: Float32Array.from(values) };
}

function isIndex(index: number): boolean {
  return Number.isInteger(index) && index >= 0 && index < MAX_INDEX;
}

function numbersOf(value: Json | undefined): readonly number[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const numbers = (value as readonly Json[]).map((item) => (item instanceof JsonNumber ? Number(item.text) : NaN));
  return numbers.some(Number.isNaN) ? undefined : numbers;
}
