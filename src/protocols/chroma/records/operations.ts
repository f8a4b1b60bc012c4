import type { StreamableFile } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { and } from '../../../filters/filter.js';
import { isJsonObject, type Json } from '../../../http/json.js';
import { requireDimension } from '../../../records/dimension.js';
import type { Deletion, Selection, WriteMode } from '../../../records/record.js';
import type { RecordsService } from '../../../records/records.service.js';
import { invalidArgument } from '../chroma-error.js';
import { requireIndexes } from '../collections/collection-schema.js';
import { requireFinite } from '../wire/embeddings.js';
import { parseWhere, parseWhereDocument, type Dialect } from '../filter/parse-filter.js';
import { toBatch, type SentRecords } from './record-batch.js';
import { GetResponse, partsOf, toQueryResponse } from '../responses.js';

/** What both versions of the API do with records; each brings its own requests and shapes. */

/** Chroma knows no other. */
export const NAMESPACE = '';

/** Finds the collection. Chroma looks for it once the body has the right types, and at values only then. */
type Find = () => Promise<Collection>;

/** The conditions that get, query and delete have in common. */
interface Conditions {
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

const DEFAULT_RESULTS = 10;

export async function addRecords(records: RecordsService, find: Find, sent: SentRecords): Promise<void> {
  await write(records, find, sent, { existing: 'keep', missing: 'insert' });
}

export async function upsertRecords(records: RecordsService, find: Find, sent: SentRecords): Promise<void> {
  await write(records, find, sent, { existing: 'merge', missing: 'insert' });
}

export async function updateRecords(records: RecordsService, find: Find, sent: SentRecords): Promise<void> {
  await write(records, find, sent, { existing: 'merge', missing: 'skip' });
}

async function write(records: RecordsService, find: Find, sent: SentRecords, mode: WriteMode): Promise<void> {
  const collection = await find();
  await records.write(collection, NAMESPACE, toBatch(collection, sent), mode);
}

/** `tail` is JSON text that ends the answer. */
export async function getRecords(
  records: RecordsService,
  find: Find,
  request: GetConditions,
  include: readonly string[],
  dialect: Dialect,
  tail: string,
): Promise<string | StreamableFile> {
  const collection = await find();
  const { ids, filter } = parseConditions(collection, request, dialect);
  const { offset, limit } = request;
  const response = new GetResponse(include, tail);
  const read = { ids, filter, parts: partsOf(include), offset: offset ?? 0, limit: limit ?? null };
  try {
    await records.readByInsertion(collection, NAMESPACE, read, {
      take: (page) => response.take(page),
      restart: () => response.restart(),
    });
    return response.finish();
  } catch (error) {
    await response.discard();
    throw error;
  }
}

/** `tail` is JSON text that ends the answer. */
export async function queryRecords(
  records: RecordsService,
  find: Find,
  request: QueryConditions,
  include: readonly string[],
  dialect: Dialect,
  tail: string,
): Promise<string> {
  const collection = await find();
  const { query_embeddings: queries, n_results: limit } = request;
  const { ids, filter } = parseConditions(collection, request, dialect, () => {
    requireFinite('query_embeddings', queries);
    requireDimension(collection, queries);
  });
  const search = { ids, filter, queries, parts: partsOf(include), limit: limit ?? DEFAULT_RESULTS };
  return toQueryResponse(await records.search(collection, NAMESPACE, search), include, tail);
}

/** What a delete may name; API v1 has no limit. */
interface DeleteConditions extends Conditions {
  readonly limit?: number | null;
}

/** Deletes what matches, all or nothing. Without any condition nothing matches. */
export async function deleteRecords(
  records: RecordsService,
  find: Find,
  request: DeleteConditions,
  dialect: Dialect,
): Promise<Deletion> {
  const collection = await find();
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
  return records.delete(collection, NAMESPACE, { ...selection, limit, listIds: dialect.legacy });
}

const NOTHING_DELETED: Deletion = { count: 0, ids: [], scanned: 0, lsn: null };

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

/** Whether a request names no record at all. */
export function isUnconditional(request: Conditions): boolean {
  const isEmpty = (where: Json | undefined): boolean => where == null || (isJsonObject(where) && where.size === 0);
  return !request.ids?.length && isEmpty(request.where) && isEmpty(request.where_document);
}
