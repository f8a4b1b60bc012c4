import { Inject, Injectable, type StreamableFile } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { and } from '../../../filters/filter.js';
import type { Json } from '../../../http/json.js';
import { requireDimension } from '../../../records/dimension.js';
import { IndexesService, type IndexProgress } from '../../../records/maintenance/indexes.service.js';
import type { Deletion, Selection, WriteMode } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordSearches } from '../../../records/record-searches.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { inOneGo, inSteps, isLong, pause } from '../../../slices.js';
import { ChromaError, invalidArgument } from '../chroma-error.js';
import { requireIndexes } from '../collections/collection-schema.js';
import { type Dialect, parseWhere, parseWhereDocument } from '../filter/parse-filter.js';
import { DEFAULT_RESULTS } from '../limits.js';
import { NAMESPACE } from '../targets.js';
import { requireFinite } from '../wire/embeddings.js';
import { type SentRecords, toBatch } from './record-batch.js';
import type { GetResponse, QueryResponse } from './responses.js';

/** The conditions that get, query and delete have in common. */
export interface Conditions {
  readonly ids?: readonly string[] | null;
  readonly where?: Json;
  readonly where_document?: Json;
}

interface GetConditions extends Conditions {
  readonly limit?: number | null;
  readonly offset?: number | null;
}

interface QueryConditions extends Conditions {
  readonly query_embeddings: readonly Float32Array[];
  readonly n_results?: number | null;
}

/** API v1 has no limit. */
interface DeleteConditions extends Conditions {
  readonly limit?: number | null;
}

const NOTHING_DELETED: Deletion = { count: 0, ids: [], scanned: 0, lsn: null };

/**
 * What both versions of the API do with records; each brings its own requests and shapes. The values of a request are checked here,
 * after its collection has been found: so does Chroma. Types are checked before, by the request classes.
 */
@Injectable()
export class RecordOperations {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
    private readonly searches: RecordSearches,
    private readonly indexes: IndexesService,
  ) {}

  async add(collection: Collection, sent: SentRecords): Promise<void> {
    await this.write(collection, sent, { existing: 'keep', missing: 'insert' });
  }

  async upsert(collection: Collection, sent: SentRecords): Promise<void> {
    await this.write(collection, sent, { existing: 'merge', missing: 'insert' });
  }

  async update(collection: Collection, sent: SentRecords): Promise<void> {
    await this.write(collection, sent, { existing: 'merge', missing: 'skip' });
  }

  /** Reads records into a response, page by page, and finishes it. */
  async get(
    collection: Collection,
    request: GetConditions,
    dialect: Dialect,
    response: GetResponse,
  ): Promise<string | StreamableFile> {
    const { ids, filter } = parseConditions(collection, request, dialect);
    const { offset, limit } = request;
    const read = { ids, filter, parts: response.parts, offset: offset ?? 0, limit: limit ?? null };
    try {
      await this.reads.readByInsertion(collection, NAMESPACE, read, {
        take: (page) => response.take(page),
        restart: () => response.restart(),
        heldBytes: () => response.heldBytes,
      });
      return response.finish();
    } catch (error) {
      await response.discard();
      throw error;
    }
  }

  /** Puts the matches of each query, nearest first, into a response, and finishes it. */
  async query(
    collection: Collection,
    request: QueryConditions,
    dialect: Dialect,
    response: QueryResponse,
  ): Promise<string | StreamableFile> {
    const { query_embeddings: queries, n_results: limit } = request;
    const { ids, filter } = parseConditions(collection, request, dialect, () => {
      requireFinite('query_embeddings', queries);
      requireDimension(collection, queries);
    });
    if (ids !== undefined && this.config.chromaUnknownQueryIds === 'refused') await this.requireIds(collection, ids);
    if (isLong(queries.length)) await pause();
    const { parts } = response;
    const search = { ids, filter, queries, parts, limit: limit ?? DEFAULT_RESULTS };
    try {
      await response.take(await this.searches.search(collection, NAMESPACE, search));
      this.searches.settle(response.heldBytes);
      return response.finish();
    } catch (error) {
      await response.discard();
      throw error;
    }
  }

  /** Deletes what matches, all or nothing. Without any condition nothing matches. */
  async delete(collection: Collection, request: DeleteConditions, dialect: Dialect): Promise<Deletion> {
    const selection = parseConditions(collection, request, dialect);
    const limit = request.limit ?? null;
    if (selection.filter === undefined) {
      if (request.ids?.length === 0) {
        throw invalidArgument('Validation error: ids, where: Either ids or where must be specified');
      }
      if (limit !== null) {
        throw invalidArgument('Validation error: limit, where: limit can only be specified when a where clause is provided');
      }
    }
    if (selection.ids === undefined && selection.filter === undefined) return NOTHING_DELETED;
    return this.writes.delete(collection, NAMESPACE, { ...selection, limit, listIds: dialect.legacy });
  }

  async count(collection: Collection): Promise<number> {
    return this.reads.count(collection, NAMESPACE);
  }

  /** Every write is searchable at once; what is not in an index yet, and is worth one, is compared one by one. */
  async indexingProgress(collection: Collection): Promise<IndexProgress> {
    return this.indexes.progress(collection, NAMESPACE);
  }

  /** @throws ChromaError 500, as the real server, unless there is a record of each id */
  private async requireIds(collection: Collection, ids: readonly string[]): Promise<void> {
    const { count } = await this.reads.countMatching(collection, NAMESPACE, { ids, filter: undefined });
    if (count < new Set(ids).size) {
      throw new ChromaError(500, 'InternalError', 'Error executing plan: Internal error: Error finding id');
    }
  }

  private async write(collection: Collection, sent: SentRecords, mode: WriteMode): Promise<void> {
    const making = toBatch(collection, sent);
    const batch = isLong(sent.ids.length) ? await inSteps(making) : inOneGo(making);
    await this.writes.write(collection, NAMESPACE, batch, mode);
  }
}

/** The ids and filters of a request as one selection. @throws ChromaError 400 for what is no filter, or may not be used */
function parseConditions(
  collection: Collection,
  request: Conditions,
  dialect: Dialect,
  /** What is checked once the filters are known to be some, and before it is seen whether they may be used. */
  between: () => void = () => undefined,
): Selection {
  const parsed = [parseWhere(request.where, dialect), parseWhereDocument(request.where_document, dialect)].filter(
    (filter) => filter !== undefined,
  );
  between();
  for (const { uses } of parsed) requireIndexes(collection, uses);
  const filters = parsed.map(({ filter }) => filter);
  return { ids: request.ids ?? undefined, filter: filters.length > 1 ? and(...filters) : filters[0] };
}
