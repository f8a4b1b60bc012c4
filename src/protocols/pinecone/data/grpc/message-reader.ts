import type { ServerHttp2Stream } from 'node:http2';
import type { ServerInterceptingCallInterface } from '@grpc/grpc-js';
import type { BodyShare } from '../../../../http/body-budget.js';
import { ByteList } from '../../../../http/byte-list.js';

/** Whether it is compressed, and its length. */
const HEAD_BYTES = 5;

/** What the library keeps to itself of a call: it has no other place where a message could be counted while it comes. */
interface CallParts {
  readonly stream: ServerHttp2Stream;
  decoder: { write(data: Buffer): Buffer[] };
}

export function partsOf(call: ServerInterceptingCallInterface): CallParts {
  return call as unknown as CallParts;
}

/**
 * Puts a call's message together, in place of the library's own decoder: that one keeps every piece as an object, and a client may send
 * a byte at a time. What has come is counted in the budget of bodies.
 */
export class MessageReader {
  private readonly head = Buffer.alloc(HEAD_BYTES);
  private headLength = 0;
  /** The head, and what has come of the message. */
  private readonly bytes = new ByteList();
  private isRefused = false;

  constructor(
    private readonly share: BodyShare,
    private readonly maxBytes: number,
    private readonly refuse: (refusal: Error) => void,
  ) {}

  /** The message with its head, when it is whole. @throws Error for one that is too long, and for a second one */
  write(data: Buffer): Buffer[] {
    if (this.isRefused) return [];
    const ofHead = data.copy(this.head, this.headLength, 0, HEAD_BYTES - this.headLength);
    this.headLength += ofHead;
    if (this.headLength < HEAD_BYTES) return [];
    const size = this.head.readUInt32BE(1);
    if (size > this.maxBytes) {
      throw new Error(`Received message larger than max (${String(size)} vs ${String(this.maxBytes)})`);
    }
    if (this.bytes.length === 0) this.bytes.append(this.head);
    else if (data.length === 0) return [];
    if (this.bytes.length + data.length - ofHead > HEAD_BYTES + size) throw new Error('Received more than one message');
    const refusal = this.share.grow(this.bytes.length - HEAD_BYTES + data.length);
    if (refusal !== undefined) {
      this.isRefused = true;
      this.refuse(refusal);
      return [];
    }
    this.bytes.append(data, ofHead);
    return this.bytes.length === HEAD_BYTES + size ? [this.bytes.concat()] : [];
  }
}
