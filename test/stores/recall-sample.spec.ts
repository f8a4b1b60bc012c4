import type { Collection, IndexContent } from '../../src/collections/collection.js';
import { readConfig } from '../../src/config/config.js';
import type { Database } from '../../src/postgres/database.js';
import { openDatabase } from '../../src/postgres/open-database.js';
import { identifier, sql } from '../../src/postgres/sql.js';
import { type RecallQuery, RecallStore } from '../../src/records/search/recall.store.js';
import { RecallSample } from '../../src/records/search/recall-sample.js';
import { randomFrom } from '../chaos/promotion/promotion-writer.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { newCollection, placed } from '../support/gateway/placed-collection.js';

const DIMENSION = 16;
const ROWS = 2_500;
const QUERIES = 40;
/** Few vectors to a step, so that there are many ranges, the first ones smaller than the others. */
const SIZE = { floats: 400_000, halfQueries: 8, candidates: 400 };

const run = <T>(work: () => Promise<T>): Promise<T> => work();

describe('a sample of queries', () => {
  let storage: TestStorage;
  let database: Database;
  let collection: Collection;
  /** By rid, which is a number from 1 on. */
  let stored: readonly (readonly number[])[];

  beforeAll(async () => {
    storage = await createStorage();
    database = await openDatabase(readConfig({ ...storage.environment, POLYVEC_POOL_SIZE: '1' }), () => undefined);
    collection = await placed(database, await newCollection(database, 'sampled', DIMENSION));
    const random = randomFrom(11);
    // the nearest to most queries come last; in steps of which float32 holds the squares' sum
    stored = Array.from({ length: ROWS }, (_, at) =>
      Array.from({ length: DIMENSION }, () => Math.round((random(513) - 256) * (at / ROWS)) / 256),
    );
    await insert('', stored);
    const copies = Array.from({ length: 300 }, () => Array.from({ length: DIMENSION }, () => 1));
    await insert('copies', [...copies, ...stored.slice(0, 1_000)]);
  }, 120_000);

  afterAll(async () => {
    await database.close();
    await storage.remove();
  });

  async function insert(namespace: string, embeddings: readonly (readonly number[])[]): Promise<void> {
    const texts = embeddings.map((embedding) => `[${embedding.join(',')}]`);
    const { place, vectorTable } = collection;
    const first = namespace === '' ? 0 : ROWS;
    await database.query(sql`INSERT INTO ${identifier(place)}.${identifier(vectorTable)} (collection_id, namespace, rid, embedding, seq)
      SELECT ${collection.id}, ${namespace}, ${first} + t.n, t.embedding::vector, ${first} + t.n
      FROM unnest(${texts}::text[]) WITH ORDINALITY AS t (embedding, n)`);
  }

  function sampleOf(queries: readonly RecallQuery[], namespace = ''): Promise<RecallSample> {
    return RecallSample.of(new RecallStore(database), collection, namespace, queries, run, SIZE);
  }

  function newQueries(): RecallQuery[] {
    const random = randomFrom(12);
    const embeddings = Array.from({ length: QUERIES }, () =>
      Float32Array.from({ length: DIMENSION }, () => (random(513) - 256) / 256),
    );
    return embeddings.map((embedding) => ({ embedding, rid: null, isRecent: false }));
  }

  const distance = (left: ArrayLike<number>, right: ArrayLike<number>): number => {
    let sum = 0;
    for (let axis = 0; axis < DIMENSION; axis += 1) sum += ((left[axis] ?? 0) - (right[axis] ?? 0)) ** 2;
    return sum;
  };
  const bits = (embedding: ArrayLike<number>): number[] => Array.from(embedding, (component) => (component > 0 ? 1 : 0));

  /** The share of the nearest ten that are among the `compared` nearest by form, of equals there as many as by chance. */
  function recallByBits(queries: readonly RecallQuery[], compared: number): number {
    const shares = queries.map(({ embedding, rid }) => {
      const others = stored.map((vector, at) => ({ vector, rid: String(at + 1) })).filter((other) => other.rid !== rid);
      const nearest = others
        .sort((left, right) => distance(left.vector, embedding) - distance(right.vector, embedding))
        .slice(0, 10);
      const [own, all] = [bits(embedding), others.map(({ vector }) => distance(bits(vector), bits(embedding)))];
      const found = nearest.map(({ vector }) => {
        const far = distance(bits(vector), own);
        const before = all.filter((other) => other < far).length;
        return Math.min(1, Math.max(0, (compared - before) / all.filter((other) => other === far).length));
      });
      return found.reduce((sum, share) => sum + share, 0) / 10;
    });
    return shares.reduce((sum, share) => sum + share, 0) / shares.length;
  }

  it('knows the nearest of all vectors, whatever their order is', async () => {
    const queries = [...newQueries(), { embedding: Float32Array.from(stored[77] ?? []), rid: '78', isRecent: false }];
    const sample = await (await sampleOf(queries.slice(0, 5))).with(queries.slice(5));
    expect(sample.size).toBe(queries.length);
    expect(sample.answers.map((nearest) => nearest.map(({ rid }) => rid))).toEqual(
      queries.map(({ embedding, rid: own }) =>
        stored
          .map((vector, at) => [distance(vector, embedding), String(at + 1)] as const)
          .filter(([, rid]) => rid !== own)
          .sort(([left], [right]) => left - right)
          .slice(0, 100)
          .map(([, rid]) => rid),
      ),
    );
  });

  it('tells what comparing bits would find', async () => {
    const queries = [...newQueries(), { embedding: Float32Array.from(stored[77] ?? []), rid: '78', isRecent: false }];
    const forms = await (await sampleOf(queries)).formRecalls(['binary']);
    expect(forms.map(({ candidates }) => candidates)).toEqual([5, 10, 20, 40, 80]);
    for (const { candidates, recall } of forms) expect(recall).toBeCloseTo(recallByBits(queries, 10 * candidates), 9);
    expect(forms[0]?.recall).toBeLessThan(0.9);
    expect(forms[4]?.recall).toBeGreaterThan(0.9);
  });

  it('takes copies of one vector to be equally good', async () => {
    const query = { embedding: new Float32Array(DIMENSION).fill(1), rid: null, isRecent: false };
    const forms = await (await sampleOf([query], 'copies')).formRecalls(['binary', 'half']);
    expect(forms.map(({ recall }) => recall)).toEqual(forms.map(() => 1));
  });

  it('says of 16-bit numbers that they cannot hold a query beyond them', async () => {
    const contents: readonly IndexContent[] = ['half'];
    const near = await (await sampleOf(newQueries())).formRecalls(contents);
    expect(near).toMatchObject([{ content: 'half', candidates: 1.25, recall: 1 }]);
    const query = { embedding: new Float32Array(DIMENSION).fill(70_000), rid: null, isRecent: false };
    expect(await (await sampleOf([query])).formRecalls(contents)).toMatchObject([{ recall: 0 }]);
  });
});
