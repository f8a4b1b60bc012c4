import { encode, type Message, typesOf } from '../../support/clients/pinecone-grpc.js';

/** A message of gRPC that is as large as the limits on its bytes, its values or its vectors allow. */
export interface LargeMessage {
  readonly name: string;
  readonly method: string;
  readonly bytes: Uint8Array;
}

const VECTORS = 1_000;
/** Just below the largest number of values of a part. */
const VALUES = 199_000;
const MiB = 1024 * 1024;
const MESSAGE_BYTES = 120 * MiB;
const METADATA_BYTES = 39 * 1024;

const many = <T>(count: number, item: (at: number) => T): readonly T[] => Array.from({ length: count }, (_item, at) => item(at));
const numbers = (length: number): readonly number[] => new Array<number>(length).fill(0.5);
const idOf = (at: number): string => `m${String(at)}`;

/** For an index of that dimension; each is made when it is asked for. */
export function largeMessages(dimension: number): readonly (readonly [name: string, make: () => LargeMessage])[] {
  const values = numbers(dimension);
  const vectors = (metadata: object): Message => ({ vectors: many(VECTORS, (at) => ({ id: idOf(at), values, metadata })) });
  const messages: Readonly<Record<string, readonly [method: string, message: () => Message]>> = {
    [`of 1,000 vectors of ${String(dimension)} dimensions`]: ['Upsert', () => vectors({})],
    'of 1,000 vectors with a long text each': ['Upsert', () => vectors({ text: 'é'.repeat(METADATA_BYTES / 2) })],
    'of 1,000 vectors with 90 fields each': [
      'Upsert',
      () => vectors(Object.fromEntries(many(90, (at) => [`field ${String(at)}`, at]))),
    ],
    'of 33,000 vectors': ['Upsert', () => ({ vectors: many(VALUES / 6, (at) => ({ id: idOf(at), values: [1] })) })],
    'of 30 million numbers': ['Query', () => ({ topK: 1, vector: numbers(MESSAGE_BYTES / 4) })],
    'of a long filter': ['Query', () => ({ topK: 1, vector: values, filter: { $or: many(VALUES / 14, (at) => ({ a: at })) } })],
    'of many ids': ['Fetch', () => ({ ids: many(VALUES, idOf) })],
    'of as many ids': ['Delete', () => ({ ids: many(VALUES, idOf) })],
    'of a long text': ['Update', () => ({ id: 'a', setMetadata: { text: 'é'.repeat(MESSAGE_BYTES / 2) } })],
    'of many fields': ['Update', () => ({ id: 'a', setMetadata: Object.fromEntries(many(VALUES / 2, (at) => [idOf(at), at])) })],
  };
  return Object.entries(messages).map(([name, [method, message]]) => [
    `gRPC ${method} ${name}`,
    () => ({ name, method, bytes: encode(typesOf(method).type, message()) }),
  ]);
}
