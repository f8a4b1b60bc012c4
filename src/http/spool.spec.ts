import { readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { ColumnSpool } from './spool.js';

/** More than is kept in memory, of two of them. */
const LARGE = 'x'.repeat(9 * 1024 * 1024);

/** A large reply, and whether its files are there. */
async function largeReply(): Promise<{ readonly reply: Readable; readonly hasFiles: () => Promise<boolean> }> {
  const spool = new ColumnSpool(2);
  await spool.append([LARGE, LARGE]);
  const { directory } = spool as unknown as { readonly directory: string };
  const reply = spool.finish(['<', '|'], '>');
  if (typeof reply === 'string') throw new Error('it is not large');
  const hasFiles = async (): Promise<boolean> => (await readdir(tmpdir())).some((name) => directory.endsWith(name));
  return { reply, hasFiles };
}

/** Waits until there are none, for a while. */
async function isRidOfFiles(hasFiles: () => Promise<boolean>): Promise<boolean> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    if (!(await hasFiles())) return true;
    await new Promise((wake) => setTimeout(wake, 10));
  }
  return false;
}

describe('a large reply', () => {
  it('is read from files, which are gone afterwards', async () => {
    const { reply, hasFiles } = await largeReply();
    expect(await hasFiles()).toBe(true);
    expect((await text(reply)) === `<${LARGE}|${LARGE}>`).toBe(true);
    expect(await isRidOfFiles(hasFiles)).toBe(true);
  });

  it('leaves no files when nobody begins to read it', async () => {
    const { reply, hasFiles } = await largeReply();
    reply.destroy();
    expect(await isRidOfFiles(hasFiles)).toBe(true);
  });

  it('leaves no files when its reader leaves halfway', async () => {
    const { reply, hasFiles } = await largeReply();
    await new Promise((resolve) => reply.once('data', resolve));
    reply.destroy();
    expect(await isRidOfFiles(hasFiles)).toBe(true);
  });
});
