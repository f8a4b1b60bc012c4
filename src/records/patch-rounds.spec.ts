import { roundsOf } from './patch-rounds.js';
import type { RecordPatch } from './record.js';

function patch(id: string, value: object): RecordPatch {
  return { id, embedding: null, document: null, metadata: { kind: 'patch', text: JSON.stringify(value) } };
}

function replacement(id: string, value: object): RecordPatch {
  return { ...patch(id, value), metadata: { kind: 'replacement', text: JSON.stringify(value) } };
}

function roundsAsText(patches: readonly RecordPatch[]): unknown {
  return roundsOf(patches).map((round) => round.map(({ id, metadata }) => [id, metadata?.kind, metadata?.text]));
}

describe('roundsOf', () => {
  it('leaves patches of different ids as they are', () => {
    expect(roundsAsText([patch('a', { x: 1 }), patch('b', { x: null })])).toEqual([
      [
        ['a', 'patch', '{"x":1}'],
        ['b', 'patch', '{"x":null}'],
      ],
    ]);
  });

  it('makes one patch of many, and keeps what they remove', () => {
    const many = [patch('a', { x: 1, y: { z: 1 } }), patch('a', { x: null, y: { w: 2 } }), patch('a', { v: { u: null } })];
    expect(roundsAsText(many)).toEqual([[['a', 'patch', '{"x":null,"y":{"z":1,"w":2},"v":{"u":null}}']]]);
  });

  it('applies a patch to a replacement before it, and forgets what a replacement overtakes', () => {
    const many = [patch('a', { x: 1 }), replacement('a', { y: { z: 1 }, k: 1 }), patch('a', { y: { z: null }, k: { w: 1 } })];
    expect(roundsAsText(many)).toEqual([[['a', 'replacement', '{"y":{},"k":{"w":1}}']]]);
  });

  it.each([1, null, [1]])('takes a second round for an object behind %j', (value) => {
    expect(roundsAsText([patch('a', { k: value }), patch('b', {}), patch('a', { k: { x: 1 } })])).toEqual([
      [
        ['a', 'patch', JSON.stringify({ k: value })],
        ['b', 'patch', '{}'],
      ],
      [['a', 'patch', '{"k":{"x":1}}']],
    ]);
  });

  it('keeps the last vector and text', () => {
    const first = { ...patch('a', {}), embedding: new Float32Array([1]), document: 'one', metadata: null };
    const second = { ...patch('a', { x: 1 }), document: 'two' };
    expect(roundsOf([first, second])).toEqual([[{ ...second, embedding: new Float32Array([1]) }]]);
  });
});
