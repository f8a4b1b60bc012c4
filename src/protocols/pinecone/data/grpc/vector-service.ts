import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../../collections/collection.js';
import { CONFIG, type Config } from '../../../../config/config.js';
import { check } from '../../../../http/validate.js';
import { SCHEMA_SHAPE, type ApiVersion } from '../../wire/api-version.js';
import { READ_HEADERS, WRITE_HEADERS } from '../lsn-headers.js';
import { ReadOperations } from '../read-operations.js';
import {
  CreateNamespaceRequest,
  DeleteRequest,
  DescribeIndexStatsRequest,
  FetchByMetadataRequest,
  FetchRequest,
  ListNamespacesRequest,
  ListRequest,
  QueryRequest,
  UpdateRequest,
  UpsertRequest,
} from '../requests.js';
import { defaultNamespaceKey } from '../rest/responses.js';
import { VectorOperations } from '../vector-operations.js';
import {
  fillRequest,
  fromFetch,
  fromList,
  fromNamespace,
  fromNamespaces,
  fromQuery,
  fromStats,
  toSchema,
  toSentVectors,
} from './messages.js';

type Message = Record<string, unknown>;

/** An answer, and what goes into its metadata. */
export interface Reply {
  readonly message: Message;
  readonly lsn?: { readonly names: readonly string[]; readonly value: string };
}

/** One method: what it does with a request's message on an index. */
export type Method = (collection: Collection, message: Message, version: ApiVersion) => Promise<Reply>;

/** The methods of `VectorService`: messages in, messages out; everything else is shared with REST. */
@Injectable()
export class VectorService {
  /** By the names in the proto file. */
  readonly methods: Readonly<Record<string, Method>> = {
    Upsert: (collection, message) => this.upsert(collection, message),
    Delete: (collection, message) => this.delete(collection, message),
    Fetch: (collection, message) => this.fetch(collection, message),
    List: (collection, message) => this.list(collection, message),
    Query: (collection, message) => this.query(collection, message),
    Update: (collection, message) => this.update(collection, message),
    DescribeIndexStats: (collection, message, version) => this.stats(collection, message, version),
    ListNamespaces: (collection, message, version) => this.listNamespaces(collection, message, version),
    DescribeNamespace: (collection, message, version) => this.describeNamespace(collection, message, version),
    DeleteNamespace: (collection, message) => this.deleteNamespace(collection, message),
    CreateNamespace: (collection, message) => this.createNamespace(collection, message),
    FetchByMetadata: (collection, message) => this.fetchByMetadata(collection, message),
  };

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly vectors: VectorOperations,
    private readonly reads: ReadOperations,
  ) {}

  private async upsert(collection: Collection, message: Message): Promise<Reply> {
    const request = fillRequest(new UpsertRequest(), { ...message, vectors: toSentVectors(message['vectors']) });
    const { upsertedCount, lsn } = await this.vectors.upsert(collection, check(request));
    return written({ upsertedCount }, lsn);
  }

  private async delete(collection: Collection, message: Message): Promise<Reply> {
    const { lsn } = await this.vectors.delete(collection, check(fillRequest(new DeleteRequest(), message)));
    return written({}, lsn);
  }

  private async fetch(collection: Collection, message: Message): Promise<Reply> {
    const result = await this.reads.fetch(collection, check(fillRequest(new FetchRequest(), message)), 'binary');
    return read(fromFetch(result), result.lsn);
  }

  private async fetchByMetadata(collection: Collection, message: Message): Promise<Reply> {
    const result = await this.reads.fetchByMetadata(
      collection,
      check(fillRequest(new FetchByMetadataRequest(), message)),
      'binary',
    );
    return read(fromFetch(result), result.lsn);
  }

  private async list(collection: Collection, message: Message): Promise<Reply> {
    const result = await this.reads.list(collection, check(fillRequest(new ListRequest(), message)));
    return read(fromList(result), result.lsn);
  }

  private async query(collection: Collection, message: Message): Promise<Reply> {
    const request = fillRequest(new QueryRequest(), message);
    // lists are there always: an empty one was not sent
    if ((message['queries'] as readonly unknown[]).length === 0) request.queries = undefined;
    const result = await this.vectors.query(collection, check(request), 'binary');
    return read(fromQuery(result), result.lsn);
  }

  private async update(collection: Collection, message: Message): Promise<Reply> {
    const result = await this.vectors.update(collection, check(fillRequest(new UpdateRequest(), message)));
    return written({ matchedRecords: result.matchedRecords }, result.lsn);
  }

  private async stats(collection: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const { filter } = fillRequest(new DescribeIndexStatsRequest(), message);
    const result = await this.vectors.stats(collection, filter);
    return read(fromStats(result, defaultNamespaceKey(version, this.config.pineconeDefaultNamespaceKey)), result.lsn);
  }

  private async listNamespaces(collection: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const request = check(fillRequest(new ListNamespacesRequest(), message));
    return { message: fromNamespaces(await this.reads.listNamespaces(collection, request, version >= SCHEMA_SHAPE)) };
  }

  private async describeNamespace(collection: Collection, message: Message, version: ApiVersion): Promise<Reply> {
    const name = (message['namespace'] as string | undefined) ?? '';
    return { message: fromNamespace(await this.reads.describeNamespace(collection, name, version >= SCHEMA_SHAPE)) };
  }

  private async deleteNamespace(collection: Collection, message: Message): Promise<Reply> {
    await this.reads.deleteNamespace(collection, (message['namespace'] as string | undefined) ?? '');
    return { message: {} };
  }

  private async createNamespace(collection: Collection, message: Message): Promise<Reply> {
    const schema = toSchema(message['schema']);
    const request = fillRequest(new CreateNamespaceRequest(), { name: message['name'] ?? '', ...(schema && { schema }) });
    return { message: fromNamespace(await this.reads.createNamespace(collection, check(request))) };
  }
}

function written(message: Message, lsn: string): Reply {
  return { message, lsn: { names: WRITE_HEADERS, value: lsn } };
}

function read(message: Message, lsn: string): Reply {
  return { message, lsn: { names: READ_HEADERS, value: lsn } };
}
