import fc from 'fast-check';
import { ByteList } from '../../../http/byte-list.js';
import type { RequestBody } from '../../../http/request-body.js';
import { sieveWhole } from '../../../http/sieved-body.js';
import { validate, validateLong } from '../../../http/validate.js';
import { UpdateRequest } from '../records/requests.js';
import { decodeEmbeddings, embeddingSieve } from './embeddings.js';

const BASE64 = Buffer.from(new Float32Array([1, -2.5]).buffer).toString('base64');
/** What the event loop reads at a time. */
const PIECE = 64 * 1024;
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

/** What a body says, or what is wrong with it: without the place, which may be that in what was left of the text. */
function outcomeOf(body: Pick<RequestBody, 'bytes' | 'taken' | 'whole'>, places?: 'with places'): unknown {
  try {
    const { embeddings, ...others } = validate(UpdateRequest, { ...body, mediaType: undefined });
    return { ...others, embeddings: embeddings && decodeEmbeddings(embeddings).map((one) => one && [...one]) };
  } catch (error) {
    return places === undefined ? String(error).replace(/ at line \d+ column \d+$/, '') : String(error);
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

function listOf(bytes: Buffer): ByteList {
  const list = new ByteList();
  for (let at = 0; at < bytes.length; at += PIECE) list.append(bytes, at, Math.min(bytes.length, at + PIECE));
  return list;
}

describe('a body whose embeddings are taken out once it is there', () => {
  it.each(TEXTS)('says what it says, and where it is wrong: %s', async (text) => {
    const bytes = Buffer.from(text);
    const body = await sieveWhole(listOf(bytes), embeddingSieve());
    expect(outcomeOf(body, 'with places')).toEqual(outcomeOf({ bytes }, 'with places'));
  });

  it('is wrong where it is wrong, however long it is', async () => {
    const rows = new Array<string>(50_000).fill(`"${BASE64}"`).join(',');
    const bytes = Buffer.from(`{"embeddings":[${rows}],"ids":[}`);
    const body = await sieveWhole(listOf(bytes), embeddingSieve());
    await expect(Promise.resolve(validateLong(UpdateRequest, { ...body, mediaType: undefined }))).rejects.toThrow(
      `column ${String(bytes.length)}`,
    );
  });

  it('is left alone where there are none, or what would be taken for a mark', async () => {
    const [without, marked] = [Buffer.from('{"ids":["a"]}'), Buffer.from('{"embeddings":[[1],\u0001]}')];
    expect(await Promise.all([without, marked].map((bytes) => sieveWhole(listOf(bytes), embeddingSieve())))).toEqual([
      { bytes: without },
      { bytes: marked },
    ]);
  });

  it('keeps another list of the same key', async () => {
    const text = Buffer.from('{"embeddings":[[1]],"ids":["a"],"embeddings":[[2]]}');
    const { bytes } = await sieveWhole(listOf(text), embeddingSieve());
    expect(bytes.toString()).toBe('{"embeddings":[\u0001],"ids":["a"],"embeddings":[[2]]}');
  });
});
