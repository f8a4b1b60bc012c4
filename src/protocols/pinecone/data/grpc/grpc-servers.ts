import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import {
  Metadata,
  type sendUnaryData,
  Server,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { type BeforeApplicationShutdown, Inject, Injectable } from '@nestjs/common';
import type { Type } from 'protobufjs';
import { CONFIG, type Config } from '../../../../config/config.js';
import { BodyBudget } from '../../../../http/body-budget.js';
import { RequestError } from '../../../../http/validate.js';
import { valueLimitsOf } from '../../../../http/value-memory.js';
import { Authentication } from '../../../../keys/authentication.js';
import { SourceGuard } from '../../../../keys/source-guard.js';
import { currentRequest } from '../../../../observability/request-context.js';
import { RequestObserver } from '../../../../observability/request-observer.js';
import { inSteps } from '../../../../slices.js';
import { requirePermission } from '../../../../tenants/caller.js';
import { MAX_CONCURRENT_CALLS } from '../../limits.js';
import { PineconeError } from '../../pinecone-error.js';
import { type IndexTarget, IndexTargets } from '../../targets.js';
import { apiVersion } from '../../wire/api-version.js';
import { indexOfHost } from '../../wire/index-host.js';
import { guardCalls, toServiceError } from './call-guard.js';
import { messageType } from './codec.js';
import { GrpcConnections } from './grpc-connections.js';
import type { Message } from './messages.js';
import { observeCall } from './observe-call.js';
import { decoding, encoding } from './sliced-codec.js';
import { type Method, type Reply, VectorService } from './vector-service.js';

type Call = ServerUnaryCall<Buffer, Buffer>;

/** A method with the types of its messages. */
interface ServedMethod extends Method {
  readonly requestType: Type;
  readonly answerType: Type;
}

/** Messages stay bytes to the library: what cannot be decoded is answered in Pinecone's words. */
const asIs = (bytes: Buffer): Buffer => bytes;

/** Serves gRPC on connections that listeners hand over. A call does not know its port, so that each port has a server of its own. */
@Injectable()
export class GrpcServers implements BeforeApplicationShutdown {
  private readonly servers = new Map<number, { readonly server: Server; readonly connections: GrpcConnections }>();
  private isRetiring = false;
  private readonly sources: SourceGuard;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly service: VectorService,
    private readonly authentication: Authentication,
    private readonly observer: RequestObserver,
    private readonly budget: BodyBudget,
  ) {
    this.sources = new SourceGuard(config);
  }

  /** Takes over a connection that begins with an HTTP/2 preface. */
  accept(socket: Duplex, port: number): void {
    this.serverOf(port).accept(socket);
  }

  /** Goes on serving; each connection closes after the call that comes next. */
  retire(): void {
    this.isRetiring = true;
    for (const { connections } of this.servers.values()) connections.retire();
  }

  /** Lets the calls that are under way finish, for as long as a stop waits for requests, and closes the connections. */
  drain(): void {
    for (const { connections } of this.servers.values()) connections.drain();
  }

  beforeApplicationShutdown(): void {
    for (const { server, connections } of this.servers.values()) {
      connections.destroy();
      server.forceShutdown();
    }
  }

  private serverOf(port: number): GrpcConnections {
    const known = this.servers.get(port);
    if (known !== undefined) return known.connections;
    const { authentication, sources, observer, config } = this;
    const server = new Server({
      // its own statistics, which nothing here serves
      'grpc.enable_channelz': 0,
      'grpc.max_receive_message_length': this.config.pineconeMaxGrpcBytes,
      'grpc.max_send_message_length': this.config.pineconeMaxGrpcBytes,
      'grpc.max_concurrent_streams': MAX_CONCURRENT_CALLS,
      interceptors: [
        guardCalls({
          authentication,
          sources,
          observer,
          timeoutMs: config.requestTimeoutMs,
          budget: this.budget,
          maxBytes: config.pineconeMaxGrpcBytes,
          admitted: (peer) => {
            connections.admitted(peer);
          },
        }),
      ],
    });
    const connections = new GrpcConnections(server, {
      firstCallMs: config.headersTimeoutMs,
      idleMs: config.pineconeGrpcIdleTimeoutMs,
      graceMs: config.shutdownTimeoutMs,
    });
    if (this.isRetiring) connections.retire();
    server.addService(definitionOf(this.service.methods), this.implementation(port, connections));
    this.servers.set(port, { server, connections });
    return connections;
  }

  private implementation(port: number, connections: GrpcConnections): UntypedServiceImplementation {
    const handlers = this.service.methods.map((method) => {
      const served = { ...method, requestType: messageType(method.request), answerType: messageType(method.answer) };
      const handle = (call: Call, callback: sendUnaryData<Buffer>): void => {
        connections.called(call.getPeer());
        const whenClosed = (then: () => void): void => {
          if (call.cancelled) then();
          else call.once('cancelled', then);
        };
        observeCall(this.observer, { method: method.name, metadata: call.metadata, callback, whenClosed }, (answered) => {
          void this.answer(call, answered, port, served);
        });
      };
      return [method.name, handle] as const;
    });
    return Object.fromEntries(handlers);
  }

  private async answer(call: Call, callback: sendUnaryData<Buffer>, port: number, method: ServedMethod): Promise<void> {
    const requestId = currentRequest()?.id ?? randomUUID();
    const trailer = new Metadata();
    trailer.set('x-pinecone-request-id', requestId);
    try {
      const reply = await this.reply(call, port, method);
      const initial = new Metadata();
      initial.set('x-pinecone-request-id', requestId);
      for (const name of reply.lsn?.names ?? []) initial.set(name, reply.lsn?.value ?? '');
      const answer = await inSteps(encoding(method.answerType, reply.message));
      call.sendMetadata(initial);
      callback(null, answer, trailer);
    } catch (thrown) {
      callback(toServiceError(thrown, requestId));
    }
  }

  private async reply(call: Call, port: number, method: ServedMethod): Promise<Reply> {
    requirePermission(method.permission);
    const [version] = call.metadata.get('x-pinecone-api-version');
    const share = this.budget.share();
    try {
      const refusal = share.grow(call.request.length);
      if (refusal !== undefined) throw refusal;
      const message = await decodeRequest(method.requestType, call.request, this.config);
      return await this.targets.run(this.targetOf(call, port), (collection) =>
        method.handle(collection, message, apiVersion(version?.toString())),
      );
    } finally {
      share.release();
    }
  }

  /** By the host where one is configured, else by the port. */
  private targetOf(call: Call, port: number): IndexTarget {
    const label = indexOfHost(call.getHost(), this.config.pineconeDomain);
    return label === undefined ? { kind: 'port', port } : { kind: 'host', label };
  }
}

/** The service as the library wants it described. */
function definitionOf(methods: readonly Method[]): ServiceDefinition {
  const definitions = methods.map(({ name }) => [
    name,
    {
      path: `/VectorService/${name}`,
      requestStream: false,
      responseStream: false,
      requestSerialize: asIs,
      requestDeserialize: asIs,
      responseSerialize: asIs,
      responseDeserialize: asIs,
    },
  ]);
  return Object.fromEntries(definitions) as ServiceDefinition;
}

async function decodeRequest(
  type: Type,
  bytes: Buffer,
  limits: Pick<Config, 'maxJsonDepth' | 'maxJsonValues' | 'maxValuesAtOnce'>,
): Promise<Message> {
  try {
    return await inSteps(decoding(type, bytes, limits.maxJsonDepth, valueLimitsOf(limits)));
  } catch (error) {
    if (error instanceof PineconeError || error instanceof RequestError) throw error;
    throw new PineconeError('INVALID_ARGUMENT', 'The request message cannot be decoded');
  }
}
