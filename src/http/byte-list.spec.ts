import fc from 'fast-check';
import { ByteList } from './byte-list.js';

describe('bytes that come in pieces', () => {
  it('are all there, in their order, however long the pieces are', () => {
    const length = fc.oneof(fc.nat(3), fc.nat(5_000), fc.integer({ min: 30_000, max: 40_000 }));
    fc.assert(
      fc.property(fc.array(length, { maxLength: 30 }), (lengths) => {
        const pieces = lengths.map((size, index) => Buffer.alloc(size, index + 1));
        const list = new ByteList();
        for (const piece of pieces) list.append(piece);
        const whole = Buffer.concat(pieces);
        expect(list.length).toBe(whole.length);
        expect(list.concat().equals(whole)).toBe(true);
        expect(Buffer.concat(list.pieces).equals(whole)).toBe(true);
      }),
    );
  });

  it('are the pieces themselves when these are long', () => {
    const pieces = [Buffer.alloc(64 * 1024, 1), Buffer.alloc(64 * 1024, 2)];
    const list = new ByteList();
    for (const piece of pieces) list.append(piece);
    expect(list.pieces.map(({ buffer }) => buffer)).toEqual(pieces.map(({ buffer }) => buffer));
  });

  it('take about as much memory as they are long, when short ones are among long ones', () => {
    const list = new ByteList();
    for (let turn = 0; turn < 100; turn += 1) {
      list.append(Buffer.alloc(64 * 1024));
      list.append(Buffer.alloc(1));
    }
    const held = new Set(list.pieces.map(({ buffer }) => buffer));
    const bytes = [...held].reduce((sum, { byteLength }) => sum + byteLength, 0);
    expect(bytes).toBeLessThan(1.2 * list.length);
  });
});
