import { fileURLToPath } from 'node:url';
import fc, { type Arbitrary } from 'fast-check';
import protobuf, { type Field, type Type } from 'protobufjs';
import { type Json, JsonNumber } from '../../../../http/json.js';
import { decode, encode, messageType } from './codec.js';

/**
 * Our codec against protobufjs' own. Random messages are `Sent`: what protobufjs makes messages from, but for a Struct, which is
 * the JSON object that it means.
 */
type Sent = Readonly<Record<string, unknown>>;
type Plain = null | string | number | boolean | readonly Plain[] | { readonly [key: string]: Plain };

const STRUCT = 'google.protobuf.Struct';
const FLOAT = 5;
const BYTES = 2;
const GROUP = 3;
const GROUP_END = 4;

const theirs = protobuf.loadSync(fileURLToPath(new URL('./vector-service.proto', import.meta.url)));
theirs.resolveAll();
const TYPES = Object.keys(theirs.nested ?? {}).filter((name) => theirs.get(name) instanceof protobuf.Type);

/** A field whose number no message has, in each of the ways that a field may be written. */
const unknownField: Arbitrary<Uint8Array> = fc
  .tuple(fc.integer({ min: 100, max: 100_000 }), fc.nat(5), fc.uint8Array())
  .map(([id, wireType, payload]) => {
    const writer = protobuf.Writer.create().uint32((id << 3) | (wireType === GROUP_END ? GROUP : wireType));
    switch (wireType) {
      case 0:
        return writer.uint64(payload.length).finish();
      case 1:
        return writer.double(payload.length).finish();
      case FLOAT:
        return writer.float(payload.length).finish();
      case BYTES:
        return writer.bytes(payload).finish();
      default:
        return writer
          .uint32(8)
          .uint32(payload.length)
          .uint32((id << 3) | GROUP_END)
          .finish();
    }
  });

function innerType(field: Field): Type | undefined {
  const { resolvedType } = field.resolve();
  return resolvedType instanceof protobuf.Type ? resolvedType : undefined;
}

const text = fc.string({ unit: 'binary', maxLength: 8 }).map((value) => value.replaceAll('\u0000', 'ä'));
const key = text.filter((value) => value !== '__proto__');
const float = fc.float().map((value) => (value === 0 ? 0 : value));
const { json } = fc.letrec<{ json: Plain }>((tie) => ({
  json: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.oneof(fc.constant(null), text, fc.boolean(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer()),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(key, tie('json'), { maxKeys: 3 }),
  ),
}));
const struct = fc.dictionary(key, json, { maxKeys: 3 });

function one(field: Field): Arbitrary<unknown> {
  switch (field.type) {
    case 'string':
      return text;
    case 'bool':
      return fc.boolean();
    case 'float':
      return float;
    case 'uint32':
      return fc.oneof(fc.nat(), fc.integer({ min: 0, max: 0xffff_ffff }), fc.constant(0xffff_ffff));
    case 'int32':
      return fc.integer();
    case 'uint64':
      return fc.maxSafeNat();
    default:
      return field.type === STRUCT ? struct : messageOf(innerType(field) ?? missing(field.type));
  }
}

function missing(name: string): never {
  throw new Error(`no message type: ${name}`);
}

function messageOf(type: Type): Arbitrary<Sent> {
  const fields = type.fieldsArray.map((field): [string, Arbitrary<unknown>] => {
    if (field.map) return [field.name, fc.dictionary(key, one(field), { minKeys: 1, maxKeys: 3 })];
    return [field.name, field.repeated ? fc.array(one(field), { minLength: 1, maxLength: 4 }) : one(field)];
  });
  return fc.record(Object.fromEntries(fields), { requiredKeys: [] });
}

/** Converts the values of a message, each by its field. */
function convert(
  type: Type,
  message: Sent,
  value: (field: Field, value: unknown) => unknown,
  map: (entries: readonly (readonly [string, unknown])[]) => unknown = Object.fromEntries,
): Sent {
  const entries = Object.entries(message).map(([name, given]) => {
    const field = type.fields[name] ?? missing(name);
    if (field.map) return [name, map(Object.entries(given as object).map(([at, item]) => [at, value(field, item)]))];
    if (field.repeated && field.type !== 'float') return [name, (given as readonly unknown[]).map((item) => value(field, item))];
    return [name, value(field, given)];
  });
  return Object.fromEntries(entries) as Sent;
}

/** As protobufjs takes it. */
function toTheirs(type: Type, message: Sent): Sent {
  return convert(type, message, (field, value) => {
    if (field.type === STRUCT) return theirStruct(value as Record<string, Plain>);
    const inner = innerType(field);
    return inner === undefined ? value : toTheirs(inner, value as Sent);
  });
}

function theirStruct(value: Readonly<Record<string, Plain>>): Sent {
  return { fields: Object.fromEntries(Object.entries(value).map(([name, item]) => [name, theirValue(item)])) };
}

function theirValue(value: Plain): Sent {
  if (value === null) return { nullValue: 0 };
  if (typeof value === 'string') return { stringValue: value };
  if (typeof value === 'number') return { numberValue: value };
  if (typeof value === 'boolean') return { boolValue: value };
  if (Array.isArray(value)) return { listValue: { values: (value as readonly Plain[]).map(theirValue) } };
  return { structValue: theirStruct(value as Record<string, Plain>) };
}

function theirBytes(name: string, message: Sent): Uint8Array {
  const type = theirs.lookupType(name);
  return type.encode(type.fromObject(toTheirs(type, message))).finish();
}

/** What we promise to read: lists are there always, floats as Float32Array, a Struct as JSON. */
function asRead(type: Type, message: Sent): Sent {
  const read = convert(type, message, (field, value) => {
    if (field.type === STRUCT) return jsonOf(value as Plain);
    if (field.repeated && field.type === 'float') return Float32Array.from(value as number[]);
    const inner = innerType(field);
    return inner === undefined ? value : asRead(inner, value as Sent);
  });
  const lists = type.fieldsArray.filter((field) => field.repeated);
  return {
    ...Object.fromEntries(lists.map(({ name, type: kind }) => [name, kind === 'float' ? new Float32Array() : []])),
    ...read,
  };
}

function jsonOf(value: Plain): Json {
  if (typeof value === 'number') return new JsonNumber(String(value));
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return (value as readonly Plain[]).map(jsonOf);
  return new Map(Object.entries(value).map(([name, item]) => [name, jsonOf(item)]));
}

/** As our codec takes it to be written: a Struct as JSON text, floats as Float32Array, a map as Map. */
function toOurs(type: Type, message: Sent): Sent {
  const value = (field: Field, given: unknown): unknown => {
    if (field.type === STRUCT) return JSON.stringify(given);
    if (field.repeated && field.type === 'float') return Float32Array.from(given as number[]);
    const inner = innerType(field);
    return inner === undefined ? given : toOurs(inner, given as Sent);
  };
  return convert(type, message, value, (entries) => new Map(entries));
}

/** What protobufjs makes of a message that was written without the fields that say nothing. */
function asTheyRead(type: Type, message: Sent): Sent {
  const kept = Object.entries(message).filter(([name, value]) => {
    const field = type.fields[name] ?? missing(name);
    return field.hasPresence || field.repeated || field.map || (value !== 0 && value !== '' && value !== false);
  });
  return convert(type, Object.fromEntries(kept), (field, value) => {
    if (field.type === STRUCT) return theirRead(theirStruct(JSON.parse(JSON.stringify(value)) as Record<string, Plain>));
    const inner = innerType(field);
    return inner === undefined ? value : asTheyRead(inner, value as Sent);
  });
}

/** A Struct through protobufjs and back, so that it is in its own form. */
function theirRead(value: Sent): Sent {
  const type = theirs.lookupType(STRUCT);
  return type.toObject(type.decode(type.encode(type.fromObject(value)).finish()));
}

describe.each(TYPES)('the codec of %s', (name) => {
  const type = theirs.lookupType(name);

  it('reads what protobufjs writes', () => {
    fc.assert(
      fc.property(messageOf(type), (message) => {
        expect(decode(messageType(name), theirBytes(name, message))).toEqual(asRead(type, message));
      }),
    );
  });

  it('writes what protobufjs reads', () => {
    fc.assert(
      fc.property(messageOf(type), (message) => {
        const bytes = encode(messageType(name), toOurs(type, message));
        expect(type.toObject(type.decode(bytes), { longs: Number })).toEqual(asTheyRead(type, message));
      }),
    );
  });

  it('skips fields that it does not know', () => {
    fc.assert(
      fc.property(messageOf(type), unknownField, unknownField, (message, before, after) => {
        const bytes = Buffer.concat([before, theirBytes(name, message), after]);
        expect(decode(messageType(name), bytes)).toEqual(asRead(type, message));
      }),
    );
  });
});

describe.each(TYPES.filter((name) => theirs.lookupType(name).fieldsArray.length > 0))('the codec of %s', (name) => {
  it('refuses a message that ends within a field', () => {
    fc.assert(
      fc.property(messageOf(theirs.lookupType(name)), fc.nat(), (message, cut) => {
        const bytes = theirBytes(name, message);
        const within = insides(bytes);
        fc.pre(within.length > 0);
        expect(() => decode(messageType(name), bytes.subarray(0, within[cut % within.length]))).toThrow(RangeError);
      }),
    );
  });
});

/** Every length at which the bytes end within one of their fields. */
function insides(bytes: Uint8Array): readonly number[] {
  const reader = protobuf.Reader.create(bytes);
  const ends = new Set([0]);
  while (reader.pos < reader.len) {
    reader.skipType(reader.uint32() & 7);
    ends.add(reader.pos);
  }
  return Array.from({ length: bytes.length }, (_item, at) => at).filter((at) => !ends.has(at));
}
