import fc from 'fast-check';
import { EmbeddingDecoder, hasFiniteComponents, notDecoded } from './base64-embedding.js';

function textOf(components: readonly number[]): string {
  return Buffer.from(new Float32Array(components).buffer).toString('base64');
}

function decoded(text: string): readonly number[] | string {
  const components = new EmbeddingDecoder().tryDecode(text);
  return components === undefined ? notDecoded(text).message : [...components];
}

const LARGEST = 3.4028234663852886e38;
const LEAST = 1.401298464324817e-45;

describe('an embedding in base64', () => {
  it('is what was encoded, one after the other in the same memory', () => {
    const decoder = new EmbeddingDecoder();
    fc.assert(
      fc.property(fc.array(fc.float({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3_000 }), (components) => {
        expect(decoder.tryDecode(textOf(components))).toEqual(new Float32Array(components));
      }),
    );
  });

  it('stays as it is while others are decoded', () => {
    const decoder = new EmbeddingDecoder();
    const texts = Array.from({ length: 2_000 }, (_, index) => textOf(new Array<number>(1 + (index % 100)).fill(index)));
    const all = texts.map((text) => decoder.tryDecode(text));
    expect(all.map((components) => components && textOf([...components]))).toEqual(texts);
  });

  it('stays as it is when the next one is none', () => {
    const decoder = new EmbeddingDecoder();
    const first = decoder.tryDecode(textOf([1, 2]));
    expect([decoder.tryDecode(textOf([3, Infinity])), decoder.tryDecode('!!!!'), first]).toEqual([
      undefined,
      undefined,
      new Float32Array([1, 2]),
    ]);
  });

  it('may be empty, and as large and as small as a float32', () => {
    expect([decoded(''), decoded(textOf([LARGEST, -LARGEST, LEAST, -LEAST, 0]))]).toEqual([
      [],
      [LARGEST, -LARGEST, LEAST, -LEAST, 0],
    ]);
  });

  it.each([
    ['AAA', 'Invalid base64 string: Invalid padding'],
    ['AAAA', 'Invalid byte length: 3 bytes cannot be converted to f32 values (must be divisible by 4)'],
    ['AAAAA===', 'Invalid base64 string: Invalid symbol 61, offset 5.'],
    ['====', 'Invalid base64 string: Invalid symbol 61, offset 0.'],
    ['AAA=AA==', 'Invalid base64 string: Invalid symbol 61, offset 3.'],
    ['AA AAA==', 'Invalid base64 string: Invalid symbol 32, offset 2.'],
    ['AA-AAA==', 'Invalid base64 string: Invalid symbol 45, offset 2.'],
    ['AAAA_A==', 'Invalid base64 string: Invalid symbol 95, offset 4.'],
    ['AA\u0141AAA==', 'Invalid base64 string: Invalid symbol 321, offset 2.'],
    ['AAéAAA==', 'Invalid base64 string: Invalid symbol 233, offset 2.'],
    [textOf([1, NaN]), 'Non-finite float value at embedding index 1: NaN'],
    [textOf([Infinity]), 'Non-finite float value at embedding index 0: inf'],
    [textOf([0, 0, -Infinity]), 'Non-finite float value at embedding index 2: -inf'],
  ])('is refused as the real server does it: %s', (text, message) => {
    expect(decoded(text)).toBe(message);
  });
});

describe('components', () => {
  it.each([[[]], [[0, -0, 1, -1]], [[LARGEST, -LARGEST]], [[LEAST, -LEAST]]])('are finite: %j', (components) => {
    expect(hasFiniteComponents(new Float32Array(components))).toBe(true);
  });

  it.each([NaN, -NaN, Infinity, -Infinity])('are not when one is %d, wherever it is', (component) => {
    const others = [LARGEST, -LARGEST, 0];
    const places = [0, 1, 2, 3].map((place) => new Float32Array([...others.slice(0, place), component, ...others.slice(place)]));
    expect(places.map(hasFiniteComponents)).toEqual([false, false, false, false]);
  });

  it('are not when every bit is set', () => {
    expect(hasFiniteComponents(new Float32Array(new Uint32Array([0xffff_ffff]).buffer))).toBe(false);
  });
});
