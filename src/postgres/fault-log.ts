import type { Unavailable } from '../errors.js';

/** What the database may lack. */
export type Fault = Exclude<Unavailable, 'embedding' | 'rerank'>;

const WORDS: Readonly<Record<Fault, string>> = {
  database: 'the database is not available',
  statement: 'a statement took too long',
  capacity: 'too few connections for the requests there are',
  storage: "the database's disk is full",
  read_only: 'the database takes no writes',
};
/** Of faults of the same kind, one is logged in this time. */
const INTERVAL_MS = 5_000;

export function isFault(subject: string): subject is Fault {
  return Object.hasOwn(WORDS, subject);
}

/** Logs the causes of `unavailable` errors, which clients do not get. */
export class FaultLog {
  private readonly kinds = new Map<Fault, { readonly at: number; unsaid: number }>();

  constructor(private readonly log: (message: string) => void) {}

  note(fault: Fault, cause: unknown): void {
    const last = this.kinds.get(fault);
    const at = performance.now();
    if (last !== undefined && at - last.at < INTERVAL_MS) {
      last.unsaid += 1;
      return;
    }
    const reason = cause instanceof Error ? `: ${cause.message}` : '';
    const more = last === undefined || last.unsaid === 0 ? '' : ` (and ${String(last.unsaid)} times since the last such line)`;
    this.kinds.set(fault, { at, unsaid: 0 });
    this.log(`${WORDS[fault]}${reason}${more}`);
  }
}
