import { Injectable } from '@nestjs/common';
import { FieldCollector } from '../../../collections/field-collector.js';
import { type Json, type JsonObject, stringifyJson } from '../../../http/json.js';
import type { RecordPatch, SelectionPatched } from '../../../records/record.js';
import { RecordPatchesService } from '../../../records/record-patches.service.js';
import { mapLong } from '../../../slices.js';
import { definitionOf, hasDefinition } from '../collections/collection-definition.js';
import { EmbeddingProviders } from '../collections/embedding-providers.js';
import { CollectionOperations } from '../collections/operations.js';
import { EXPIRY_FIELD, withExpiry } from '../expiry/expiry.js';
import { requireFilter } from '../filter/parse-filter.js';
import { CollectionTargets, type DenseCollection, NAMESPACE } from '../targets.js';
import { noProvider, validationError, VectorizerError, vectorNotFound } from '../vectorizer-error.js';
import { idText } from '../wire/ids.js';
import { numbersToJson } from '../wire/json-values.js';
import { collectFields } from '../wire/payload-fields.js';
import type { SentComponents } from '../wire/sent-components.js';
import { type BulkUpdateRequest, payloadOf, requirePatch, type SentUpdate, type UpdateRequest } from './update-requests.js';

/** Whether metadata that is given becomes the payload, or is merged into it. */
export type PayloadMode = NonNullable<RecordPatch['metadata']>['kind'];

/** What became of an update; `error` undefined: it is done. */
export interface UpdateReport {
  readonly id: string | undefined;
  readonly error: string | undefined;
}

/** A change, whose vector may still have to be made of its text. */
interface PlannedUpdate extends RecordPatch {
  readonly needsEmbedding: boolean;
  /** What `metadata` is the text of. */
  readonly payload: JsonObject | undefined;
}

/** Changes of vectors that exist. */
@Injectable()
export class UpdateOperations {
  constructor(
    private readonly targets: CollectionTargets,
    private readonly collections: CollectionOperations,
    private readonly providers: EmbeddingProviders,
    private readonly patches: RecordPatchesService,
  ) {}

  /** @throws VectorizerError 404 for an unknown id, 400 when nothing is to be changed */
  async update(name: string, id: string, request: UpdateRequest, mode: PayloadMode): Promise<void> {
    const vector = request.vector ?? request.embedding ?? request.data;
    const payload = request.payload ?? request.metadata;
    const [found] = await this.targets.run(
      name,
      (collection) => {
        const planned = planUpdate(collection, id, { vector, text: request.text, payload, mode });
        if (planned instanceof VectorizerError) throw planned;
        return this.apply(collection, [planned]);
      },
      'catalog',
    );
    if (found !== true) throw vectorNotFound(id);
  }

  /** Makes the changes that can be made, all at once, and reports on every one. */
  async updateMany(name: string, updates: readonly (SentUpdate | null)[]): Promise<readonly UpdateReport[]> {
    return this.targets.run(name, (collection) => this.updateAll(collection, updates), 'catalog');
  }

  private async updateAll(
    collection: DenseCollection,
    updates: readonly (SentUpdate | null)[],
  ): Promise<readonly UpdateReport[]> {
    const plans = await mapLong(
      updates,
      (update) => planEntry(collection, update),
      (plan) => (plan instanceof VectorizerError ? 0 : (plan.metadata?.text.length ?? 0)),
    );
    const planned = plans.filter((plan): plan is PlannedUpdate => !(plan instanceof VectorizerError));
    const found = (await this.apply(collection, planned))[Symbol.iterator]();
    return mapLong(plans, (plan, index) => {
      if (plan instanceof VectorizerError) return { id: idText(updates[index]?.id ?? null), error: reasonOf(plan) };
      return { id: plan.id, error: found.next().value === true ? undefined : vectorNotFound(plan.id).message };
    });
  }

  /** Merges a patch into the payload of all that match. */
  async updateByFilter(name: string, request: BulkUpdateRequest): Promise<SelectionPatched> {
    const filter = requireFilter(request.filter);
    const patch = requirePatch(request);
    const collector = new FieldCollector();
    collectFields(patch, collector);
    const text = stringifyJson(patch);
    return this.targets.run(name, (collection) =>
      this.patches.patchSelected(collection, NAMESPACE, { filter }, { text, fields: collector.fields }),
    );
  }

  /** Sets when the vector ends, in milliseconds since 1970; null: never. */
  async expire(name: string, id: string, expiresAt: number | null): Promise<void> {
    const found = await this.targets.require(name);
    // vectors end in collections that Vectorizer knows: another protocol's field may just have the same name
    const collection = hasDefinition(found) ? found : await this.collections.revise(name, (definition) => definition);
    const text = stringifyJson(new Map([[EXPIRY_FIELD, numbersToJson(expiresAt)]]));
    const patch: RecordPatch = { id, embedding: null, document: null, metadata: { kind: 'patch', text } };
    const { ids } = await this.patches.patch(collection, NAMESPACE, {
      patches: [patch],
      fields: [{ name: EXPIRY_FIELD, type: 'int' }],
    });
    if (!ids.has(id)) throw vectorNotFound(id);
  }

  /** Whether each one was there. */
  private async apply(collection: DenseCollection, planned: readonly PlannedUpdate[]): Promise<readonly boolean[]> {
    const texts = planned.flatMap(({ needsEmbedding, document }) => (needsEmbedding && document !== null ? [document] : []));
    const embeddings = await this.providers.embed(collection, texts, 'passage');
    const collector = new FieldCollector();
    let next = 0;
    const toPatch = ({ id, embedding, document, metadata, needsEmbedding, payload }: PlannedUpdate): RecordPatch => {
      if (payload !== undefined) collectFields(payload, collector);
      return { id, document, metadata, embedding: needsEmbedding ? (embeddings[next++] ?? null) : embedding };
    };
    const patches = await mapLong(planned, toPatch);
    const { ids } = await this.patches.patch(collection, NAMESPACE, { patches, fields: collector.fields });
    return planned.map(({ id }) => ids.has(id));
  }
}

interface Change {
  readonly vector: SentComponents | undefined;
  readonly text: Json | undefined;
  readonly payload: Json | undefined;
  readonly mode: PayloadMode;
}

/** What a report says: the reason alone, where there is one. */
function reasonOf({ details, message }: VectorizerError): string {
  const reason = details?.['reason'];
  return typeof reason === 'string' ? reason : message;
}

function planEntry(collection: DenseCollection, update: SentUpdate | null): PlannedUpdate | VectorizerError {
  const id = update?.id === undefined ? undefined : idText(update.id);
  if (update === null || id === undefined) return validationError('id', 'missing `id` field');
  const { vector, text } = update;
  if (update.payload === undefined) return planUpdate(collection, id, { vector, text, payload: update.metadata, mode: 'patch' });
  // null clears
  const payload = update.payload ?? new Map<string, Json>();
  return planUpdate(collection, id, { vector, text, payload, mode: 'replacement' });
}

function planUpdate(collection: DenseCollection, id: string, change: Change): PlannedUpdate | VectorizerError {
  const { vector, text, payload: sent, mode } = change;
  if (vector === undefined && text === undefined && sent === undefined) {
    return validationError('body', 'nothing to update: give a vector, a text, a payload or metadata');
  }
  const embedding = vector === undefined ? null : componentsOf(collection, vector);
  if (embedding instanceof VectorizerError) return embedding;
  if (text !== undefined && (typeof text !== 'string' || text.trim() === '')) {
    return validationError('text', 'it must be a string that is not blank');
  }
  const needsEmbedding = text !== undefined && embedding === null;
  if (needsEmbedding && definitionOf(collection).embeddingProvider === null) return noProvider(collection.name);
  const given = sent === undefined ? undefined : payloadOf(sent, 'metadata');
  if (given instanceof VectorizerError) return given;
  // what replaces a payload is as new as an insert
  const payload = given && mode === 'replacement' ? withExpiry(given, definitionOf(collection).ttlSeconds) : given;
  const metadata = payload === undefined ? null : { kind: mode, text: stringifyJson(payload) };
  return { id, embedding, document: text ?? null, metadata, needsEmbedding, payload };
}

function componentsOf(collection: DenseCollection, sent: SentComponents): Float32Array | VectorizerError {
  if (sent.kind === 'problem') return validationError('vector', sent.reason);
  const { length } = sent.values;
  const { dimension } = collection;
  if (length === dimension) return sent.values;
  return validationError('vector', `vector dim ${String(length)} != collection dim ${String(dimension)}`);
}
