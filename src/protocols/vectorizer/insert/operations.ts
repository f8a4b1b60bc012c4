import { Injectable } from '@nestjs/common';
import { FieldCollector } from '../../../collections/field-collector.js';
import { retryIfMissing } from '../../../collections/missing-collection.js';
import { stringifyJson } from '../../../http/json.js';
import { Limits } from '../../../limits/limits.js';
import type { RecordWrite } from '../../../records/record.js';
import { RecordWrites } from '../../../records/record-writes.service.js';
import { mapLong } from '../../../slices.js';
import { definitionOf } from '../collections/collection-definition.js';
import { EmbeddingProviders } from '../collections/embedding-providers.js';
import { CollectionOperations } from '../collections/operations.js';
import { withExpiry } from '../expiry/expiry.js';
import { type DenseCollection, NAMESPACE } from '../targets.js';
import { noProvider, VectorizerError } from '../vectorizer-error.js';
import { collectFields } from '../wire/payload-fields.js';
import type { SentEntry } from '../wire/sent-entry.js';
import { clientIdOf, planEntry, type PlannedEntry, type PlannedVector } from './planned-entry.js';
import type { ChunkingRequest } from './requests.js';

/** What became of an entry. */
export type EntryReport =
  | {
      readonly kind: 'stored';
      readonly clientId: string | null;
      readonly vectorIds: readonly string[];
      readonly chunked: boolean;
    }
  | { readonly kind: 'failed'; readonly clientId: string | null; readonly error: VectorizerError };

const UPSERT = { existing: 'replace', missing: 'insert' } as const;

/** Inserts, which replace vectors of the same ids. */
@Injectable()
export class InsertOperations {
  constructor(
    private readonly collections: CollectionOperations,
    private readonly providers: EmbeddingProviders,
    private readonly writes: RecordWrites,
    private readonly limits: Limits,
  ) {}

  /** Stores one entry. A missing collection is made. @throws VectorizerError 400 for an entry that cannot be stored */
  async insertOne(name: string, entry: SentEntry, chunking: ChunkingRequest): Promise<Extract<EntryReport, { kind: 'stored' }>> {
    const [report] = await this.insert(name, [entry], chunking);
    if (report?.kind === 'failed') throw report.error;
    return report ?? { kind: 'stored', clientId: null, vectorIds: [], chunked: false };
  }

  /** Stores the entries that can be stored, all at once, and reports on every one. A missing collection is made. */
  async insert(name: string, entries: readonly (SentEntry | null)[], chunking: ChunkingRequest): Promise<readonly EntryReport[]> {
    const existing = await this.collections.find(name);
    const known = existing?.dimension ?? firstDimension(entries);
    const plans = await mapLong(entries, (entry) => plan(entry, chunking, known, existing));
    const stored = plans.filter((entry): entry is PlannedEntry => !(entry instanceof VectorizerError));
    if (stored.length > 0) await this.storeAnew(name, existing, known, stored);
    return mapLong(plans, (entry, index): EntryReport => {
      if (entry instanceof VectorizerError) return { kind: 'failed', clientId: clientIdOf(entries[index] ?? null), error: entry };
      return { kind: 'stored', clientId: entry.clientId, vectorIds: entry.vectors.map(({ id }) => id), chunked: entry.chunked };
    });
  }

  /** Stores into the collection, or a new one: also when it is deleted in between. */
  private async storeAnew(
    name: string,
    existing: DenseCollection | undefined,
    dimension: number | null,
    entries: readonly PlannedEntry[],
  ): Promise<void> {
    const intoNew = async (): Promise<void> => this.store(await this.collections.requireOrCreate(name, dimension), entries);
    await retryIfMissing(() => (existing === undefined ? intoNew() : this.store(existing, entries)), intoNew);
  }

  private async store(collection: DenseCollection, entries: readonly PlannedEntry[]): Promise<void> {
    const vectors = entries.flatMap((entry) => entry.vectors);
    // before their texts are embedded for nothing
    this.limits.requireBatch(vectors.length);
    const texts = vectors.flatMap(({ embedding, document }) => (embedding === null && document !== null ? [document] : []));
    const embeddings = await this.providers.embed(collection, texts, 'passage');
    const { ttlSeconds } = definitionOf(collection);
    const collector = new FieldCollector();
    let next = 0;
    const toRecord = ({ id, embedding, sparse, document, payload }: PlannedVector): RecordWrite => {
      const stored = withExpiry(payload, ttlSeconds);
      collectFields(stored, collector);
      const metadata = stored.size === 0 ? null : stringifyJson(stored);
      return { id, embedding: embedding ?? embeddings[next++] ?? null, sparse, document, uri: null, metadata, removedKeys: [] };
    };
    const records = await mapLong(vectors, toRecord, ({ metadata }) => metadata?.length ?? 0);
    await this.writes.write(collection, NAMESPACE, { records, fields: collector.fields }, UPSERT);
  }
}

/** A collection that takes no texts refuses an entry with one by itself: the others of its batch are stored. */
function plan(
  entry: SentEntry | null,
  chunking: ChunkingRequest,
  dimension: number | null,
  collection: DenseCollection | undefined,
): PlannedEntry | VectorizerError {
  const planned = planEntry(entry, chunking, dimension);
  if (planned instanceof VectorizerError || collection === undefined) return planned;
  const needsProvider = planned.vectors.some(({ embedding }) => embedding === null);
  if (!needsProvider || definitionOf(collection).embeddingProvider !== null) return planned;
  return noProvider(collection.name);
}

/** A new collection gets the dimension of the first vector in the request. */
function firstDimension(entries: readonly (SentEntry | null)[]): number | null {
  for (const entry of entries) {
    if (entry?.vector?.kind === 'vector' && entry.vector.values.length > 0) return entry.vector.values.length;
  }
  return null;
}
