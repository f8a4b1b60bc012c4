import { timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { EngineFacts } from './engine-messages.js';
import {
  fatalError,
  greeting,
  int32,
  message,
  MessageReader,
  passwordRequest,
  startupParameters,
  text,
} from './wire-messages.js';

/** What one turn at the engine is for. After a Flush the client keeps its turn until its Sync. */
export interface Request {
  readonly messages: readonly Buffer[];
  readonly bytes: number;
  readonly isWhole: boolean;
}

export interface ClientEvents {
  readonly onData: (client: WireClient) => void;
  readonly onRequest: (client: WireClient) => void;
  readonly onGone: (client: WireClient) => void;
}

export interface Welcome {
  readonly facts: EngineFacts;
  readonly database: string;
  readonly password: string | undefined;
}

const SSL_REQUEST = 80877103;
const GSS_REQUEST = 80877104;
const CANCEL_REQUEST = 80877102;
/** A client that sends more requests than this ahead of its answers is read no further for a while. */
const MAX_REQUESTS_AHEAD = 16;
/** What a client may set as it connects: the session is shared, so nothing that changes answers. */
const HARMLESS = new Set(['user', 'database', 'application_name', 'client_encoding']);
/** The one option that a client may have: it is the connection's, not the session's. */
const NO_STATEMENT_TIMEOUT = '-c statement_timeout=0';

/** One connection: lets the client in, and gathers its messages into requests. */
export class WireClient {
  isGone = false;
  /** Whether its statements have a time limit. */
  limit: 'limited' | 'unlimited' = 'limited';
  private readonly requests: Request[] = [];
  private readonly reader = new MessageReader();
  private stage: 'startup' | 'password' | 'session' = 'startup';
  private applicationName = '';
  private messages: Buffer[] = [];

  constructor(
    readonly id: number,
    private readonly socket: Socket,
    private readonly welcome: Welcome,
    private readonly events: ClientEvents,
  ) {
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => {
      this.receive(chunk);
    });
    // `close` always follows
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.leave();
    });
  }

  get hasRequest(): boolean {
    return this.requests.length > 0;
  }

  /** The one that `takeRequest` would take. */
  get nextRequest(): Request | undefined {
    return this.requests[0];
  }

  takeRequest(): Request | undefined {
    const request = this.requests.shift();
    if (this.requests.length < MAX_REQUESTS_AHEAD) this.socket.resume();
    return request;
  }

  write(bytes: Uint8Array): void {
    if (!this.isGone) this.socket.write(bytes);
  }

  /** Sends the client the error, and closes the connection. */
  disconnect(code: string, reason: string): void {
    if (this.isGone) return;
    this.socket.end(fatalError(code, reason));
    this.socket.destroySoon();
    this.leave();
  }

  private leave(): void {
    if (this.isGone) return;
    this.isGone = true;
    this.requests.length = 0;
    this.events.onGone(this);
  }

  private receive(chunk: Buffer): void {
    try {
      for (const whole of this.reader.read(chunk)) {
        if (this.isGone) return;
        this.accept(whole);
      }
    } catch (error) {
      this.disconnect('08P01', error instanceof Error ? error.message : String(error));
    }
    if (this.stage === 'session') this.events.onData(this);
  }

  private accept(whole: Buffer): void {
    switch (this.stage) {
      case 'startup':
        this.begin(whole);
        break;
      case 'password':
        this.checkPassword(whole);
        break;
      case 'session':
        this.gather(whole);
        break;
    }
  }

  private begin(startup: Buffer): void {
    const code = startup.readInt32BE(4);
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      this.socket.write('N');
      return;
    }
    if (code === CANCEL_REQUEST) {
      this.socket.destroy();
      return;
    }
    if (code >> 16 !== 3) {
      this.disconnect('0A000', `unsupported protocol version ${String(code >> 16)}`);
      return;
    }
    const parameters = startupParameters(startup);
    const extensions = [...parameters.keys()].filter((name) => name.startsWith('_pq_.'));
    const isUnlimited = parameters.get('options') === NO_STATEMENT_TIMEOUT;
    const isHarmless = (name: string): boolean =>
      HARMLESS.has(name) || name.startsWith('_pq_.') || (name === 'options' && isUnlimited);
    const unsupported = [...parameters.keys()].find((name) => !isHarmless(name));
    const database = parameters.get('database') ?? parameters.get('user') ?? '';
    if (database !== this.welcome.database) {
      this.disconnect('3D000', `database "${database}" does not exist`);
    } else if (!/^(utf-?8|unicode)?$/i.test(parameters.get('client_encoding') ?? '')) {
      this.disconnect('0A000', 'the embedded engine speaks UTF8 only');
    } else if (unsupported !== undefined) {
      this.disconnect('0A000', `the embedded engine has one session for all clients: "${unsupported}" cannot be set`);
    } else {
      if ((code & 0xffff) > 0 || extensions.length > 0) this.socket.write(negotiation(extensions));
      this.applicationName = parameters.get('application_name') ?? '';
      if (isUnlimited) this.limit = 'unlimited';
      this.authenticate();
    }
  }

  private authenticate(): void {
    this.reader.typed = true;
    if (this.welcome.password === undefined) {
      this.admit();
    } else {
      this.stage = 'password';
      this.socket.write(passwordRequest());
    }
  }

  private checkPassword(answer: Buffer): void {
    const expected = message('p', text(this.welcome.password ?? ''));
    if (answer.length === expected.length && timingSafeEqual(answer, expected)) this.admit();
    else this.disconnect('28P01', 'password authentication failed');
  }

  private admit(): void {
    this.stage = 'session';
    this.socket.write(greeting(this.welcome.facts, this.applicationName, this.id));
  }

  private gather(whole: Buffer): void {
    const type = String.fromCharCode(whole[0] ?? 0);
    if (type === 'X') {
      this.socket.end();
      this.leave();
      return;
    }
    this.messages.push(whole);
    // Sync, Query and FunctionCall end a request; Flush wants the answers so far
    if (type !== 'S' && type !== 'Q' && type !== 'F' && type !== 'H') return;
    const bytes = this.messages.reduce((total, { length }) => total + length, 0);
    this.requests.push({ messages: this.messages, bytes, isWhole: type !== 'H' });
    this.messages = [];
    if (this.requests.length >= MAX_REQUESTS_AHEAD) this.socket.pause();
    this.events.onRequest(this);
  }
}

/** NegotiateProtocolVersion: 3.0, and none of the extensions. */
function negotiation(extensions: readonly string[]): Buffer {
  return message('v', int32(0x30000), int32(extensions.length), ...extensions.map(text));
}
