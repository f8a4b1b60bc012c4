import { IsOptional, IsString } from 'class-validator';
import { Refused } from '../../../http/field-fates.js';
import { isJsonObject, type Json, JsonNumber, type JsonObject, readJson } from '../../../http/json.js';
import type { JsonReader } from '../../../http/json-reader.js';
import { readItems } from '../../../http/sliced-reading.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import { type Sliced } from '../../../slices.js';
import { encryptionUnsupported, NO_ENCRYPTION, refuseEncryption, validationError, VectorizerError } from '../vectorizer-error.js';
import { readComponents, type SentComponents } from '../wire/sent-components.js';

/** `POST /update`, and `PUT` and `PATCH` of a vector. */
export class UpdateRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) id?: Json;
  @Read(readComponents) vector?: SentComponents;
  @Read(readComponents) data?: SentComponents;
  @Read(readComponents) embedding?: SentComponents;
  @Read(readJson) text?: Json;
  @Read(readJson) payload?: Json;
  @Read(readJson) metadata?: Json;
  @Refused(NO_ENCRYPTION) @Read(refuseEncryption) public_key?: never;
}

export class BatchUpdateRequest {
  @IsOptional() @IsString() collection?: string;
  @ReadInSlices(readUpdates) updates?: SentUpdates;
}

/** One update of a batch; null when it is no object. */
export interface SentUpdate {
  readonly id: Json | undefined;
  readonly vector: SentComponents | undefined;
  readonly text: Json | undefined;
  /** Replaces; null: clears. */
  readonly payload: Json | undefined;
  /** Is merged. */
  readonly metadata: Json | undefined;
}

type SentUpdates = readonly (SentUpdate | null)[] | 'no_list';

/** `{filter, patch}`. */
export class BulkUpdateRequest {
  @Read(readJson) filter?: Json;
  @Read(readJson) patch?: Json;
}

/** `{expires_at}`: milliseconds, or null for never. */
export class ExpiryRequest {
  @Read(readJson) expires_at?: Json;
}

/** When the vector ends, in milliseconds since 1970; null: never. @throws VectorizerError 400 */
export function requireExpiry({ expires_at: sent }: ExpiryRequest): number | null {
  if (sent === undefined) throw validationError('expires_at', 'missing expires_at parameter');
  const expiresAt = sent instanceof JsonNumber ? Number(sent.text) : sent;
  if (expiresAt === null || (typeof expiresAt === 'number' && Number.isSafeInteger(expiresAt))) return expiresAt;
  throw validationError('expires_at', 'it must be a number of milliseconds, or null');
}

/** The updates of a batch. @throws VectorizerError 400 unless there is a list with something in it */
export function requireUpdates(sent: SentUpdates | undefined): readonly (SentUpdate | null)[] {
  if (sent === undefined || sent === 'no_list') throw validationError('updates', 'missing or invalid updates parameter');
  if (sent.length === 0) throw validationError('updates', 'updates array must contain at least one entry');
  return sent;
}

/** A payload that was sent. */
export function payloadOf(sent: Json, field: string): JsonObject | VectorizerError {
  return isJsonObject(sent) ? sent : validationError(field, 'it must be an object');
}

/** What is merged into payloads. @throws VectorizerError 400 unless it is an object */
export function requirePatch({ patch: sent }: BulkUpdateRequest): JsonObject {
  if (sent === undefined) throw validationError('patch', 'missing patch field');
  const patch = payloadOf(sent, 'patch');
  if (patch instanceof VectorizerError) throw patch;
  return patch;
}

function* readUpdates(reader: JsonReader): Sliced<SentUpdates> {
  if (reader.kind() !== 'array') {
    reader.skipValue();
    return 'no_list';
  }
  const updates: (SentUpdate | null)[] = [];
  yield* readItems(reader, () => {
    if (reader.kind() === 'object') {
      updates.push(readUpdate(reader));
    } else {
      reader.skipValue();
      updates.push(null);
    }
  });
  return updates;
}

function readUpdate(reader: JsonReader): SentUpdate {
  const values = new Map<string, Json>();
  const vectors = new Map<string, SentComponents>();
  reader.readObject((key) => {
    if (reader.kind() === 'null' && key !== 'payload') reader.readNull();
    else if (key === 'vector' || key === 'data' || key === 'embedding') vectors.set(key, readComponents(reader));
    else if (key === 'public_key') throw encryptionUnsupported();
    else values.set(key, readJson(reader));
  });
  return {
    id: values.get('id'),
    vector: vectors.get('vector') ?? vectors.get('embedding') ?? vectors.get('data'),
    text: values.get('text'),
    payload: values.get('payload'),
    metadata: values.get('metadata'),
  };
}
