import type pg from 'pg';
import { GatewayError } from '../errors.js';
import type { Sql } from './sql.js';

/** Statements of the same text are prepared once per connection; beyond this many texts no new ones are. */
const MAX_NAMED_STATEMENTS = 200;
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
  private readonly names = new Map<string, string>();
  private readonly seen = new Set<string>();

  constructor(private readonly isNamed: boolean) {}

  /** @throws GatewayError `invalid filter` for more parameters than there can be */
  request(statement: Sql): pg.QueryConfig {
    if (statement.values.length > MAX_PARAMETERS) {
      throw new GatewayError({ kind: 'invalid', subject: 'filter', reason: 'it has too many conditions' });
    }
    const text = statement.text;
    const name = this.isNamed ? this.nameOf(text) : undefined;
    return { name, text, values: statement.parameters, types: RAW_TYPES };
  }

  private nameOf(text: string): string | undefined {
    const known = this.names.get(text);
    if (known !== undefined || this.names.size >= MAX_NAMED_STATEMENTS || text.length > MAX_NAMED_LENGTH) return known;
    if (!this.wasSeenBefore(text)) return undefined;
    const name = `polyvec_${String(this.names.size)}`;
    this.names.set(text, name);
    return name;
  }

  /** A prepared statement keeps its name, so what is sent only once gets none. */
  private wasSeenBefore(text: string): boolean {
    if (this.seen.delete(text)) return true;
    if (this.seen.size >= MAX_SEEN_STATEMENTS) this.seen.clear();
    this.seen.add(text);
    return false;
  }
}
