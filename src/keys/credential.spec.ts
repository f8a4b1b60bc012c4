import { credentialOf, takeParameter } from './credential.js';

const PLACES = { headers: ['x-api-key', 'x-chroma-token'] };

describe('a key among the headers', () => {
  it.each([
    [{}, undefined],
    [{ authorization: '' }, undefined],
    [{ 'x-api-key': 'k' }, 'k'],
    [{ 'x-chroma-token': 'c', 'x-api-key': 'k' }, 'k'],
    [{ authorization: 'Bearer a', 'x-api-key': 'k' }, 'a'],
    [{ authorization: 'bearer  a ' }, 'a'],
    [{ authorization: 'a' }, 'a'],
    [{ authorization: `Basic ${Buffer.from('user:pa:ss').toString('base64')}` }, 'pa:ss'],
    [{ authorization: `Basic ${Buffer.from('user:').toString('base64')}` }, 'user'],
    [{ authorization: `Basic ${Buffer.from('nothing').toString('base64')}` }, 'nothing'],
    [{ 'x-api-key': 'Bearer k' }, 'k'],
  ])('%j: %j', (headers, expected) => {
    expect(credentialOf(headers, PLACES)).toBe(expected);
  });
});

describe('a key in a URL', () => {
  it.each([
    ['/a', '/a', undefined],
    ['/a?b=1', '/a?b=1', undefined],
    ['/a?api_key=k', '/a', 'k'],
    ['/a?b=1&api_key=k%20x&c=2', '/a?b=1&c=2', 'k x'],
    ['/a?my_api_key=k', '/a?my_api_key=k', undefined],
    ['/api_key=k?b', '/api_key=k?b', undefined],
    // whoever looked at one of them must not have looked at the wrong one
    ['/a?api_key=k&api_key=l', '/a', undefined],
    ['/a?api_key=k&b=1&api_key=k', '/a?b=1', undefined],
  ])('%s becomes %s', (url, rest, value) => {
    expect(takeParameter(url, 'api_key')).toEqual({ url: rest, value });
  });
});
