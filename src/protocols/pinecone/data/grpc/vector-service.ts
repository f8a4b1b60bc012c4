import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../../collections/collection.js';
import { CONFIG, type Config } from '../../../../config/config.js';
import { check } from '../../../../http/validate.js';
import type { Permission } from '../../../../tenants/caller.js';
import { type ApiVersion, SCHEMA_SHAPE } from '../../wire/api-version.js';
import { defaultNamespaceKey } from '../../wire/namespace-name.js';
import { READ_HEADERS, WRITE_HEADERS } from '../lsn-headers.js';
import { NamespaceOperations } from '../namespace-operations.js';
import { ReadOperations } from '../read-operations.js';
import {
  CreateNamespaceRequest,
  DeleteRequest,
  DescribeIndexStatsRequest,
  FetchByMetadataRequest,
  FetchRequest,
  ListNamespacesRequest,
  ListRequest,
  NamespaceRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../requests.js';
import { VectorOperations } from '../vector-operations.js';
import {
  fillRequest,
  fromFetch,
  fromList,
  fromNamespace,
  fromNamespaces,
  fromQuery,
  fromStats,
  type Message,
  toSchema,
  toSentVectors,
} from './messages.js';

/** An answer, and the write counter in its metadata. */
export interface Reply {
  readonly message: Message;
  readonly lsn?: { readonly names: readonly string[]; readonly value: string };
}

/** Carries out a request's message on an index. */
type Handler = (index: Collection, message: Message, version: ApiVersion) => Promise<Reply>;

/** One method. Its messages are named as in the proto file. */
export interface Method {
  readonly name: string;
  readonly request: string;
  readonly answer: string;
  readonly permission: Permission;
  readonly handle: Handler;
}

/** The methods of `VectorService`: messages in, messages out, over the operations that REST calls. */
@Injectable()
export class VectorService {
  readonly methods: readonly Method[] = [
    method('Upsert', 'UpsertRequest', 'UpsertResponse', 'write', this.upsert.bind(this)),
    method('Delete', 'DeleteRequest', 'DeleteResponse', 'write', this.delete.bind(this)),
    method('Fetch', 'FetchRequest', 'FetchResponse', 'read', this.fetch.bind(this)),
    method('List', 'ListRequest', 'ListResponse', 'read', this.list.bind(this)),
    method('Query', 'QueryRequest', 'QueryResponse', 'read', this.query.bind(this)),
    method('Update', 'UpdateRequest', 'UpdateResponse', 'write', this.update.bind(this)),
    method('DescribeIndexStats', 'DescribeIndexStatsRequest', 'DescribeIndexStatsResponse', 'read', this.stats.bind(this)),
    method('ListNamespaces', 'ListNamespacesRequest', 'ListNamespacesResponse', 'read', this.listNamespaces.bind(this)),
    method('DescribeNamespace', 'DescribeNamespaceRequest', 'NamespaceDescription', 'read', this.describeNamespace.bind(this)),
    method('DeleteNamespace', 'DeleteNamespaceRequest', 'DeleteResponse', 'write', this.deleteNamespace.bind(this)),
    method('CreateNamespace', 'CreateNamespaceRequest', 'NamespaceDescription', 'write', this.createNamespace.bind(this)),
    method('FetchByMetadata', 'FetchByMetadataRequest', 'FetchByMetadataResponse', 'read', this.fetchByMetadata.bind(this)),
  ];

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly vectors: VectorOperations,
    private readonly reads: ReadOperations,
    private readonly namespaces: NamespaceOperations,
  ) {}

  private async upsert(index: Collection, message: Message): Promise<Reply> {
    const request = fillRequest(new UpsertRequest(), { ...message, vectors: toSentVectors(message['vectors']) });
    const { upsertedCount, lsn } = await this.vectors.upsert(index, check(request));
    return written({ upsertedCount }, lsn);
  }

  private async delete(index: Collection, message: Message): Promise<Reply> {
    const { lsn } = await this.vectors.delete(index, check(fillRequest(new DeleteRequest(), message)));
    return written({}, lsn);
  }

  private async fetch(index: Collection, message: Message): Promise<Reply> {
    const result = await this.reads.fetch(index, check(fillRequest(new FetchRequest(), message)), 'binary');
    return read(fromFetch(result), result.lsn);
  }

  private async fetchByMetadata(index: Collection, message: Message): Promise<Reply> {
    const request = check(fillRequest(new FetchByMetadataRequest(), message));
    const result = await this.reads.fetchByMetadata(index, request, 'binary');
    return read(fromFetch(result), result.lsn);
  }

  private async list(index: Collection, message: Message): Promise<Reply> {
    const result = await this.reads.list(index, check(fillRequest(new ListRequest(), message)));
    return read(fromList(result), result.lsn);
  }

  private async query(index: Collection, message: Message): Promise<Reply> {
    const request = fillRequest(new QueryRequest(), message);
    // a decoded message has every list: an empty one was not sent
    if ((message['queries'] as readonly unknown[]).length === 0) request.queries = undefined;
    const result = await this.reads.query(index, check(request), 'binary');
    return read(fromQuery(result), result.lsn);
  }

  private async update(index: Collection, message: Message): Promise<Reply> {
    const result = await this.vectors.update(index, check(fillRequest(new UpdateRequest(), message)));
    return written({ matchedRecords: result.matchedRecords }, result.lsn);
  }

  private async stats(index: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const result = await this.reads.stats(index, fillRequest(new DescribeIndexStatsRequest(), message));
    return read(fromStats(result, defaultNamespaceKey(version, this.config.pineconeDefaultNamespaceKey)), result.lsn);
  }

  private async listNamespaces(index: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const request = check(fillRequest(new ListNamespacesRequest(), message));
    return { message: fromNamespaces(await this.namespaces.list(index, request, version >= SCHEMA_SHAPE)) };
  }

  private async describeNamespace(index: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const { namespace = '' } = fillRequest(new NamespaceRequest(), message);
    return { message: fromNamespace(await this.namespaces.describe(index, namespace, version >= SCHEMA_SHAPE)) };
  }

  private async deleteNamespace(index: Collection, message: Message): Promise<Reply> {
    const { namespace = '' } = fillRequest(new NamespaceRequest(), message);
    await this.namespaces.delete(index, namespace);
    return { message: {} };
  }

  private async createNamespace(index: Collection, message: Message): Promise<Reply> {
    const schema = toSchema(message['schema']);
    const request = fillRequest(new CreateNamespaceRequest(), { name: message['name'] ?? '', ...(schema && { schema }) });
    return { message: fromNamespace(await this.namespaces.create(index, check(request))) };
  }
}

function method(name: string, request: string, answer: string, permission: Permission, handle: Handler): Method {
  return { name, request, answer, permission, handle };
}

function written(message: Message, lsn: string): Reply {
  return { message, lsn: { names: WRITE_HEADERS, value: lsn } };
}

function read(message: Message, lsn: string): Reply {
  return { message, lsn: { names: READ_HEADERS, value: lsn } };
}
