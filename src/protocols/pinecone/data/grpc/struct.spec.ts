import protobuf from 'protobufjs';
import { isJsonObject, JsonNumber, parseJson } from '../../../../http/json.js';
import { PineconeError } from '../../pinecone-error.js';
import { decode, encode, messageType } from './codec.js';

const FIXED64 = 1;
const BYTES = 2;

describe('a Struct', () => {
  it('may be nested as deep as filters are', () => {
    const { filter } = decode(messageType('DeleteRequest'), nestedFilter(40));
    expect(isJsonObject(filter)).toBe(true);
  });

  it.each([1_000, 100_000])('is refused when it is nested %i levels deep', (depth) => {
    expect(() => decode(messageType('DeleteRequest'), nestedFilter(depth))).toThrow(PineconeError);
  });

  it('is written as deep as it is', () => {
    const text = `${'{"a":['.repeat(50)}-0.1${']}'.repeat(50)}`;
    const { metadata } = decode(messageType('Vector'), encode(messageType('Vector'), { metadata: text }));
    expect(metadata).toEqual(parseJson(text));
  });

  it.each(['0.1', '1e21', '5e-324', '-0', '1.7976931348623157e308', '9007199254740993'])(
    'keeps every bit of %s at any depth',
    (number) => {
      const bytes = encode(messageType('Vector'), { metadata: `{"a":${number},"b":{"c":[${number},{"d":${number}}]}}` });
      const double = Buffer.alloc(8);
      double.writeDoubleLE(Number(number));
      expect(bytes.toString('hex').split(double.toString('hex'))).toHaveLength(4);
    },
  );

  it('has values of no kind as null', () => {
    // the filter 4, with an entry 1 of a key 1 and an empty value 2
    const bytes = Uint8Array.of(0x22, 7, 0x0a, 5, 0x0a, 1, 97, 0x12, 0);
    expect(decode(messageType('DeleteRequest'), bytes)['filter']).toEqual(new Map([['a', null]]));
  });

  it.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])('keeps %d, for others to refuse', (number) => {
    const writer = protobuf.Writer.create();
    for (const id of [4, 1]) writer.uint32((id << 3) | BYTES).fork();
    writer.uint32((1 << 3) | BYTES).string('a');
    writer.uint32((2 << 3) | BYTES).fork();
    writer.uint32((2 << 3) | FIXED64).double(number);
    const bytes = writer.ldelim().ldelim().ldelim().finish();
    expect(decode(messageType('DeleteRequest'), bytes)['filter']).toEqual(new Map([['a', new JsonNumber(String(number))]]));
  });
});

/** A DeleteRequest whose filter is `{"a": [{"a": [ … ]}]}`, so many times; protobufjs makes none that is deep. */
function nestedFilter(depth: number): Uint8Array {
  // an entry's value of a Struct in a Value in a ListValue in a Value
  const level = [2, 1, 5, 1, 6];
  const outermost = [2, 1, 4];
  const heads: Uint8Array[] = [];
  let length = 0;
  for (const id of [...Array.from({ length: depth }, () => level).flat(), ...outermost]) {
    const head = protobuf.Writer.create()
      .uint32((id << 3) | BYTES)
      .uint32(length)
      .finish();
    heads.push(head);
    length += head.length;
  }
  return Buffer.concat(heads.reverse());
}
