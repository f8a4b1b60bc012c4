import { JsonReader } from '../../../http/json-reader.js';
import { inOneGo } from '../../../slices.js';
import type { SentComponents } from '../wire/sent-components.js';
import { pointsOf, readBatch, readPoints, readQueryVector, readVector, type SentPoint } from './sent-points.js';

const EAST: SentComponents = { kind: 'vector', values: new Float32Array([1, 0]) };
const NORTH: SentComponents = { kind: 'vector', values: new Float32Array([0, 1]) };
const PROBLEM = { kind: 'problem', reason: expect.any(String) as unknown };

/** What a reader makes of a text, which it must read to the end. */
function readAll<T>(read: (reader: JsonReader) => T, text: string): T {
  const reader = new JsonReader(text);
  const value = read(reader);
  reader.end();
  return value;
}

const points = (reader: JsonReader): readonly SentPoint[] | undefined => inOneGo(readPoints(reader));

describe('points', () => {
  it('are read with their vectors and payloads', () => {
    const [point] = readAll(points, '[{"id":"a","vector":[1,0],"payload":{"k":"v"},"shard":[1]}]') ?? [];
    expect(point).toEqual({ id: 'a', vector: EAST, payload: new Map([['k', 'v']]) });
  });

  it('lack what is null', () => {
    const [point] = readAll(points, '[{"id":null,"vector":null,"payload":null}]') ?? [];
    expect(point).toEqual({ id: undefined, vector: undefined, payload: undefined });
  });

  it('have nothing in them when they are no objects', () => {
    expect(readAll(points, '[1,[2]]')).toEqual([{}, {}]);
  });

  it.each(['{}', '"a"', '1'])('are none in %s', (text) => {
    expect(readAll(points, text)).toBeUndefined();
  });
});

describe('a vector', () => {
  it.each(['[1,0]', '{"text":[1,0]}', '{"":[1,0]}'])('is read from %s', (text) => {
    expect(readAll(readVector, text)).toEqual(EAST);
  });

  it.each(['{}', '{"a":[1,0],"b":[0,1]}', '{"a":{"indices":[1],"values":[1]}}', '[1,"0"]', '[[1,0]]', '"a"', '[1e39,0]'])(
    'is a problem in %s',
    (text) => {
      expect(readAll(readVector, text)).toEqual(PROBLEM);
    },
  );
});

describe('the vector of a search', () => {
  it.each(['[1,0]', '{"name":"text","vector":[1,0]}'])('is read from %s', (text) => {
    expect(readAll(readQueryVector, text)).toEqual(EAST);
  });

  it.each(['{}', '{"name":"text"}', '{"text":[1,0]}', '1'])('is a problem in %s', (text) => {
    expect(readAll(readQueryVector, text)).toEqual(PROBLEM);
  });
});

describe('a batch', () => {
  it.each(['[[1,0],[0,1]]', '{"text":[[1,0],[0,1]]}'])('becomes points, with the vectors %s', (vectors) => {
    const batch = readAll(readBatch, `{"ids":["a","b"],"vectors":${vectors},"payloads":[null,{"k":"v"}]}`);
    expect(batch && pointsOf(batch)).toEqual([
      { id: 'a', vector: EAST, payload: null },
      { id: 'b', vector: NORTH, payload: new Map([['k', 'v']]) },
    ]);
  });

  it.each(['{"ids":["a"],"vectors":[[1,0]]}', '{"ids":["a"],"vectors":[[1,0]],"payloads":null}'])(
    'needs no payloads: %s',
    (text) => {
      const batch = readAll(readBatch, text);
      expect(batch && pointsOf(batch)).toEqual([{ id: 'a', vector: EAST, payload: undefined }]);
    },
  );

  it.each([
    ['{"vectors":[[1,0]]}', 'batch.ids'],
    ['{"ids":"a","vectors":[[1,0]]}', 'batch.ids'],
    ['{"ids":["a","b"],"vectors":[[1,0]]}', 'batch.vectors'],
    ['{"ids":["a"],"vectors":{"x":[[1,0]],"y":[[1,0]]}}', 'batch.vectors'],
    ['{"ids":["a"],"vectors":{"x":1}}', 'batch.vectors'],
    ['{"ids":["a"],"vectors":1}', 'batch.vectors'],
    ['{"ids":["a"],"vectors":[[1,0]],"payloads":{}}', 'batch.payloads'],
    ['{"ids":["a"],"vectors":[[1,0]],"payloads":[{},{}]}', 'batch.payloads'],
  ])('%s is refused for its %s', (text, field) => {
    const batch = readAll(readBatch, text);
    expect(() => batch && pointsOf(batch)).toThrow(`Invalid ${field}: `);
  });

  it('is none in a list', () => {
    expect(readAll(readBatch, '[]')).toBeUndefined();
  });
});
