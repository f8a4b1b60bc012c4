import { Inject, Injectable } from '@nestjs/common';
import type { Collection } from '../../../collections/collection.js';
import { CONFIG, type Config } from '../../../config/config.js';
import { RATES } from '../limits.js';
import { PineconeError } from '../pinecone-error.js';
import { publicName } from '../wire/namespace-name.js';
import { TokenBuckets } from './token-buckets.js';

/** An operation, with the amounts that its limits count. */
export type LimitedOperation =
  | { readonly kind: 'query' | 'update' | 'fetch_by_metadata' }
  | { readonly kind: 'upsert'; readonly bytes: number }
  /** Records named by id. */
  | { readonly kind: 'delete'; readonly records: number }
  | { readonly kind: 'delete_by_metadata' | 'update_by_metadata' | 'fetch' | 'list' | 'stats' };

interface Limit {
  readonly scope: 'namespace' | 'index';
  /** As in "the max … per second"; also the bucket's name. */
  readonly words: string;
  readonly perSecond: number;
  readonly tokens: number;
}

const { namespace: PER_NAMESPACE, index: PER_INDEX } = RATES;

/**
 * Pinecone's published rate limits, for clients that are tested against them. Off unless the configuration asks for them; each
 * instance counts for itself.
 */
@Injectable()
export class RateLimits {
  private readonly buckets = new TokenBuckets(() => performance.now());

  constructor(@Inject(CONFIG) private readonly config: Config) {}

  /** @throws PineconeError 429 when a limit is reached; then nothing is counted */
  require(collection: Collection, namespace: string, operation: LimitedOperation): void {
    if (this.config.pineconeRateLimits === 'off') return;
    const limits = limitsOf(collection, operation);
    const withdrawals = limits.map(({ scope, words, perSecond, tokens }) => ({
      bucket: `${collection.uuid}:${words}:${scope === 'index' ? '' : `namespace:${namespace}`}`,
      perSecond,
      tokens,
    }));
    const short = this.buckets.take(withdrawals);
    if (short === undefined) return;
    const limit = limits[withdrawals.indexOf(short)];
    const place = limit?.scope === 'namespace' ? `namespace ${publicName(namespace)}` : `index ${collection.name}`;
    throw new PineconeError(
      'RESOURCE_EXHAUSTED',
      `Request failed. You've reached the max ${String(limit?.words)} per second for ${place}. ` +
        'Pace your requests, or switch the limits off (POLYVEC_PINECONE_RATE_LIMITS).',
      1_000,
    );
  }
}

function limitsOf(collection: Collection, operation: LimitedOperation): readonly Limit[] {
  const isSparse = collection.vectorType === 'sparse';
  switch (operation.kind) {
    case 'query':
      return [perNamespace('query requests', PER_NAMESPACE.queries), perIndex('query read units', PER_INDEX.readUnits)];
    case 'upsert':
      return [
        perNamespace('upsert requests', isSparse ? PER_NAMESPACE.sparseUpserts : PER_NAMESPACE.upserts),
        perNamespace('upsert bytes', PER_NAMESPACE.upsertBytes, operation.bytes),
      ];
    case 'update':
      return [perNamespace('update requests', PER_NAMESPACE.updates)];
    case 'delete':
      return [
        perNamespace('delete requests', PER_NAMESPACE.deletes),
        perNamespace('delete records', PER_NAMESPACE.deletedRecords, operation.records),
        perIndex('delete records', PER_INDEX.deletedRecords, operation.records),
      ];
    case 'delete_by_metadata':
      return byMetadata('delete');
    case 'update_by_metadata':
      return byMetadata('update');
    case 'fetch_by_metadata':
      return [perNamespace('fetch by metadata requests', PER_NAMESPACE.fetchesByMetadata)];
    case 'fetch':
      return [perIndex('fetch requests', PER_INDEX.fetches)];
    case 'list':
      return [perIndex('list requests', PER_INDEX.lists)];
    case 'stats':
      return [perIndex('describe_index_stats requests', PER_INDEX.stats)];
  }
}

function byMetadata(verb: 'delete' | 'update'): readonly Limit[] {
  const words = `${verb} by metadata requests`;
  return [
    perNamespace(`${verb} requests`, verb === 'delete' ? PER_NAMESPACE.deletes : PER_NAMESPACE.updates),
    perNamespace(words, PER_NAMESPACE.changesByMetadata),
    perIndex(words, PER_INDEX.changesByMetadata),
  ];
}

function perNamespace(words: string, perSecond: number, tokens = 1): Limit {
  return { scope: 'namespace', words, perSecond, tokens };
}

function perIndex(words: string, perSecond: number, tokens = 1): Limit {
  return { scope: 'index', words, perSecond, tokens };
}
