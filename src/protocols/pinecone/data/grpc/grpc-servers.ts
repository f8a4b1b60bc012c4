import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  Metadata,
  Server,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { CONFIG, type Config } from '../../../../config/config.js';
import { BodyBudget } from '../../../../http/body-budget.js';
import { RequestError } from '../../../../http/validate.js';
import { Authentication } from '../../../../keys/authentication.js';
import { currentRequest } from '../../../../observability/request-context.js';
import { RequestObserver } from '../../../../observability/request-observer.js';
import { requirePermission, runAs, type Permission } from '../../../../tenants/caller.js';
import { apiVersion } from '../../wire/api-version.js';
import { IndexTargets, type IndexTarget } from '../../targets.js';
import { indexOfHost } from '../../middleware.js';
import { PineconeError } from '../../pinecone-error.js';
import { decode, encode, messageType } from './codec.js';
import { GrpcConnections } from './grpc-connections.js';
import { observeCall } from './observe-call.js';
import { callerOf, guardCalls, toServiceError } from './call-guard.js';
import { VectorService, type Method, type Reply } from './vector-service.js';

type Call = ServerUnaryCall<Buffer, Buffer>;

/** Request and answer of each method, and what a key must allow for it. */
const METHODS: readonly (readonly [name: string, request: string, response: string, permission: Permission])[] = [
  ['Upsert', 'UpsertRequest', 'UpsertResponse', 'write'],
  ['Delete', 'DeleteRequest', 'DeleteResponse', 'write'],
  ['Fetch', 'FetchRequest', 'FetchResponse', 'read'],
  ['List', 'ListRequest', 'ListResponse', 'read'],
  ['Query', 'QueryRequest', 'QueryResponse', 'read'],
  ['Update', 'UpdateRequest', 'UpdateResponse', 'write'],
  ['DescribeIndexStats', 'DescribeIndexStatsRequest', 'DescribeIndexStatsResponse', 'read'],
  ['ListNamespaces', 'ListNamespacesRequest', 'ListNamespacesResponse', 'read'],
  ['DescribeNamespace', 'DescribeNamespaceRequest', 'NamespaceDescription', 'read'],
  ['DeleteNamespace', 'DeleteNamespaceRequest', 'DeleteResponse', 'write'],
  ['CreateNamespace', 'CreateNamespaceRequest', 'NamespaceDescription', 'write'],
  ['FetchByMetadata', 'FetchByMetadataRequest', 'FetchByMetadataResponse', 'read'],
];

/** A method as it is served. */
interface Definition {
  readonly method: Method;
  readonly permission: Permission;
  readonly request: ReturnType<typeof messageType>;
  readonly response: ReturnType<typeof messageType>;
}

/** What one connection may have under way; clients keep more to themselves until an answer is there. */
const MAX_STREAMS = 100;

/** Messages stay bytes here: what cannot be decoded is answered in our words, not in the library's. */
const asIs = (bytes: Buffer): Buffer => bytes;
const DEFINITION = Object.fromEntries(
  METHODS.map(([name]) => [
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
  ]),
) as ServiceDefinition;

/** Serves gRPC on connections that listeners hand over. A call does not tell its port, so that each port has a server of its own. */
@Injectable()
export class GrpcServers implements BeforeApplicationShutdown {
  private readonly servers = new Map<number, { readonly server: Server; readonly connections: GrpcConnections }>();
  private isRetiring = false;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly service: VectorService,
    private readonly authentication: Authentication,
    private readonly observer: RequestObserver,
    private readonly budget: BodyBudget,
  ) {}

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
    const { authentication, observer, config } = this;
    const server = new Server({
      // its own statistics, which nobody can ask for here
      'grpc.enable_channelz': 0,
      'grpc.max_receive_message_length': this.config.pineconeMaxGrpcBytes,
      'grpc.max_send_message_length': this.config.pineconeMaxGrpcBytes,
      'grpc.max_concurrent_streams': MAX_STREAMS,
      interceptors: [guardCalls({ authentication, observer, timeoutMs: config.requestTimeoutMs })],
    });
    const connections = new GrpcConnections(server, {
      firstCallMs: config.headersTimeoutMs,
      idleMs: config.pineconeGrpcIdleTimeoutMs,
      graceMs: config.shutdownTimeoutMs,
    });
    if (this.isRetiring) connections.retire();
    server.addService(DEFINITION, this.implementation(port, connections));
    this.servers.set(port, { server, connections });
    return connections;
  }

  private implementation(port: number, connections: GrpcConnections): UntypedServiceImplementation {
    const handlers = METHODS.map(([name, request, response, permission]) => {
      const method = this.service.methods[name];
      if (method === undefined) throw new Error(`no method ${name}`);
      const definition = { method, permission, request: messageType(request), response: messageType(response) };
      const handle = (call: Call, callback: sendUnaryData<Buffer>): void => {
        connections.called(call.getPeer());
        observeCall(this.observer, name, call.metadata, callback, (answered) => {
          void this.answer(call, answered, port, definition);
        });
      };
      return [name, handle] as const;
    });
    return Object.fromEntries(handlers);
  }

  private async answer(call: Call, callback: sendUnaryData<Buffer>, port: number, definition: Definition): Promise<void> {
    const requestId = currentRequest()?.id ?? randomUUID();
    const trailer = new Metadata();
    trailer.set('x-pinecone-request-id', requestId);
    try {
      const caller = await callerOf(this.authentication, call.metadata);
      const reply = await runAs(caller, () => this.reply(call, port, definition));
      const initial = new Metadata();
      initial.set('x-pinecone-request-id', requestId);
      for (const name of reply.lsn?.names ?? []) initial.set(name, reply.lsn?.value ?? '');
      call.sendMetadata(initial);
      callback(null, encode(definition.response, reply.message), trailer);
    } catch (thrown) {
      callback(toServiceError(thrown, requestId));
    }
  }

  private async reply(call: Call, port: number, { method, permission, request }: Definition): Promise<Reply> {
    requirePermission(permission);
    const [version] = call.metadata.get('x-pinecone-api-version');
    const share = this.budget.share();
    try {
      const refusal = share.grow(call.request.length);
      if (refusal !== undefined) throw refusal;
      const message = decodeRequest(request, call.request, this.config.maxJsonDepth);
      return await this.targets.run(this.targetOf(call, port), (collection) =>
        method(collection, message, apiVersion(version?.toString())),
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

function decodeRequest(type: ReturnType<typeof messageType>, bytes: Buffer, levels: number): Record<string, unknown> {
  try {
    return decode(type, bytes, levels);
  } catch (error) {
    if (error instanceof PineconeError || error instanceof RequestError) throw error;
    throw new PineconeError('INVALID_ARGUMENT', 'The request message cannot be decoded');
  }
}
