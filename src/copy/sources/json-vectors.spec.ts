import { parseColumns, parseNamed } from './json-vectors.js';

describe('answers with vectors', () => {
  it('have those of a column apart, and all other fields with the text of their numbers', () => {
    const text = '{"ids":["a","b","c"],"embeddings":[[1,-0.5],null,[1e-30]],"metadatas":[{"n":1.0},null,null]}';
    const { rest, vectors } = parseColumns(text, 'embeddings');
    expect(vectors).toEqual([Float32Array.of(1, -0.5), null, Float32Array.of(1e-30)]);
    expect([...rest.keys()]).toEqual(['ids', 'metadatas']);
    expect(JSON.stringify(rest.get('metadatas'), (_, value: unknown) => (value instanceof Map ? [...value] : value))).toBe(
      '[[["n",{"text":"1.0"}]],null,null]',
    );
  });

  it('may have none, or anything else in their place', () => {
    expect(parseColumns('{"ids":[],"embeddings":null}', 'embeddings').vectors).toEqual([]);
    expect(parseColumns('{"embeddings":["AAAA",[1,"x"],[[1]],{}]}', 'embeddings').vectors).toEqual([null, null, null, null]);
  });

  it('may have objects by name', () => {
    const named = parseNamed(
      '{"namespace":"","vectors":{"a":{"id":"a","values":[1,2]},"b":{"id":"b"},"c":null}}',
      'vectors',
      'values',
    );
    expect([...named].map(([name, { vectors }]) => [name, vectors])).toEqual([
      ['a', [Float32Array.of(1, 2)]],
      ['b', []],
    ]);
    expect(parseNamed('{"vectors":null}', 'vectors', 'values').size).toBe(0);
  });

  it('that are no JSON are an error', () => {
    expect(() => parseColumns('{"embeddings":[[1,]]}', 'embeddings')).toThrow();
  });
});
