import { parseJson } from '../../../http/json.js';
import { fusionOf, HYBRID, requireQuery, sparseQueryOf } from './hybrid-requests.js';

describe('a hybrid request', () => {
  it.each(['final_k', 'top_k', 'k', 'max_results', 'limit'])('means the limit by %s', (key) => {
    expect(HYBRID.fieldOf(key)).toBe('limit');
  });

  it('keeps the limits of its lists apart', () => {
    expect(['dense_k', 'sparse_k'].map(HYBRID.fieldOf)).toEqual(['dense_k', 'sparse_k']);
  });

  it('needs a query with something in it, and leaves it as it is', () => {
    expect(requireQuery(' cats ')).toBe(' cats ');
    expect(() => requireQuery(undefined)).toThrow('Invalid query: missing');
    expect(() => requireQuery('\t ')).toThrow('Invalid query: it must not be empty');
  });

  it.each([
    ['weighted', 'weighted'],
    ['alpha', 'alpha'],
    ['rrf', 'rrf'],
    ['unheard', 'rrf'],
    [undefined, 'rrf'],
  ])('fuses %s by %s', (algorithm, fusion) => {
    expect(fusionOf(algorithm)).toBe(fusion);
  });

  it('has a sparse query when it has components', () => {
    expect(sparseQueryOf(parseJson('{"indices":[3,1],"values":[0.5,2]}'))).toEqual({
      indices: [3, 1],
      values: new Float32Array([0.5, 2]),
    });
    expect(sparseQueryOf(parseJson('{"indices":[],"values":[]}'))).toBeUndefined();
    expect(sparseQueryOf(undefined)).toBeUndefined();
    expect(() => sparseQueryOf(parseJson('{"indices":[1]}'))).toThrow('Invalid query_sparse');
  });
});
