import { type AddressInfo, createServer, type ListenOptions, type Server, type Socket } from 'node:net';
import type { DiskGuard } from './disk-space.js';
import type { TransactionStatus } from './engine-messages.js';
import type { EngineThread } from './engine-thread.js';
import { asFullDisk } from './full-disk-answer.js';
import { StatementNames } from './statement-names.js';
import { type ClientEvents, type Request, WireClient } from './wire-client.js';
import { ABANDON, COPY_FAIL, simpleQuery, SYNC } from './wire-messages.js';

export interface WireOptions {
  readonly database: string;
  readonly password: string | undefined;
  /** The longest a client may keep a transaction open without sending anything. */
  readonly idleTransactionTimeoutMs: number;
  readonly guard: DiskGuard;
  readonly log: (message: string) => void;
  /** The engine's answer made no sense. */
  readonly onBroken: (reason: string) => void;
}

/** As large as a few queries; batches of records are larger. */
const SHORT_BYTES = 64 * 1024;
/** For so long a request that takes long is passed by others. */
const LONGEST_PASSING_MS = 50;
const QUERY = 0x51;
/** The message that begins a transaction, up to where it may say more. */
const BEGIN = simpleQuery('BEGIN').subarray(5, -1);

/** Work of our own, between the clients' requests. */
interface Chore {
  readonly messages: readonly Buffer[];
  readonly onAnswer: (answer: Buffer) => void;
}

/**
 * Serves the Postgres protocol to many clients on an engine that has one session. The engine gets one whole request at a
 * time, in the order of arrival, and its answer goes to that client; a client inside a transaction has the engine to itself.
 */
export class WireServer {
  private readonly server: Server;
  private readonly clients = new Map<WireClient, Socket>();
  private readonly queue = new Set<WireClient>();
  private readonly chores: Chore[] = [];
  private readonly names = new StatementNames();
  private readonly events: ClientEvents;
  private owner: WireClient | undefined;
  /** The owner waits for the rest of its request. */
  private isWithinRequest = false;
  /** Whether transactions that begin now only read, and whether the one that is open does: there is too little room to write. */
  private readonly readsOnly = { session: false, transaction: false };
  /** Since when the request that takes long and comes first in line is passed by. */
  private passedBySince: number | undefined;
  private isRunning = false;
  private isClosing = false;
  private onIdle: (() => void) | undefined;
  private idleTimer: NodeJS.Timeout | undefined;
  private lastId = 0;
  /** Requests that have been run so far. */
  requestCount = 0;

  constructor(
    private readonly engine: EngineThread,
    private readonly options: WireOptions,
  ) {
    this.events = {
      onData: (client) => {
        if (client === this.owner) this.idleTimer?.refresh();
      },
      onRequest: (client) => {
        if (client !== this.owner) this.queue.add(client);
        this.next();
      },
      onGone: (client) => {
        this.drop(client);
      },
    };
    this.server = createServer((socket) => {
      this.admit(socket);
    });
  }

  /** @returns the TCP port, or 0 for a socket. */
  listen(where: ListenOptions): Promise<number> {
    return new Promise((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(where, () => {
        const address = this.server.address() as AddressInfo | string;
        resolve(typeof address === 'string' ? 0 : address.port);
      });
    });
  }

  /** Runs SQL of our own when it is its turn, never inside a client's transaction. */
  run(statement: string): Promise<Buffer> {
    return this.chore([simpleQuery(statement)]);
  }

  /** Takes no more clients and no more requests; resolves when the engine is at rest. Open transactions are lost. */
  async close(): Promise<void> {
    this.isClosing = true;
    this.server.close();
    if (this.isRunning) {
      await new Promise<void>((resolve) => {
        this.onIdle = resolve;
      });
    }
    clearTimeout(this.idleTimer);
    for (const socket of this.clients.values()) socket.destroySoon();
  }

  private admit(socket: Socket): void {
    this.lastId += 1;
    const welcome = { facts: this.engine.facts, database: this.options.database, password: this.options.password };
    this.clients.set(new WireClient(this.lastId, socket, welcome, this.events), socket);
  }

  private drop(client: WireClient): void {
    this.clients.delete(client);
    this.queue.delete(client);
    const messages = this.names.forget(client.id);
    if (messages.length > 0) void this.chore([...messages, SYNC]);
    this.next();
  }

  private chore(messages: readonly Buffer[]): Promise<Buffer> {
    return new Promise((resolve) => {
      this.chores.push({ messages, onAnswer: resolve });
      this.next();
    });
  }

  private next(): void {
    if (this.isRunning || this.isClosing) return;
    if (this.owner?.isGone === true) {
      clearTimeout(this.idleTimer);
      this.perform({ messages: [ABANDON], onAnswer: () => undefined }, () => {
        this.owner = undefined;
        this.isWithinRequest = false;
        this.readsOnly.transaction = false;
      });
      return;
    }
    const chore = this.owner === undefined ? this.chores.shift() : undefined;
    if (chore !== undefined) {
      this.perform(chore, () => undefined);
      return;
    }
    const client = this.owner ?? this.firstInLine();
    const request = client?.nextRequest;
    if (client === undefined || request === undefined || this.turnsMode(request)) return;
    client.takeRequest();
    this.queue.delete(client);
    if (takesLong(request)) this.passedBySince = undefined;
    this.serve(client, request);
  }

  /** Requests come in turn, but others pass by one that keeps the engine for long; for a while, so that it has its turn. */
  private firstInLine(): WireClient | undefined {
    const line = [...this.queue];
    const short = line.find(({ nextRequest }) => !takesLong(nextRequest));
    const long = line.find(({ nextRequest }) => takesLong(nextRequest));
    if (short === undefined || long === undefined) return short ?? long;
    const now = performance.now();
    this.passedBySince ??= now;
    return now - this.passedBySince < LONGEST_PASSING_MS ? short : long;
  }

  /** Lets the engine write, or only read, as the disk has room for the request. @returns whether that has to be done first */
  private turnsMode(request: Request): boolean {
    if (this.isWithinRequest) return false;
    const readsOnly = !this.options.guard.allowsWrites(request.bytes);
    const scope = this.owner === undefined ? 'session' : 'transaction';
    // a transaction may become one that only reads, never the other way round
    if (this.readsOnly[scope] === readsOnly || (scope === 'transaction' && !readsOnly)) return false;
    const statement =
      scope === 'session' ? `SET default_transaction_read_only = ${String(readsOnly)}` : 'SET TRANSACTION READ ONLY';
    this.perform({ messages: [simpleQuery(statement)], onAnswer: () => undefined }, () => {
      this.readsOnly[scope] = readsOnly;
    });
    return true;
  }

  private perform(chore: Chore, after: () => void): void {
    const pieces: Uint8Array[] = [];
    this.isRunning = true;
    this.names.forgetUnnamed();
    const onData = (piece: Uint8Array): void => {
      pieces.push(piece);
    };
    const onDone = (status: TransactionStatus | undefined): void => {
      chore.onAnswer(Buffer.concat(pieces));
      this.finish(status !== undefined, after);
    };
    this.engine.run(join(chore.messages), { onData, onDone });
  }

  private serve(client: WireClient, request: Request): void {
    clearTimeout(this.idleTimer);
    this.isRunning = true;
    this.requestCount += 1;
    const write = (piece: Uint8Array): void => {
      client.write(piece);
    };
    const readsOnly = this.readsOnly.session || this.readsOnly.transaction;
    const onData = readsOnly ? asFullDisk(this.options.guard.refusal, write) : write;
    const onDone = (status: TransactionStatus | undefined): void => {
      this.finish(status !== undefined || !request.isWhole, () => {
        this.isWithinRequest = !request.isWhole;
        if (status === 'I') this.readsOnly.transaction = false;
        const keeps = !request.isWhole || status !== 'I';
        this.owner = keeps ? client : undefined;
        if (keeps) this.watchIdle(client);
        else if (client.hasRequest) this.queue.add(client);
      });
    };
    this.engine.run(this.encode(client, request), { onData, onDone }, client.limit);
  }

  private finish(isSound: boolean, after: () => void): void {
    this.isRunning = false;
    if (!isSound) {
      this.isClosing = true;
      this.options.onBroken('the engine lost its place in the protocol');
      return;
    }
    after();
    this.onIdle?.();
    this.next();
  }

  private encode(client: WireClient, request: Request): Uint8Array<ArrayBuffer> {
    const messages = request.messages.map((message) => this.names.rewrite(message, client.id));
    // a COPY that waits for its client's data would end the engine, so it is refused at once
    const isQuery = messages.at(-1)?.[0] === QUERY;
    if (isQuery) messages.push(COPY_FAIL);
    else messages.splice(-1, 0, COPY_FAIL);
    return join(messages);
  }

  private watchIdle(client: WireClient): void {
    const { idleTransactionTimeoutMs } = this.options;
    this.idleTimer = setTimeout(() => {
      if (client !== this.owner || this.isRunning || client.isGone) return;
      this.options.log(`a client left a transaction idle for ${String(idleTransactionTimeoutMs)} ms; it was rolled back`);
      client.disconnect('25P03', 'terminating connection due to idle-in-transaction timeout');
    }, idleTransactionTimeoutMs);
  }
}

/** A batch of records, or a transaction, which keeps the engine until its end. */
function takesLong(request: Request | undefined): boolean {
  const [first] = request?.messages ?? [];
  if (request === undefined || first === undefined) return false;
  return request.bytes > SHORT_BYTES || (first[0] === QUERY && first.subarray(5, 5 + BEGIN.length).equals(BEGIN));
}

/** One copy in memory of its own, fit to be handed to another thread. */
function join(messages: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(messages.reduce((total, message) => total + message.length, 0));
  let at = 0;
  for (const message of messages) {
    bytes.set(message, at);
    at += message.length;
  }
  return bytes;
}
