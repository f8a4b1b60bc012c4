import { message, MessageReader, text } from './wire-messages.js';

/** The code of the error for a write in a transaction that only reads, as it is in an ErrorResponse. */
const READ_ONLY = Buffer.from('\0C25006\0');
const DISK_FULL = '53100';

/**
 * Passes an answer of the engine on, in which what a write gets that is refused for want of room is the error of a full disk. The engine
 * itself would say that its transaction only reads, which means a standby elsewhere.
 */
export function asFullDisk(refusal: string, write: (bytes: Uint8Array) => void): (piece: Uint8Array) => void {
  const reader = new MessageReader();
  reader.typed = true;
  return (piece) => {
    const whole = [...reader.read(Buffer.from(piece.buffer, piece.byteOffset, piece.length))];
    if (whole.length > 0) write(Buffer.concat(whole.map((one) => (isReadOnlyError(one) ? diskFull(refusal) : one))));
  };
}

function isReadOnlyError(one: Buffer): boolean {
  return one[0] === 0x45 && one.includes(READ_ONLY);
}

function diskFull(refusal: string): Buffer {
  return message('E', text('SERROR'), text('VERROR'), text(`C${DISK_FULL}`), text(`M${refusal}`), Buffer.alloc(1));
}
