import { type ServiceError, status as grpcStatus } from '@grpc/grpc-js';
import { encode, type Message, METHODS, PineconeGrpc, typesOf } from '../../support/clients/pinecone-grpc.js';
import { oneOf, type Random, randomFrom } from '../promotion/promotion-writer.js';
import { costlyRequest } from './costly-mutations.js';
import { createFuzzScene, type FuzzTargets } from './fuzz-scene.js';
import { type FuzzAnswer, FuzzClient } from './fuzz-send.js';
import { breakFraming, mutateRequest, type SentRequest } from './request-mutations.js';
import { SlowConnections } from './slow-connections.js';

/** What was sent and came back. */
export interface FuzzFigures {
  sent: number;
  /** How often each status came back; those of gRPC by name. */
  readonly statuses: Record<string, number>;
  /** Requests that were answered with an unexplained 5xx, or not at all, whole. */
  readonly offences: string[];
  /** Whether some request has changed what every object has. */
  polluted: boolean;
}

/** A gateway and its database see so many requests; then come new ones. */
const PER_SCENE = 20_000;
/** After so many requests what they have deleted is made again. */
const PER_REFRESH = 100;
const AT_A_TIME = 8;
const MAX_OFFENCES = 5;
const MAX_SHOWN = 4_000;
/** Of a hundred requests, those with broken framing, and those over gRPC. */
const BROKEN = 8;
const GRPC = 8;
/** Of as many requests, one is costly. */
const PER_COSTLY = 300;
/** Connections that never get on, beside the requests of a round. */
const SLOW = 10;

/** Mutations of valid requests to every route of every protocol, in whatever order, until there were so many. */
export async function runFuzz(options: {
  readonly requests: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}): Promise<FuzzFigures> {
  const figures: FuzzFigures = { sent: 0, statuses: {}, offences: [], polluted: false };
  const random = randomFrom(options.seed);
  while (figures.sent < options.requests && figures.offences.length < MAX_OFFENCES) {
    const scene = await createFuzzScene();
    try {
      const limit = Math.min(options.requests, figures.sent + PER_SCENE);
      while (figures.sent < limit && figures.offences.length < MAX_OFFENCES) {
        const fuzzer = new Fuzzer(scene.gateway.consoleUrl, await scene.targets(), figures, random);
        await fuzzer.play(Math.min(PER_REFRESH, limit - figures.sent));
        fuzzer.close();
      }
    } finally {
      await scene.gateway.stop();
    }
    options.onProgress?.(`${String(figures.sent)} requests`);
  }
  return figures;
}

class Fuzzer {
  private readonly http: FuzzClient;
  private readonly grpc: PineconeGrpc;
  private readonly slow: SlowConnections;

  constructor(
    url: string,
    private readonly targets: FuzzTargets,
    private readonly figures: FuzzFigures,
    private readonly random: Random,
  ) {
    this.http = new FuzzClient(url);
    this.grpc = new PineconeGrpc(targets.grpcPort);
    this.slow = new SlowConnections(
      [Number(new URL(url).port), targets.grpcPort].filter((port) => port > 0),
      SLOW,
      random,
    );
  }

  /** So many requests, some at a time. They are chosen one after the other, so that a seed means the same ones again. */
  async play(count: number): Promise<void> {
    let left = count;
    const lane = async (): Promise<void> => {
      while (left > 0) {
        left -= 1;
        await this.one();
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, lane));
  }

  close(): void {
    this.slow.close();
    this.http.close();
    this.grpc.close();
  }

  private async one(): Promise<void> {
    const { random } = this;
    const kind = random(100);
    this.figures.sent += 1;
    if (kind < GRPC && this.targets.grpcPort > 0) await this.oneMessage(oneOf(METHODS, random));
    else if (random(PER_COSTLY) === 0) await this.oneRequest(costlyRequest(oneOf(this.targets.requests, random), random));
    else if (kind < GRPC + BROKEN) await this.oneBroken(oneOf(this.targets.requests, random));
    else await this.oneRequest(mutateRequest(oneOf(this.targets.requests, random), random));
    if (isPolluted()) {
      this.figures.polluted = true;
      this.figures.offences.push('prototypes are polluted');
    }
  }

  private async oneRequest(request: SentRequest): Promise<void> {
    const answer = await this.http.send(request);
    this.count(String(answer.status));
    if (answer.status !== 0 && isExplained(answer)) return;
    const headers = request.headers.map(([name, value]) => `${name}: ${value}`).join('\n');
    this.offend(`${request.method} ${request.path}\n${headers}\n\n${printable(request.body)}`, answer);
  }

  /** Such a request may be cut off without an answer, but not left waiting. */
  private async oneBroken(request: SentRequest): Promise<void> {
    const broken = breakFraming(request, this.random);
    const answer = await this.http.sendBytes(broken);
    this.count(answer.status === 0 ? 'cut off' : String(answer.status));
    if (isExplained(answer) && !answer.text.endsWith('hangs')) return;
    this.offend(printable(broken.bytes), answer);
  }

  private async oneMessage(method: string): Promise<void> {
    const bytes = mutateBytes(encode(typesOf(method).type, MESSAGES[method] ?? {}), this.random);
    try {
      await this.grpc.send(method, bytes, {}, { deadline: Date.now() + 15_000 });
      this.count('OK');
    } catch (error) {
      const { code, details, metadata } = error as ServiceError;
      const name = grpcStatus[code];
      this.count(name);
      const isRetried = code === grpcStatus.UNAVAILABLE && metadata.get('grpc-retry-pushback-ms').length > 0;
      if (!UNEXPLAINED.has(code) || isRetried) return;
      this.offend(`gRPC ${method} ${bytes.toString('base64')}`, { status: code, retryAfter: undefined, text: details });
    }
  }

  private count(status: string): void {
    this.figures.statuses[status] = (this.figures.statuses[status] ?? 0) + 1;
  }

  private offend(request: string, { status, text }: FuzzAnswer): void {
    this.figures.offences.push(`${String(status)} ${text.slice(0, MAX_SHOWN)}\n--- after\n${request}`);
  }
}

const UNEXPLAINED: ReadonlySet<grpcStatus> = new Set([
  grpcStatus.UNKNOWN,
  grpcStatus.INTERNAL,
  grpcStatus.UNAVAILABLE,
  grpcStatus.DATA_LOSS,
  grpcStatus.DEADLINE_EXCEEDED,
]);

const VALUES = [0.25, 0.5, -1, 2];
/** A valid message to each method; those that are not here have nothing in theirs that they need. */
const MESSAGES: Readonly<Record<string, Message>> = {
  Upsert: {
    vectors: [{ id: 'a', values: VALUES, metadata: { a: 1, b: ['x'] }, sparseValues: { indices: [1], values: [1] } }],
    namespace: 'n',
  },
  Delete: { ids: ['zz'], namespace: 'n' },
  Fetch: { ids: ['a', 'b'], namespace: 'n' },
  List: { prefix: 'a', limit: 5, namespace: 'n' },
  Query: { vector: VALUES, topK: 2, filter: { number: { $gte: 1 } }, includeValues: true, includeMetadata: true, namespace: 'n' },
  Update: { id: 'a', values: VALUES, setMetadata: { a: 2 }, namespace: 'n' },
  DescribeIndexStats: { filter: { $or: [{ text: 'x' }] } },
  ListNamespaces: { limit: 5 },
  DescribeNamespace: { namespace: 'n' },
  DeleteNamespace: { namespace: 'nowhere' },
  CreateNamespace: { name: 'fresh' },
  FetchByMetadata: { filter: { text: { $in: ['x', 'y'] } }, limit: 5, namespace: 'n' },
};

function mutateBytes(bytes: Uint8Array, random: Random): Buffer {
  const changed = Buffer.from(bytes);
  // the same fields many times: many small vectors, and a vector in many pieces
  if (random(PER_COSTLY) === 0) return Buffer.concat(new Array<Buffer>(1 + random(5_000)).fill(changed));
  switch (random(5)) {
    case 0:
      return changed.subarray(0, random(changed.length + 1));
    case 1:
      return Buffer.from(Array.from({ length: random(300) }, () => random(256)));
    case 2:
      return Buffer.concat([changed, Buffer.from(Array.from({ length: 1 + random(20) }, () => random(256)))]);
    default:
      for (let left = 1 + random(4); left > 0 && changed.length > 0; left -= 1) changed[random(changed.length)] = random(256);
      return changed;
  }
}

/** 501 says that there is no such thing here, 503 when to come again. */
function isExplained({ status, retryAfter }: FuzzAnswer): boolean {
  return status < 500 || status === 501 || (status === 503 && retryAfter !== undefined);
}

function isPolluted(): boolean {
  return ['polluted', 'a', 'b', 'text'].some((name) => Reflect.get({}, name) !== undefined);
}

/** Bytes that are no text are shown by their numbers. */
function printable(bytes: Buffer): string {
  const shown = bytes.subarray(0, MAX_SHOWN).toString('latin1');
  return shown.replace(/[^\n\r\x20-\x7e]/g, (byte) => `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
