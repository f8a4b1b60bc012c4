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
      const value = VALUES.get(opcode);
      const action = ACTIONS.get(opcode);
      if (value !== undefined) this.stack.push(value(this));
      else if (action !== undefined) action(this);
      else
        throw new Error(`it holds the opcode 0x${opcode.toString(16)}, which no index of Chroma has: refused, nothing was run`);
    }
  }

  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error('it is cut off');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  pop(): Item {
    const item = this.stack.pop();
    if (item === undefined) throw new Error('it takes from an empty stack');
    return item;
  }

  text(length: number): string {
    return this.take(length).toString('utf8');
  }

  /** Up to the end of the line, which it takes, too. */
  line(): string {
    const end = this.bytes.indexOf('\n', this.at);
    const text = this.text(Math.max(0, end - this.at));
    this.take(1);
    return text;
  }

  memoize(index = this.memo.length): number {
    this.memo[index] = this.stack.at(-1) ?? null;
    return index;
  }

  recall(index: number): Item {
    const item = this.memo[index];
    if (item === undefined) throw new Error('it refers to what it does not hold');
    return item;
  }

  stackGlobal(): typeof CLASS {
    const [name, module] = [this.pop(), this.pop()];
    if (typeof name !== 'string' || typeof module !== 'string') throw new Error('it names a class by what is no text');
    return classOf(module, name);
  }

  setItem(): PickledDict {
    this.stack.splice(-2, 0, MARK);
    return this.setItems();
  }

  /** Takes pairs from the last mark on, and puts them into the dict below it. */
  setItems(): PickledDict {
    const from = this.stack.lastIndexOf(MARK);
    const items = this.stack.splice(from).slice(1);
    const dict = this.stack.at(-1);
    if (from < 0 || !(dict instanceof Map) || items.length % 2 !== 0) throw new Error('it fills what is no dict');
    for (let index = 0; index < items.length; index += 2) {
      dict.set(asPickled(items[index] ?? null), asPickled(items[index + 1] ?? null));
    }
    return dict;
  }

  /** An object of the one class: its fields, which come later. */
  newObject(): number {
    if (this.pop() !== EMPTY_TUPLE || this.pop() !== CLASS) throw new Error('it makes an object of what is no class');
    return this.stack.push(new Map());
  }

  build(): PickledDict {
    const fields = this.pop();
    const object = this.stack.at(-1);
    if (!(fields instanceof Map) || !(object instanceof Map)) throw new Error('it gives fields to what is no object');
    for (const [name, value] of fields) object.set(name, value);
    return object;
  }
}

const STOP = 0x2e;

/** What puts a value onto the stack. */
const VALUES: ReadonlyMap<number, (reader: PickleReader) => Item> = new Map<number, (reader: PickleReader) => Item>([
  // MARK, NONE, NEWTRUE, NEWFALSE, EMPTY_DICT, EMPTY_TUPLE
  [0x28, () => MARK],
  [0x4e, () => null],
  [0x88, () => true],
  [0x89, () => false],
  [0x7d, () => new Map()],
  [0x29, () => EMPTY_TUPLE],
  // BININT, BININT1, BININT2, LONG1
  [0x4a, (reader) => reader.take(4).readInt32LE()],
  [0x4b, (reader) => reader.take(1).readUInt8()],
  [0x4d, (reader) => reader.take(2).readUInt16LE()],
  [0x8a, (reader) => longOf(reader.take(reader.take(1).readUInt8()))],
  // SHORT_BINUNICODE, BINUNICODE, BINUNICODE8
  [0x8c, (reader) => reader.text(reader.take(1).readUInt8())],
  [0x58, (reader) => reader.text(reader.take(4).readUInt32LE())],
  [0x8d, (reader) => reader.text(Number(reader.take(8).readBigUInt64LE()))],
  // BINGET, LONG_BINGET
  [0x68, (reader) => reader.recall(reader.take(1).readUInt8())],
  [0x6a, (reader) => reader.recall(reader.take(4).readUInt32LE())],
  // STACK_GLOBAL, GLOBAL
  [0x93, (reader) => reader.stackGlobal()],
  [0x63, (reader) => classOf(reader.line(), reader.line())],
]);

/** What does something with the stack. */
const ACTIONS = new Map<number, (reader: PickleReader) => unknown>([
  // PROTO, FRAME
  [0x80, (reader) => reader.take(1)],
  [0x95, (reader) => reader.take(8)],
  // MEMOIZE, BINPUT, LONG_BINPUT
  [0x94, (reader) => reader.memoize()],
  [0x71, (reader) => reader.memoize(reader.take(1).readUInt8())],
  [0x72, (reader) => reader.memoize(reader.take(4).readUInt32LE())],
  // SETITEM, SETITEMS, NEWOBJ, BUILD
  [0x73, (reader) => reader.setItem()],
  [0x75, (reader) => reader.setItems()],
  [0x81, (reader) => reader.newObject()],
  [0x62, (reader) => reader.build()],
]);

function classOf(module: string, name: string): typeof CLASS {
  if (`${module} ${name}` === PERSISTENT_DATA) return CLASS;
  throw new Error(`it asks for the class ${module}.${name}: refused, nothing was run`);
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
