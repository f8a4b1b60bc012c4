import type { FileHandle } from 'node:fs/promises';
import { bytesAt, type VectorRows } from './layout.js';

/** What is used of h5wasm, which is not a dependency: whoever has such files installs it. */
export interface Hdf5Library {
  readonly ready: Promise<unknown>;
  readonly File: new (path: string, mode: 'r') => Hdf5File;
}

interface Hdf5File {
  keys(): readonly string[];
  get(name: string): unknown;
  close(): unknown;
}

interface Dataset {
  readonly shape: readonly number[];
  readonly dtype: unknown;
  slice(ranges: readonly (readonly [number, number])[]): unknown;
}

const PACKAGE = 'h5wasm';
const MAGIC = '\u0089HDF\r\n\u001a\n';
/** What benchmarks call the vectors to be searched. */
const USUAL_DATASET = 'train';
const FLOATS: readonly unknown[] = ['<f', '<d'];

/** @throws Error that says what to install */
export async function loadHdf5(name = `${PACKAGE}/node`): Promise<Hdf5Library> {
  try {
    // eslint-disable-next-line no-restricted-syntax
    return (await import(name)) as Hdf5Library;
  } catch (error) {
    throw new Error(
      `HDF5 is read by the package ${PACKAGE}, which does not come with Polyvec: \
npm install ${PACKAGE} beside it (with -g if Polyvec is installed so), or write the array as .npy`,
      { cause: error },
    );
  }
}

/** The rows of one dataset. `name`: undefined is `train`, as benchmarks have it. */
export async function hdf5Rows(
  handle: FileHandle,
  path: string,
  name = USUAL_DATASET,
  load: () => Promise<Hdf5Library> = loadHdf5,
): Promise<VectorRows> {
  const library = await load();
  // the library prints what it does not understand
  if ((await bytesAt(handle, 0, MAGIC.length)).toString('latin1') !== MAGIC) throw new Error('it is no HDF5 file');
  await library.ready;
  const file = new library.File(path, 'r');
  try {
    const dataset = file.get(name);
    if (!isDataset(dataset)) throw new Error(`it has no dataset ${name}: there are ${file.keys().join(', ')}`);
    const [rows, dimension, ...others] = dataset.shape;
    if (rows === undefined || dimension === undefined || others.length > 0)
      throw new Error(`the shape of ${name} is (${dataset.shape.join(', ')}): it must have rows and columns`);
    if (!FLOATS.includes(dataset.dtype))
      throw new Error(`the numbers of ${name} are of the type ${String(dataset.dtype)}: float32 and float64 can be read`);
    const read = (row: number, count: number): Promise<readonly Float32Array[]> => {
      const block = Float32Array.from(
        dataset.slice([
          [row, row + count],
          [0, dimension],
        ]) as ArrayLike<number>,
      );
      return Promise.resolve(
        Array.from({ length: count }, (_, index) => block.slice(index * dimension, (index + 1) * dimension)),
      );
    };
    return { rows, dimension, rowBytes: dimension * Float64Array.BYTES_PER_ELEMENT, read, close: () => void file.close() };
  } catch (error) {
    file.close();
    throw error;
  }
}

function isDataset(found: unknown): found is Dataset {
  return typeof found === 'object' && found !== null && 'slice' in found && 'dtype' in found;
}
