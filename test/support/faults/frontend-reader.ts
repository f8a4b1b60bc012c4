/** What a client of Postgres sends and waits for an answer to, as one piece. */
export type FrontendRequest =
  | { readonly kind: 'startup' | 'other'; readonly bytes: Buffer }
  | { readonly kind: 'query'; readonly bytes: Buffer; readonly sql: string; readonly isInTransaction: boolean };

/** Messages that come before the end of a request. */
const PARSE = 'P';
const BIND = 'B';
/** Messages that end one. */
const QUERY = 'Q';
const SYNC = 'S';
/** Messages of a request; all others stand alone, such as passwords and the farewell. */
const PARTS: ReadonlySet<string> = new Set([PARSE, BIND, 'D', 'E', 'C', 'H']);

/** Takes the bytes of one client apart into whole requests. */
export class FrontendReader {
  private rest: Buffer = Buffer.alloc(0);
  private hasBegun = false;
  private parts: Buffer[] = [];
  private sql = '';
  /** The SQL of statements that were prepared, by name. */
  private readonly prepared = new Map<string, string>();
  private isInTransaction = false;

  /** The requests that are whole by now. */
  read(bytes: Buffer): readonly FrontendRequest[] {
    this.rest = this.rest.length === 0 ? bytes : Buffer.concat([this.rest, bytes]);
    const requests: FrontendRequest[] = [];
    for (let next = this.nextMessage(); next !== undefined; next = this.nextMessage()) {
      const request = this.take(next);
      if (request !== undefined) requests.push(request);
    }
    return requests;
  }

  private nextMessage(): Buffer | undefined {
    // the first message has no type
    const start = this.hasBegun ? 1 : 0;
    if (this.rest.length < start + 4) return undefined;
    const length = start + this.rest.readUInt32BE(start);
    if (this.rest.length < length) return undefined;
    const bytes = this.rest.subarray(0, length);
    this.rest = this.rest.subarray(length);
    return bytes;
  }

  private take(bytes: Buffer): FrontendRequest | undefined {
    if (!this.hasBegun) {
      this.hasBegun = true;
      return { kind: 'startup', bytes };
    }
    const type = bytes.toString('latin1', 0, 1);
    if (type === QUERY) return this.query(bytes, textAt(bytes, 5));
    if (type === PARSE) {
      const name = textAt(bytes, 5);
      this.sql = textAt(bytes, 5 + Buffer.byteLength(name) + 1);
      this.prepared.set(name, this.sql);
    }
    if (type === BIND) {
      const name = textAt(bytes, 5 + Buffer.byteLength(textAt(bytes, 5)) + 1);
      this.sql = this.prepared.get(name) ?? this.sql;
    }
    if (type === SYNC) {
      const whole = Buffer.concat([...this.parts, bytes]);
      this.parts = [];
      return this.query(whole, this.sql);
    }
    if (!PARTS.has(type)) return { kind: 'other', bytes };
    this.parts.push(bytes);
    return undefined;
  }

  private query(bytes: Buffer, sql: string): FrontendRequest {
    const { isInTransaction } = this;
    if (/^\s*BEGIN/i.test(sql)) this.isInTransaction = true;
    if (/^\s*(?:COMMIT|ROLLBACK)/i.test(sql)) this.isInTransaction = false;
    return { kind: 'query', bytes, sql, isInTransaction };
  }
}

/** Up to the next NUL. */
function textAt(bytes: Buffer, start: number): string {
  return bytes.toString('utf8', start, bytes.indexOf(0, start));
}
