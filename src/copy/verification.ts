import type { Checkpoint, CopyRecord, Filling, Source, SourceCollection, Target } from './copy.js';
import { differencesOf, hashOf, nameOf, sumOf } from './record-digest.js';

/** How much is compared when a collection has been copied. */
export const VERIFICATIONS = ['none', 'count', 'full'] as const;
export type Verification = (typeof VERIFICATIONS)[number];

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
  if (verification === 'count') {
    const count = await filling.count();
    return count === checkpoint.records
      ? []
      : [`${String(checkpoint.records)} records were written, and ${String(count)} are there`];
  }
  let [records, checksum] = [0, 0n];
  for await (const page of filling.records()) {
    records += page.length;
    checksum = sumOf(page, checksum);
  }
  if (records === checkpoint.records && checksum === checkpoint.checksum) return [];
  const listed = await compareById(comparable, 'extra');
  // within the tolerance
  if (filling.tolerance > 0 && records === checkpoint.records) return listed;
  return listed.length > 0 ? listed : ['the records were not written as they were read'];
}

/** What counts as a difference: that a record is missing; or that it is different, too; or also that the target has `extra` ones. */
export type Counted = 'missing' | 'different' | 'extra';

/** In what the source's records differ from those of the same ids in the target. */
export async function compareById(comparable: Comparable, counted: Counted): Promise<readonly string[]> {
  const { source, target, from, filling } = comparable;
  const sentences: string[] = [];
  const known = new Set<string>();
  for await (const chunk of source.read(from, null)) {
    const records = chunk.records.filter((record) => target.problemOf(from, record) === undefined);
    if (counted === 'extra') for (const record of records) known.add(nameOf(record));
    sentences.push(...differencesBetween(records, await filling.find(records), counted, filling.tolerance));
  }
  if (counted === 'extra') {
    for await (const page of filling.records()) {
      sentences.push(
        ...page
          .map(nameOf)
          .filter((name) => !known.has(name))
          .map((name) => `${name} is not in the source`),
      );
    }
  }
  const untold = sentences.length - MAX_LISTED;
  return untold > 0 ? [...sentences.slice(0, MAX_LISTED), `${String(untold)} more records differ`] : sentences;
}

function differencesBetween(
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
