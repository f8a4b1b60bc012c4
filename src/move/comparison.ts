import { labelOf } from '../collections/collection-label.js';
import type { Comparison, NamespaceDigest, Owner, RowPlace } from './move.js';
import type { Progress } from './progress.js';
import type { SourceStore } from './source.store.js';

/** Differing namespaces that are listed one by one. */
const MAX_LISTED = 3;

/** The digest of a namespace without records. */
const NOTHING = { records: 0, checksum: '0' };

/** Reads rows: of either database. */
interface Digester {
  digest(rows: RowPlace): Promise<ReadonlyMap<string, NamespaceDigest>>;
}

/** In what the rows of two places differ, a sentence per namespace; empty when they are equal. */
export async function compare(source: Digester, target: Digester, from: RowPlace, to: RowPlace): Promise<readonly string[]> {
  const [there, here] = await Promise.all([source.digest(from), target.digest(to)]);
  const namespaces = [...new Set([...there.keys(), ...here.keys()])].sort();
  const sentences = namespaces.flatMap((namespace) =>
    sentenceOf(namespace, there.get(namespace) ?? NOTHING, here.get(namespace) ?? NOTHING),
  );
  const untold = sentences.length - MAX_LISTED;
  return untold > 0 ? [...sentences.slice(0, MAX_LISTED), `${String(untold)} more namespaces differ`] : sentences;
}

/** Compares all collections and snapshots of the source with those of the same uuid in the target, whatever else is there. */
export async function compareAll(source: SourceStore, target: SourceStore, progress: Progress): Promise<readonly Comparison[]> {
  const owners = await source.owners();
  const found = new Map((await target.owners()).map((owner) => [owner.uuid, owner]));
  const comparisons: Comparison[] = [];
  progress.begin(
    owners.reduce((sum, { records }) => sum + records, 0),
    0,
  );
  try {
    for (const owner of owners) {
      progress.comparing(labelOf(owner));
      comparisons.push(await compareOwner(source, target, owner, found.get(owner.uuid)));
      progress.advance(owner.records);
    }
  } finally {
    progress.end();
  }
  return comparisons;
}

async function compareOwner(
  source: SourceStore,
  target: SourceStore,
  owner: Owner,
  found: Owner | undefined,
): Promise<Comparison> {
  const start = performance.now();
  const differences = found === undefined ? ['it is not in the target'] : await compare(source, target, owner, found);
  return { label: labelOf(owner), records: owner.records, seconds: (performance.now() - start) / 1000, differences };
}

type Digest = Pick<NamespaceDigest, 'records' | 'checksum'>;

function sentenceOf(namespace: string, there: Digest, here: Digest): readonly string[] {
  const name = JSON.stringify(namespace);
  if (there.records !== here.records) {
    return [`the namespace ${name} has ${String(there.records)} records in the source and ${String(here.records)} in the target`];
  }
  return there.checksum === here.checksum ? [] : [`the records of the namespace ${name} are not the same`];
}
