import { Injectable } from '@nestjs/common';
import { FieldCollector } from '../../../collections/field-collector.js';
import type { Filter } from '../../../filters/filter.js';
import { isJsonObject, type Json, stringifyJson } from '../../../http/json.js';
import type { Parts, RecordWrite, StoredRecord } from '../../../records/record.js';
import { RecordReads } from '../../../records/record-reads.service.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { mapLong } from '../../../slices.js';
import { definitionOf } from '../collections/collection-definition.js';
import { withExpiry } from '../expiry/expiry.js';
import { parseFilter, requireFilter } from '../filter/parse-filter.js';
import { MAX_POINTS_WITH_VECTORS } from '../limits.js';
import { limitOf, SearchOperations } from '../search/operations.js';
import type { Hit } from '../search/scores.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { validationError } from '../vectorizer-error.js';
import { collectFields } from '../wire/payload-fields.js';
import { partsOf, type Shown } from '../wire/stored-vector.js';
import { wrongDimension } from './errors.js';
import { parsePointId, parsePointIds } from './point-id.js';
import { type DeleteRequest, requireQuery, type ScrollRequest, type SearchRequest } from './requests.js';
import type { SentPoint } from './sent-points.js';

const UPSERT = { existing: 'replace', missing: 'insert' } as const;

/** A page of points, and the id that the next one begins with; undefined: there is none. */
export interface PointPage {
  readonly records: readonly StoredRecord[];
  readonly next: string | undefined;
}

/** Points: vectors, as Qdrant's clients know them. */
@Injectable()
export class PointOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly searches: SearchOperations,
    private readonly reads: RecordReads,
    private readonly writes: RecordWrites,
  ) {}

  /** Stores all of them, or none; those that are there are replaced. @throws VectorizerError 400 for a point that cannot be stored; 404 */
  async upsert(name: string, points: readonly SentPoint[]): Promise<void> {
    return this.targets.run(
      name,
      async (collection) => {
        const collector = new FieldCollector();
        const make = (point: SentPoint, index: number): RecordWrite =>
          toRecord(collection, point, `points[${String(index)}]`, collector);
        const records = await mapLong(points, make, ({ metadata }) => metadata?.length ?? 0);
        await this.writes.write(collection, NAMESPACE, { records, fields: collector.fields }, UPSERT);
      },
      'catalog',
    );
  }

  /** Deletes the points of the ids that exist, or those that match. @throws VectorizerError 400 unless exactly one of them is asked for; 404 */
  async delete(name: string, { points, filter }: DeleteRequest): Promise<void> {
    if (points !== undefined && filter !== undefined) throw validationError('points', 'there must be no filter beside it');
    const selection = points === undefined ? { filter: requireFilter(filter) } : { ids: parsePointIds(points, 'points') };
    return this.targets.run(name, async (collection) => {
      await this.writes.delete(collection, NAMESPACE, { ...selection, limit: null, listIds: false });
    });
  }

  /** The points of the ids that exist, in the order of the ids. */
  async retrieve(name: string, ids: readonly string[], shown: Shown): Promise<readonly StoredRecord[]> {
    return this.targets.run(name, async (collection) => {
      const { records } = await this.reads.readById(collection, NAMESPACE, {
        ids,
        parts: pointParts(collection, shown),
        limit: ids.length,
      });
      const byId = new Map(records.map((record) => [record.id, record]));
      return [...new Set(ids)].flatMap((id) => byId.get(id) ?? []);
    });
  }

  async count(name: string, filter: Json | undefined): Promise<number> {
    const parsed = optionalFilter(filter);
    return this.targets.run(name, async (collection) => {
      const { count } = await this.reads.countMatching(collection, NAMESPACE, { filter: parsed });
      return count;
    });
  }

  /** A page in the bytewise order of ids, from the id `offset` on. */
  async scroll(name: string, request: ScrollRequest, shown: Shown): Promise<PointPage> {
    const filter = optionalFilter(request.filter);
    const from = request.offset === undefined ? undefined : parsePointId(request.offset, 'offset');
    return this.targets.run(name, async (collection) => {
      const limit = Math.min(limitOf(request.limit), shown.vector ? MAX_POINTS_WITH_VECTORS : Infinity);
      // one more than is shown tells whether there is a next page, and how it begins
      const page = { filter, parts: pointParts(collection, shown), limit: limit + 1 };
      const [first, rest] = await Promise.all([
        from === undefined ? undefined : this.reads.readById(collection, NAMESPACE, { ...page, ids: [from] }),
        this.reads.readById(collection, NAMESPACE, { ...page, after: from }),
      ]);
      const records = [...(first?.records ?? []), ...rest.records];
      return { records: records.slice(0, limit), next: records[limit]?.id };
    });
  }

  /** The best of the points that match, best first. @throws VectorizerError 400 and 404 */
  async search(name: string, request: SearchRequest, shown: Shown): Promise<readonly Hit[]> {
    const query = requireQuery(request);
    const filter = optionalFilter(request.filter);
    return this.targets.run(name, async (collection) => {
      if (query.length !== collection.dimension) throw wrongDimension(collection.dimension, query.length);
      return this.searches.nearest(collection, query, {
        filter,
        limit: limitOf(request.limit),
        offset: request.offset ?? 0,
        parts: pointParts(collection, shown),
        threshold: request.score_threshold,
      });
    });
  }
}

function toRecord(collection: DenseCollection, point: SentPoint, path: string, collector: FieldCollector): RecordWrite {
  const { vector, payload: sent } = point;
  const id = parsePointId(point.id, `${path}.id`);
  if (vector === undefined) throw validationError(`${path}.vector`, 'missing or invalid vector parameter');
  if (vector.kind === 'problem') throw validationError(`${path}.vector`, vector.reason);
  const { values: embedding } = vector;
  if (embedding.length !== collection.dimension) throw wrongDimension(collection.dimension, embedding.length);
  const isGiven = sent !== undefined && sent !== null;
  if (isGiven && !isJsonObject(sent)) throw validationError(`${path}.payload`, 'it must be an object');
  const payload = withExpiry(isGiven ? sent : new Map(), definitionOf(collection).ttlSeconds);
  collectFields(payload, collector);
  const metadata = payload.size === 0 ? null : stringifyJson(payload);
  return { id, embedding, sparse: null, document: null, uri: null, metadata, removedKeys: [] };
}

/** A filter without conditions selects every point. @throws VectorizerError 400 for what is no filter */
function optionalFilter(sent: Json | undefined): Filter | undefined {
  return sent === undefined ? undefined : parseFilter(sent);
}

/** A point has no text. */
function pointParts(collection: DenseCollection, shown: Shown): Parts {
  return { ...partsOf(collection, shown), document: false };
}
