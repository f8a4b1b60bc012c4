export type JsonKind = 'null' | 'boolean' | 'number' | 'string' | 'array' | 'object';

/** What a value is, by its first character; what begins none is taken for a number. */
export function kindOf(first: number): JsonKind {
  switch (first) {
    case 0x7b:
      return 'object';
    case 0x5b:
      return 'array';
    case 0x22:
      return 'string';
    case 0x74:
    case 0x66:
      return 'boolean';
    case 0x6e:
      return 'null';
    default:
      return 'number';
  }
}
