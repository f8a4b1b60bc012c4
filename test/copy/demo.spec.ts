import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { copied } from '../support/copy/copy-run.js';
import { exitCode, runProgram } from '../support/gateway/polyvec-command.js';

const NOWHERE = { environment: {}, remove: (): Promise<void> => Promise.resolve() };

it('the demo can be started from a Parquet file: it copies it, searches it, and leaves nothing behind', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'demo-'));
  const source = join(folder, 'films.jsonl');
  const file = join(folder, 'default_tenant', 'default_database', 'films', '__default__', `${'0'.repeat(12)}.parquet`);
  const lines = [
    { id: 'a', embedding: [1, 0], metadata: { genre: 'drama' } },
    { id: 'b', embedding: [1, 0.5], metadata: { genre: 'comedy' } },
    { id: 'c', embedding: [0, 1], metadata: { genre: 'drama' } },
  ];
  await writeFile(source, lines.map((line) => JSON.stringify(line)).join('\n'));
  await copied(NOWHERE, `jsonl:${source}`, { to: `parquet:${folder}`, metric: 'cosine' });
  const run = runProgram(process.execPath, ['scripts/demo.js', '--parquet', file], {});
  expect([await exitCode(run), run.output()]).toEqual([
    0,
    expect.stringContaining('3 records in 1 collection, and all of it is equal'),
  ]);
  expect(run.output()).toMatch(/What is most like "a"\?\n.*\n +a +0\.0000/);
  expect(run.output()).toMatch(/where {"genre":"drama"}\?\n.*\n +a .*\n +c /);
  expect(run.output()).toContain('The collection is deleted again.');
  await rm(folder, { recursive: true });
}, 120_000);
