import { digestOf, isSameDigest, newKeyId, newKeyText, parseKey } from './api-key.js';

describe('the text of a key', () => {
  it('tells its id', () => {
    const { id, text } = newKeyText(newKeyId());
    expect(parseKey(text)).toEqual({ id, text });
    expect(text).not.toContain('.');
  });

  it('is none with any one character changed', () => {
    const { text } = newKeyText(newKeyId());
    const changed = Array.from(
      text,
      (character, index) => text.slice(0, index) + (character === 'a' ? 'b' : 'a') + text.slice(index + 1),
    );
    expect(changed.map(parseKey).filter((key) => key !== undefined)).toEqual([]);
  });

  it.each(['', 'pv_', '$PINECONE_API_KEY', 'pv_0_1_2', 'x'.repeat(10_000)])('is not %j', (text) => {
    expect(parseKey(text)).toBeUndefined();
  });

  it('is another one each time, and what is stored of it tells them apart', () => {
    const id = newKeyId();
    const [first, second] = [newKeyText(id), newKeyText(id)];
    expect(first.text).not.toBe(second.text);
    expect(isSameDigest(digestOf(first.text), digestOf(first.text))).toBe(true);
    expect(isSameDigest(digestOf(first.text), digestOf(second.text))).toBe(false);
  });
});
