import { readdir, stat } from 'node:fs/promises';
import { type IncomingMessage, request as open } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ask, base64Of, type ChromaAnswer, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { createProcessStorage, type GatewayProcess, type ProcessStorage } from '../support/gateway/gateway-process.js';

/** The largest batch that clients of the announced limit send. */
const COUNT = 41_665;
const DIMENSION = 64;
const MiB = 1024 * 1024;

let storage: ProcessStorage;
let gateway: GatewayProcess;
let uuid: string;

const ids = Array.from({ length: COUNT }, (_, index) => `record ${String(index)}`);
const embeddings = ids.map((_, index) => randomEmbedding(index));

beforeAll(async () => {
  storage = await createProcessStorage();
  gateway = await storage.start();
  uuid = await createCollection(gateway.chromaUrl);
});

afterAll(async () => {
  await storage.remove();
});

/** Float32 of all magnitudes, the same in every run. */
function randomEmbedding(index: number): Float32Array {
  let state = index * 2_654_435_761 + 1;
  return Float32Array.from({ length: DIMENSION }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state / 2 ** 31 - 1) * 10 ** ((state % 13) - 6);
  });
}

function records(call: string, body: object): Promise<ChromaAnswer> {
  return ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/${call}`, body);
}

async function idsOf(body: object): Promise<readonly string[]> {
  const answer = await records('get', { ...body, include: [] });
  return (JSON.parse(answer.text) as { ids: string[] }).ids;
}

/** The answer as soon as it begins; its body waits. */
async function begin(body: object): Promise<IncomingMessage> {
  const payload = JSON.stringify(body);
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) };
    open(`${gateway.chromaUrl}${COLLECTIONS}/${uuid}/get`, { method: 'POST', headers }, resolve).on('error', reject).end(payload);
  });
}

/** Bytes in temporary files of the gateway; the engine's socket is none. */
async function spooledBytes(directory = storage.temporaryDirectory): Promise<number> {
  // folder by folder: a recursive listing fails when the gateway removes one meanwhile
  const entries = await unlessGone(readdir(directory, { withFileTypes: true }), []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(directory, entry.name);
      if (entry.isDirectory()) return spooledBytes(path);
      return entry.isFile()
        ? unlessGone(
            stat(path).then(({ size }) => size),
            0,
          )
        : 0;
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** What is there, or `otherwise` when the gateway has removed it in the meantime. */
async function unlessGone<T>(found: Promise<T>, otherwise: T): Promise<T> {
  return found.catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return otherwise;
    throw error;
  });
}

async function spooledBytesAfter(): Promise<number> {
  for (let attempt = 0; attempt < 100 && (await spooledBytes()) > 0; attempt += 1) await sleep(50);
  return spooledBytes();
}

/** The first place where long lists differ, instead of all of them; undefined when they are equal. */
function difference<Item>(found: readonly Item[], wanted: readonly Item[]): object | undefined {
  const length = Math.max(found.length, wanted.length);
  const at = Array.from({ length }, (_, index) => index).find((index) => found[index] !== wanted[index]);
  if (at === undefined) return undefined;
  return { lengths: [found.length, wanted.length], at, found: found.slice(at, at + 3), wanted: wanted.slice(at, at + 3) };
}

describe('a large collection', () => {
  it('is written by one add', async () => {
    const body = {
      ids,
      embeddings: embeddings.map(base64Of),
      documents: ids.map((id) => `the document of ${id}`),
      metadatas: ids.map((_, number) => ({ number, even: number % 2 === 0 })),
    };
    expect(await records('add', body)).toEqual({ status: 201, text: '{}' });
    expect(await ask(gateway.chromaUrl, `${COLLECTIONS}/${uuid}/count`)).toEqual({ status: 200, text: String(COUNT) });
  });

  it('comes back whole and in order, every float bit by bit, and leaves no temporary file', async () => {
    const answer = await records('get', { include: ['embeddings', 'documents', 'metadatas'] });
    expect(answer.text.length).toBeGreaterThan(16 * MiB);
    const read = JSON.parse(answer.text) as {
      ids: string[];
      embeddings: number[][];
      documents: string[];
      metadatas: { number: number }[];
    };
    expect(difference(read.ids, ids)).toBeUndefined();
    expect(read.documents.every((document, index) => document === `the document of ${ids[index] ?? ''}`)).toBe(true);
    expect(read.metadatas.every(({ number }, index) => number === index)).toBe(true);
    const isSame = (index: number): boolean =>
      Buffer.from(Float32Array.from(read.embeddings[index] ?? []).buffer).equals(bytesOf(index));
    expect(ids.filter((_, index) => !isSame(index)).slice(0, 3)).toEqual([]);
    expect(await spooledBytesAfter()).toBe(0);
  });

  it('waits in temporary files for a slow reader, and leaves none behind when the reader goes away', async () => {
    const answer = await begin({ include: ['embeddings', 'documents', 'metadatas'] });
    expect(answer.statusCode).toBe(200);
    expect(await spooledBytes()).toBeGreaterThan(16 * MiB);
    answer.destroy();
    expect(await spooledBytesAfter()).toBe(0);
  });

  it('gives forty thousand records by their ids, in the order of first insert', async () => {
    const wanted = ids.slice(0, 40_000);
    expect(difference(await idsOf({ ids: [...wanted].reverse() }), wanted)).toBeUndefined();
  });

  it('pages without gaps and overlaps', async () => {
    const pages: string[] = [];
    for (let offset = 0; offset < COUNT; offset += 7_000) pages.push(...(await idsOf({ limit: 7_000, offset })));
    expect(difference(pages, ids)).toBeUndefined();
  });

  it('takes a filter of five thousand branches', async () => {
    const numbers = Array.from({ length: 5_000 }, (_, index) => index * 8);
    const equal = { $or: numbers.map((number) => ({ number })) };
    const wanted = numbers.map((number) => ids[number]);
    expect(difference(await idsOf({ where: equal }), wanted)).toBeUndefined();
    const both = { $or: numbers.map((number) => ({ $and: [{ number }, { even: true }] })) };
    expect(difference(await idsOf({ ids: ids.slice(0, 800), where: both }), wanted.slice(0, 100))).toBeUndefined();
  });

  it('takes lists of forty thousand operands, also negated', async () => {
    const numbers = Array.from({ length: 40_000 }, (_, index) => index);
    expect(difference(await idsOf({ where: { number: { $in: numbers } } }), ids.slice(0, 40_000))).toBeUndefined();
    expect(difference(await idsOf({ where: { number: { $nin: numbers } } }), ids.slice(40_000))).toBeUndefined();
  });

  it('finds every record nearest to itself', async () => {
    const probes = [0, 1, 20_000, COUNT - 1];
    const body = {
      query_embeddings: probes.map((index) => [...(embeddings[index] ?? [])]),
      n_results: 1,
      include: ['distances'],
    };
    const answer = JSON.parse((await records('query', body)).text) as object;
    expect(answer).toMatchObject({ ids: probes.map((index) => [ids[index]]), distances: probes.map(() => [0]) });
  });

  it('is deleted by one filter', async () => {
    const answer = await records('delete', { where: { even: true } });
    expect(answer).toEqual({ status: 200, text: `{"deleted":${String(Math.ceil(COUNT / 2))}}` });
    const odd = ids.filter((_, index) => index % 2 === 1);
    expect(difference(await idsOf({}), odd)).toBeUndefined();
  });
});

function bytesOf(index: number): Buffer {
  return Buffer.from((embeddings[index] ?? new Float32Array()).buffer);
}
