import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import type { Namespace } from '../../../records/namespace.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { DEFAULT_PAGE } from '../limits.js';
import { invalidArgument } from '../pinecone-error.js';
import { parseSchema } from '../wire/metadata-schema.js';
import { DEFAULT_ALIAS, namespaceOf, publicName } from '../wire/namespace-name.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import type { CreateNamespaceRequest, ListNamespacesRequest } from './requests.js';
import type { NamespacesResult } from './results.js';

/** Lists, creates, describes and deletes the namespaces of an index. */
@Injectable()
export class NamespaceOperations {
  constructor(
    private readonly namespaces: NamespacesService,
    private readonly replicaReads: ReplicaReads,
  ) {}

  /** By name. `measured`: with their sizes in bytes. */
  async list(collection: Collection, request: ListNamespacesRequest, measured: boolean): Promise<NamespacesResult> {
    const limit = request.limit ?? DEFAULT_PAGE;
    const prefix = request.prefix ?? '';
    const query = ['namespaces', prefix];
    const after = decodeCursor(request.paginationToken, query);
    const wanted = { defaultName: DEFAULT_ALIAS, prefix, after, limit: limit + 1 };
    const { namespaces, total } = await this.replicaReads.read(collection, () =>
      this.namespaces.list(collection, wanted, measured),
    );
    const page = namespaces.slice(0, limit);
    const next = namespaces.length > limit ? encodeCursor(publicName(page.at(-1)?.name ?? ''), query) : undefined;
    return { namespaces: page, total, next };
  }

  async create(collection: Collection, request: CreateNamespaceRequest): Promise<Namespace> {
    if (request.name === '' || request.name === DEFAULT_ALIAS) {
      throw invalidArgument(`Namespace '${request.name}' cannot be created: the default namespace always exists`);
    }
    const name = namespaceOf(request.name);
    const schema = request.schema === undefined || request.schema.size === 0 ? null : parseSchema(request.schema);
    return this.namespaces.create(collection, name, schema);
  }

  /** The default namespace always exists. */
  async describe(collection: Collection, sent: string, measured: boolean): Promise<Namespace> {
    const name = namespaceOf(sent);
    const find = (): Promise<Namespace | undefined> => this.namespaces.find(collection, name, measured);
    if (name !== '') return this.replicaReads.read(collection, () => this.namespaces.require(collection, name, measured));
    const known = await this.replicaReads.read(collection, find);
    return known ?? { name, schema: null, count: 0, bytes: 0, lsn: '0' };
  }

  async delete(collection: Collection, sent: string): Promise<void> {
    await this.namespaces.delete(collection, namespaceOf(sent));
  }
}
