import { int32, message, text } from './wire-messages.js';

const QUERY = 0x51;
const PARSE = 0x50;
const BIND = 0x42;
const DESCRIBE = 0x44;
const CLOSE = 0x43;
const STATEMENT = 0x53;

/**
 * Keeps the prepared statements of clients apart, who share one session: a named one gets its client's number in front;
 * the unnamed one belongs to the client who parsed it last, and to anyone else it does not exist (SQLSTATE 26000).
 */
export class StatementNames {
  private unnamedOwner: number | undefined;
  private readonly named = new Map<number, Set<string>>();

  /** The message as the engine may see it. */
  rewrite(source: Buffer, client: number): Buffer {
    switch (source[0] ?? 0) {
      case QUERY:
        this.unnamedOwner = undefined;
        return source;
      case PARSE:
        if (source[5] === 0) this.unnamedOwner = client;
        return this.rename(source, 5, client);
      case BIND:
        return this.rename(source, source.indexOf(0, 5) + 1, client);
      case DESCRIBE:
      case CLOSE:
        return source[5] === STATEMENT ? this.rename(source, 6, client) : source;
      default:
        return source;
    }
  }

  /** The messages that close what the client has left behind, if anything. */
  forget(client: number): readonly Buffer[] {
    const names = this.named.get(client) ?? new Set();
    this.named.delete(client);
    return [...names].map((name) => message('C', text(`S${name}`)));
  }

  /** To be called when the engine has run something else: it keeps one unnamed statement. */
  forgetUnnamed(): void {
    this.unnamedOwner = undefined;
  }

  private rename(source: Buffer, start: number, client: number): Buffer {
    const end = source.indexOf(0, start);
    // without its NUL the message is broken; the engine says so better
    if (start < 5 || end < 0 || (start === end && this.unnamedOwner === client)) return source;
    const name = `${String(client)}.${source.toString('utf8', start, end)}`;
    if (source[0] === PARSE) this.remember(client, name);
    if (source[0] === CLOSE) this.named.get(client)?.delete(name);
    const renamed = Buffer.from(name, 'utf8');
    const length = source.length - 1 - (end - start) + renamed.length;
    return Buffer.concat([source.subarray(0, 1), int32(length), source.subarray(5, start), renamed, source.subarray(end)]);
  }

  private remember(client: number, name: string): void {
    const names = this.named.get(client) ?? new Set();
    this.named.set(client, names.add(name));
  }
}
