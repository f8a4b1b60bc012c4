/** The data set: vectors in clusters, as embeddings of texts are, with metadata and a document each. The same in every run. */

export const DIMENSION = 384;
const CLUSTERS = 100;

export interface BenchRecord {
  readonly id: string;
  readonly embedding: Float32Array;
  readonly metadata: Readonly<Record<string, string | number>>;
  readonly document: string;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Vectors around random centres, of length one. */
export function vectorSource(seed: number): () => Float32Array {
  const centres = Array.from({ length: CLUSTERS }, (_, index) => gaussian(randomNumbers(1_000 + index)));
  const random = randomNumbers(seed);
  return () => {
    const centre = centres[Math.floor(random() * CLUSTERS)] ?? new Float32Array(DIMENSION);
    const vector = gaussian(random);
    for (let at = 0; at < DIMENSION; at += 1) vector[at] = (centre[at] ?? 0) + 0.4 * (vector[at] ?? 0);
    const length = Math.hypot(...vector);
    return vector.map((component) => component / length);
  };
}

function gaussian(random: () => number): Float32Array {
  return Float32Array.from({ length: DIMENSION }, () => random() + random() + random() - 1.5);
}

/** Of the first `count` records every hundredth value of `percent` and every tenth of `tenth` is the same. */
export function records(count: number): readonly BenchRecord[] {
  const next = vectorSource(1);
  return Array.from({ length: count }, (_, index) => ({
    id: `record-${String(index)}`,
    embedding: next(),
    metadata: {
      percent: index % 100,
      tenth: index % 10,
      group: Math.floor(index / 50),
      score: index / 7,
      word: `word${String(index % 13)}`,
    },
    document: `Document ${String(index)} tells of lorem ipsum dolor sit amet${index % 400 === 0 ? ', and of a needle' : ''}.`,
  }));
}

export function base64(vector: Float32Array): string {
  return Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');
}
