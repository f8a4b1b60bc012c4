import { EventEmitter, once } from 'node:events';
import type { Duplex } from 'node:stream';
import {
  type ChannelCredentials,
  Client,
  type ClientOptions,
  type handleUnaryCall,
  Server,
  ServerCredentials,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import type { Listener } from '../../src/http/listeners.js';

const ECHO_PATH = '/test.Echo/echo';
const MAX_BYTES = 64 * 1024 * 1024;
const MESSAGE_OPTIONS = { 'grpc.max_receive_message_length': MAX_BYTES, 'grpc.max_send_message_length': MAX_BYTES };

const identity = (bytes: Buffer): Buffer => bytes;

const ECHO: ServiceDefinition = {
  echo: {
    path: ECHO_PATH,
    requestStream: false,
    responseStream: false,
    requestSerialize: identity,
    requestDeserialize: identity,
    responseSerialize: identity,
    responseDeserialize: identity,
  },
};

/** A gRPC server that returns what it gets, without a port of its own. */
export interface EchoServer extends Required<Pick<Listener, 'acceptHttp2' | 'drainHttp2'>> {
  /** The ports that its connections came to. */
  readonly ports: readonly number[];
  /** Lasts until the release; a call that says `wait` does so before it is answered. */
  wait(): Promise<void>;
  /** Lasts until so many wait. */
  waiting(count: number): Promise<void>;
  release(): void;
  stop(): void;
}

/** Starts one. */
export function startEchoServer(): EchoServer {
  const server = new Server(MESSAGE_OPTIONS);
  const ports: number[] = [];
  const events = new EventEmitter();
  let waiting = 0;
  const wait = async (): Promise<void> => {
    waiting += 1;
    events.emit('waiting');
    await once(events, 'release');
  };
  const echo: handleUnaryCall<Buffer, Buffer> = (call, callback) => {
    const answer = (): void => {
      callback(null, call.request);
    };
    if (call.request.toString('latin1', 0, 4) === 'wait') void wait().then(answer);
    else answer();
  };
  server.addService(ECHO, { echo });
  const injector = server.createConnectionInjector(ServerCredentials.createInsecure());
  return {
    ports,
    acceptHttp2: (socket: Duplex, port: number) => {
      ports.push(port);
      injector.injectConnection(socket);
    },
    drainHttp2: () => {
      injector.drain(60_000);
    },
    wait,
    waiting: async (count) => {
      while (waiting < count) await once(events, 'waiting');
    },
    release: () => {
      events.emit('release');
    },
    stop: () => {
      server.forceShutdown();
    },
  };
}

/** Calls an echo server over a connection of its own. */
export class EchoClient {
  private readonly client: Client;

  constructor(address: string, credentials: ChannelCredentials, options: ClientOptions = {}) {
    this.client = new Client(address, credentials, { ...MESSAGE_OPTIONS, 'grpc.use_local_subchannel_pool': 1, ...options });
  }

  async echo(message: Buffer): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      this.client.makeUnaryRequest(ECHO_PATH, identity, identity, message, (error, answer) => {
        if (error === null && answer !== undefined) resolve(answer);
        else reject(error ?? new Error('no answer'));
      });
    });
  }

  close(): void {
    this.client.close();
  }
}
