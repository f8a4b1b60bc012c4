import { PineconeError } from '../../pinecone-error.js';
import { targetOf } from './target-path.js';

describe('the index of a path', () => {
  it('is named by its name, its port or its host', () => {
    expect(targetOf({ index: 'a' })).toEqual({ kind: 'name', name: 'a' });
    expect(targetOf({ port: '5081' })).toEqual({ kind: 'port', port: 5081 });
    expect(targetOf({ host: 'a-b' })).toEqual({ kind: 'host', label: 'a-b' });
  });

  it.each(['', 'x', '1.5', '-1', '1e3', '123456', ' 1'])('is none for the port %p', (port) => {
    expect(() => targetOf({ port })).toThrow(PineconeError);
  });
});
