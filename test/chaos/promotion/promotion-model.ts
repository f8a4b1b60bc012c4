/**
 * What a collection must hold while it moves from one tier to another. Every record belongs to one writer, whose calls follow
 * each other, so that what he has written is known at every moment; what others read in the meantime must be one of the
 * states that there were between the beginning and the end of their call.
 */

export type Metric = 'l2' | 'cosine' | 'ip';

export interface Stored {
  readonly id: string;
  /** Of float32 components. */
  readonly embedding: readonly number[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Absent where the protocol of the writer has no documents. */
  readonly document: string | undefined;
}

/** What an answer shows of a record: parts that it does not show are absent, a document that there is none of is null. */
export interface Seen {
  readonly id: string;
  readonly embedding?: readonly number[];
  readonly metadata?: Readonly<Record<string, unknown>>;
  readonly document?: string | null;
  /** From the vector that was asked for, as Chroma's distances are. */
  readonly distance?: number;
}

export type Records = ReadonlyMap<string, Stored>;

/** What is asked for, by equality. */
export interface Condition {
  readonly owner?: string;
  readonly marker?: number;
}

/** The state after a call, and when that was sent and acknowledged, in ticks. */
interface Moment {
  readonly records: Records;
  readonly sent: number;
  acknowledged: number;
}

/** Counts what begins and ends, so that it can be told what came first. */
export class Clock {
  private now = 0;

  tick(): number {
    this.now += 1;
    return this.now;
  }
}

/** A writer's records, as they are and as they were. In the order of first insert. */
export class Owner {
  private readonly moments: Moment[] = [{ records: new Map(), sent: 0, acknowledged: 0 }];

  /** Ids of its records begin with its name and a slash. */
  constructor(
    readonly name: string,
    readonly namespace: string,
  ) {}

  get records(): Records {
    return this.moments.at(-1)?.records ?? new Map<string, Stored>();
  }

  /** From here on a reader may see this; to be called before the request is sent. Call what is returned with the time of the answer. */
  begin(records: Records, sent: number): (acknowledged: number) => void {
    const moment: Moment = { records, sent, acknowledged: Infinity };
    this.moments.push(moment);
    return (acknowledged) => {
      moment.acknowledged = acknowledged;
    };
  }

  /** The states of which an answer asked for at `since` and given at `until` may tell, the oldest first. */
  statesBetween(since: number, until: number): readonly Records[] {
    const oldest = this.moments.findLastIndex(({ acknowledged }) => acknowledged <= since);
    return this.moments.filter(({ sent }, index) => index >= oldest && sent <= until).map(({ records }) => records);
  }
}

/** How an answer is to be judged. */
export interface Question {
  /** Where and how it was asked, for people. */
  readonly about: string;
  /** Whose records could be in it. */
  readonly owners: readonly Owner[];
  /** Those of their records that must be in it, and no others. */
  readonly wants: (record: Stored) => boolean;
  readonly since: number;
  readonly until: number;
  /** `inserted`: each owner's records in the order of first insert. `nearest`: by distance. */
  readonly order: { readonly by: 'any' | 'inserted' } | { readonly by: 'nearest'; readonly to: readonly number[] };
  readonly metric: Metric;
}

/** What is wrong. `lost`: something acknowledged is not there, or only as it was before. */
export interface Complaint {
  readonly kind: 'lost' | 'wrong';
  readonly text: string;
}

/** Undefined when the answer is right. */
export function judge(seen: readonly Seen[], question: Question): Complaint | undefined {
  const complaint = strangers(seen, question) ?? ownersComplaint(seen, question) ?? distancesComplaint(seen, question);
  return complaint && { ...complaint, text: `${question.about}: ${complaint.text}` };
}

/** A count of all records of some owners; undefined when it is right. */
export function judgeCount(count: unknown, question: Omit<Question, 'order' | 'wants' | 'metric'>): Complaint | undefined {
  const sizes = question.owners.map((owner) =>
    owner.statesBetween(question.since, question.until).map((records) => records.size),
  );
  const least = sizes.reduce((sum, sizesOfOne) => sum + Math.min(...sizesOfOne), 0);
  const most = sizes.reduce((sum, sizesOfOne) => sum + Math.max(...sizesOfOne), 0);
  if (typeof count === 'number' && count >= least && count <= most) return undefined;
  const kind = typeof count === 'number' && count < least ? 'lost' : 'wrong';
  return { kind, text: `${question.about}: counts ${String(count)}, not ${String(least)} to ${String(most)}` };
}

function strangers(seen: readonly Seen[], { owners }: Question): Complaint | undefined {
  const ids = seen.map(({ id }) => id);
  const known = new Set<string>();
  const twice = ids.filter((id) => known.size === known.add(id).size);
  if (twice.length > 0) return { kind: 'wrong', text: `more than once: ${listed(twice)}` };
  const strange = ids.filter((id) => !owners.some(({ name }) => id.startsWith(`${name}/`)));
  return strange.length === 0 ? undefined : { kind: 'wrong', text: `not asked for: ${listed(strange)}` };
}

function ownersComplaint(seen: readonly Seen[], question: Question): Complaint | undefined {
  for (const owner of question.owners) {
    const own = seen.filter(({ id }) => id.startsWith(`${owner.name}/`));
    const states = owner.statesBetween(question.since, question.until);
    let complaint: Complaint | undefined;
    for (const records of states) {
      complaint = stateComplaint(own, [...records.values()].filter(question.wants), question);
      if (complaint === undefined) break;
    }
    // that of the newest state is the most telling one: the older ones also lack what was written since
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

function stateComplaint(seen: readonly Seen[], expected: readonly Stored[], question: Question): Complaint | undefined {
  const byId = new Map(expected.map((record) => [record.id, record]));
  const ids = new Set(seen.map(({ id }) => id));
  const missing = expected.filter(({ id }) => !ids.has(id)).map(({ id }) => id);
  if (missing.length > 0) return { kind: 'lost', text: `${missing.length} missing of ${expected.length}: ${listed(missing)}` };
  const extra = seen.filter(({ id }) => !byId.has(id)).map(({ id }) => id);
  if (extra.length > 0) return { kind: 'wrong', text: `should not be there: ${listed(extra)}` };
  for (const one of seen) {
    const difference = differenceOf(one, byId.get(one.id), question.metric);
    if (difference !== undefined) return { kind: 'lost', text: `${one.id} is not as it was written: ${difference}` };
  }
  const inOrder = seen.every(({ id }, index) => expected[index]?.id === id);
  if (question.order.by !== 'inserted' || inOrder) return undefined;
  return { kind: 'wrong', text: `not in the order of insert: ${listed(seen.map(({ id }) => id))}` };
}

function differenceOf(seen: Seen, stored: Stored | undefined, metric: Metric): string | undefined {
  if (stored === undefined) return 'unknown';
  if (seen.document !== undefined && seen.document !== (stored.document ?? null)) {
    return `document ${String(seen.document)}, not ${String(stored.document)}`;
  }
  if (seen.metadata !== undefined && sorted(seen.metadata) !== sorted(stored.metadata)) {
    return `metadata ${sorted(seen.metadata)}, not ${sorted(stored.metadata)}`;
  }
  const { embedding } = seen;
  if (embedding === undefined || sameFloats(embedding, stored.embedding)) return undefined;
  return `embedding ${embedding.join(' ')}, not ${stored.embedding.join(' ')} (${metric})`;
}

/** The distances must be those of the records as they were seen, so this holds only after each is known to be as it should. */
function distancesComplaint(seen: readonly Seen[], { order, metric }: Question): Complaint | undefined {
  if (order.by !== 'nearest') return undefined;
  let last = -Infinity;
  for (const { id, embedding, distance } of seen) {
    if (distance === undefined) return { kind: 'wrong', text: `${id} without a distance` };
    const expected = embedding === undefined ? distance : distanceOf(metric, order.to, embedding);
    const tolerance = 1e-4 + 1e-3 * Math.abs(expected);
    if (!(Math.abs(distance - expected) <= tolerance)) return { kind: 'wrong', text: `${id} at ${distance}, not ${expected}` };
    if (expected < last - tolerance) return { kind: 'wrong', text: `${id} at ${expected} after one at ${last}` };
    last = expected;
  }
  return undefined;
}

/** As Chroma tells it: squared for l2, and what is missing to one for the others. A zero vector is at 1 by cosine. */
export function distanceOf(metric: Metric, left: readonly number[], right: readonly number[]): number {
  const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, at) => sum + value * (b[at] ?? 0), 0);
  switch (metric) {
    case 'l2':
      return left.reduce((sum, value, at) => sum + (value - (right[at] ?? 0)) ** 2, 0);
    case 'ip':
      return 1 - dot(left, right);
    case 'cosine': {
      const lengths = Math.sqrt(dot(left, left) * dot(right, right));
      return lengths === 0 ? 1 : 1 - dot(left, right) / lengths;
    }
  }
}

export function matches({ metadata }: Stored, { owner, marker }: Condition): boolean {
  return (owner === undefined || metadata['owner'] === owner) && (marker === undefined || metadata['marker'] === marker);
}

function sameFloats(left: readonly number[], right: readonly number[]): boolean {
  return left.length === right.length && left.every((value, at) => Object.is(Math.fround(value), right[at]));
}

function sorted(metadata: Readonly<Record<string, unknown>>): string {
  return JSON.stringify(Object.entries(metadata).sort(([left], [right]) => (left < right ? -1 : 1)));
}

function listed(ids: readonly string[]): string {
  return ids.length <= 5 ? ids.join(', ') : `${ids.slice(0, 5).join(', ')} and ${String(ids.length - 5)} more`;
}
