import type { Checkpoint, CopyRecord, Filling, Source, SourceCollection, Target } from './copy.js';
import { differencesOf, hashOf, nameOf, sumOf } from './record-digest.js';
import { Sampler } from './sampler.js';

/** How much is compared when a collection has been copied: nothing, the number of records, that and some of them, or all of them. */
export type Verification = 'none' | 'count' | 'full' | { readonly sample: number };

/** Records of a sample are held in memory. */
const MAX_SAMPLE = 100_000;
const SAMPLE_STEP = 200;

/** Differences that are listed one by one. */
const MAX_LISTED = 20;

/** What is compared with what. */
export interface Comparable {
  readonly source: Source;
  readonly target: Target;
  readonly from: SourceCollection;
  readonly filling: Filling;
  /** What has been written, and what it came to. */
  readonly checkpoint: Checkpoint;
}

/** In what a new collection differs from what was written to it, a sentence each; empty: every record is there, equal to the bit. */
export async function compareWhole(comparable: Comparable, verification: Verification): Promise<readonly string[]> {
  const { checkpoint, filling } = comparable;
  if (verification === 'none') return [];
  if (verification !== 'full') {
    const count = await filling.count();
    if (count !== checkpoint.records)
      return [`${String(checkpoint.records)} records were written, and ${String(count)} are there`];
    return verification === 'count' ? [] : compareSample(comparable, verification.sample, 'different');
  }
  let [records, checksum] = [0, 0n];
  for await (const page of filling.records()) {
    records += page.length;
    checksum = sumOf(page, checksum);
  }
  if (records === checkpoint.records && checksum === checkpoint.checksum) return [];
  const found = await compareById(comparable, 'extra');
  // within the tolerance
  if (filling.tolerance > 0 && records === checkpoint.records) return found;
  return found.length > 0 ? found : ['the records were not written as they were read'];
}

/** In what some of the source's records differ from those of the same ids in the target. */
export async function compareSample(
  { source, target, from, filling }: Comparable,
  size: number,
  counted: Counted,
): Promise<readonly string[]> {
  const sampler = new Sampler<CopyRecord>(size);
  for await (const { records } of source.read(from, null)) {
    for (const record of records) if (target.problemOf(from, record) === undefined) sampler.add(record);
  }
  const sentences = new Sentences();
  for (let at = 0; at < sampler.items.length; at += SAMPLE_STEP) {
    const some = sampler.items.slice(at, at + SAMPLE_STEP);
    sentences.add(differencesBetween(some, await filling.find(some), counted, filling.tolerance));
  }
  return sentences.listed();
}

/** Reads `none`, `count`, `full` or `sample=1000`. @throws Error that says what there is */
export function verificationOf(text: string): Verification {
  if (text === 'none' || text === 'count' || text === 'full') return text;
  const size = Number(/^sample=(\d{1,9})$/.exec(text)?.[1] ?? 0);
  if (size >= 1 && size <= MAX_SAMPLE) return { sample: size };
  throw new Error(`--verify must be one of none, count, sample=1000 (up to ${String(MAX_SAMPLE)}), full, not "${text}"`);
}

/** What counts as a difference: that a record is missing; or that it is different, too; or also that the target has `extra` ones. */
export type Counted = 'missing' | 'different' | 'extra';

/** In what the source's records differ from those of the same ids in the target. */
export async function compareById(comparable: Comparable, counted: Counted): Promise<readonly string[]> {
  const { source, target, from, filling } = comparable;
  const sentences = new Sentences();
  const known = new Set<string>();
  for await (const chunk of source.read(from, null)) {
    const records = chunk.records.filter((record) => target.problemOf(from, record) === undefined);
    if (counted === 'extra') for (const record of records) known.add(nameOf(record));
    sentences.add(differencesBetween(records, await filling.find(records), counted, filling.tolerance));
  }
  if (counted === 'extra') {
    for await (const page of filling.records()) {
      sentences.add(
        page
          .map(nameOf)
          .filter((name) => !known.has(name))
          .map((name) => `${name} is not in the source`),
      );
    }
  }
  return sentences.listed();
}

/** The first of many sentences, and how many others there are. */
class Sentences {
  private readonly first: string[] = [];
  private untold = 0;

  add(sentences: readonly string[]): void {
    const room = MAX_LISTED - this.first.length;
    this.first.push(...sentences.slice(0, room));
    this.untold += Math.max(0, sentences.length - room);
  }

  listed(): readonly string[] {
    return this.untold > 0 ? [...this.first, `${String(this.untold)} more records differ`] : this.first;
  }
}

export function differencesBetween(
  records: readonly CopyRecord[],
  found: readonly CopyRecord[],
  counted: Counted,
  tolerance: number,
): readonly string[] {
  const byId = new Map(found.map((record) => [nameOf(record), record]));
  return records.flatMap((record) => {
    const other = byId.get(nameOf(record));
    if (other === undefined) return [`${nameOf(record)} is missing`];
    if (counted === 'missing' || hashOf(record) === hashOf(other)) return [];
    const parts = differencesOf(record, other, tolerance);
    return parts.length === 0 ? [] : [`${nameOf(record)} differs in ${parts.join(', ')}`];
  });
}
