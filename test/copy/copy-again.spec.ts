import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copied, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

let storage: TestStorage;
let folder: string;

/** The target has two records from elsewhere, and one of them is in the source, too, with another document. */
beforeEach(async () => {
  [storage, folder] = await Promise.all([createStorage(), mkdtemp(join(tmpdir(), 'again-'))]);
  const theirs = await file('theirs', [
    { id: 'a', embedding: [1, 2], document: 'theirs' },
    { id: 'own', embedding: [3, 4] },
  ]);
  await copied(storage, `jsonl:${theirs}`, { to: 'polyvec:theirs/place/films' });
});

afterEach(async () => {
  await Promise.all([storage.remove(), rm(folder, { recursive: true, force: true })]);
});

async function file(name: string, records: readonly object[]): Promise<string> {
  const path = join(folder, `${name}.jsonl`);
  await writeFile(path, records.map((record) => `${JSON.stringify(record)}\n`).join(''));
  return path;
}

describe('case 34: a copy into a collection with records of its own', () => {
  it.each(['skip', 'overwrite'])('with %s finds nothing to do, and no difference, when it is made again', async (onConflict) => {
    const ours = await file('ours', [
      { id: 'a', embedding: [1, 2], document: 'ours' },
      { id: 'b', embedding: [5, 6] },
    ]);
    const again = (): ReturnType<typeof copied> =>
      copied(storage, `jsonl:${ours}`, { to: 'polyvec:theirs/place/films', onConflict, metric: 'l2' });
    expect(await again()).toMatchObject({ code: 0 });
    const { code, lines } = await again();
    expect(lines.filter((line) => line.startsWith('WRONG'))).toEqual([]);
    expect([code, lines.at(-2)]).toEqual([0, expect.stringMatching(/equal, nothing to do$/)]);
  });

  it.each([
    ['fail', 2],
    ['newer-fail', 2],
    ['skip', 0],
    ['overwrite', 0],
  ])('with %s and a record that is equal already ends with code %i, and it is as it was', async (onConflict, expected) => {
    const ours = await file('ours', [{ id: 'a', embedding: [1, 2], document: 'theirs' }]);
    const { code, lines } = await copied(storage, `jsonl:${ours}`, {
      to: 'polyvec:theirs/place/films',
      onConflict,
      metric: 'l2',
    });
    expect([code, lines.filter((line) => line.startsWith('WRONG'))]).toEqual([expected, []]);
    const found = await onGateway(storage, (api) => readOver(api, 'theirs', 'place', 'films'));
    expect(found?.records.map(({ id, embedding, document }) => [id, embedding, document])).toEqual([
      ['a', [1, 2], 'theirs'],
      ['own', [3, 4], null],
    ]);
  });
});
