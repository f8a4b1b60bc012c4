import { Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { stringifyJson } from '../../../http/json.js';
import { ReplicaReads } from '../../../records/replica-reads.service.js';
import { NamespacesService } from '../../../records/namespaces.service.js';
import type { PageRequest } from '../../../records/record.js';
import { RecordsService } from '../../../records/records.service.js';
import type { Namespace } from '../../../records/namespace.js';
import { parseSchema } from '../wire/metadata-schema.js';
import { DEFAULT_ALIAS, namespaceOf, publicName } from '../wire/namespace-name.js';
import { decodeCursor, encodeCursor } from '../wire/page-cursor.js';
import { invalidArgument } from '../pinecone-error.js';
import { RateLimits } from '../rate-limits/rate-limits.js';
import type {
  CreateNamespaceRequest,
  FetchByMetadataRequest,
  FetchRequest,
  ListNamespacesRequest,
  ListRequest,
} from './requests.js';
import type { FetchResult, ListResult, NamespacesResult } from './results.js';
import { type EmbeddingForm, partsOf } from './parts.js';
import { VectorOperations } from './vector-operations.js';
import { requireSomeId } from './vector-rules.js';

const MAX_FETCH_IDS = 1_000;
const DEFAULT_PAGE = 100;
const EVERYTHING = { text: partsOf('text', true), binary: partsOf('binary', true) };
const NOTHING = { ...partsOf(false, false) };

/** Reads by id and in pages, and namespaces: the rest of the room that both transports share. */
@Injectable()
export class ReadOperations {
  constructor(
    private readonly vectors: VectorOperations,
    private readonly records: RecordsService,
    private readonly namespaces: NamespacesService,
    private readonly replicaReads: ReplicaReads,
    private readonly limits: RateLimits,
  ) {}

  /** Embeddings come in the form that the transport writes. */
  async fetch(collection: Collection, request: FetchRequest, form: EmbeddingForm): Promise<FetchResult> {
    const namespace = namespaceOf(request.namespace);
    const { ids } = request;
    if (ids.length === 0) throw invalidArgument('ids must not be empty: name at least one id to fetch');
    if (ids.length > MAX_FETCH_IDS) {
      throw invalidArgument(
        `The number of ids, ${String(ids.length)}, exceeds the limit of ${String(MAX_FETCH_IDS)} ids per request`,
      );
    }
    for (const id of ids) requireSomeId(id);
    this.limits.require(collection, namespace, { kind: 'fetch' });
    const { records, lsn } = await this.page(collection, namespace, { ids, parts: EVERYTHING[form], limit: ids.length });
    return { records, lsn, namespace: request.namespace ?? '', next: undefined };
  }

  async fetchByMetadata(collection: Collection, request: FetchByMetadataRequest, form: EmbeddingForm): Promise<FetchResult> {
    const namespace = namespaceOf(request.namespace);
    const limit = request.limit ?? DEFAULT_PAGE;
    const query = ['fetch', namespace, request.filter === undefined ? '{}' : stringifyJson(request.filter)];
    const filter = this.vectors.filterOf(request.filter);
    const after = decodeCursor(request.paginationToken, query);
    this.limits.require(collection, namespace, { kind: 'fetch_by_metadata' });
    const page = await this.page(collection, namespace, { filter, after, parts: EVERYTHING[form], limit: limit + 1 });
    const records = page.records.slice(0, limit);
    return { records, lsn: page.lsn, namespace: request.namespace ?? '', next: nextOf(page.records, limit, query) };
  }

  async list(collection: Collection, request: ListRequest): Promise<ListResult> {
    const namespace = namespaceOf(request.namespace);
    const limit = request.limit ?? DEFAULT_PAGE;
    const prefix = request.prefix ?? '';
    const query = ['list', namespace, prefix];
    const after = decodeCursor(request.paginationToken, query);
    this.limits.require(collection, namespace, { kind: 'list' });
    const page = await this.page(collection, namespace, { prefix, after, parts: NOTHING, limit: limit + 1 });
    return {
      ids: page.records.slice(0, limit).map((record) => record.id),
      lsn: page.lsn,
      namespace: request.namespace ?? '',
      next: nextOf(page.records, limit, query),
    };
  }

  /** `measured`: with their sizes in bytes. */
  async listNamespaces(collection: Collection, request: ListNamespacesRequest, measured: boolean): Promise<NamespacesResult> {
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

  async createNamespace(collection: Collection, request: CreateNamespaceRequest): Promise<Namespace> {
    if (request.name === '' || request.name === DEFAULT_ALIAS) {
      throw invalidArgument(`Namespace '${request.name}' cannot be created: the default namespace always exists`);
    }
    const name = namespaceOf(request.name);
    const schema = request.schema === undefined || request.schema.size === 0 ? null : parseSchema(request.schema);
    return this.namespaces.create(collection, name, schema);
  }

  /** The default namespace always exists. */
  async describeNamespace(collection: Collection, sent: string, measured: boolean): Promise<Namespace> {
    const name = namespaceOf(sent);
    const find = (): Promise<Namespace | undefined> => this.namespaces.find(collection, name, measured);
    if (name !== '') return this.replicaReads.read(collection, () => this.namespaces.require(collection, name, measured));
    const known = await this.replicaReads.read(collection, find);
    return known ?? { name, schema: null, count: 0, bytes: 0, lsn: '0' };
  }

  async deleteNamespace(collection: Collection, sent: string): Promise<void> {
    await this.namespaces.delete(collection, namespaceOf(sent));
  }

  private async page(collection: Collection, namespace: string, request: PageRequest): ReturnType<RecordsService['readById']> {
    return this.replicaReads.read(collection, () => this.records.readById(collection, namespace, request));
  }
}

function nextOf(records: readonly { readonly id: string }[], limit: number, query: readonly string[]): string | undefined {
  return records.length > limit ? encodeCursor(records[limit - 1]?.id ?? '', query) : undefined;
}
