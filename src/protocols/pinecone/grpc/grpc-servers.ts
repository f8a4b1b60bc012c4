import { randomUUID } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { Inject, Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import {
  Metadata,
  Server,
  ServerCredentials,
  type sendUnaryData,
  type ServerUnaryCall,
  type ServiceDefinition,
  type UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { CONFIG, type Config } from '../../../config.js';
import { RequestError } from '../../../http/validate.js';
import { apiVersion } from '../api-version.js';
import { toPineconeError } from '../errors.js';
import { IndexTargets, type IndexTarget } from '../index-targets.js';
import { indexOfHost } from '../middleware.js';
import { PineconeError } from '../pinecone-error.js';
import { decode, encode, messageType } from './codec.js';
import { VectorService, type Method } from './vector-service.js';

type Call = ServerUnaryCall<Buffer, Buffer>;
type Injector = ReturnType<Server['createConnectionInjector']>;

/** Request and answer of each method. */
const METHODS: readonly (readonly [name: string, request: string, response: string])[] = [
  ['Upsert', 'UpsertRequest', 'UpsertResponse'],
  ['Delete', 'DeleteRequest', 'DeleteResponse'],
  ['Fetch', 'FetchRequest', 'FetchResponse'],
  ['List', 'ListRequest', 'ListResponse'],
  ['Query', 'QueryRequest', 'QueryResponse'],
  ['Update', 'UpdateRequest', 'UpdateResponse'],
  ['DescribeIndexStats', 'DescribeIndexStatsRequest', 'DescribeIndexStatsResponse'],
  ['ListNamespaces', 'ListNamespacesRequest', 'ListNamespacesResponse'],
  ['DescribeNamespace', 'DescribeNamespaceRequest', 'NamespaceDescription'],
  ['DeleteNamespace', 'DeleteNamespaceRequest', 'DeleteResponse'],
  ['CreateNamespace', 'CreateNamespaceRequest', 'NamespaceDescription'],
  ['FetchByMetadata', 'FetchByMetadataRequest', 'FetchByMetadataResponse'],
];

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
  private readonly servers = new Map<number, { readonly server: Server; readonly injector: Injector }>();

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly targets: IndexTargets,
    private readonly service: VectorService,
  ) {}

  /** Takes over a connection that begins with an HTTP/2 preface. */
  accept(socket: Duplex, port: number): void {
    this.serverOf(port).injector.injectConnection(socket);
  }

  /** Lets the calls that are under way finish, for at most `graceMs`, and closes the connections. */
  drain(graceMs: number): void {
    for (const { injector } of this.servers.values()) injector.drain(graceMs);
  }

  beforeApplicationShutdown(): void {
    for (const { server, injector } of this.servers.values()) {
      injector.destroy();
      server.forceShutdown();
    }
  }

  private serverOf(port: number): { readonly server: Server; readonly injector: Injector } {
    const known = this.servers.get(port);
    if (known !== undefined) return known;
    const server = new Server({
      // its own statistics, which nobody can ask for here
      'grpc.enable_channelz': 0,
      'grpc.max_receive_message_length': this.config.pineconeMaxGrpcBytes,
      'grpc.max_send_message_length': this.config.pineconeMaxGrpcBytes,
    });
    server.addService(DEFINITION, this.implementation(port));
    const created = { server, injector: server.createConnectionInjector(ServerCredentials.createInsecure()) };
    this.servers.set(port, created);
    return created;
  }

  private implementation(port: number): UntypedServiceImplementation {
    const handlers = METHODS.map(([name, request, response]) => {
      const method = this.service.methods[name];
      if (method === undefined) throw new Error(`no method ${name}`);
      const types = { request: messageType(request), response: messageType(response) };
      const handle = (call: Call, callback: sendUnaryData<Buffer>): void => {
        void this.answer(call, callback, port, method, types);
      };
      return [name, handle] as const;
    });
    return Object.fromEntries(handlers);
  }

  private async answer(
    call: Call,
    callback: sendUnaryData<Buffer>,
    port: number,
    method: Method,
    types: { readonly request: ReturnType<typeof messageType>; readonly response: ReturnType<typeof messageType> },
  ): Promise<void> {
    const requestId = randomUUID();
    const trailer = new Metadata();
    trailer.set('x-pinecone-request-id', requestId);
    try {
      const [version] = call.metadata.get('x-pinecone-api-version');
      const message = decodeRequest(types.request, call.request);
      const reply = await this.targets.run(this.targetOf(call, port), (collection) =>
        method(collection, message, apiVersion(version?.toString())),
      );
      const initial = new Metadata();
      initial.set('x-pinecone-request-id', requestId);
      for (const name of reply.lsn?.names ?? []) initial.set(name, reply.lsn?.value ?? '');
      call.sendMetadata(initial);
      callback(null, encode(types.response, reply.message), trailer);
    } catch (thrown) {
      const error = toPineconeError(thrown);
      if (error.retryAfterMs !== undefined) trailer.set('grpc-retry-pushback-ms', String(error.retryAfterMs));
      callback({ code: error.grpcCode, details: error.message, metadata: trailer });
    }
  }

  /** By the host where one is configured, else by the port. */
  private targetOf(call: Call, port: number): IndexTarget {
    const label = indexOfHost(call.getHost(), this.config.pineconeDomain);
    return label === undefined ? { kind: 'port', port } : { kind: 'host', label };
  }
}

function decodeRequest(type: ReturnType<typeof messageType>, bytes: Buffer): Record<string, unknown> {
  try {
    return decode(type, bytes);
  } catch (error) {
    if (error instanceof PineconeError || error instanceof RequestError) throw error;
    throw new PineconeError('INVALID_ARGUMENT', 'The request message cannot be decoded');
  }
}
