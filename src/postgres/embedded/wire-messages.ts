import type { EngineFacts } from './engine-messages.js';

/** A message that breaks the protocol; its sender is disconnected. */
export class ProtocolError extends Error {}

/** The largest message a client may send, in bytes: four times the largest request body, with a margin. */
const MAX_MESSAGE_BYTES = 512 * 1024 * 1024;
const MAX_STARTUP_BYTES = 10_000;

export const SYNC = message('S');
/** Ends a COPY that waits for data; the engine ignores it everywhere else. */
export const COPY_FAIL = message('f', text('COPY from a client is not available in the embedded engine'));

/** Makes whatever is under way fail, so that the Sync after it undoes an implicit transaction; then ends an explicit one. */
export const ABANDON = Buffer.concat([message('P', text(''), text('abandoned'), Buffer.alloc(2)), SYNC, simpleQuery('ROLLBACK')]);

/** A message of type `type`, its length filled in. */
export function message(type: string, ...parts: readonly Uint8Array[]): Buffer {
  const body = Buffer.concat(parts);
  return Buffer.concat([Buffer.from(type, 'latin1'), int32(body.length + 4), body]);
}

/** A text with the NUL byte that ends it. */
export function text(value: string): Buffer {
  return Buffer.from(`${value}\0`, 'utf8');
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function simpleQuery(sql: string): Buffer {
  return message('Q', text(sql));
}

/** An error that ends the connection. */
export function fatalError(code: string, reason: string): Buffer {
  return message('E', text('SFATAL'), text('VFATAL'), text(`C${code}`), text(`M${reason}`), Buffer.alloc(1));
}

export function passwordRequest(): Buffer {
  return message('R', int32(3));
}

/** Everything from AuthenticationOk to the first ReadyForQuery. */
export function greeting(facts: EngineFacts, applicationName: string, clientId: number): Buffer {
  const parameters = facts.parameters.map(([name, value]) =>
    message('S', text(name), text(name === 'application_name' ? applicationName : value)),
  );
  // the secret is for cancelling, which this engine cannot do
  const key = message('K', int32(clientId), int32(0));
  return Buffer.concat([message('R', int32(0)), ...parameters, key, message('Z', Buffer.from('I'))]);
}

/** The name-value pairs of a StartupMessage. */
export function startupParameters(startup: Buffer): ReadonlyMap<string, string> {
  const words = startup.toString('utf8', 8).split('\0');
  const parameters = new Map<string, string>();
  for (let index = 0; index + 1 < words.length && words[index] !== ''; index += 2) {
    parameters.set(words[index] ?? '', words[index + 1] ?? '');
  }
  return parameters;
}

/** The first value of the first row in an answer to a simple query. */
export function firstValue(answer: Buffer): string | undefined {
  for (let at = 0; at + 5 <= answer.length; at += 1 + answer.readInt32BE(at + 1)) {
    if (answer[at] !== 0x44) continue;
    const length = answer.readInt32BE(at + 7);
    return length < 0 ? undefined : answer.toString('utf8', at + 11, at + 11 + length);
  }
  return undefined;
}

/** Cuts received bytes into whole messages. A message is copied at most once, however many pieces it was received in. */
export class MessageReader {
  /** Messages begin with a type; those before a session begins do not. */
  typed = false;
  private head: Buffer = Buffer.alloc(0);
  private partial: Buffer | undefined;
  private filled = 0;

  /** @throws ProtocolError when a length makes no sense. */
  *read(chunk: Buffer): Generator<Buffer> {
    let rest = this.head.length === 0 ? chunk : Buffer.concat([this.head, chunk]);
    this.head = Buffer.alloc(0);
    while (rest.length > 0) {
      if (this.partial !== undefined) {
        const taken = rest.copy(this.partial, this.filled);
        this.filled += taken;
        rest = rest.subarray(taken);
        if (this.filled < this.partial.length) return;
        const whole = this.partial;
        this.partial = undefined;
        yield whole;
        continue;
      }
      const prefix = this.typed ? 1 : 0;
      if (rest.length < prefix + 4) {
        this.head = rest;
        return;
      }
      const size = prefix + this.checked(rest.readInt32BE(prefix));
      if (rest.length >= size) {
        const whole = rest.subarray(0, size);
        rest = rest.subarray(size);
        yield whole;
      } else {
        this.partial = Buffer.allocUnsafeSlow(size);
        this.filled = 0;
      }
    }
  }

  private checked(length: number): number {
    const [least, most] = this.typed ? [4, MAX_MESSAGE_BYTES] : [8, MAX_STARTUP_BYTES];
    if (length < least || length > most) throw new ProtocolError(`invalid message length ${String(length)}`);
    return length;
  }
}
