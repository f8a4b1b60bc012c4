import fc from 'fast-check';
import protobuf from 'protobufjs';
import { RequestError } from '../../../../http/validate.js';
import { decode, encode, messageType } from './codec.js';

/** Fields in every way that a client may write them. */

const FLOAT = 5;
const BYTES = 2;

describe('repeated numbers', () => {
  const vector = messageType('Vector');
  const sparse = messageType('SparseValues');
  const VALUES = 2;
  const unpacked = (id: number, values: readonly number[]): Uint8Array => {
    const writer = protobuf.Writer.create();
    for (const value of values) writer.uint32((id << 3) | FLOAT).float(value);
    return writer.finish();
  };
  const packed = (id: number, values: readonly number[]): Uint8Array => {
    const writer = protobuf.Writer.create()
      .uint32((id << 3) | BYTES)
      .fork();
    for (const value of values) writer.float(value);
    return writer.ldelim().finish();
  };

  it('may be floats that are not packed', () => {
    fc.assert(
      fc.property(fc.array(fc.float()), (values) => {
        expect(decode(vector, unpacked(VALUES, values))['values']).toEqual(Float32Array.from(values));
      }),
    );
  });

  it('may be floats in pieces, packed or not', () => {
    const piece = fc.tuple(fc.constantFrom(packed, unpacked), fc.array(fc.float(), { maxLength: 3 }));
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), (pieces) => {
        const bytes = Buffer.concat(pieces.map(([write, values]) => write(VALUES, values)));
        expect(decode(vector, bytes)['values']).toEqual(Float32Array.from(pieces.flatMap(([, values]) => values)));
      }),
    );
  });

  it('may be integers that are not packed', () => {
    const writer = protobuf.Writer.create();
    for (const index of [1, 0, 0xffff_ffff]) writer.uint32(1 << 3).uint32(index);
    expect(decode(sparse, writer.finish())['indices']).toEqual([1, 0, 0xffff_ffff]);
  });

  it('keep every bit of a float', () => {
    const values = [-0, Number.NaN, Number.POSITIVE_INFINITY, 1.401298464324817e-45, 3.4028234663852886e38, Math.fround(0.1)];
    expect(decode(vector, encode(vector, { values: Float32Array.from(values) }))['values']).toEqual(Float32Array.from(values));
  });

  it('are refused when the packed bytes are no whole floats', () => {
    const bytes = Uint8Array.of((VALUES << 3) | BYTES, 5, 0, 0, 128, 63, 0);
    expect(() => decode(vector, bytes)).toThrow(RangeError);
  });

  it('are refused when a packed integer runs past the end of its list', () => {
    const bytes = Uint8Array.of((1 << 3) | BYTES, 1, 0x80, 0x01);
    expect(() => decode(sparse, bytes)).toThrow(RangeError);
  });

  it('are written from a view into other bytes', () => {
    const all = Float32Array.of(1, 2, 3, 4);
    expect(decode(vector, encode(vector, { values: all.subarray(1, 3) }))['values']).toEqual(Float32Array.of(2, 3));
  });
});

describe('a field', () => {
  it('that occurs twice has the last value', () => {
    const bytes = protobuf.Writer.create().uint32(10).string('a').uint32(10).string('b').finish();
    expect(decode(messageType('Vector'), bytes)['id']).toBe('b');
  });

  it('that is optional is told apart from one that is zero', () => {
    const type = messageType('UpdateResponse');
    expect(decode(type, encode(type, { matchedRecords: 0 }))).toEqual({ matchedRecords: 0 });
    expect(decode(type, encode(type, {}))).toEqual({});
  });

  it('that is absent or null is not written', () => {
    expect(encode(messageType('FetchResponse'), { namespace: undefined, usage: null })).toHaveLength(0);
  });

  it('that maps takes any key', () => {
    const map = new Map(['__proto__', 'constructor', ''].map((id) => [id, { id }]));
    const read = decode(messageType('FetchResponse'), encode(messageType('FetchResponse'), { vectors: map }));
    expect(Object.keys(read['vectors'] as object)).toEqual(['__proto__', 'constructor', '']);
  });

  it('with a NUL in its text is refused as such', () => {
    const bytes = protobuf.Writer.create().uint32(10).string('a\u0000b').finish();
    expect(() => decode(messageType('Vector'), bytes)).toThrow(RequestError);
  });

  it('of no type is refused', () => {
    expect(() => decode(messageType('Vector'), Uint8Array.of(127, 1))).toThrow();
  });
});
