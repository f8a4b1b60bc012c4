import { parseJson } from '../../../src/http/json.js';
import { differences } from './compare.js';
import { queryDifferences } from './compare-query.js';

/** The comparison must see what a client would, and nothing else. */
const paths = (reference: string, candidate: string): readonly string[] =>
  differences('body', parseJson(reference), parseJson(candidate)).map(({ path }) => path);

const matches = (ids: string, distances: string): string =>
  `{"ids":[${ids}],"distances":[${distances}],"documents":null,"metadatas":null,"embeddings":null,"uris":null,"include":["distances"]}`;

const queryPaths = (reference: string, candidate: string): readonly string[] =>
  queryDifferences(parseJson(reference), parseJson(candidate)).map(({ path }) => path);

describe('comparing answers', () => {
  it.each([
    ['an integer and a float', '{"v":1}', '{"v":1.0}', ['body.v']],
    ['integers that are one double', '{"v":9007199254740993}', '{"v":9007199254740992}', ['body.v']],
    ['an integer beyond 64 bits and a float', '{"v":9.223372036854776e18}', '{"v":9223372036854775808}', ['body.v']],
    ['null and nothing', '{"v":null}', '{}', ['body.v']],
    ['another order', '[1,2]', '[2,1]', ['body[0]', 'body[1]']],
    ['one item more', '[1]', '[1,2]', ['body']],
    ['other types', '{"a":{"b":["1"]}}', '{"a":{"b":[1]}}', ['body.a.b[0]']],
    ['another distance', '{"distances":[[1.0]]}', '{"distances":[[1.001]]}', ['body.distances[0][0]']],
    ['another embedding', '{"embeddings":[[0.1]]}', '{"embeddings":[[0.10000001]]}', ['body.embeddings[0][0]']],
  ])('tells %s apart', (_, reference, candidate, expected) => {
    expect(paths(reference, candidate)).toEqual(expected);
  });

  it.each([
    ['spellings of one float', '{"v":1e3}', '{"v":1000.0}'],
    ['the order of keys', '{"a":1,"b":2}', '{"b":2,"a":1}'],
    ['distances within the tolerance', '{"distances":[[1.0]]}', '{"distances":[[1.000001]]}'],
    ['spellings of one float32', '{"embeddings":[[0.1]]}', '{"embeddings":[[0.100000001]]}'],
  ])('sees no difference in %s', (_, reference, candidate) => {
    expect(paths(reference, candidate)).toEqual([]);
  });
});

describe('comparing matches', () => {
  it('takes equal distances in any order', () => {
    expect(queryPaths(matches('["a","b","c"]', '[0.5,0.5,1.0]'), matches('["b","a","c"]', '[0.5,0.5,1.0]'))).toEqual([]);
  });

  it('takes any of the equals that a limit cuts', () => {
    expect(queryPaths(matches('["a","b"]', '[0.5,1.0]'), matches('["a","c"]', '[0.5,1.0]'))).toEqual([]);
  });

  it('does not take another match before the cut', () => {
    expect(queryPaths(matches('["a","b"]', '[0.5,1.0]'), matches('["c","b"]', '[0.5,1.0]'))).toEqual(['body.ids[0][0]']);
  });

  it('does not take another order of different distances', () => {
    const swapped = queryPaths(matches('["a","b"]', '[0.5,1.0]'), matches('["b","a"]', '[1.0,0.5]'));
    expect(swapped).toEqual(['body.distances[0][0]', 'body.distances[0][1]']);
  });

  it('does not take fewer matches', () => {
    expect(queryPaths(matches('["a","b"]', '[0.5,1.0]'), matches('["a"]', '[0.5]'))).toEqual(['body.ids[0]']);
  });
});
