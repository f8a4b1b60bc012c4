import { oneOf, type Random } from '../promotion/promotion-writer.js';

/** JSON as it stands in a text: keys may come twice, `__proto__` is a key like any other, and a token may be none. */
export type Node =
  | { readonly kind: 'object'; readonly entries: (readonly [key: string, value: Node])[] }
  | { readonly kind: 'array'; readonly items: Node[] }
  | { readonly kind: 'token'; readonly text: string };

const token = (text: string): Node => ({ kind: 'token', text });

const POLLUTION = '{"polluted":"yes"}';

/** What takes the place of a value; some of it is no JSON. */
const TOKENS: readonly string[] = [
  ...['null', 'true', 'false', '0', '-0', '-1', '1', '1.5', '1e308', '1e309', '-1e400', '1e-400', '4294967296', '2147483648'],
  ...['9007199254740993', '9223372036854775808', '18446744073709551616', '123456789012345678901234567890', '0.1e1', '1E+2'],
  ...[
    'NaN',
    'Infinity',
    '-Infinity',
    'undefined',
    '01',
    '.5',
    '1.',
    '+1',
    '0x10',
    "'a'",
    '',
    '"',
    '[',
    '{',
    '}',
    ',',
    '[1,]',
    '{"a":1,}',
  ],
  ...[
    '""',
    '" "',
    '"a"',
    '"1"',
    '"null"',
    '"\\u0000"',
    '"a\\u0000b"',
    '"\\ud800"',
    '"\\udc00x"',
    '"\\uffff"',
    '"🦄"',
    '"\u2028"',
  ],
  ...[
    '"../../etc/passwd"',
    '"%00"',
    '"\\\\"',
    '"$1"',
    `"' OR 1=1 --"`,
    '"__proto__"',
    '"constructor"',
    '"a\\nb"',
    '"\\x41"',
    '"a\tb"',
  ],
  ...['"data:,x"', '"AAAAAA=="', '"2025-01-01"', '"cosine"', '"[1,2]"', '"(((((("', '"(a+)+$"', '"[^"'],
  ...['[]', '{}', '[[]]', '[null]', '[{}]', '[[[[]]]]', '[1,"a",null]', '[NaN]', '[1e400]', '[""]', '["a","a"]'],
  ...[
    `{"__proto__":${POLLUTION}}`,
    `{"constructor":{"prototype":${POLLUTION}}}`,
    '{"toString":1}',
    '{"":""}',
    '{"a":{"b":{"c":null}}}',
  ],
  ...['{"$gt":1}', '{"$and":[]}', '{"$in":[]}', '{"$eq":{}}', '{"$regex":"["}', '{"must":null}', '{"#type":"sparse_vector"}'],
  ...['{"indices":[1,1],"values":[1]}', '{"indices":[-1],"values":[1]}', '{"lat":91,"lon":0}'],
];

/** Longer ones are made when they are needed. */
const LONG: readonly ((random: Random) => string)[] = [
  (random) => JSON.stringify('x'.repeat(random(20_000))),
  (random) => `${'['.repeat(10 + random(300))}${']'.repeat(10)}`,
  (random) => nested(random(400)),
  (random) => `[${new Array<string>(1 + random(2_000)).fill('0').join(',')}]`,
  (random) => `{${Array.from({ length: random(300) }, (_, index) => `"k${String(index)}":${String(index)}`).join(',')}}`,
  (random) => '9'.repeat(1 + random(5_000)),
];

const KEYS: readonly string[] = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'hasOwnProperty',
    'length',
    '',
    ' ',
    '$gt',
    '$',
    '#document',
    '#id',
    'chroma:document',
  ],
  ...[
    'id',
    'ids',
    'name',
    'namespace',
    'filter',
    'where',
    'limit',
    'offset',
    'vector',
    'values',
    'metadata',
    'payload',
    'text',
    'collection',
  ],
  ...[
    'a\u0000b',
    '\ud800',
    '🦄',
    'x'.repeat(600),
    'unknown',
    'tenant',
    'public_key',
    '__expires_at',
    'topK',
    'top_k',
    'n_results',
    'include',
  ],
];

/** @throws SyntaxError when the text is no JSON */
export function nodeOf(text: string): Node {
  return convert(JSON.parse(text));
}

export function textOf(node: Node): string {
  switch (node.kind) {
    case 'token':
      return node.text;
    case 'array':
      return `[${node.items.map(textOf).join(',')}]`;
    case 'object':
      return `{${node.entries.map(([key, value]) => `${JSON.stringify(key)}:${textOf(value)}`).join(',')}}`;
  }
}

/** Changes one place of the tree, which stays whole; the root may be replaced. */
export function mutate(root: Node, random: Random): Node {
  const containers = containersOf(root);
  if (containers.length === 0 || random(20) === 0) return strange(random, root);
  const chosen = oneOf(containers, random);
  if (chosen.kind === 'array') mutateItems(chosen.items, random);
  else mutateEntries(chosen.entries, random);
  return root;
}

function mutateEntries(entries: (readonly [string, Node])[], random: Random): void {
  const at = random(entries.length + 1);
  const [key, value] = entries[at] ?? [oneOf(KEYS, random), token('1')];
  switch (random(6)) {
    case 0:
      entries.splice(at, 1);
      return;
    case 1:
      entries.push([oneOf(KEYS, random), strange(random, value)]);
      return;
    case 2:
      // the same key once more, with another value
      entries.push([key, strange(random, value)]);
      return;
    case 3:
      entries.splice(at, 1, [oneOf(KEYS, random), value]);
      return;
    default:
      entries.splice(at, 1, [key, strange(random, value)]);
  }
}

function mutateItems(items: Node[], random: Random): void {
  const at = random(items.length + 1);
  const item = items[at] ?? token('1');
  switch (random(5)) {
    case 0:
      items.splice(at, 1);
      return;
    case 1:
      items.splice(at, 0, strange(random, item));
      return;
    case 2:
      items.push(...new Array<Node>(1 + random(50)).fill(item));
      return;
    default:
      items.splice(at, 1, strange(random, item));
  }
}

function strange(random: Random, value: Node): Node {
  switch (random(8)) {
    case 0:
      return { kind: 'array', items: [value] };
    case 1:
      return { kind: 'object', entries: [[oneOf(KEYS, random), value]] };
    case 2:
      return token(oneOf(LONG, random)(random));
    case 3:
      return token(JSON.stringify(textOf(value)));
    default:
      return token(oneOf(TOKENS, random));
  }
}

/** Objects and lists, wherever they are. */
function containersOf(node: Node): readonly Exclude<Node, { readonly kind: 'token' }>[] {
  switch (node.kind) {
    case 'token':
      return [];
    case 'array':
      return [node, ...node.items.flatMap(containersOf)];
    case 'object':
      return [node, ...node.entries.flatMap(([, value]) => containersOf(value))];
  }
}

function convert(value: unknown): Node {
  if (Array.isArray(value)) return { kind: 'array', items: value.map(convert) };
  if (typeof value !== 'object' || value === null) return token(JSON.stringify(value));
  return { kind: 'object', entries: Object.entries(value).map(([key, inner]) => [key, convert(inner)]) };
}

function nested(depth: number): string {
  return `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
}
