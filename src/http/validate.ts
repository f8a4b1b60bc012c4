import { isAscii, isUtf8 } from 'node:buffer';
import { validateSync } from 'class-validator';
import { inOneGo, type Sliced } from '../slices.js';
import { type Json, JsonNumber, readJson } from './json.js';
import { JsonReader } from './json-reader.js';
import { JsonSyntaxError } from './json-syntax-error.js';
import type { RequestBody } from './request-body.js';
import { keepsRules } from './rules.js';
import { inSlices, readItems } from './sliced-reading.js';

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
type SlicedReader = (reader: JsonReader) => Sliced<unknown>;

const fieldReaders = new WeakMap<object, Map<string, FieldReader>>();
const slicedReaders = new WeakMap<object, Map<string, SlicedReader>>();

/** Reads a field's value straight from the JSON text, where a general value would lose something or cost too much. */
export function Read(read: FieldReader): PropertyDecorator {
  return (prototype, field) => {
    const readers = fieldReaders.get(prototype) ?? new Map<string, FieldReader>();
    readers.set(String(field), read);
    fieldReaders.set(prototype, readers);
  };
}

/** As `Read`, for a list that may be long: its reader may stop between the items. */
export function ReadInSlices(read: SlicedReader): PropertyDecorator {
  return (prototype, field) => {
    const readers = slicedReaders.get(prototype) ?? new Map<string, SlicedReader>();
    readers.set(String(field), read);
    slicedReaders.set(prototype, readers);
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
  /** What is said of a declared field that comes again. Absent: its last value counts. */
  readonly repeated?: (field: string) => Error;
}

/** Nothing out of the ordinary. */
export const PLAIN: BodyDialect = { anyMediaType: false, nullIsAbsent: false, fieldOf: (key) => key };
const EMPTY_OBJECT = '{}';

/**
 * Reads a JSON body into a request class and checks it by the class' class-validator rules. Fields that the class does not
 * declare are left out. Whole numbers become numbers, other ones stay `JsonNumber`; objects are Maps of `Json`.
 * @throws RequestError, JsonSyntaxError, and what the class' own readers throw
 */
export function validate<T extends object>(type: new () => T, body: RequestBody, dialect: BodyDialect = PLAIN): T {
  try {
    return check(inOneGo(readingInto(new type(), readerOf(body, dialect), dialect)));
  } catch (error) {
    return validate(type, wholeOf(body, error), dialect);
  }
}

/** The body with all of its text, to be read again for the place of a syntax error. @throws the error when that is known */
function wholeOf({ whole, ...body }: RequestBody, error: unknown): RequestBody {
  if (whole === undefined || !(error instanceof JsonSyntaxError)) throw error;
  return { ...body, bytes: whole.concat(), taken: [] };
}

/** A body from so many bytes on is read in slices. */
const SLICED_FROM_BYTES = 256 * 1024;

/** As `validate`; of a long body, lists are read in slices, and other requests are let go between them. */
export function validateLong<T extends object>(
  type: new () => T,
  body: RequestBody,
  dialect: BodyDialect = PLAIN,
): T | Promise<T> {
  const { length } = body.whole ?? body.bytes;
  return length < SLICED_FROM_BYTES ? validate(type, body, dialect) : validateInSlices(type, body, dialect);
}

async function validateInSlices<T extends object>(type: new () => T, body: RequestBody, dialect: BodyDialect): Promise<T> {
  try {
    const reader = readerOf(body, dialect);
    return check(await inSlices(readingInto(new type(), reader, dialect), reader));
  } catch (error) {
    return validateInSlices(type, wholeOf(body, error), dialect);
  }
}

function readerOf(body: RequestBody, dialect: BodyDialect): JsonReader {
  const { mediaType } = body;
  if (!dialect.anyMediaType && mediaType !== undefined && mediaType !== 'application/json' && !mediaType.endsWith('+json')) {
    throw new RequestError({ kind: 'media_type' });
  }
  const text = decodeText(body.bytes);
  const source = dialect.anyMediaType && text.trim() === '' ? EMPTY_OBJECT : text;
  return new JsonReader(source, body.maxDepth, body.limits, body.taken);
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

function* readingInto<T extends object>(instance: T, reader: JsonReader, dialect: BodyDialect): Sliced<T> {
  if (reader.kind() !== 'object') {
    const value = readJson(reader);
    reader.end();
    throw new RequestError({ kind: 'not_an_object', value, type: instance.constructor.name });
  }
  const prototype = Object.getPrototypeOf(instance) as object;
  const [readers, sliced] = [fieldReaders.get(prototype), slicedReaders.get(prototype)];
  const fields = instance as Record<string, unknown>;
  const seen = new Set<string>();
  for (let key = reader.firstKey(); key !== undefined; key = reader.nextKey()) {
    const field = dialect.fieldOf(key);
    const [read, readInSlices] = [readers?.get(field), sliced?.get(field)];
    if (dialect.repeated !== undefined && Object.hasOwn(instance, field)) {
      if (seen.has(field)) throw dialect.repeated(field);
      seen.add(field);
    }
    if (dialect.nullIsAbsent && reader.kind() === 'null') reader.readNull();
    else if (read !== undefined) fields[field] = read(reader);
    else if (readInSlices !== undefined) fields[field] = yield* readInSlices(reader);
    else if (!Object.hasOwn(instance, field)) reader.skipValue();
    else if (reader.kind() === 'array') fields[field] = yield* readList(reader);
    else fields[field] = plain(readJson(reader));
    if (reader.isDue) yield;
  }
  reader.end();
  return instance;
}

function* readList(reader: JsonReader): Sliced<readonly Json[]> {
  const list: Json[] = [];
  yield* readItems(reader, () => {
    list.push(readJson(reader));
  });
  return list;
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
