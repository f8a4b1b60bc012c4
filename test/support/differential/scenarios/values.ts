import { get, post } from '../exchange.js';
import { COLLECTIONS, type Pair } from '../pair.js';
import { type Scenario, scenario } from '../scenario.js';

/** Writes each metadata object with every call, and reads back what became of it. */
async function kept(pair: Pair, metadatas: readonly string[]): Promise<void> {
  const path = await pair.collection('kept');
  for (const [index, metadata] of metadatas.entries()) {
    for (const call of ['add', 'upsert', 'update'] as const) {
      // update meets a record with other metadata
      const id = `${call}-${String(index)}`;
      if (call === 'update') await pair.both(post(`${path}/add`, `{"ids":["${id}"],"embeddings":[[1]],"metadatas":[{"was":1}]}`));
      await pair.all(
        post(`${path}/${call}`, `{"ids":["${id}"],"embeddings":[[1]],"metadatas":[${metadata}]}`),
        post(`${path}/get`, `{"ids":["${id}"]}`),
      );
    }
  }
  await pair.same(get(`${COLLECTIONS}/kept`));
}

/** Section 8: metadata values and numbers. */
export const VALUES: readonly Scenario[] = [
  scenario('values: integers and floats keep their type', (pair) =>
    kept(pair, [
      '{"v":1}',
      '{"v":1.0}',
      '{"v":"1"}',
      '{"v":true}',
      '{"v":false}',
      '{"v":9007199254740993}',
      '{"v":-0.0}',
      '{"v":-0}',
      '{"v":0}',
      '{"v":9223372036854775807}',
      '{"v":-9223372036854775808}',
      '{"v":9223372036854775808}',
      '{"v":-9223372036854775809}',
      '{"v":18446744073709551616}',
      '{"v":1e300}',
      '{"v":-1e300}',
      '{"v":0.1}',
      '{"v":123456789.123456789}',
      '{"v":1e-7}',
      '{"v":1e3}',
      '{"v":1E3}',
      '{"v":1.50}',
      '{"v":5e-324}',
      '{"v":1.7976931348623157e308}',
      '{"v":0.30000000000000004}',
      '{"v":100000000000000000000.0}',
      '{"v":1e16}',
      '{"v":1e15}',
      '{"v":123456789012345680.0}',
    ]),
  ),
  scenario('values: arrays of each type, order and duplicates kept', (pair) =>
    kept(pair, [
      '{"v":["a","b","a"]}',
      '{"v":[3,1,2,1]}',
      '{"v":[1.5,2.5]}',
      '{"v":[1.0]}',
      '{"v":[true,false,true]}',
      '{"v":[1.5,2]}',
      '{"v":[1,2.5]}',
      '{"v":[9007199254740993,1]}',
      '{"v":[9223372036854775808]}',
      '{"v":[9223372036854775807,1.5]}',
      '{"v":[]}',
      '{"v":[],"w":1}',
      '{"v":[""]}',
      '{"v":["é","漢","🙂"]}',
    ]),
  ),
  scenario('values: what is no metadata is 422', (pair) =>
    kept(pair, [
      '{"v":{"a":1}}',
      '{"v":{}}',
      '{"v":[[1]]}',
      '{"v":[null]}',
      '{"v":[1,"a"]}',
      '{"v":["a",1]}',
      '{"v":[1,true]}',
      '{"v":[true,"x"]}',
      '{"v":["a",null]}',
      '{"v":[{}]}',
      '{"v":null}',
      '{"ok":1,"v":null}',
    ]),
  ),
  scenario('values: keys may be any string that is not reserved', (pair) =>
    kept(pair, [
      '{"a b":1}',
      '{"a.b":1,"a":{"b":2}}',
      '{"a.b":1}',
      '{"q\\"uote":1,"back\\\\slash":2,"apo\'strophe":3}',
      '{"ключ":"значение","漢字":"🙂"}',
      '{"__proto__":1,"constructor":"x","toString":true}',
      '{"id":"x","document":"y","embedding":1}',
      '{" ":1}',
      '{"a$b":1,"a#b":2}',
      '{"":1}',
      '{"#x":1}',
      '{"$x":1}',
      '{"#":1}',
      '{"$":1}',
      '{"ok":1,"#document":"x"}',
      '{"hnsw:space":"x"}',
      `{"${'k'.repeat(1000)}":1}`,
      '{"twice":1,"twice":2}',
    ]),
  ),
  scenario('values: strings of every kind', (pair) =>
    kept(pair, [
      '{"v":""}',
      '{"v":" "}',
      '{"v":"\\n\\t\\r\\b\\f"}',
      '{"v":"\\u0001\\u001f\\u007f"}',
      '{"v":"\\ud83d\\ude42"}',
      '{"v":"e\\u0301"}',
      '{"v":"\\uffff\\ufeff"}',
      '{"v":"it\'s %s $1 {} \\\\x00"}',
      `{"v":"${'long '.repeat(20_000)}"}`,
    ]),
  ),
  scenario('values: sparse vectors are not for this server', (pair) =>
    kept(pair, [
      '{"v":{"indices":[1,2],"values":[0.5,1.0]}}',
      '{"v":{"#type":"sparse_vector","indices":[1,2],"values":[0.5,1.0]}}',
      '{"v":{"#type":"sparse_vector","indices":[2,1],"values":[0.5,1.0]}}',
      '{"v":{"#type":"sparse_vector","indices":[1],"values":[0.5,1.0]}}',
      '{"v":{"#type":"other","indices":[1],"values":[0.5]}}',
    ]),
  ),
  scenario('values: documents and uris of every kind', async (pair) => {
    const path = await pair.collection('texts');
    const texts = [
      '',
      ' ',
      'plain',
      'Ünïcode ПРИВЕТ 漢字',
      '🙂'.repeat(100),
      'a\nb\tc',
      '\u0001',
      '"quoted" \\back',
      'x'.repeat(100_000),
    ];
    const body = { ids: texts.map((_, index) => String(index)), embeddings: texts.map(() => [1]), documents: texts, uris: texts };
    await pair.all(post(`${path}/add`, body), post(`${path}/get`, '{"include":["documents","uris"]}'));
  }),
];
