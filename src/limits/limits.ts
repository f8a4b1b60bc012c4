import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { GatewayError, type LimitName } from '../errors.js';
import type { Filter } from '../filters/filter.js';
import { measureFilter } from '../filters/measure.js';

/** The limits on what a request may ask for; 0 is none. */
export type LimitValues = Pick<Config, LimitName>;

/** Which records a request is about. */
interface LimitedSelection {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
}

interface LimitedSearch extends LimitedSelection {
  readonly queries?: readonly unknown[];
  readonly limit: number;
}

/** What of a record is limited. Its embedding is not: bodies and dimensions are. */
interface LimitedRecord {
  readonly id?: string;
  readonly document: string | null;
  readonly uri?: string | null;
  /** A JSON object's text. */
  readonly metadata: string | null;
}

interface LimitedPatch {
  readonly id: string;
  readonly document: string | null;
  readonly metadata: { readonly text: string } | null;
}

const FILTER_LIMITS = [
  'maxFilterPredicates',
  'maxFilterDepth',
  'maxFilterValues',
  'maxFilterBytes',
  'maxRegexCharacters',
] as const;
const RECORD_LIMITS = ['maxMetadataBytes', 'maxMetadataKeys', 'maxMetadataKeyBytes', 'maxDocumentBytes', 'maxIdBytes'] as const;

/**
 * How much a request may ask for, in every protocol alike. Every check throws a `GatewayError`: `too_large` for a batch, `invalid`
 * for everything else. What is not limited costs nothing.
 */
@Injectable()
export class Limits {
  private readonly boundsFilters: boolean;
  private readonly boundsRecords: boolean;

  constructor(@Inject(CONFIG) private readonly values: LimitValues) {
    this.boundsFilters = FILTER_LIMITS.some((limit) => values[limit] > 0);
    this.boundsRecords = RECORD_LIMITS.some((limit) => values[limit] > 0);
  }

  /** The number of records of a write, or of queries of a search. */
  requireBatch(count: number): void {
    const allowed = this.values.maxRecords;
    if (allowed === 0 || count <= allowed) return;
    throw new GatewayError({ kind: 'too_large', subject: 'batch', limit: 'maxRecords', allowed, actual: count });
  }

  /** Searches of one request that follow each other. */
  requireSearches(count: number): void {
    this.requireBatch(count);
    const allowed = this.values.maxSearches;
    if (allowed === 0 || count <= allowed) return;
    throw new GatewayError({ kind: 'too_large', subject: 'batch', limit: 'maxSearches', allowed, actual: count });
  }

  /** Records that are written, and the namespace that the write may create. */
  requireWrite(namespace: string, records: readonly LimitedRecord[]): void {
    this.requireName(namespace);
    this.requireBatch(records.length);
    if (!this.boundsRecords) return;
    for (const record of records) this.requireRecord(record);
  }

  requirePatches(patches: readonly LimitedPatch[]): void {
    this.requireBatch(patches.length);
    if (!this.boundsRecords) return;
    for (const { id, document, metadata } of patches) this.requireRecord({ id, document, metadata: metadata?.text ?? null });
  }

  /** One change of every selected record. */
  requirePatch(selection: LimitedSelection, patch: LimitedRecord): void {
    this.requireSelection(selection);
    if (this.boundsRecords) this.requireRecord(patch);
  }

  requireSearch(search: LimitedSearch): void {
    this.requireSelection(search);
    this.requireBatch(search.queries?.length ?? 1);
    this.require('maxResults', search.limit);
    const length = search.queries?.length ?? 1;
    // a client may ask for more than there is: only what a request multiplies is bounded
    if (length > 1) this.require('maxMatches', length * search.limit);
  }

  requireSelection({ ids, filter }: LimitedSelection): void {
    if (ids !== undefined) this.require('maxIds', ids.length);
    this.requireFilter(filter);
  }

  requireFilter(filter: Filter | undefined): void {
    if (!this.boundsFilters || filter === undefined) return;
    const { predicates, depth, values, bytes, regexCharacters } = measureFilter(filter);
    this.require('maxFilterPredicates', predicates);
    this.require('maxFilterDepth', depth);
    this.require('maxFilterValues', values);
    this.require('maxFilterBytes', bytes);
    this.require('maxRegexCharacters', regexCharacters);
  }

  /** The name of something that is to be created. */
  requireName(name: string): void {
    this.requireBytes('maxNameBytes', name);
  }

  private requireRecord({ id = '', document, uri = null, metadata }: LimitedRecord): void {
    this.requireBytes('maxIdBytes', id);
    this.requireBytes('maxDocumentBytes', document);
    this.requireBytes('maxDocumentBytes', uri);
    this.requireBytes('maxMetadataBytes', metadata);
    const { maxMetadataKeys, maxMetadataKeyBytes } = this.values;
    if (metadata === null || (maxMetadataKeys === 0 && maxMetadataKeyBytes === 0)) return;
    const keys = Object.keys(JSON.parse(metadata) as object);
    this.require('maxMetadataKeys', keys.length);
    for (const key of keys) this.requireBytes('maxMetadataKeyBytes', key);
  }

  private requireBytes(limit: LimitName, text: string | null): void {
    const allowed = this.values[limit];
    // no UTF-16 unit takes more than three bytes
    if (allowed === 0 || text === null || text.length * 3 <= allowed) return;
    this.require(limit, Buffer.byteLength(text));
  }

  private require(limit: LimitName, actual: number): void {
    const allowed = this.values[limit];
    if (allowed === 0 || actual <= allowed) return;
    throw new GatewayError({ kind: 'invalid', subject: 'limit', limit, allowed, actual });
  }
}
