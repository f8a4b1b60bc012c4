/**
 * Reads the pickles that Chroma writes, and nothing else. A pickle is a program; this one has only the opcodes that make numbers, texts
 * and dicts, and one class whose fields are taken as a dict. Whatever else it asks for is refused before anything happens.
 */

/** What such a pickle holds. */
export type Pickled = null | boolean | number | bigint | string | PickledDict;
export type PickledDict = Map<Pickled, Pickled>;

type Item = Pickled | typeof MARK | typeof EMPTY_TUPLE | typeof CLASS;

const MARK = Symbol('mark');
const EMPTY_TUPLE = Symbol('()');
const CLASS = Symbol('class');

/** The one class that versions up to 0.6 name. */
const PERSISTENT_DATA = 'chromadb.segment.impl.vector.local_persistent_hnsw PersistentData';
/** No index of Chroma nests deeper or needs longer integers. */
const MAX_LONG_BYTES = 8;

/** @throws Error for a pickle that is cut off, or that asks for anything but data */
export function readPickle(bytes: Buffer): Pickled {
  return new PickleReader(bytes).read();
}

class PickleReader {
  private at = 0;
  private readonly stack: Item[] = [];
  private readonly memo: Item[] = [];

  constructor(private readonly bytes: Buffer) {}

  read(): Pickled {
    for (;;) {
      const opcode = this.take(1).readUInt8();
      if (opcode === STOP) return asPickled(this.pop());
      const operation = OPERATIONS.get(opcode);
      if (operation === undefined) {
        throw new Error(`it holds the opcode 0x${opcode.toString(16)}, which no index of Chroma has: refused, nothing was run`);
      }
      operation(this);
    }
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error('it is cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  push(item: Item): void {
    this.stack.push(item);
  }

  pop(): Item {
    const item = this.stack.pop();
    if (item === undefined) throw new Error('it takes from an empty stack');
    return item;
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  memoize(index = this.memo.length): void {
    this.memo[index] = this.stack.at(-1) ?? null;
  }

  recall(index: number): void {
    const item = this.memo[index];
    if (item === undefined) throw new Error('it refers to what it does not hold');
    this.push(item);
  }

  /** Takes pairs from the last mark on, and puts them into the dict below it. */
  setItems(): void {
    const from = this.stack.lastIndexOf(MARK);
    const items = this.stack.splice(from).slice(1);
    const dict = this.stack.at(-1);
    if (from < 0 || !(dict instanceof Map) || items.length % 2 !== 0) throw new Error('it fills what is no dict');
    for (let index = 0; index < items.length; index += 2)
      dict.set(asPickled(items[index] ?? null), asPickled(items[index + 1] ?? null));
  }

  global(name: string): void {
    if (name !== PERSISTENT_DATA) throw new Error(`it asks for the class ${name.replace(' ', '.')}: refused, nothing was run`);
    this.push(CLASS);
  }

  /** An object of the one class: its fields, which come later. */
  newObject(): void {
    if (this.pop() !== EMPTY_TUPLE || this.pop() !== CLASS) throw new Error('it makes an object of what is no class');
    this.push(new Map());
  }

  build(): void {
    const fields = this.pop();
    const object = this.stack.at(-1);
    if (!(fields instanceof Map) || !(object instanceof Map)) throw new Error('it gives fields to what is no object');
    for (const [name, value] of fields) object.set(name, value);
  }
}

const STOP = 0x2e;

const OPERATIONS: ReadonlyMap<number, (reader: PickleReader) => void> = new Map<number, (reader: PickleReader) => void>([
  // PROTO, FRAME
  [0x80, (reader) => void reader.take(1)],
  [0x95, (reader) => void reader.take(8)],
  // MARK, NONE, NEWTRUE, NEWFALSE, EMPTY_DICT, EMPTY_TUPLE
  [
    0x28,
    (reader) => {
      reader.push(MARK);
    },
  ],
  [
    0x4e,
    (reader) => {
      reader.push(null);
    },
  ],
  [
    0x88,
    (reader) => {
      reader.push(true);
    },
  ],
  [
    0x89,
    (reader) => {
      reader.push(false);
    },
  ],
  [
    0x7d,
    (reader) => {
      reader.push(new Map());
    },
  ],
  [
    0x29,
    (reader) => {
      reader.push(EMPTY_TUPLE);
    },
  ],
  // BININT, BININT1, BININT2, LONG1
  [
    0x4a,
    (reader) => {
      reader.push(reader.take(4).readInt32LE());
    },
  ],
  [
    0x4b,
    (reader) => {
      reader.push(reader.take(1).readUInt8());
    },
  ],
  [
    0x4d,
    (reader) => {
      reader.push(reader.take(2).readUInt16LE());
    },
  ],
  [
    0x8a,
    (reader) => {
      reader.push(longOf(reader.take(reader.take(1).readUInt8())));
    },
  ],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [
    0x8c,
    (reader) => {
      reader.push(reader.text(reader.take(1).readUInt8()));
    },
  ],
  [
    0x58,
    (reader) => {
      reader.push(reader.text(reader.take(4).readUInt32LE()));
    },
  ],
  [
    0x8d,
    (reader) => {
      reader.push(reader.text(Number(reader.take(8).readBigUInt64LE())));
    },
  ],
  // MEMOIZE, BINPUT, LONG_BINPUT, BINGET, LONG_BINGET
  [
    0x94,
    (reader) => {
      reader.memoize();
    },
  ],
  [
    0x71,
    (reader) => {
      reader.memoize(reader.take(1).readUInt8());
    },
  ],
  [
    0x72,
    (reader) => {
      reader.memoize(reader.take(4).readUInt32LE());
    },
  ],
  [
    0x68,
    (reader) => {
      reader.recall(reader.take(1).readUInt8());
    },
  ],
  [
    0x6a,
    (reader) => {
      reader.recall(reader.take(4).readUInt32LE());
    },
  ],
  // SETITEM, SETITEMS
  [
    0x73,
    (reader) => {
      const [value, key] = [asPickled(reader.pop()), asPickled(reader.pop())];
      reader.push(MARK);
      reader.push(key);
      reader.push(value);
      reader.setItems();
    },
  ],
  [
    0x75,
    (reader) => {
      reader.setItems();
    },
  ],
  // STACK_GLOBAL, GLOBAL, NEWOBJ, BUILD
  [
    0x93,
    (reader) => {
      const [name, module] = [asPickled(reader.pop()), asPickled(reader.pop())];
      reader.global(`${String(module)} ${String(name)}`);
    },
  ],
  [
    0x63,
    (reader) => {
      reader.global(`${line(reader)} ${line(reader)}`);
    },
  ],
  [
    0x81,
    (reader) => {
      reader.newObject();
    },
  ],
  [
    0x62,
    (reader) => {
      reader.build();
    },
  ],
]);

function line(reader: PickleReader): string {
  let text = '';
  for (let next = reader.text(1); next !== '\n'; next = reader.text(1)) text += next;
  return text;
}

/** Little-endian, in two's complement. */
function longOf(bytes: Buffer): number | bigint {
  if (bytes.length > MAX_LONG_BYTES) throw new Error('it holds an integer of more than 64 bits');
  const value = BigInt.asIntN(bytes.length * 8, BigInt(`0x${Buffer.from(bytes).reverse().toString('hex') || '0'}`));
  return BigInt(Number(value)) === value ? Number(value) : value;
}

function asPickled(item: Item): Pickled {
  if (typeof item === 'symbol') throw new Error('it ends with what is no data');
  return item;
}
