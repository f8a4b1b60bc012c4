import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onGateway, readOver } from '../support/copy/copy-run.js';
import { exitCode, polyvec, type Run } from '../support/gateway/polyvec-command.js';
import { makeSmallDisk, noSmallDisk, type SmallDisk } from '../support/gateway/small-disk.js';

const itOnSmallDisk = noSmallDisk === '' ? it : it.skip;
const RECORDS = 6_000;

let disk: SmallDisk;
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

itOnSmallDisk(
  `case 33: when the disk of an embedded database is full the copy ends with code 3, and goes on when there is room${noSmallDisk}`,
  async () => {
    disk = makeSmallDisk(400);
    try {
      const environment = { POLYVEC_DATA_DIR: join(disk.directory, 'data'), POLYVEC_LOG_LEVEL: 'error' };
      const file = async (name: string, records: readonly object[]): Promise<string> => {
        await writeFile(join(folder, `${name}.jsonl`), records.map((record) => JSON.stringify(record)).join('\n'));
        return name;
      };
      const copy = async (name: string): Promise<Run> => {
        const run = polyvec(['copy', `jsonl:${join(folder, name)}.jsonl`, 'polyvec:', '--metric', 'l2'], environment);
        await exitCode(run);
        return run;
      };
      // the database is made while there is room
      expect((await copy(await file('first', [{ id: 'a', embedding: [1, 2] }]))).child.exitCode).toBe(0);
      await disk.fill(64);
      const many = Array.from({ length: RECORDS }, (_, n) => {
        return { id: `r${String(n)}`, embedding: [n, 1], document: randomBytes(6 * 1024).toString('base64') };
      });
      await file('many', many);
      const full = await copy('many');
      expect([full.child.exitCode, full.output()]).toEqual([3, expect.stringContaining('this goes on from it:')]);
      disk.empty();
      const again = await copy('many');
      expect([again.child.exitCode, again.output()]).toEqual([
        0,
        expect.stringContaining('6,000 records in 1 collection, and all of it is equal'),
      ]);
      const found = await onGateway({ environment, remove: () => Promise.resolve() }, (api) =>
        readOver(api, 'default_tenant', 'default_database', 'many'),
      );
      expect(new Set(found?.records.map(({ id }) => id)).size).toBe(RECORDS);
    } finally {
      disk.remove();
    }
  },
  300_000,
);
