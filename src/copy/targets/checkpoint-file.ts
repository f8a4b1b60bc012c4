import { createHash } from 'node:crypto';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Checkpoint, Destination } from '../copy.js';
import { replaceFile } from '../jsonl/description.js';

/** What is remembered of a copy into a server, which cannot remember it itself. */
export interface ServerCopy {
  readonly target: string;
  /** The collection that is being filled, as the server knows it. */
  readonly collection: string;
  /** The copy has made it, under a name of its own. */
  readonly isOwn: boolean;
  readonly isFinished: boolean;
  readonly source: string;
  readonly origin: string;
  readonly fingerprint: string;
  readonly checkpoint: Checkpoint;
}

/** A file for one collection of one server. It has no keys in it. */
export class CheckpointFile {
  private readonly path: string;

  constructor(folder: string, server: string, { tenant, database, name }: Destination) {
    const place = JSON.stringify([server, tenant, database, name]);
    this.path = join(resolve(folder), `${createHash('sha256').update(place).digest('hex').slice(0, 24)}.json`);
  }

  async read(): Promise<ServerCopy | undefined> {
    const text = await readFile(this.path, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    });
    if (text === undefined) return undefined;
    const { checkpoint, ...rest } = JSON.parse(text) as Stored;
    return { ...rest, checkpoint: { ...checkpoint, checksum: BigInt(checkpoint.checksum) } };
  }

  async write(copy: ServerCopy): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
    const { checkpoint } = copy;
    const stored: Stored = { ...copy, checkpoint: { ...checkpoint, checksum: String(checkpoint.checksum) } };
    await replaceFile(this.path, `${JSON.stringify(stored, null, 2)}\n`);
  }

  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

type Stored = Omit<ServerCopy, 'checkpoint'> & {
  readonly checkpoint: Omit<Checkpoint, 'checksum'> & { readonly checksum: string };
};
