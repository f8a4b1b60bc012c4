import { parseJson } from '../../../http/json.js';
import { toCreateRequest } from './create-request.js';
import { CreateRequest } from './requests.js';

/** The request with these vectors. */
function withVectors(text: string): CreateRequest {
  const request = new CreateRequest();
  request.vectors = parseJson(text);
  return request;
}

describe('the creation of a collection', () => {
  it.each([
    ['Cosine', 'cosine'],
    ['cosine', 'cosine'],
    ['EUCLID', 'euclidean'],
    ['Dot', 'dot_product'],
  ])('takes the distance %s for the metric %s', (distance, metric) => {
    const request = withVectors(`{"size":4,"distance":"${distance}"}`);
    expect(toCreateRequest('c', request)).toMatchObject({ name: 'c', dimension: 4, metric });
  });

  it('takes the only one of named vectors', () => {
    const request = withVectors('{"text":{"size":4,"distance":"Dot"}}');
    expect(toCreateRequest('c', request)).toMatchObject({ dimension: 4, metric: 'dot_product' });
  });

  it('reads what is wrapped in a config', () => {
    const request = new CreateRequest();
    request.config = parseJson('{"vectors":{"size":4,"distance":"Dot"},"hnsw_config":{"m":8,"ef_construct":32}}');
    const hnsw = parseJson('{"m":8,"ef_construction":32}');
    expect(toCreateRequest('c', request)).toMatchObject({ dimension: 4, metric: 'dot_product', hnsw_config: hnsw });
  });

  it.each([
    ['null', 'vectors'],
    ['[]', 'vectors'],
    ['{}', 'vectors'],
    ['{"a":{"size":4,"distance":"Dot"},"b":{"size":4,"distance":"Dot"}}', 'vectors'],
    ['{"distance":"Dot"}', 'vectors.size'],
    ['{"size":0,"distance":"Dot"}', 'vectors.size'],
    ['{"size":16001,"distance":"Dot"}', 'vectors.size'],
    ['{"size":1.5,"distance":"Dot"}', 'vectors.size'],
    ['{"size":"4","distance":"Dot"}', 'vectors.size'],
    ['{"size":4}', 'vectors.distance'],
    ['{"size":4,"distance":"Manhattan"}', 'vectors.distance'],
    ['{"size":4,"distance":1}', 'vectors.distance'],
  ])('refuses the vectors %s for their %s', (text, field) => {
    expect(() => toCreateRequest('c', withVectors(text))).toThrow(`Invalid ${field}: `);
  });

  it('refuses a config that is none', () => {
    const request = new CreateRequest();
    request.config = 'x';
    expect(() => toCreateRequest('c', request)).toThrow('Invalid config: ');
  });
});
