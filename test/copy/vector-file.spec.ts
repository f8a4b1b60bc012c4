import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VectorFile } from '../../src/copy/sources/vector-file.js';
import type { Hdf5Library } from '../../src/copy/sources/vector-file/hdf5.js';
import { copied } from '../support/copy/copy-run.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'vectors-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** An array of two rows as numpy saves it. */
async function npy(type: string, numbers: Buffer, shape = '(2, 2)', order = 'False'): Promise<string> {
  const header = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': ${shape}, }`.padEnd(117) + '\n';
  const head = Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0]);
  const file = join(folder, 'array.npy');
  await writeFile(file, Buffer.concat([head, Buffer.from(header), numbers]));
  return file;
}

/** What a copy of it has, by id; or what is in the way. */
async function vectorsOf(from: string): Promise<readonly (readonly [string, readonly number[]])[] | string> {
  const file = join(folder, 'out.jsonl');
  const { code, lines } = await copied({ environment: {}, remove: () => Promise.resolve() }, from, { to: `jsonl:${file}` });
  const text = await readFile(file, 'utf8').catch(() => '');
  const records = text.split('\n').slice(0, -1);
  const read = records.map((line) => JSON.parse(line) as { readonly id: string; readonly embedding: readonly number[] });
  return code === 0 ? read.map(({ id, embedding }) => [id, embedding] as const) : String(lines.at(-1));
}

const FLOATS = Buffer.from(Float32Array.of(1, -0.5, 0.1, 3).buffer);
const READ = [
  ['0', [1, -0.5]],
  ['1', [0.10000000149011612, 3]],
];

describe('case 29: an array of numpy', () => {
  it.each([
    ['float32', '<f4', FLOATS],
    ['float64, to the nearest float32', '<f8', Buffer.from(Float64Array.of(1, -0.5, 0.1, 3).buffer)],
  ])('of %s is read', async (_name, type, numbers) => {
    expect(await vectorsOf(`npy:${await npy(type, numbers)}`)).toEqual(READ);
  });

  it('of float16 is read, also its smallest numbers', async () => {
    const halves = Buffer.from(Uint16Array.of(0x3c00, 0xb800, 0x0001, 0x7bff).buffer);
    expect(await vectorsOf(`npy:${await npy('<f2', halves)}`)).toEqual([
      ['0', [1, -0.5]],
      ['1', [2 ** -24, 65504]],
    ]);
  });

  it('gets its ids from the lines of a file', async () => {
    const ids = join(folder, 'ids.txt');
    await writeFile(ids, 'first\nsecond 🦜\n');
    const [[, first], [, second]] = READ as [(typeof READ)[number], (typeof READ)[number]];
    expect(await vectorsOf(`npy:${await npy('<f4', FLOATS)}?ids=${ids}`)).toEqual([
      ['first', first],
      ['second 🦜', second],
    ]);
  });

  it.each([
    ['too few', 'first\n', /it has 2 rows, and .* 1 ids$/],
    ['one twice', 'a\na\n', /line 2 of .* has an id that has occurred before$/],
  ])('is refused with ids of which there are %s', async (_name, text, problem) => {
    const ids = join(folder, 'ids.txt');
    await writeFile(ids, text);
    expect(await vectorsOf(`npy:${await npy('<f4', FLOATS)}?ids=${ids}`)).toMatch(problem);
  });

  it("is refused in Fortran's order, of another type, of another shape, and when it is cut off", async () => {
    expect(await vectorsOf(`npy:${await npy('<f4', FLOATS, '(2, 2)', 'True')}`)).toMatch(
      /numpy.ascontiguousarray\(array\) puts it in rows$/,
    );
    expect(await vectorsOf(`npy:${await npy('<i4', FLOATS)}`)).toMatch(/its numbers are of the type <i4/);
    expect(await vectorsOf(`npy:${await npy('<f4', FLOATS, '(4,)')}`)).toMatch(/it must have rows and columns$/);
    expect(await vectorsOf(`npy:${await npy('<f4', FLOATS.subarray(1))}`)).toMatch(/it is cut off$/);
  });
});

describe('case 29: fvecs and bvecs', () => {
  it('are read', async () => {
    const dimension = Buffer.from([2, 0, 0, 0]);
    const file = join(folder, 'base.fvecs');
    await writeFile(file, Buffer.concat([dimension, FLOATS.subarray(0, 8), dimension, FLOATS.subarray(8)]));
    expect(await vectorsOf(`fvecs:${file}`)).toEqual(READ);
  });

  it('of bytes, too', async () => {
    const file = join(folder, 'base.bvecs');
    await writeFile(file, Buffer.from([2, 0, 0, 0, 7, 255]));
    expect(await vectorsOf(`bvecs:${file}`)).toEqual([['0', [7, 255]]]);
  });
});

describe('case 29: HDF5', () => {
  const HEAD = Buffer.from([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]);
  const OPTIONS = { metric: undefined, fields: new Map<string, string>() };

  /** Answers as h5wasm 0.10 does, for a file that has these datasets. h5wasm itself is not installed where the tests run. */
  function answering(datasets: Readonly<Record<string, unknown>>): () => Promise<Hdf5Library> {
    const file = { keys: () => Object.keys(datasets), get: (name: string) => datasets[name] ?? null, close: () => 0 };
    const File = function (): typeof file {
      return file;
    };
    return () => Promise.resolve({ ready: Promise.resolve(), File } as unknown as Hdf5Library);
  }

  function dataset(shape: readonly number[], dtype: string, numbers: ArrayLike<number>): unknown {
    const [, columns = 0] = shape;
    const slice = ([[from, to]]: readonly [readonly [number, number]]): readonly number[] =>
      Array.from(numbers).slice(from * columns, to * columns);
    return { shape, dtype, slice };
  }

  async function written(bytes = HEAD): Promise<string> {
    const file = join(folder, 'glove.hdf5');
    await writeFile(file, bytes);
    return file;
  }

  it('without the package that reads it, is told what to install', async () => {
    expect(await vectorsOf(`hdf5:${await written()}`)).toMatch(/npm install h5wasm beside it .* or write the array as \.npy$/);
  });

  it('is read row by row, the dataset "train" or the one that is named', async () => {
    const load = answering({ train: dataset([2, 2], '<f', [1, -0.5, 0.1, 3]), other: dataset([1, 1], '<d', [7]) });
    const read = async (place: string): Promise<readonly (readonly [string, readonly number[]])[]> => {
      const source = await VectorFile.openHdf5(place, OPTIONS, load);
      const found: (readonly [string, readonly number[]])[] = [];
      for (const collection of await source.collections()) {
        for await (const { records } of source.read(collection, null))
          found.push(...records.map(({ id, embedding }) => [id, Array.from(embedding ?? [])] as const));
      }
      await source.close();
      return found;
    };
    const file = await written();
    expect(await read(file)).toEqual(READ);
    expect(await read(`${file}#other`)).toEqual([['0', [7]]]);
    await writeFile(join(folder, 'ids.txt'), 'a\nb\n');
    expect((await read(`${file}?ids=${join(folder, 'ids.txt')}`)).map(([id]) => id)).toEqual(['a', 'b']);
  });

  it.each([
    ['no HDF5 file', Buffer.from('something else'), 'train', /it is no HDF5 file$/],
    ['a dataset that is not there', HEAD, 'none', /it has no dataset none: there are train, ints, flat$/],
    ['other numbers', HEAD, 'ints', /the numbers of ints are of the type <i/],
    ['another shape', HEAD, 'flat', /it must have rows and columns$/],
  ])('%s is refused', async (_, bytes, name, words) => {
    const load = answering({
      train: dataset([1, 1], '<f', [1]),
      ints: dataset([1, 1], '<i', [1]),
      flat: dataset([4], '<f', [1, 2, 3, 4]),
    });
    await expect(VectorFile.openHdf5(`${await written(bytes)}#${name}`, OPTIONS, load)).rejects.toThrow(words);
  });
});
