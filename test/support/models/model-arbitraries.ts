import fc from 'fast-check';
import { base64Of } from '../clients/chroma-client.js';
import {
  type DocumentOp,
  type ModelConditions,
  type ModelScalar,
  type ModelValue,
  type ModelWhere,
  type ModelWrite,
  scalarOfToken,
} from './model.js';

/** A value for the model, and the JSON text of the same value for the wire. */
export interface Sent<T> {
  readonly value: T;
  readonly text: string;
}

export const DIMENSION = 3;

/** Few enough that requests meet each other's records; among them ids that an index or a quoting error would trip over. */
const IDS = ['a', 'b', 'A', 'Ä', '漢字', '🦄', ' ', 'a/b?c#d', '%', '\'"\\', '\u0001sha256:', 'x'.repeat(1025), 'é'.repeat(3000)];
const KEYS = ['k', 'v', 'K', 'with.dot', 'two words', '"\'\\', 'ключ', '__proto__', 'ö'.repeat(600)];
const STRINGS = ['', 'a', 'A', 'b', '1', 'true', 'null', 'é', '漢', '🦄', '\uffff', "'; --", '%', '\\', '\n'];
const TOKENS = ['0', '1', '1.0', '2', '1.5', '2.5', '-1', '-0.0', '1e2', '0.1', '1e-7', '1e300', '123456789.123456789'];
const LARGE_TOKENS = ['9007199254740993', '9007199254740992.0', '9223372036854775807', '-9223372036854775808', '1e19'];
/** An integer beyond 64 bits is a float in metadata, and refused in a filter. */
const BEYOND_TOKEN = '9223372036854775808';
const DOCUMENTS = ['', 'Hello World', 'hello there', '100% e_t "x" \\ y', 'Ünïcode ПРИВЕТ 漢字', 'line\nbreak', 'a'];
const NEEDLES = ['', 'Hello', 'hello', 'l', '%', '_', '\\', '"', '漢', 'привет', 'e\nb', 'zzz'];
/** Patterns that mean the same to Rust's engine and to ours. */
const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['(?i)hello', /hello/i],
  ['^$', /^$/],
  ['l{2}', /l{2}/],
  ['\\d+%', /\d+%/],
  ['^h', /^h/],
  ['d$', /d$/],
  ['e.b', /e.b/],
  ['[Пл]', /[Пл]/],
];

const sent = <T>(value: T): Sent<T> => ({ value, text: JSON.stringify(value) });
const tokens = (...texts: readonly string[]): fc.Arbitrary<Sent<ModelScalar>> =>
  fc.constantFrom(...texts).map((text) => ({ value: scalarOfToken(text), text }));
const operandNumber = tokens(...TOKENS, ...LARGE_TOKENS);
const number = tokens(...TOKENS, ...LARGE_TOKENS, BEYOND_TOKEN);
const string = fc.constantFrom(...STRINGS).map((value): Sent<ModelScalar> => sent(value));
const boolean = fc.boolean().map((value): Sent<ModelScalar> => sent(value));
const scalar = fc.oneof(number, number, string, boolean);
const operand = fc.oneof(operandNumber, operandNumber, string, boolean);

/** A list that mixes integers and floats is one of floats. */
const list = fc
  .oneof(...[number, string, boolean].map((item) => fc.array(item, { maxLength: 3 })))
  .map((items): Sent<ModelValue> => {
    const isFloats = items.some(({ value }) => typeof value === 'number');
    return {
      value: items.map(({ value }) => (isFloats ? Number(value) : value)),
      text: `[${items.map(({ text }) => text).join(',')}]`,
    };
  });

function metadataOf(value: fc.Arbitrary<Sent<ModelValue | null>>): fc.Arbitrary<Sent<ModelWrite['metadata']>> {
  const entry = fc.tuple(fc.constantFrom(...KEYS), value);
  return fc.uniqueArray(entry, { maxLength: 4, selector: ([key]) => key }).map((entries) => ({
    value: new Map(entries.map(([key, item]) => [key, item.value])),
    text: `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${item.text}`).join(',')}}`,
  }));
}

const NULL: Sent<null> = { value: null, text: 'null' };
const value = fc.oneof({ weight: 4, arbitrary: scalar }, { weight: 1, arbitrary: list });
const metadata = metadataOf(value);
const metadataWithNulls = metadataOf(fc.oneof({ weight: 3, arbitrary: value }, { weight: 1, arbitrary: fc.constant(NULL) }));

/** Components whose sums of products are exact in float32. */
export function embedding(dimension: number): fc.Arbitrary<readonly number[]> {
  const component = fc.constantFrom(-2, -1, -0.5, 0, 0, 0.5, 1, 2, 3);
  return fc.array(component, { minLength: dimension, maxLength: dimension });
}

const mostly = <T>(common: fc.Arbitrary<T>, rare: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 19, arbitrary: common }, { weight: 1, arbitrary: rare });
/** Now and then one that does not fit the others. */
const anyEmbedding = mostly(embedding(DIMENSION), embedding(DIMENSION + 1));
const orNull = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(item, { freq: 2, nil: null });

/** What writes of one kind may hold. */
export interface WriteParts {
  readonly nullEmbeddings: boolean;
  readonly nullMetadata: boolean;
}

/** The body of a write; its lists are parallel, and absent where no record has a value. */
export function batch(parts: WriteParts): fc.Arbitrary<Sent<readonly ModelWrite[]>> {
  const record = fc.record({
    id: fc.constantFrom(...IDS),
    embedding: parts.nullEmbeddings ? orNull(anyEmbedding) : anyEmbedding,
    document: orNull(fc.constantFrom(...DOCUMENTS)),
    uri: orNull(fc.constantFrom('', 'file:///a', 'é')),
    metadata: orNull(parts.nullMetadata ? metadataWithNulls : mostly(metadata, metadataWithNulls)),
  });
  return fc.tuple(fc.array(record, { maxLength: 6 }), fc.boolean()).map(([records, asBase64]) => ({
    value: records.map((item) => ({ ...item, metadata: item.metadata?.value ?? null })),
    text: bodyOf(records, asBase64, parts.nullEmbeddings),
  }));
}

type SentRecord = Omit<ModelWrite, 'metadata'> & { readonly metadata: Sent<ModelWrite['metadata']> | null };

function bodyOf(records: readonly SentRecord[], asBase64: boolean, mayLeaveOut: boolean): string {
  const embeddingText = (item: readonly number[] | null): string =>
    JSON.stringify(item !== null && asBase64 ? base64Of(new Float32Array(item)) : item);
  const lists: Record<string, readonly string[]> = {
    ids: records.map(({ id }) => JSON.stringify(id)),
    embeddings: records.map((record) => embeddingText(record.embedding)),
    documents: records.map(({ document }) => JSON.stringify(document)),
    uris: records.map(({ uri }) => JSON.stringify(uri)),
    metadatas: records.map((record) => record.metadata?.text ?? 'null'),
  };
  const isNeeded = (name: string, items: readonly string[]): boolean =>
    name === 'ids' || (name === 'embeddings' && !mayLeaveOut) || items.some((item) => item !== 'null');
  const kept = Object.entries(lists).filter(([name, items]) => isNeeded(name, items));
  return `{${kept.map(([name, items]) => `"${name}":[${items.join(',')}]`).join(',')}}`;
}

function fieldText(key: string, op: string, operand: string): string {
  return `{${JSON.stringify(key)}:{"${op}":${operand}}}`;
}

const key = fc.constantFrom(...KEYS, 'missing');
const single = fc
  .tuple(key, fc.constantFrom('$eq' as const, '$ne' as const, '$contains' as const, '$not_contains' as const), operand)
  .map(([name, op, given]): Sent<ModelWhere> => ({
    value: { kind: 'field', key: name, op, operands: [given.value] },
    text: fieldText(name, op, given.text),
  }));
const short = fc.tuple(key, operand).map(([name, given]): Sent<ModelWhere> => ({
  value: { kind: 'field', key: name, op: '$eq', operands: [given.value] },
  text: `{${JSON.stringify(name)}:${given.text}}`,
}));
const compare = fc
  .tuple(key, fc.constantFrom('$gt' as const, '$gte' as const, '$lt' as const, '$lte' as const), operandNumber)
  .map(([name, op, given]): Sent<ModelWhere> => ({
    value: { kind: 'field', key: name, op, operands: [given.value] },
    text: fieldText(name, op, given.text),
  }));
const oneType = fc.oneof(
  fc.array(string, { minLength: 1, maxLength: 4 }),
  fc.array(boolean, { minLength: 1, maxLength: 2 }),
  // an integer at the head wants integers only
  fc.array(
    operandNumber.filter((item) => typeof item.value === 'bigint'),
    { minLength: 1, maxLength: 4 },
  ),
  fc.array(operandNumber, { minLength: 1, maxLength: 4 }).filter(([first]) => typeof first?.value === 'number'),
);
const among = fc
  .tuple(key, fc.constantFrom('$in' as const, '$nin' as const), oneType)
  .map(([name, op, items]): Sent<ModelWhere> => ({
    value: { kind: 'field', key: name, op, operands: items.map((item) => item.value) },
    text: fieldText(name, op, `[${items.map(({ text }) => text).join(',')}]`),
  }));
const byId = fc
  .tuple(
    fc.constantFrom('$eq' as const, '$ne' as const, '$in' as const, '$nin' as const),
    fc.array(fc.constantFrom(...IDS), { minLength: 1, maxLength: 3 }),
  )
  .map(([op, ids]): Sent<ModelWhere> => {
    const isList = op === '$in' || op === '$nin';
    const operands = isList ? ids : ids.slice(0, 1);
    return { value: { kind: 'id', op, operands }, text: fieldText('#id', op, JSON.stringify(isList ? operands : operands[0])) };
  });

interface DocumentCondition {
  readonly value: ModelWhere;
  readonly op: DocumentOp;
  readonly operand: string;
}

const documentCondition = fc.oneof(
  fc
    .tuple(fc.constantFrom('$contains' as const, '$not_contains' as const), fc.constantFrom(...NEEDLES))
    .map(([op, text]): DocumentCondition => ({ value: { kind: 'document', op, text, pattern: /$/ }, op, operand: text })),
  fc
    .tuple(fc.constantFrom('$regex' as const, '$not_regex' as const), fc.constantFrom(...PATTERNS))
    .map(([op, [text, pattern]]): DocumentCondition => ({ value: { kind: 'document', op, text, pattern }, op, operand: text })),
);
const documentText = (condition: DocumentCondition): string => `{"${condition.op}":${JSON.stringify(condition.operand)}}`;

function tree(leaf: fc.Arbitrary<Sent<ModelWhere>>): fc.Arbitrary<Sent<ModelWhere>> {
  const level = (below: fc.Arbitrary<Sent<ModelWhere>>): fc.Arbitrary<Sent<ModelWhere>> =>
    fc.tuple(fc.constantFrom('$and' as const, '$or' as const), fc.array(below, { maxLength: 3 })).map(([kind, operands]) => ({
      value: { kind, operands: operands.map((operand) => operand.value) },
      text: `{"${kind}":[${operands.map(({ text }) => text).join(',')}]}`,
    }));
  const branch = level(leaf);
  return fc.oneof(
    { weight: 3, arbitrary: leaf },
    { weight: 2, arbitrary: branch },
    { weight: 1, arbitrary: level(fc.oneof(leaf, branch)) },
  );
}

const where = tree(
  fc.oneof(
    single,
    single,
    short,
    compare,
    among,
    byId,
    documentCondition.map((condition): Sent<ModelWhere> => ({
      value: condition.value,
      text: `{"#document":${documentText(condition)}}`,
    })),
  ),
);
const whereDocument = tree(
  documentCondition.map((condition): Sent<ModelWhere> => ({ value: condition.value, text: documentText(condition) })),
);

/** Ids and filters of a get, a query or a delete, as pieces of its body. */
export const conditions: fc.Arbitrary<Sent<ModelConditions>> = fc
  .record({
    ids: fc.option(fc.array(fc.constantFrom(...IDS, 'nobody'), { maxLength: 6 }), { freq: 1, nil: null }),
    where: fc.option(where, { freq: 2, nil: null }),
    whereDocument: fc.option(whereDocument, { freq: 1, nil: null }),
  })
  .map((given) => ({
    value: {
      ids: given.ids,
      filters: [given.where, given.whereDocument].flatMap((filter) => (filter === null ? [] : [filter.value])),
    },
    text: [
      `"ids":${JSON.stringify(given.ids)}`,
      `"where":${given.where?.text ?? 'null'}`,
      `"where_document":${given.whereDocument?.text ?? 'null'}`,
    ].join(','),
  }));
