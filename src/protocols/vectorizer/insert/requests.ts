import { IsOptional, IsString } from 'class-validator';
import { Refused } from '../../../http/field-fates.js';
import { type Json, readJson } from '../../../http/json.js';
import { Read, ReadInSlices } from '../../../http/validate.js';
import { NO_ENCRYPTION, refuseEncryption, validationError } from '../vectorizer-error.js';
import { readComponents, type SentComponents } from '../wire/sent-components.js';
import { readEntries, type SentEntries, type SentEntry, toEntry } from '../wire/sent-entry.js';

/** How the texts of a batch are split unless an entry says otherwise. */
export interface ChunkingRequest {
  auto_chunk?: Json;
  chunk_size?: Json;
  chunk_overlap?: Json;
}

/** `POST /insert` and `POST /collections/{c}/insert`: an entry, and its collection. */
export class InsertRequest implements ChunkingRequest {
  @IsOptional() @IsString() collection?: string;
  @Read(readJson) id?: Json;
  @Read(readJson) text?: Json;
  @Read(readJson) content?: Json;
  @Read(readComponents) vector?: SentComponents;
  @Read(readComponents) embedding?: SentComponents;
  @Read(readComponents) data?: SentComponents;
  @Read(readJson) payload?: Json;
  @Read(readJson) metadata?: Json;
  @Read(readJson) sparse?: Json;
  @Read(readJson) sparse_vector?: Json;
  @Read(readJson) auto_chunk?: Json;
  @Read(readJson) chunk_size?: Json;
  @Read(readJson) chunk_overlap?: Json;
  @Refused(NO_ENCRYPTION) @Read(refuseEncryption) public_key?: never;
}

/** Batches of entries. */
export class BatchInsertRequest implements ChunkingRequest {
  @IsOptional() @IsString() collection?: string;
  @ReadInSlices(readEntries) vectors?: SentEntries;
  @ReadInSlices(readEntries) texts?: SentEntries;
  @ReadInSlices(readEntries) items?: SentEntries;
  @Read(readJson) auto_chunk?: Json;
  @Read(readJson) chunk_size?: Json;
  @Read(readJson) chunk_overlap?: Json;
  @Refused(NO_ENCRYPTION) @Read(refuseEncryption) public_key?: never;
}

/** The request as an entry; members that an entry does not have mean nothing to it. */
export function entryOf(request: InsertRequest): SentEntry {
  const { vector, embedding, data, ...values } = request;
  return toEntry(given({ vector, embedding, data }), given(values));
}

function given<T>(values: Readonly<Record<string, T | undefined>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(values).filter((entry): entry is [string, T] => entry[1] !== undefined));
}

/** The entries of a batch; `field` is what the route calls them. @throws VectorizerError 400 unless there is a list with something in it */
export function entriesOf(request: BatchInsertRequest, field: 'vectors' | 'texts'): readonly (SentEntry | null)[] {
  const entries = request.vectors ?? request.texts ?? request.items;
  if (entries === undefined || entries === 'no_list') throw validationError(field, `missing or invalid ${field} parameter`);
  if (entries.length === 0) throw validationError(field, `${field} array must contain at least one entry`);
  return entries;
}
