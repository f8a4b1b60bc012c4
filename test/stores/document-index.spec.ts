import { randomUUID } from 'node:crypto';
import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { ask, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { startTierGateway, type TierGateway } from '../support/tiers/tier-twins.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine has no pg_trgm; TEST_DATABASE_URL names a server)';

/** The opt-in index on documents: a collection with tables of its own gets one, and finds with it what it found without. */

const COUNT = 3_000;
const WORDS = ['fox', 'hen', 'FOX', 'Straße', 'ΣΊΓΜΑ', '100%', 'snake_case', 'back\\slash', '🦄 unicorn', 'ünïcode'];
const NUMBERS = Array.from({ length: COUNT }, (_, index) => index);
const documentOf = (index: number): string =>
  `document ${String(index)} of a ${WORDS[index % WORDS.length] ?? ''} and ${randomWord(index)}`;
const randomWord = (index: number): string => ((index * 2_654_435_761) % 2 ** 32).toString(36);

const FILTERS: readonly object[] = [
  ...WORDS.map((word) => ({ $contains: word })),
  { $contains: randomWord(77) },
  { $contains: 'nowhere at all' },
  { $contains: 'ff' },
  { $not_contains: 'fox' },
  { $regex: 'fox and [0-9a-z]+7$' },
  { $regex: '(?i)FOX' },
  { $regex: 'Stra.e' },
  { $and: [{ $contains: 'document 1' }, { $not_contains: 'hen' }] },
];

describeOnServer(`documents of a collection with tables of its own${reason}`, () => {
  let gateway: TierGateway;
  let uuid: string;
  let before: readonly string[];

  const found = async (filter: object): Promise<string> => {
    const { status, text } = await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/get`, { where_document: filter, include: [] });
    return `${String(status)} ${text}`;
  };

  const all = async (): Promise<readonly string[]> => {
    const answers: string[] = [];
    for (const filter of FILTERS) answers.push(await found(filter));
    return answers;
  };

  /** Whether the catalog has noted that there is one. */
  const isIndexed = async (): Promise<boolean> => {
    const { rows } = await gateway.tables.query<{ document_index: boolean }>(
      'SELECT document_index FROM polyvec.collections WHERE uuid = $1',
      [uuid],
    );
    return rows[0]?.document_index ?? false;
  };

  beforeAll(async () => {
    gateway = await startTierGateway({ ...SMALL_TIERS, POLYVEC_TRIGRAM_INDEXES: 'on', POLYVEC_DEDICATED_MIN_FLOATS: '8000' });
    uuid = await createCollection(gateway.chromaUrl, `documents-${randomUUID()}`);
    await add(NUMBERS.slice(0, 2_000));
    before = await all();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  async function add(numbers: readonly number[]): Promise<void> {
    const { status, text } = await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/add`, {
      ids: numbers.map((number) => `r${String(number)}`),
      embeddings: numbers.map((number) => [number, 1, 0, 1]),
      documents: numbers.map(documentOf),
    });
    expect([status, text]).toEqual([201, '{}']);
  }

  it('get an index once there are enough of them', async () => {
    expect(await isIndexed()).toBe(false);
    await add(NUMBERS.slice(2_000));
    expect(await eventually(isIndexed, (is) => is)).toBe(true);
    const { rows } = await gateway.tables.query(
      `SELECT FROM pg_indexes i JOIN polyvec.collections c ON c.record_table = i.tablename
       WHERE c.uuid = $1 AND i.indexdef LIKE '%gin_trgm_ops%'`,
      [uuid],
    );
    expect(rows).toHaveLength(1);
  });

  it('are found with it as they were found without, later ones included', async () => {
    expect(await isIndexed()).toBe(true);
    const texts = NUMBERS.map(documentOf);
    const idsOf = (text: string): readonly string[] => (JSON.parse(text.slice(4)) as { ids: string[] }).ids;
    const after = await all();
    const early = (ids: readonly string[]): readonly string[] => ids.filter((id) => Number(id.slice(1)) < 2_000);
    expect(after.map((text) => early(idsOf(text)))).toEqual(before.map(idsOf));
    const containing = WORDS.map((word) => texts.flatMap((text, index) => (text.includes(word) ? [`r${String(index)}`] : [])));
    expect(after.slice(0, WORDS.length).map(idsOf)).toEqual(containing);
  });

  it('are read by it', async () => {
    const { rows } = await gateway.tables.query<{ place: string; table: string }>(
      'SELECT place, record_table AS table FROM polyvec.collections WHERE uuid = $1',
      [uuid],
    );
    const { place = '', table = '' } = rows[0] ?? {};
    await gateway.tables.query(`ANALYZE ${place}."${table}"`);
    const plan = await gateway.tables.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN SELECT FROM ${place}."${table}" r WHERE r.document LIKE '%${randomWord(77)}%'`,
    );
    expect(plan.rows.map((row) => row['QUERY PLAN']).join('\n')).toContain(`${table}_document`);
  });
});
