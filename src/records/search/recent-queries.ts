import { Injectable } from '@nestjs/common';
import type { Collection } from '../../collections/collection.js';

/** Queries that are kept of a namespace: as many as a measurement takes. */
const MAX_OF_NAMESPACE = 64;
/** All that one process keeps, in bytes. */
const MAX_BYTES = 8 * 2 ** 20;

interface Reservoir {
  readonly queries: Float32Array[];
  /** Queries that could have been kept. */
  seen: number;
}

/**
 * Some of the dense queries that clients have sent, each as likely as any other of its namespace: recall is measured by them. In memory
 * alone, and never more than 8 MiB of them; the namespaces that were searched last stay.
 */
@Injectable()
export class RecentQueries {
  /** By collection and namespace, the one searched last at the end. */
  private readonly reservoirs = new Map<string, Reservoir>();
  private bytes = 0;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** A query was searched for. `random`: a number from 0, below 1. */
  note(collection: Pick<Collection, 'id'>, namespace: string, query: Float32Array, random: () => number = Math.random): void {
    const key = keyOf(collection, namespace);
    const known = this.reservoirs.get(key) ?? { queries: [], seen: 0 };
    this.reservoirs.delete(key);
    this.reservoirs.set(key, known);
    // one that is repeated would stand for all
    if (known.queries.some((kept) => isSame(kept, query))) return;
    // half of the chances are those of the last ones: what clients ask for changes
    known.seen = Math.min(known.seen + 1, 2 * MAX_OF_NAMESPACE);
    const at = known.queries.length < MAX_OF_NAMESPACE ? known.queries.length : Math.floor(random() * known.seen);
    if (at >= MAX_OF_NAMESPACE) return;
    this.bytes += query.byteLength - (known.queries[at]?.byteLength ?? 0);
    // the request's own array may be a part of its whole body
    known.queries[at] = query.slice();
    while (this.bytes > this.maxBytes && this.reservoirs.size > 0) this.dropOldest();
  }

  /** Those that are kept of a namespace, of the collection's dimension. */
  of(collection: Pick<Collection, 'id' | 'dimension'>, namespace: string): readonly Float32Array[] {
    const { queries = [] } = this.reservoirs.get(keyOf(collection, namespace)) ?? {};
    return queries.filter(({ length }) => length === collection.dimension);
  }

  /** All that is kept, in bytes. */
  get size(): number {
    return this.bytes;
  }

  private dropOldest(): void {
    for (const [key, { queries }] of this.reservoirs) {
      this.bytes -= queries.reduce((sum, { byteLength }) => sum + byteLength, 0);
      this.reservoirs.delete(key);
      return;
    }
  }
}

function isSame(one: Float32Array, other: Float32Array): boolean {
  return one.length === other.length && one.every((component, axis) => component === other[axis]);
}

function keyOf({ id }: Pick<Collection, 'id'>, namespace: string): string {
  return `${id} ${namespace}`;
}
