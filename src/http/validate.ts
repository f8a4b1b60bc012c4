import { isAscii, isUtf8 } from 'node:buffer';
import { validateSync } from 'class-validator';
import { type Json, JsonNumber, readJson } from './json.js';
import { JsonReader } from './json-reader.js';
import type { RequestBody } from './request-body.js';
import { keepsRules } from './rules.js';

/** Why a request body is refused before anyone looks at what it asks for. */
export type RequestProblem =
  /** The content type is not JSON. */
  | { readonly kind: 'media_type' }
  /** A NUL character, which Postgres cannot store. */
  | { readonly kind: 'nul' }
  /** Not UTF-8. */
  | { readonly kind: 'encoding' }
  /** The body is JSON, but no object; `type` is the name of the request class. */
  | { readonly kind: 'not_an_object'; readonly value: Json; readonly type: string }
  /** A field is missing, when the value is undefined, or breaks a rule of class-validator's, by its name. */
  | { readonly kind: 'field'; readonly field: string; readonly value: unknown; readonly rule: string };

/** A `RequestProblem` on its way to the protocol that words it. Bad JSON is a `JsonSyntaxError`. */
export class RequestError extends Error {
  constructor(readonly problem: RequestProblem) {
    super(problem.kind);
  }
}

type FieldReader = (reader: JsonReader) => unknown;

const fieldReaders = new WeakMap<object, Map<string, FieldReader>>();

/** Reads a field's value straight from the JSON text, where a general value would lose something or cost too much. */
export function Read(read: FieldReader): PropertyDecorator {
  return (prototype, field) => {
    const readers = fieldReaders.get(prototype) ?? new Map<string, FieldReader>();
    readers.set(String(field), read);
    fieldReaders.set(prototype, readers);
  };
}

/** How a protocol reads its bodies, where it differs from the plain way. */
export interface BodyDialect {
  /** Whatever the content type says, the body is JSON; an empty one is an empty object. */
  readonly anyMediaType: boolean;
  /** Null means that the field is absent. */
  readonly nullIsAbsent: boolean;
  /** The field that a key means. */
  readonly fieldOf: (key: string) => string;
}

const PLAIN: BodyDialect = { anyMediaType: false, nullIsAbsent: false, fieldOf: (key) => key };
const EMPTY_OBJECT = '{}';

/**
 * Reads a JSON body into a request class and checks it by the class' class-validator rules. Fields that the class does not
 * declare are left out. Whole numbers become numbers, other ones stay `JsonNumber`; objects are Maps of `Json`.
 * @throws RequestError, JsonSyntaxError, and what the class' own readers throw
 */
export function validate<T extends object>(type: new () => T, body: RequestBody, dialect: BodyDialect = PLAIN): T {
  const { mediaType } = body;
  if (!dialect.anyMediaType && mediaType !== undefined && mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new RequestError({ kind: 'media_type' });
  }
  const text = decodeText(body.bytes);
  const source = dialect.anyMediaType && text.trim() === '' ? EMPTY_OBJECT : text;
  const reader = new JsonReader(source, body.maxDepth, body.maxValues, body.taken);
  return check(readInto(new type(), reader, dialect));
}

/** Checks an instance of a request class by the class' rules. @throws RequestError */
export function check<T extends object>(instance: T): T {
  if (keepsRules(instance)) return instance;
  const [error] = validateSync(instance, { stopAtFirstError: true, forbidUnknownValues: false });
  if (error !== undefined) {
    const rule = Object.keys(error.constraints ?? {})[0] ?? '';
    throw new RequestError({ kind: 'field', field: error.property, value: error.value, rule });
  }
  return instance;
}

function readInto<T extends object>(instance: T, reader: JsonReader, dialect: BodyDialect): T {
  if (reader.kind() !== 'object') {
    const value = readJson(reader);
    reader.end();
    throw new RequestError({ kind: 'not_an_object', value, type: instance.constructor.name });
  }
  const readers = fieldReaders.get(Object.getPrototypeOf(instance) as object);
  const fields = instance as Record<string, unknown>;
  reader.readObject((key) => {
    const field = dialect.fieldOf(key);
    const read = readers?.get(field);
    if (dialect.nullIsAbsent && reader.kind() === 'null') reader.readNull();
    else if (read !== undefined) fields[field] = read(reader);
    else if (Object.hasOwn(instance, field)) fields[field] = plain(readJson(reader));
    else reader.skipValue();
  });
  reader.end();
  return instance;
}

/** A body as text. ASCII is decoded several times faster, and to strings of half the size. @throws RequestError */
export function decodeText(bytes: Buffer): string {
  const ascii = isAscii(bytes);
  if (!ascii && !isUtf8(bytes)) throw new RequestError({ kind: 'encoding' });
  const text = bytes.toString(ascii ? 'latin1' : 'utf8');
  if (text.includes('\\u0000') && /(?<!\\)(?:\\\\)*\\u0000/.test(text)) throw new RequestError({ kind: 'nul' });
  return text;
}

function plain(value: Json): Json | number {
  if (value instanceof JsonNumber && /^-?\d{1,15}$/.test(value.text)) return Number(value.text);
  return value;
}
