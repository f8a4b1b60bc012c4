import { collectionsOr, INTELLIGENT, IntelligentRequest, requireCollections } from './intelligent-requests.js';

describe('a request of the intelligent family', () => {
  it.each([
    ['max_total_results', 'limit'],
    ['max_results', 'limit'],
    ['similarity_threshold', 'threshold'],
    ['max_per_collection', 'max_per_collection'],
    ['context_filters', 'context_filters'],
  ])('means by %s its %s', (key, field) => {
    expect(INTELLIGENT.fieldOf(key)).toBe(field);
  });

  it('is over the collection of its path, else over those that it names, else over all', () => {
    expect(collectionsOr('a', request({ collections: ['b'] }))).toEqual(['a']);
    expect(collectionsOr(undefined, request({ collections: ['b', 'c'], collection: 'd' }))).toEqual(['b', 'c']);
    expect(collectionsOr(undefined, request({ collections: [], collection: 'd' }))).toEqual(['d']);
    expect(collectionsOr(undefined, request({ collections: [] }))).toBe('all');
    expect(collectionsOr(undefined, request({}))).toBe('all');
  });

  it('names at least one where it must', () => {
    expect(requireCollections(['a'])).toEqual(['a']);
    expect(() => requireCollections(undefined)).toThrow('Invalid collections: missing');
    expect(() => requireCollections([])).toThrow('Invalid collections: it must name');
  });
});

function request(fields: Partial<IntelligentRequest>): IntelligentRequest {
  return Object.assign(new IntelligentRequest(), fields);
}
