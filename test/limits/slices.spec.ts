import { LARGEST_SLICE } from '../../src/http/value-memory.js';
import { LARGEST_PASS } from '../../src/slices.js';
import { createFuzzScene, type FuzzScene, type FuzzTargets } from '../chaos/mutated/fuzz-scene.js';
import { type FuzzAnswer, FuzzClient } from '../chaos/mutated/fuzz-send.js';
import type { SentRequest } from '../chaos/mutated/request-mutations.js';
import { type Message, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { grownBodies, many, memberObject } from './grown-bodies.js';

/** What may be read in one go. */
const AT_ONCE = 10_000;
/** Long enough to be read in slices. */
const BODY_BYTES = 400 * 1024;
const NAMED = /more than 10000 values in one part \(POLYVEC_MAX_VALUES_AT_ONCE\)/;
/** Answered whatever the body says, which is not read. */
const UNREAD = /\/detach$|\/reset$|\/force-save$|\/snapshot$|\/snapshots\/a\/restore$/;
const RECORDS = 5_000;
const METADATA = { a: 1, b: 'x', c: 1.5, d: ['x', 'y', 'z'] };

let scene: FuzzScene;
let targets: FuzzTargets;
let client: FuzzClient;
let grpc: PineconeGrpc;

beforeAll(async () => {
  scene = await createFuzzScene({ POLYVEC_MAX_VALUES_AT_ONCE: String(AT_ONCE) });
  targets = await scene.targets();
  client = new FuzzClient(scene.gateway.consoleUrl);
  grpc = new PineconeGrpc(targets.grpcPort);
  LARGEST_SLICE.values = 0;
});

afterAll(async () => {
  grpc.close();
  client.close();
  await scene.gateway.stop();
});

const long = (item: unknown): readonly unknown[] => many(item, BODY_BYTES);

async function send(request: SentRequest, body: string): Promise<FuzzAnswer> {
  return client.send({ ...request, body: Buffer.from(body) });
}

/** Every route that reads a body. */
const withBody = (): readonly SentRequest[] => targets.requests.filter(({ body }) => body.length > 0);

describe('a body of many values', () => {
  it('is read in slices, or refused, by every route, and none reads more of it in one go than it may', async () => {
    const offences: string[] = [];
    for (const request of withBody()) {
      for (const [, grow] of grownBodies(request.body, BODY_BYTES)) {
        const body = grow();
        const before = LARGEST_SLICE.values;
        const { status } = await send(request, body);
        // 0: there was no answer in time
        const isExplained = (status > 0 && status < 500) || status === 501 || status === 503;
        if (!isExplained || (LARGEST_SLICE.values > AT_ONCE && LARGEST_SLICE.values > before)) {
          offences.push(
            `${String(status)} ${request.method} ${request.path}: ${String(LARGEST_SLICE.values)} ${body.slice(0, 100)}`,
          );
        }
      }
    }
    expect(offences).toEqual([]);
    expect(LARGEST_SLICE.values).toBeGreaterThan(AT_ONCE / 2);
  });

  it('is refused with the name of the limit by every route whose part it is', async () => {
    const asked = withBody().filter(({ path }) => !UNREAD.test(path));
    const unnamed: string[] = [];
    for (const request of asked) {
      const { text } = await send(request, JSON.stringify({ unknown_member: long({}), ...memberObject(request.body) }));
      if (!NAMED.test(text)) unnamed.push(`${request.method} ${request.path}: ${text.slice(0, 200)}`);
    }
    expect(unnamed).toEqual([]);
    expect(asked.length).toBeGreaterThan(50);
  });
});

describe('a write of many records', () => {
  it('is read in slices, whole', async () => {
    const add = targets.requests.find(({ path }) => /v2.*\/add$/.test(path));
    const ids = Array.from({ length: RECORDS }, (_item, index) => `record ${String(index)}`);
    const body = { ids, embeddings: ids.map(() => [1, 2, 3, 4]), documents: ids, metadatas: ids.map(() => METADATA) };
    const answer = await send(add ?? fail(), JSON.stringify(body));
    expect([answer.status, answer.text]).toEqual([201, '{}']);
    expect(LARGEST_SLICE.values).toBeLessThanOrEqual(AT_ONCE);
  });
});

describe('a batch of many records', () => {
  const vector = [1, 2, 3, 4];
  const COUNT = 45_000;

  it.each<readonly [string, string, Readonly<Record<string, object>>]>([
    ['POST', 'insert_vectors', { vectors: { id: 'a', vector } }],
    ['POST', 'insert_texts', { texts: { id: 'a', text: 'x', vector } }],
    ['POST', 'batch_update', { updates: { id: 'a', vector } }],
    ['PUT', '/points', { points: { id: 1, vector } }],
  ])('%s %s is made into records in steps, and answered', async (method, ending, lists) => {
    const request = targets.requests.find((sent) => sent.method === method && sent.path.endsWith(ending)) ?? fail();
    const long = Object.fromEntries(
      Object.entries(lists).map(([name, item]): [string, object[]] => [name, new Array<object>(COUNT).fill(item)]),
    );
    LARGEST_PASS.items = 0;
    const { status, text } = await send(request, JSON.stringify({ ...memberObject(request.body), ...long }));
    expect([status, text.slice(0, 300)]).toEqual([200, expect.any(String)]);
    expect(() => JSON.parse(text) as unknown).not.toThrow();
    expect(LARGEST_PASS.items).toBe(LARGEST_PASS.limit);
  });
});

describe('a gRPC message', () => {
  it.each<readonly [string, string, Message]>([
    ['of many vectors', 'Upsert', { vectors: new Array<object>(AT_ONCE).fill({ id: 'a' }) }],
    [
      'of a long filter',
      'Query',
      { topK: 1, vector: [1, 2, 3, 4], filter: { a: { $in: new Array<string>(AT_ONCE).fill('x') } } },
    ],
    ['of many ids', 'Delete', { ids: new Array<string>(2 * AT_ONCE).fill('x') }],
  ])('%s is refused with the name of the limit', async (_what, method, message) => {
    const [status, text] = await grpc.outcome(method, message);
    expect([status, text]).toEqual([3, expect.stringMatching(NAMED)]);
  });

  it('with a vector in many pieces is read as one, and no more pieces than may be', async () => {
    // field 7 of a query, a number at a time
    const piece = Buffer.from([0x3d, 0, 0, 0x80, 0x3f]);
    const pieces = (count: number): Buffer => Buffer.concat(new Array<Buffer>(count).fill(piece));
    const ask = async (count: number): Promise<string> =>
      grpc.send('Query', Buffer.concat([Buffer.from([0x10, 1]), pieces(count)])).then(
        () => 'answered',
        (error: unknown) => String(error),
      );
    expect(await ask(4)).toBe('answered');
    expect(await ask(5)).toContain('dimension 5');
    expect(await ask(AT_ONCE + 1)).toMatch(NAMED);
  });
});

function fail(): never {
  throw new Error('there is no such route');
}
