/**
 * Every JavaScript sample of the three seed documents (the usage guide, "get records", "delete records"), and a tour of the
 * calls around them. A sample is `{ name, run }`; what `run` finds wrong it throws. A sample that the client cannot run as written
 * says so in `nearest`, and runs the nearest call that exists (README.md).
 */
import assert from 'node:assert/strict';

/** Letters as a vector: small, deterministic, and different for different texts. */
export const embed = (text) => [
  text.length,
  ...[0, 1].map((start) => [...text].reduce((sum, letter, at) => sum + (at % 2 === start ? letter.codePointAt(0) % 32 : 0), 0)),
];
const embeddingFunction = { generate: (texts) => Promise.resolve(texts.map(embed)) };

const DOCUMENTS = ['lorem ipsum...', 'doc2', 'doc3'];
const CHAPTERS = [
  { chapter: '3', verse: '16' },
  { chapter: '3', verse: '5' },
  { chapter: '29', verse: '11' },
];
const IDS = ['id1', 'id2', 'id3'];
const EMBEDDINGS = [
  [1.1, 2.3, 3.2],
  [4.5, 6.9, 4.4],
  [1.1, 2.3, 3.2],
];
const NO_RECORD_CALLS = 'no released client has client.…Records(collection, …): the method of the collection';

/** Clients up to 1.8 tell the error's name only. */
const MISSING = /does not exist|could not be found|not found|InvalidCollection/i;
const TAKEN = /already exists|UniqueConstraintError/i;

const rejects = async (work, pattern) => {
  const error = await work().then(
    (value) => value?.error ?? assert.fail('it was answered as if it were fine'),
    (thrown) => `${thrown.name}: ${thrown.message}`,
  );
  assert.match(String(error), pattern);
};

/** A collection that holds the guide's three records. */
async function filled(client, name, options = {}) {
  const collection = await client.createCollection({ name, embeddingFunction, ...options });
  await collection.add({ ids: IDS, embeddings: EMBEDDINGS, metadatas: CHAPTERS, documents: DOCUMENTS });
  return collection;
}

const float32 = (lists) => lists.map((list) => [...new Float32Array(list)]);

/** A sparse embedding function of a user's own: a component for each letter. */
class SparseLetters {
  name = 'letters';

  static buildFromConfig() {
    return new SparseLetters();
  }

  async generate(texts) {
    return texts.map((text) => {
      const indices = [...new Set([...text].map((letter) => letter.codePointAt(0)))].sort((one, other) => one - other);
      return { indices, values: indices.map(() => 1) };
    });
  }

  getConfig() {
    return {};
  }
}

/** `era`: `v1` for clients that speak API v1, `v2` for all others. `chromadb`: the package; `connect`: another client. */
export function samplesFor({ client, chromadb, connect, era }) {
  const guide = (name, run, nearest) => ({ name: `usage guide: ${name}`, run, nearest });
  const page = (name, run) => ({ name, run });
  return [
    guide('new ChromaClient() reaches a server on its default port', async () => {
      assert.ok((await client.heartbeat()) > 1e18);
    }),
    guide('client.reset() empties the database', async () => {
      await client.createCollection({ name: 'before_reset', embeddingFunction });
      await client.reset();
      assert.equal((await client.listCollections()).length, 0);
    }),
    guide('createCollection and getCollection with an embedding function', async () => {
      const made = await client.createCollection({ name: 'my_collection', embeddingFunction });
      const found = await client.getCollection({ name: 'my_collection', embeddingFunction });
      assert.equal(found.id, made.id);
      assert.equal(found.name, 'my_collection');
    }),
    guide('getCollection fails when there is none, getOrCreateCollection makes it, deleteCollection removes it', async () => {
      await rejects(() => client.getCollection({ name: 'test', embeddingFunction }), MISSING);
      const made = await client.getOrCreateCollection({ name: 'test', embeddingFunction });
      const again = await client.getOrCreateCollection({ name: 'test', embeddingFunction });
      assert.equal(again.id, made.id);
      await client.deleteCollection(made);
      await rejects(() => client.getCollection({ name: 'test', embeddingFunction }), MISSING);
    }),
    guide(
      'peekRecords and countRecords',
      async () => {
        const collection = await filled(client, 'peeked');
        assert.equal(await collection.count(), 3);
        const peeked = await collection.peek({ limit: 10 });
        assert.deepEqual(peeked.ids, IDS);
        assert.deepEqual(peeked.documents, DOCUMENTS);
      },
      NO_RECORD_CALLS,
    ),
    ...['l2', 'ip', 'cosine'].map((space) =>
      guide(`hnsw:space ${space} is the distance`, async () => {
        const collection = await client.createCollection({
          name: `space_${space}`,
          metadata: { 'hnsw:space': space },
          embeddingFunction,
        });
        await collection.add({
          ids: ['a', 'b'],
          embeddings: [
            [1, 2],
            [2, 4.5],
          ],
        });
        const { distances } = await collection.query({ queryEmbeddings: [[1, 2]], nResults: 2 });
        const expected = { l2: [0, 7.25], ip: [-10, -4], cosine: [0, 0.001031518] }[space];
        distances[0].forEach((distance, index) => assert.ok(Math.abs(distance - expected[index]) < 1e-5, `${distance}`));
      }),
    ),
    guide(
      'bulkUpsertRecords',
      async () => {
        const collection = await client.createCollection({ name: 'bulk', embeddingFunction });
        for (let at = 0; at < IDS.length; at += 2) {
          await collection.upsert({
            ids: IDS.slice(at, at + 2),
            metadatas: CHAPTERS.slice(at, at + 2),
            documents: DOCUMENTS.slice(at, at + 2),
          });
        }
        assert.equal(await collection.count(), 3);
      },
      'bulkUpsertRecords never shipped: upsert, batch by batch, as it would have done',
    ),
    guide(
      'addRecords with documents: the embedding function embeds them, the first of two equal ids stays',
      async () => {
        const collection = await client.createCollection({ name: 'added', embeddingFunction });
        await collection.add({ ids: IDS, metadatas: CHAPTERS, documents: DOCUMENTS });
        await collection.add({ ids: ['id1'], documents: ['another'] });
        const { documents, embeddings } = await collection.get({ ids: ['id1'], include: ['documents', 'embeddings'] });
        assert.deepEqual(documents, ['lorem ipsum...']);
        assert.deepEqual(float32(embeddings), float32([embed('lorem ipsum...')]));
      },
      NO_RECORD_CALLS,
    ),
    guide('addRecords with embeddings and documents', () => filled(client, 'with_both'), NO_RECORD_CALLS),
    guide(
      'addRecords with embeddings and metadata only; another dimension is an error',
      async () => {
        const collection = await client.createCollection({ name: 'without_documents', embeddingFunction });
        await collection.add({ ids: IDS, embeddings: EMBEDDINGS, metadatas: CHAPTERS });
        assert.deepEqual((await collection.get()).documents, [null, null, null]);
        if (era === 'v1') return;
        await rejects(() => collection.add({ ids: ['x'], embeddings: [[1, 2]] }), /dimension/i);
      },
      NO_RECORD_CALLS,
    ),
    guide(
      'queryRecords by embeddings, with a filter and a document filter',
      async () => {
        const collection = await filled(client, 'queried');
        const result = await collection.query({
          queryEmbeddings: [
            [11.1, 12.1, 13.1],
            [1.1, 2.3, 3.2],
          ],
          nResults: 10,
          where: { chapter: '3' },
          whereDocument: { $contains: 'doc' },
        });
        assert.deepEqual(result.ids, [['id2'], ['id2']]);
        const near = await collection.query({ queryEmbeddings: [[1.1, 2.3, 3.2]], nResults: 2 });
        assert.deepEqual(near.ids, [['id1', 'id3']]);
      },
      NO_RECORD_CALLS,
    ),
    guide(
      'queryRecords by texts',
      async () => {
        const collection = await client.createCollection({ name: 'asked', embeddingFunction });
        await collection.add({ ids: IDS, metadatas: CHAPTERS, documents: DOCUMENTS });
        const result = await collection.query({ nResults: 1, queryTexts: ['doc2', 'lorem ipsum...'] });
        assert.deepEqual(result.ids, [['id2'], ['id1']]);
      },
      NO_RECORD_CALLS,
    ),
    guide(
      'getRecords by ids and a filter, and with chosen parts',
      async () => {
        const collection = await filled(client, 'gotten');
        const some = await collection.get({ ids: ['id3', 'id1', 'nope'], where: { chapter: '3' } });
        assert.deepEqual(some.ids, ['id1']);
        assert.deepEqual(some.metadatas, [CHAPTERS[0]]);
        const documents = await collection.get({ include: ['documents'] });
        assert.deepEqual(documents.documents, DOCUMENTS);
        assert.ok(!documents.metadatas || documents.metadatas.length === 0);
        const query = await collection.query({ queryEmbeddings: [EMBEDDINGS[0]], nResults: 1, include: ['documents'] });
        assert.deepEqual(query.documents, [[DOCUMENTS[0]]]);
      },
      NO_RECORD_CALLS,
    ),
    guide('where operators', async () => {
      const collection = await client.createCollection({ name: 'operators', embeddingFunction });
      await collection.add({
        ids: ['one', 'two', 'none'],
        embeddings: EMBEDDINGS,
        metadatas: [{ version: 1, word: 'a' }, { version: 2, word: 'b' }, { other: true }],
        documents: ['with search_string', 'without', 'search_string too'],
      });
      const find = async (where, whereDocument) => (await collection.get({ where, whereDocument })).ids;
      assert.deepEqual(await find({ word: 'a' }), ['one']);
      assert.deepEqual(await find({ word: { $eq: 'a' } }), ['one']);
      // the guide's rule holds where its clients are served; since 0.5.12 records without the key match, too
      assert.deepEqual(await find({ version: { $ne: 1 } }), era === 'v1' ? ['two'] : ['two', 'none']);
      assert.deepEqual(await find({ version: { $nin: [1] } }), era === 'v1' ? ['two'] : ['two', 'none']);
      assert.deepEqual(await find({ version: { $gt: 1 } }), ['two']);
      assert.deepEqual(await find({ version: { $gte: 1 } }), ['one', 'two']);
      assert.deepEqual(await find({ version: { $lt: 2 } }), ['one']);
      assert.deepEqual(await find({ version: { $lte: 2 } }), ['one', 'two']);
      assert.deepEqual(await find({ word: { $in: ['a', 'b', 'c'] } }), ['one', 'two']);
      assert.deepEqual(await find({ $and: [{ word: 'a' }, { version: { $lt: 2 } }] }), ['one']);
      assert.deepEqual(await find({ $or: [{ word: 'a' }, { version: 2 }] }), ['one', 'two']);
      assert.deepEqual(await find(undefined, { $contains: 'search_string' }), ['one', 'none']);
      assert.deepEqual(await find(undefined, { $not_contains: 'search_string' }), ['two']);
    }),
    guide(
      'updateRecords changes what is given and ignores unknown ids',
      async () => {
        const collection = await filled(client, 'updated');
        await collection.update({
          ids: ['id1', 'id2', 'unknown'],
          embeddings: [[9, 9, 9], EMBEDDINGS[1], EMBEDDINGS[2]],
          metadatas: [{ chapter: '30' }, { chapter: '3', verse: '6' }, { chapter: '0' }],
          documents: ['doc1', 'doc2', 'doc3'],
        });
        const { ids, metadatas, documents } = await collection.get();
        assert.deepEqual(ids, IDS);
        assert.deepEqual(metadatas[0], { chapter: '30', verse: '16' });
        assert.deepEqual(documents, ['doc1', 'doc2', 'doc3']);
      },
      NO_RECORD_CALLS,
    ),
    guide(
      'upsertRecords updates and adds',
      async () => {
        const collection = await filled(client, 'upserted');
        await collection.upsert({
          ids: ['id1', 'id4'],
          embeddings: [
            [0, 0, 1],
            [0, 1, 0],
          ],
          metadatas: [{ a: 1 }, { b: 2 }],
          documents: ['x', 'y'],
        });
        assert.equal(await collection.count(), 4);
        assert.deepEqual((await collection.get({ ids: ['id1'] })).metadatas, [{ ...CHAPTERS[0], a: 1 }]);
      },
      NO_RECORD_CALLS,
    ),
    guide(
      'deleteRecords by ids and a filter',
      async () => {
        const collection = await filled(client, 'trimmed');
        await collection.delete({ ids: ['id1', 'id3'], where: { chapter: '29' } });
        assert.deepEqual((await collection.get()).ids, ['id1', 'id2']);
        await collection.delete({ where: { chapter: '3' } });
        assert.equal(await collection.count(), 0);
      },
      NO_RECORD_CALLS,
    ),
    page('get records: by ids', async () => {
      const collection = await filled(client, 'page_get_ids');
      assert.deepEqual((await collection.get({ ids: ['id1', 'id2'] })).ids, ['id1', 'id2']);
    }),
    page('get records: by a metadata filter, limited', async () => {
      const collection = await client.createCollection({ name: 'page_get_where', embeddingFunction });
      const ids = Array.from({ length: 12 }, (_, index) => `r${index}`);
      await collection.add({
        ids,
        embeddings: ids.map((_, index) => [index, 1]),
        metadatas: ids.map(() => ({ category: 'science' })),
      });
      assert.deepEqual((await collection.get({ where: { category: 'science' }, limit: 10 })).ids, ids.slice(0, 10));
    }),
    page('delete records: by ids', async () => {
      const collection = await filled(client, 'page_delete_ids');
      await collection.delete({ ids: ['id1', 'id2'] });
      assert.deepEqual((await collection.get()).ids, ['id3']);
    }),
    page('delete records: by a metadata filter', async () => {
      const collection = await client.createCollection({ name: 'page_delete_where', embeddingFunction });
      await collection.add({ ids: ['a', 'b'], embeddings: [[1], [2]], metadatas: [{ category: 'old' }, { category: 'new' }] });
      await collection.delete({ where: { category: 'old' } });
      assert.deepEqual((await collection.get()).ids, ['b']);
    }),
    page('tour: version, list and count of collections', async () => {
      assert.match(await client.version(), /^\d+\.\d+\.\d+$/);
      await client.createCollection({ name: 'listed', embeddingFunction });
      const listed = await client.listCollections();
      assert.ok(listed.some((item) => (item.name ?? item) === 'listed'));
      if (client.countCollections !== undefined) assert.equal(await client.countCollections(), listed.length);
    }),
    page('tour: creating a name twice is an error', async () => {
      await client.createCollection({ name: 'twice', embeddingFunction });
      await rejects(() => client.createCollection({ name: 'twice', embeddingFunction }), TAKEN);
    }),
    page('tour: renaming', async () => {
      const collection = await filled(client, 'old_name');
      await collection.modify({ name: 'new_name' });
      const found = await client.getCollection({ name: 'new_name', embeddingFunction });
      assert.equal(await found.count(), 3);
    }),
    page('tour: as many records in one call as are announced, embeddings equal to the float', async () => {
      const collection = await client.createCollection({ name: 'many', embeddingFunction });
      const ids = Array.from({ length: 5461 }, (_, index) => `many${index}`);
      const embeddings = ids.map((_, index) => [Math.sin(index), Math.cos(index), index / 7]);
      await collection.add({ ids, embeddings });
      assert.equal(await collection.count(), 5461);
      const got = await collection.get({ ids: ['many5460', 'many3'], include: ['embeddings'] });
      assert.deepEqual(float32(got.embeddings), float32([embeddings[3], embeddings[5460]]));
    }),
    page('tour: unicode, quotes and percent signs survive', async () => {
      const collection = await client.createCollection({ name: 'unicode', embeddingFunction });
      const id = 'Ünïcode/ПРИВЕТ #漢字 "q" 100% 🦊';
      await collection.add({ ids: [id], embeddings: [[1, 2]], metadatas: [{ 'a key.with "quotes"': 'ß\\n' }], documents: [id] });
      const { ids, documents, metadatas } = await collection.get({ ids: [id], whereDocument: { $contains: '100%' } });
      assert.deepEqual([ids, documents, metadatas], [[id], [id], [{ 'a key.with "quotes"': 'ß\\n' }]]);
    }),
    page('tour: sparse keys that the client fills from their source (case 53), where it can', async () => {
      if (chromadb.SparseVectorIndexConfig === undefined) return;
      const { K, Knn, Schema, Search, SparseVectorIndexConfig } = chromadb;
      chromadb.registerSparseEmbeddingFunction('letters', SparseLetters);
      const texts = ['abc', 'def', 'xyz', 'abd'];
      const byHand = { indices: [97], values: [5] };
      for (const [at, sourceKey] of [K.DOCUMENT, 'title'].entries()) {
        const index = new SparseVectorIndexConfig({ embeddingFunction: new SparseLetters(), sourceKey, bm25: true });
        const schema = new Schema().createIndex(index, 'letters');
        const name = `sparse_source_${at}`;
        const created = await client.createCollection({ name, schema });
        await created.add({
          ids: ['one', 'two', 'by hand', 'no title'],
          embeddings: texts.map(() => [1, 0]),
          documents: texts,
          metadatas: [{ title: 'abc' }, { title: 'def' }, { letters: byHand, title: 'xyz' }, { title: 3 }],
        });
        const { metadatas } = await created.get({ ids: ['by hand', 'no title'] });
        assert.deepEqual(metadatas[0].letters.indices, byHand.indices);
        assert.equal('letters' in metadatas[1], at === 0);
        // another client knows the function from the schema
        const again = await connect().getCollection({ name });
        const search = (text) => new Search().rank(Knn({ query: text, key: 'letters' })).select(K.SCORE);
        const expected = at === 0 ? ['one', 'by hand', 'no title'] : ['one', 'by hand'];
        assert.deepEqual(new Set((await again.search(search('ab'))).ids[0]), new Set(expected));
        await again.update({ ids: ['two'], embeddings: [[1, 0]], documents: ['zab'], metadatas: [{ title: 'zab' }] });
        await again.upsert({ ids: ['five'], embeddings: [[1, 0]], documents: ['ab'], metadatas: [{ title: 'ab' }] });
        const found = (await again.search(search('ab'))).ids[0];
        assert.ok(found.includes('two') && found.includes('five'), String(found));
      }
    }),
  ];
}
