import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http';
import { connect, type Socket } from 'node:net';
import type { ServiceError } from '@grpc/grpc-js';
import { ChromaApi } from '../support/clients/chroma-api.js';
import { createIndex, type IndexApi } from '../support/clients/pinecone-api.js';
import { encode, PineconeGrpc, typesOf } from '../support/clients/pinecone-grpc.js';
import { VectorizerApi } from '../support/clients/vectorizer-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';
import { createProcessStorage } from '../support/gateway/gateway-process.js';

const KiB = 1024;
const MiB = 1024 * KiB;
const BUDGET = 100 * KiB;
/** What a client that does not go on sending takes of it. */
const HELD = 80 * KiB;
const LEFT = BUDGET - HELD;
const WORDS = expect.stringContaining(`the limit of ${String(BUDGET)} allows (POLYVEC_MAX_IN_FLIGHT_BYTES)`) as unknown;

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null | undefined;
  readonly body: unknown;
}

type Send = (bytes: number) => Promise<Answer>;

/** A body of so many bytes that says nothing but what is in `members`. */
function padded(members: object, bytes: number): string {
  const frame = `${JSON.stringify({ ...members, extra: '' }).slice(0, -2)}"}`;
  return `${frame.slice(0, -2)}${'x'.repeat(bytes - frame.length)}"}`;
}

/** A query, of more components than any index has, that is so many bytes. */
function queryOf(bytes: number): Uint8Array {
  const vector = new Array<number>(Math.floor(bytes / 4) - 16).fill(1);
  const { type } = typesOf('Query');
  const messages = Array.from({ length: 64 }, (_item, length) =>
    encode(type, { topK: 1, vector, namespace: 'n'.repeat(length) }),
  );
  const message = messages.find(({ length }) => length === bytes);
  if (message === undefined) throw new Error('no such query');
  return message;
}

async function failureOf(call: Promise<unknown>): Promise<ServiceError | undefined> {
  return call.then(
    () => undefined,
    (error: unknown) => error as ServiceError,
  );
}

describe('the bodies of requests in progress', () => {
  let gateway: TestGateway;
  let index: IndexApi;
  let grpc: PineconeGrpc;
  let senders: Readonly<Record<string, Send>>;
  let holder: Socket;

  beforeAll(async () => {
    gateway = await startGateway({ env: { POLYVEC_MAX_IN_FLIGHT_BYTES: String(BUDGET) } });
    index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
    grpc = new PineconeGrpc(index.port);
    const chroma = await new ChromaApi(gateway.chromaUrl).createCollection();
    const vectorizer = new VectorizerApi(gateway.vectorizerUrl);
    const { name } = await vectorizer.create();
    senders = {
      chroma: async (bytes) => {
        const { status, headers, body } = await chroma.post('get', padded({}, bytes));
        return { status, retryAfter: headers.get('retry-after'), body };
      },
      pinecone: async (bytes) => {
        const { status, headers, body } = await index.call('/query', { body: padded({ topK: 1, vector: [1, 0] }, bytes) });
        return { status, retryAfter: headers.get('retry-after'), body };
      },
      vectorizer: async (bytes) => {
        const sent = padded({ vector: [1, 0, 0, 0] }, bytes);
        const { status, headers, body } = await vectorizer.call('POST', `/collections/${name}/search`, sent);
        return { status, retryAfter: headers['retry-after'], body };
      },
    };
  });

  beforeEach(async () => {
    const { hostname, port } = new URL(gateway.chromaUrl);
    holder = connect(Number(port), hostname);
    holder.on('error', () => undefined);
    // the answer to `expect` tells that the body is being waited for
    holder.write(
      `POST /api/v2/reset HTTP/1.1\r\nhost: polyvec\r\nexpect: 100-continue\r\ncontent-length: ${String(HELD)}\r\n\r\n`,
    );
    await once(holder, 'data');
  });

  afterEach(async () => {
    await leave();
  });

  afterAll(async () => {
    grpc.close();
    await gateway.stop();
  });

  /** Lets the holder go, until all of the budget can be had. */
  async function leave(): Promise<void> {
    holder.destroy();
    while ((await sender('chroma')(BUDGET)).status === 503);
    // what that took is given back by the time of another answer
    await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
  }

  const sender = (name: string): Send => senders[name] ?? (() => Promise.reject(new Error(`no sender ${name}`)));
  const REFUSALS: Readonly<Record<string, unknown>> = {
    chroma: { error: 'ChromaError', message: WORDS },
    pinecone: { code: 14, message: WORDS, details: [] },
    vectorizer: { error_type: 'unavailable', message: WORDS, status_code: 503 },
  };

  it.each(Object.keys(REFUSALS))('may take all of the budget, and no byte more, by %s', async (name) => {
    expect(await sender(name)(LEFT)).toMatchObject({ status: 200 });
    expect(await sender(name)(LEFT + 1)).toEqual({ status: 503, retryAfter: '1', body: REFUSALS[name] });
  });

  it('may take all of it, and no byte more, by gRPC', async () => {
    // refused for what it says, and so not for its size
    expect(await failureOf(grpc.send('Query', queryOf(LEFT)))).toMatchObject({ code: 3 });
    const failure = await failureOf(grpc.send('Query', queryOf(LEFT + 1)));
    expect(failure).toMatchObject({ code: 14, details: WORDS });
    expect(failure?.metadata.get('grpc-retry-pushback-ms')).toEqual(['1000']);
  });

  it('are counted as they come, when their length is not announced', async () => {
    const { hostname, port } = new URL(gateway.chromaUrl);
    const said = await new Promise<string>((resolve) => {
      const sent = httpRequest({ hostname, port, method: 'POST', path: '/api/v2/reset', agent: false }, (response) => {
        response.on('data', (data: Buffer) => {
          resolve(`${String(response.statusCode)} ${data.toString()}`);
          sent.destroy();
        });
      });
      sent.on('error', () => undefined);
      sent.write('x'.repeat(LEFT));
      sent.write('x');
    });
    expect(said).toContain('503');
    expect(said).toContain('POLYVEC_MAX_IN_FLIGHT_BYTES');
  });

  it('give back what they took when the client goes', async () => {
    await leave();
    expect(await sender('chroma')(LEFT + 1)).toMatchObject({ status: 200 });
  });

  it('may have any size when there is but one', async () => {
    await leave();
    expect(await sender('chroma')(2 * BUDGET)).toMatchObject({ status: 200 });
  });

  it('leave requests without one alone', async () => {
    const answer = await fetch(`${gateway.chromaUrl}/api/v2/heartbeat`);
    expect(answer.status).toBe(200);
  });
});

describe('64 clients that send more than a process can hold', () => {
  const CLIENTS = 64;
  const PLACES = 4;

  it('get an answer or are told to try again, and the process lives', async () => {
    const storage = await createProcessStorage({ POLYVEC_MAX_IN_FLIGHT_BYTES: String(PLACES * MiB) });
    try {
      const { chromaUrl, process } = await storage.start();
      const collection = await new ChromaApi(chromaUrl).createCollection();
      const body = (client: number): Buffer => {
        const record = { ids: [`r${String(client)}`], embeddings: [[1, 0]] };
        return Buffer.from(padded(record, MiB));
      };
      const clients = Array.from({ length: CLIENTS }, (_item, client) =>
        beginUpload(`${chromaUrl}${collection.path}/add`, body(client)),
      );
      const answers = clients.map(({ answer }) => answer);
      // those that have no place are told before they have sent their bodies
      const refused = await firstOf(answers, CLIENTS - PLACES);
      expect(refused).toEqual(new Array<number>(CLIENTS - PLACES).fill(503));
      for (const { finish } of clients) finish();
      const statuses = await Promise.all(answers);
      expect(statuses.filter((status) => status === 201)).toHaveLength(PLACES);
      expect(statuses.filter((status) => status === 503)).toHaveLength(CLIENTS - PLACES);
      expect(await collection.ids()).toHaveLength(PLACES);
      expect(process.exitCode).toBeNull();
    } finally {
      await storage.remove();
    }
  });
});

interface Upload {
  readonly answer: Promise<number>;
  /** Sends what is left of the body. */
  readonly finish: () => void;
}

/** Sends the first half of a body. */
function beginUpload(url: string, body: Buffer): Upload {
  const { hostname, port, pathname } = new URL(url);
  const sent: ClientRequest = httpRequest({
    ...{ hostname, port, path: pathname, method: 'POST', agent: false },
    headers: { 'content-type': 'application/json', 'content-length': String(body.length) },
  });
  const answer = new Promise<number>((resolve) => {
    // a connection that is closed behind an answer is an error to the one who still sends
    sent
      .on('error', () => undefined)
      .on('response', (response: IncomingMessage) => {
        response.resume();
        resolve(response.statusCode ?? 0);
      });
  });
  sent.write(body.subarray(0, body.length / 2));
  return { answer, finish: () => void sent.end(body.subarray(body.length / 2)) };
}

/** The first so many of the values, in the order in which they come. */
async function firstOf<T>(promises: readonly Promise<T>[], count: number): Promise<readonly T[]> {
  return new Promise((resolve, reject) => {
    const values: T[] = [];
    for (const promise of promises) {
      promise.then((value) => {
        values.push(value);
        if (values.length === count) resolve(values);
      }, reject);
    }
  });
}
