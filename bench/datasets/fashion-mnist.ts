import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { Dataset } from './dataset.js';

const PACKAGE = 'dataset-fashion-mnist';
const FOLDER = 'usr/share/datasets/fashion-mnist';
const LABELS = 10;

const run = promisify(execFile);
const unpack = promisify(gunzip);

/** The first `count` of 60,000 images of clothes, each 784 brightnesses from 0 to 255; queries are the 10,000 test images. */
export async function fashionMnist(name: string, count: number): Promise<Dataset> {
  const folder = await installed();
  const images = await idx(join(folder, 'train-images-idx3-ubyte.gz'));
  const labels = await idx(join(folder, 'train-labels-idx1-ubyte.gz'));
  const testImages = await idx(join(folder, 't10k-images-idx3-ubyte.gz'));
  const testLabels = await idx(join(folder, 't10k-labels-idx1-ubyte.gz'));
  const dimension = images.itemSize;
  return {
    name,
    description: `${count.toLocaleString('en')} images of Fashion-MNIST, ${String(dimension)} dimensions, with their labels`,
    space: 'l2',
    dimension,
    vectors: Float32Array.from(images.bytes.subarray(0, count * dimension)),
    groups: Uint16Array.from(labels.bytes.subarray(0, count)),
    queries: Float32Array.from(testImages.bytes),
    queryGroups: Uint16Array.from(testLabels.bytes),
    groupCount: LABELS,
  };
}

/** The folder of the data: where the Debian package puts it, or a copy in the user's cache, taken from the package when missing. */
async function installed(): Promise<string> {
  const system = join('/', FOLDER);
  if (existsSync(system)) return system;
  const cache = join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'polyvec-bench');
  const kept = join(cache, PACKAGE);
  if (!existsSync(kept)) {
    console.error(`Fetching the Debian package ${PACKAGE} (30 MB)…`);
    const partial = join(cache, `${PACKAGE}.${String(process.pid)}`);
    await mkdir(partial, { recursive: true });
    await run('apt-get', ['download', PACKAGE], { cwd: partial });
    const archive = (await readdir(partial)).find((file) => file.endsWith('.deb'));
    if (archive === undefined) throw new Error(`apt-get downloaded no ${PACKAGE}`);
    await run('dpkg-deb', ['-x', join(partial, archive), partial]);
    // only what is complete gets the name that is looked for
    await rename(partial, kept);
  }
  return join(kept, FOLDER);
}

/** A file of unsigned bytes in IDX format: two zeros, the type, the number of dimensions, their sizes, the data. */
async function idx(file: string): Promise<{ readonly itemSize: number; readonly bytes: Buffer }> {
  const content = await unpack(await readFile(file));
  const dimensions = content.readUInt8(3);
  let itemSize = 1;
  for (let at = 1; at < dimensions; at += 1) itemSize *= content.readUInt32BE(4 + 4 * at);
  return { itemSize, bytes: content.subarray(4 + 4 * dimensions) };
}
