import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';

/** Pixels in a row of an image, and rows. */
export const SIDE = 28;
const PIXELS = SIDE * SIDE;
const LABELS = ['T-shirt', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot'];

/** Where Debian's package dataset-fashion-mnist puts all 10,000 test images. */
const PACKAGE = '/usr/share/datasets/fashion-mnist';
/** The first 4,000 of them. */
const OWN = fileURLToPath(new URL('./data', import.meta.url));
const IMAGES = 't10k-images-idx3-ubyte.gz';

/** An image of a piece of clothing: its brightness, 0 to 255, pixel by pixel. */
export interface Image {
  readonly number: number;
  readonly label: string;
  readonly pixels: Uint8Array;
}

/** The test images of Fashion-MNIST: from the system if they are installed, else those that come with this project. */
export async function readImages(): Promise<{ readonly images: readonly Image[]; readonly source: string }> {
  const source = existsSync(join(PACKAGE, IMAGES)) ? PACKAGE : OWN;
  const pixels = await contents(join(source, IMAGES), 16);
  const labels = await contents(join(source, 't10k-labels-idx1-ubyte.gz'), 8);
  const images = Array.from(labels, (label, number) => ({
    number,
    label: LABELS[label] ?? '?',
    pixels: pixels.subarray(number * PIXELS, (number + 1) * PIXELS),
  }));
  return { images, source: source === OWN ? 'the images that come with this project' : source };
}

/** The bytes of an idx file behind its header, whose second word says how many items there are. */
async function contents(file: string, headerBytes: number): Promise<Uint8Array> {
  const bytes = gunzipSync(await readFile(file));
  const items = bytes.readUInt32BE(4);
  const body = bytes.subarray(headerBytes);
  if (body.length % items !== 0) throw new Error(`${file} is cut short`);
  return body;
}

/** The image as a point in space: a number from 0 to 1 for each pixel. */
export function embeddingOf(image: Image): number[] {
  return Array.from(image.pixels, (pixel) => pixel / 255);
}

/** The mean brightness, 0 to 1, in thousandths. */
export function brightnessOf(image: Image): number {
  const sum = image.pixels.reduce((total, pixel) => total + pixel, 0);
  return Math.round((sum / PIXELS / 255) * 1000) / 1000;
}
