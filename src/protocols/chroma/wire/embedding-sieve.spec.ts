import fc from 'fast-check';
import type { RequestBody } from '../../../http/request-body.js';
import { validate } from '../../../http/validate.js';
import { UpdateRequest } from '../records/requests.js';
import { decodeEmbeddings, embeddingSieve } from './embeddings.js';

const BASE64 = Buffer.from(new Float32Array([1, -2.5]).buffer).toString('base64');
const TEXTS: readonly string[] = [
  '{"ids":["a","b"],"embeddings":[[1, 2.5e-3],[-0.017203304916620255,3]],"documents":["é\\n]","[1"]}',
  `{"embeddings":["${BASE64}" , "${BASE64}"],"ids":["\\"","\\\\"]}`,
  '{"documents":["embeddings"],"ids":["a"],"metadatas":[{"embeddings":[[1]]}],"embeddings":[[1]]}',
  '{"ids":["a"],"embedd\\u0069ngs":[[1]]}',
  '{"ids":["embeddings"],"embeddings":[[1]],"embeddings":[[2],[3]]}',
  '{"ids":[],"embeddings":null}',
  '{"ids":[],"embeddings":[]}',
  '{"ids":["a"],"embeddings":[null,[1],[]]}',
  // what is no embedding
  '{"ids":["a"],"embeddings":[[1],"AAAA"]}',
  '{"ids":["a"],"embeddings":[[1],[[2]],[3]]}',
  '{"ids":["a"],"embeddings":[["1"]]}',
  '{"ids":["a"],"embeddings":[{"a":[1]},[2]]}',
  '{"ids":["a"],"embeddings":[[1e400]]}',
  '{"ids":["a"],"embeddings":["AAA*","AAAAAA=="]}',
  '{"ids":["a"],"embeddings":"text"}',
  // what is no JSON
  '{"ids":["a"],"embeddings":[[1] [2]]}',
  '{"ids":["a"],"embeddings":[[1,]]}',
  '{"ids":["a"],"embeddings":[[1],]}',
  '{"ids":["a"],"embeddings":[[1,2',
  '{"ids":["a"],"embeddings":["AAAA',
  '["embeddings":[[1]]]',
];

/** What a body says, or what is wrong with it: without the place, which is that in what was left of the text. */
function outcomeOf(body: Pick<RequestBody, 'bytes' | 'taken'>): unknown {
  try {
    const { embeddings, ...others } = validate(UpdateRequest, { ...body, mediaType: undefined });
    return { ...others, embeddings: embeddings && decodeEmbeddings(embeddings).map((one) => one && [...one]) };
  } catch (error) {
    return String(error).replace(/ at line \d+ column \d+$/, '');
  }
}

function sieved(chunks: readonly Buffer[]): Pick<RequestBody, 'bytes' | 'taken'> {
  const sieve = embeddingSieve();
  for (const chunk of chunks) sieve.push(chunk);
  return { bytes: sieve.finish(), taken: sieve.taken };
}

function cut(bytes: Buffer, places: readonly number[]): readonly Buffer[] {
  const ends = [...places.map((place) => place % bytes.length), bytes.length].sort((one, other) => one - other);
  return ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
}

describe('a body whose embeddings are taken out as it arrives', () => {
  it.each(TEXTS)('says what it says: %s', (text) => {
    const bytes = Buffer.from(text);
    const expected = outcomeOf({ bytes });
    fc.assert(
      fc.property(fc.array(fc.nat()), (places) => {
        expect(outcomeOf(sieved(cut(bytes, places)))).toEqual(expected);
      }),
    );
  });

  it('keeps nothing of the text of its embeddings', () => {
    const row = `[${new Array<string>(1_000).fill('-0.017203304916620255').join(', ')}]`;
    const { bytes, taken = [] } = sieved([Buffer.from(`{"embeddings":[${row},${row}],"ids":["a","b"]}`)]);
    expect([bytes.toString(), taken.length]).toEqual(['{"embeddings":[\u0001,\u0001],"ids":["a","b"]}', 2]);
  });

  it('cannot hold the mark that stands for one', () => {
    expect(() => sieved([Buffer.from('{"embeddings":[\u0001]}')])).toThrow('control character');
  });
});
