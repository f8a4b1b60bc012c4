import { isJsonObject, type Json, JsonNumber, type JsonObject } from '../../../../http/json.js';
import { type ChromaError, unparsable, unprocessable } from '../../chroma-error.js';
import { floatText, integerOf, unexpected } from '../../wire/serde.js';

/** What a value must look like. Chroma reads its request bodies with serde; the errors are worded as serde does. */
export interface Shape {
  /** Whether a struct may leave it out. */
  readonly isOptional: boolean;
  /**
   * The value in the form in which it is stored and given back; nothing when it is not set.
   * @throws ChromaError 422 with the place of the first value that does not fit
   */
  readonly read: (value: Json, path: string) => Json | undefined;
}

/** What a struct does with fields that it does not know. */
export type UnknownFields = 'refused' | 'ignored';

const LARGEST = { usize: 2n ** 64n - 1n, u32: 2n ** 32n - 1n } as const;

export const text = required((value, path) => (typeof value === 'string' ? value : fail(wrongType(path, value, 'a string'))));

export const flag = required((value, path) => (typeof value === 'boolean' ? value : fail(wrongType(path, value, 'a boolean'))));

export function unsigned(name: keyof typeof LARGEST): Shape {
  return required((value, path) => {
    const integer = value instanceof JsonNumber ? integerOf(value) : undefined;
    if (integer === undefined) throw wrongType(path, value, name);
    if (integer < 0n || integer > LARGEST[name]) {
      throw unprocessable(path, `invalid value: ${unexpected(value)}, expected ${name}`);
    }
    return value;
  });
}

export function float(name: 'f64' | 'f32'): Shape {
  return required((value, path) => {
    if (!(value instanceof JsonNumber)) throw wrongType(path, value, name);
    return new JsonNumber(floatText(Number(value.text)));
  });
}

/** One of a few names. */
export function variant(...names: readonly string[]): Shape {
  return required((value, path) => {
    const entry = isJsonObject(value) && value.size === 1 ? [...value][0] : undefined;
    const name = entry === undefined ? value : entry[0];
    // serde_json looks for a name before it looks at the type
    if (typeof name !== 'string') throw unparsable(path, 'expected value');
    if (!names.includes(name)) throw unprocessable(path, `unknown variant \`${name}\`, ${expectedNames(names)}`);
    if (entry !== undefined && entry[1] !== null) throw wrongType(`${path}.${name}`, entry[1], 'unit');
    return name;
  });
}

/** A value that may be left out or null. */
export function optional(shape: Shape): Shape {
  return { isOptional: true, read: (value, path) => (value === null ? undefined : shape.read(value, path)) };
}

/** A value that may be left out, but not null; the usual value is not given back. */
export function usually(usual: string, shape: Shape): Shape {
  return {
    isOptional: true,
    read: (value, path) => {
      const read = shape.read(value, path);
      return read === usual ? undefined : read;
    },
  };
}

/** An object with any keys. */
export function mapOf(shape: Shape): Shape {
  return required((value, path) => {
    if (!isJsonObject(value)) throw wrongType(path, value, 'a map');
    const result = new Map<string, Json>();
    for (const [key, item] of value) result.set(key, shape.read(item, `${path}.${key}`) ?? null);
    return result;
  });
}

/**
 * An object with the given fields, or their values in a list; it is given back in their order.
 * `canonicalName` is the field that a key means.
 */
export function struct(
  name: string,
  fields: Readonly<Record<string, Shape>>,
  unknown: UnknownFields,
  canonicalName: (key: string) => string = (key) => key,
): Shape {
  const shapes = new Map(Object.entries(fields));
  return required((value, path) => {
    if (Array.isArray(value)) return readList(name, shapes, value as readonly Json[], path);
    if (!isJsonObject(value)) throw wrongType(path, value, `struct ${name}`);
    const read = readFields(shapes, value, path, unknown, canonicalName);
    for (const [field, shape] of shapes) {
      if (!shape.isOptional && !read.has(field)) throw unprocessable(path, `missing field \`${field}\``);
    }
    return inOrder(shapes, read);
  });
}

function readFields(
  shapes: ReadonlyMap<string, Shape>,
  value: JsonObject,
  path: string,
  unknown: UnknownFields,
  canonicalName: (key: string) => string,
): Map<string, Json | undefined> {
  const read = new Map<string, Json | undefined>();
  for (const [key, item] of value) {
    const field = canonicalName(key);
    const shape = shapes.get(field);
    if (shape === undefined && unknown === 'ignored') continue;
    if (shape === undefined)
      throw unprocessable(`${path}.${key}`, `unknown field \`${key}\`, ${expectedNames([...shapes.keys()])}`);
    if (read.has(field)) throw unprocessable(path, `duplicate field \`${field}\``);
    read.set(field, shape.read(item, `${path}.${key}`));
  }
  return read;
}

function readList(name: string, shapes: ReadonlyMap<string, Shape>, items: readonly Json[], path: string): JsonObject {
  const read = new Map<string, Json | undefined>();
  for (const [field, shape] of shapes) {
    const item = items[read.size];
    if (item === undefined) {
      const expected = `struct ${name} with ${String(shapes.size)} element${shapes.size === 1 ? '' : 's'}`;
      throw unprocessable(path, `invalid length ${String(items.length)}, expected ${expected}`);
    }
    read.set(field, shape.read(item, `${path}[${String(read.size)}]`));
  }
  if (items.length > shapes.size) throw unparsable(path, 'trailing characters');
  return inOrder(shapes, read);
}

function inOrder(shapes: ReadonlyMap<string, Shape>, read: ReadonlyMap<string, Json | undefined>): JsonObject {
  const result = new Map<string, Json>();
  for (const field of shapes.keys()) {
    const value = read.get(field);
    if (value !== undefined) result.set(field, value);
  }
  return result;
}

export function required(read: Shape['read']): Shape {
  return { isOptional: false, read };
}

export function wrongType(path: string, value: Json, expected: string): ChromaError {
  return unprocessable(path, `invalid type: ${unexpected(value)}, expected ${expected}`);
}

export function expectedNames(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  if (quoted.length === 0) return 'there are no fields';
  return quoted.length <= 2 ? `expected ${quoted.join(' or ')}` : `expected one of ${quoted.join(', ')}`;
}

function fail(error: ChromaError): never {
  throw error;
}
