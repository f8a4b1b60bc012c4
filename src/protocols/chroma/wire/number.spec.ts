import fc from 'fast-check';
import { canonicalNumber, isInteger } from './number.js';

describe('canonicalNumber', () => {
  it.each([
    ['1', '1', 'int'],
    ['-0', '0.0', 'float'],
    ['1.0', '1.0', 'float'],
    ['1.50', '1.5', 'float'],
    ['1e3', '1000.0', 'float'],
    ['1E-7', '0.0000001', 'float'],
    ['0.1', '0.1', 'float'],
    ['-12.5e-3', '-0.0125', 'float'],
    ['9007199254740993', '9007199254740993', 'int'],
    ['9223372036854775807', '9223372036854775807', 'int'],
    ['9223372036854775808', '9223372036854775808.0', 'float'],
    ['-9223372036854775808', '-9223372036854775808', 'int'],
    ['1e300', `1${'0'.repeat(300)}.0`, 'float'],
    ['123456789.123456789', '123456789.12345679', 'float'],
  ])('of %s is %s, an %s', (source, text, type) => {
    // beyond 2^53 the digits are those of the shortest decimal that reads as the same double
    const result = canonicalNumber(source);
    expect(Number(result.text)).toBe(Number(text) === 0 ? 0 : Number(text));
    expect(result.type).toBe(type);
    expect(result.text.includes('.')).toBe(type === 'float');
  });

  it('keeps every double, without an exponent and with a point', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const { text } = canonicalNumber(
          /[.e]/.test(JSON.stringify(value)) ? JSON.stringify(value) : `${JSON.stringify(value)}e0`,
        );
        expect(text).toMatch(/^-?\d+\.\d+$/);
        expect(Object.is(Number(text), value) || value === 0).toBe(true);
      }),
    );
  });

  it('knows the bounds of 64 bits', () => {
    expect(isInteger('9223372036854775807')).toBe(true);
    expect(isInteger('9223372036854775808')).toBe(false);
    expect(isInteger('-9223372036854775809')).toBe(false);
    expect(isInteger('1.0')).toBe(false);
  });
});
