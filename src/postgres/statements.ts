import { GatewayError } from '../errors.js';
import type { PlannedRequest } from './kept-plan.js';
import type { Sql } from './sql.js';

/** Characters of all of them; the server keeps several times as much. */
const MAX_NAMED_CHARACTERS = 1_000_000;
/** Filters of many conditions make longer texts, which are hardly ever sent again. */
const MAX_NAMED_LENGTH = 50_000;
/** Texts that are kept in mind to see whether they come again. */
const MAX_SEEN_STATEMENTS = 1_000;
/** The protocol counts them in 16 bits. */
const MAX_PARAMETERS = 65_535;
const RAW_TYPES = { getTypeParser: () => (value: unknown) => value };

/** Words of statements that do more than read; where one is part of a name, a read is taken for a write, which costs nothing. */
const WRITING = /\b(?:INSERT|UPDATE|DELETE|MERGE|TRUNCATE|CREATE|ALTER|DROP|LOCK|nextval|setval|pg_\w*lock|pg_cancel_backend)\b/i;

/** Whether a statement changes nothing and locks nothing, so that it may be sent twice. */
export function isRead(text: string): boolean {
  return !WRITING.test(text);
}

/** Puts statements into the driver's form. */
export class Statements {
  /** By text, the one that was not used for the longest time first. */
  private readonly names = new Map<string, string>();
  private readonly live = new Set<string>();
  private readonly seen = new Set<string>();
  private characters = 0;
  private given = 0;

  constructor(
    /** Statements of the same text are prepared once per connection: so many texts, those that were used last. */
    private readonly mostNames: number,
  ) {}

  /**
   * With `mayKeepPlan`, one that says so is sent for its session to keep its plan, once it has a name.
   * @throws GatewayError `invalid filter` for more parameters than there can be
   */
  request(statement: Sql, mayKeepPlan = false): PlannedRequest {
    if (statement.values.length > MAX_PARAMETERS) {
      throw new GatewayError({ kind: 'invalid', subject: 'filter', reason: 'it has too many conditions' });
    }
    const text = statement.text;
    const name = this.mostNames > 0 ? this.nameOf(text) : undefined;
    const keepsPlan = mayKeepPlan && statement.keepsPlan && name !== undefined;
    return { name, text, values: statement.parameters, types: RAW_TYPES, keepsPlan };
  }

  /** Whether nothing is sent by the name any more: no other text ever gets it. */
  isRetired(name: string): boolean {
    return !this.live.has(name);
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined) {
      this.names.delete(text);
      this.names.set(text, known);
      return known;
    }
    if (text.length > MAX_NAMED_LENGTH || !this.wasSeenBefore(text)) return undefined;
    const name = `polyvec_${String(this.given)}`;
    this.given += 1;
    this.names.set(text, name);
    this.live.add(name);
    this.characters += text.length;
    this.retire();
    return name;
  }

  private retire(): void {
    for (const [text, name] of this.names) {
      if (this.names.size <= this.mostNames && this.characters <= MAX_NAMED_CHARACTERS) return;
      this.names.delete(text);
      this.live.delete(name);
      this.characters -= text.length;
    }
  }

  /** A name costs every connection memory, so what is sent only once gets none. */
  private wasSeenBefore(text: string): boolean {
    if (this.seen.delete(text)) return true;
    if (this.seen.size >= MAX_SEEN_STATEMENTS) this.seen.clear();
    this.seen.add(text);
    return false;
  }
}
