import { matches, type Owner, type Records, type Stored } from './promotion-model.js';
import type { WriteTransport } from './promotion-transports.js';

/** A whole number from 0, below the given one. */
export type Random = (below: number) => number;

export const DIMENSION = 8;
/** Values of the field `marker`, by which each writer deletes. */
export const MARKERS = 5;

export type Change = 'add' | 'upsert' | 'embed' | 'annotate' | 'remove' | 'removeWhere' | 'clear';

/** How often each change is made, in shares. */
export type Mix = Readonly<Record<Change, number>>;

const GROW: Mix = { add: 6, upsert: 3, embed: 2, annotate: 2, remove: 1, removeWhere: 1, clear: 0 };
const CHURN: Mix = { add: 2, upsert: 3, embed: 4, annotate: 3, remove: 2, removeWhere: 1, clear: 0 };
const SHRINK: Mix = { add: 0, upsert: 0, embed: 1, annotate: 1, remove: 6, removeWhere: 3, clear: 0 };
export const MIXES = { grow: GROW, churn: CHURN, shrink: SHRINK } as const;

/** A request, and what its writer's records are once it is acknowledged. */
export interface Plan {
  readonly change: Change;
  readonly records: Records;
  /** Ids that the request is about. */
  readonly touched: readonly string[];
  readonly send: (transport: WriteTransport) => Promise<void>;
}

/** Numbers that look random and are the same for the same seed. */
export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below);
  };
}

/** One of these. @throws Error when there is none */
export function oneOf<T>(items: readonly T[], random: Random): T {
  const item = items[random(items.length)];
  if (item === undefined) throw new Error('nothing to choose from');
  return item;
}

/** A vector that is not zero. */
export function randomEmbedding(random: Random): readonly number[] {
  return Array.from({ length: DIMENSION }, (_, at) =>
    Math.fround((random(2_000_001) - 1_000_000 + (at === 0 ? 0.5 : 0)) / 1_000_000),
  );
}

/** The next request of a writer. */
export function planChange(owner: Owner, mix: Mix, transport: WriteTransport, random: Random): Plan {
  const change = chosen(mix, random);
  switch (change) {
    case 'add':
      return planAdd(owner, transport, random);
    case 'upsert':
      return planUpsert(owner, transport, random);
    case 'embed':
    case 'annotate':
      return planUpdate(owner, change, transport, random);
    case 'remove':
      return planRemove(owner, random);
    case 'removeWhere':
      return planRemoveWhere(owner, random);
    case 'clear':
      return { change, records: new Map(), touched: [...owner.records.keys()], send: (target) => target.clear() };
  }
}

function chosen(mix: Mix, random: Random): Change {
  const shares = Object.entries(mix) as [Change, number][];
  let left = random(shares.reduce((sum, [, share]) => sum + share, 0));
  for (const [change, share] of shares) {
    left -= share;
    if (left < 0) return change;
  }
  throw new Error('nothing to do');
}

/** New records, and for Chroma some that there are already: an add leaves those alone. */
function planAdd(owner: Owner, transport: WriteTransport, random: Random): Plan {
  const added = newIds(owner, 5 + random(20), random).map((id) => newRecord(owner, id, transport, random));
  const known = transport.hasDocuments
    ? someIds(owner, random(3), random).map((id) => newRecord(owner, id, transport, random))
    : [];
  const sent = shuffled([...added, ...known], random);
  const records = new Map(owner.records);
  for (const record of sent) if (!records.has(record.id)) records.set(record.id, record);
  return { change: 'add', records, touched: sent.map(({ id }) => id), send: (target) => target.add(sent) };
}

function planUpsert(owner: Owner, transport: WriteTransport, random: Random): Plan {
  const ids = shuffled([...someIds(owner, random(12), random), ...newIds(owner, 1 + random(6), random)], random);
  const sent = ids.map((id) => newRecord(owner, id, transport, random));
  const records = new Map(owner.records);
  for (const record of sent) records.set(record.id, record);
  return { change: 'upsert', records, touched: ids, send: (target) => target.upsert(sent) };
}

function planUpdate(owner: Owner, change: 'embed' | 'annotate', transport: WriteTransport, random: Random): Plan {
  const ids = someIds(owner, Math.min(transport.maxUpdates, 1 + random(12)), random);
  if (ids.length === 0) return planAdd(owner, transport, random);
  const part = change === 'embed' ? 'embedding' : 'metadata';
  const records = new Map(owner.records);
  const sent = ids.map((id) => {
    const fresh = newRecord(owner, id, transport, random);
    const old = records.get(id) ?? fresh;
    const updated = part === 'embedding' ? { ...old, embedding: fresh.embedding } : { ...fresh, embedding: old.embedding };
    records.set(id, updated);
    return updated;
  });
  return { change, records, touched: ids, send: (target) => target.update(sent, part) };
}

/** Some of the writer's records, and one id that nobody has. */
function planRemove(owner: Owner, random: Random): Plan {
  const ids = shuffled([...someIds(owner, 1 + random(15), random), `${owner.name}/nobody`], random);
  const records = new Map(owner.records);
  for (const id of ids) records.delete(id);
  return { change: 'remove', records, touched: ids, send: (target) => target.remove(ids) };
}

function planRemoveWhere(owner: Owner, random: Random): Plan {
  const condition = { owner: owner.name, marker: random(MARKERS) };
  const gone = [...owner.records.values()].filter((record) => matches(record, condition)).map(({ id }) => id);
  const records = new Map(owner.records);
  for (const id of gone) records.delete(id);
  return { change: 'removeWhere', records, touched: gone, send: (target) => target.removeWhere(condition) };
}

function newRecord(owner: Owner, id: string, transport: WriteTransport, random: Random): Stored {
  const version = random(1_000_000_000);
  const metadata = { owner: owner.name, marker: random(MARKERS), version };
  return {
    id,
    embedding: newEmbedding(owner, transport, random),
    metadata,
    document: transport.hasDocuments ? `${id} ${String(version)}` : undefined,
  };
}

/** Now and then one that another record has, or zeros, where the protocol takes those. */
function newEmbedding(owner: Owner, transport: WriteTransport, random: Random): readonly number[] {
  const kind = random(20);
  const twin = kind < 2 ? [...owner.records.values()][random(owner.records.size + 1)] : undefined;
  if (kind === 2 && transport.hasDocuments) return new Array<number>(DIMENSION).fill(0);
  return twin?.embedding ?? randomEmbedding(random);
}

/** Ids that the writer has no records of, often such as it had. */
function newIds(owner: Owner, count: number, random: Random): readonly string[] {
  const ids = new Set<string>();
  while (ids.size < count) {
    const id = `${owner.name}/${String(random(owner.records.size + 10 * count))}`;
    if (!owner.records.has(id)) ids.add(id);
  }
  return [...ids];
}

function someIds(owner: Owner, count: number, random: Random): readonly string[] {
  return shuffled([...owner.records.keys()], random).slice(0, count);
}

function shuffled<T>(items: readonly T[], random: Random): readonly T[] {
  const shuffling = [...items];
  for (let at = shuffling.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    const [left, right] = [shuffling[at], shuffling[other]] as [T, T];
    shuffling[at] = right;
    shuffling[other] = left;
  }
  return shuffling;
}
