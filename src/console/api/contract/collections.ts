export type ProtocolName = 'chroma' | 'pinecone' | 'vectorizer';

/**
 * GET `/collections?tenant=&database=&after=&only=&limit=`: 200 a page unless `limit` asks for up to 10,000, ordered by uuid; one
 * statement. `only`: up to 100 uuids with commas between, to look at them again.
 */
export interface CollectionPage {
  readonly collections: readonly CollectionRow[];
  /** Null: there are no more. */
  readonly next: string | null;
}

export interface CollectionRow {
  readonly uuid: string;
  readonly name: string;
  readonly tenant: string;
  readonly database: string;
  readonly protocol: ProtocolName;
  readonly metric: 'l2' | 'cosine' | 'ip';
  readonly dimension: number | null;
  readonly vectorType: 'dense' | 'sparse';
  /** `pool`: shares tables with other small collections, and is searched exactly. */
  readonly tier: 'pool' | 'dedicated';
  /** Of all namespaces. */
  readonly records: number;
  readonly namespaces: number;
  /** When these two were counted, in a list, of a large collection; null: now. */
  readonly countedAt: string | null;
  readonly indexes: { readonly ready: number; readonly isBuilding: boolean; readonly indexedVectors: number };
  readonly aliases: readonly string[];
  /** The port of its own that Pinecone clients reach it at; null: none. */
  readonly port: number | null;
  readonly deletionProtection: boolean;
  readonly createdAt: string;
}

/** What a vector index holds of each vector: all of it, 16-bit components, or a bit of each. */
export type IndexForm = 'full' | 'half' | 'binary';

/** Why: it is configured, the dimension asks for it, its searches are the cheapest, or cheaper forms lose too much, or do not fit into memory. */
export type IndexReason = 'setting' | 'dimension' | 'cheapest' | 'recall' | 'memory';

/** How searches of a namespace find what is nearest. */
export interface MeasuredRecall {
  readonly namespace: string;
  /** The recall to keep. */
  readonly target: number;
  /** What searches for ten records use for it. */
  readonly efSearch: number;
  /** What was measured with it, the share of the ten nearest. */
  readonly recall: number;
  /** Vectors in the indexes that were measured. */
  readonly vectors: number;
  /** Searches it was measured by, and those of them that clients had sent. */
  readonly queries: number;
  readonly recentQueries: number;
  /** By effort, for the ten nearest. */
  readonly curve: readonly { readonly efSearch: number; readonly recall: number }[];
  /** What the indexes hold of each vector, and why; null: built by an earlier version. */
  readonly indexes: readonly { readonly content: IndexForm; readonly reason: IndexReason | null; readonly vectors: number }[];
  /** What was measured of other forms: by comparing every vector in that form, or by an index of it. */
  readonly forms: readonly {
    readonly content: IndexForm;
    readonly candidates: number;
    readonly recall: number;
    readonly error: number;
    readonly inGraph: boolean;
  }[];
  /** In milliseconds since 1970. */
  readonly measuredAt: number;
}

/** GET `/collections/{uuid}`. */
export interface CollectionDetail extends CollectionRow {
  readonly namespaceList: readonly { readonly name: string; readonly records: number }[];
  /** A JSON object's text, or null. */
  readonly metadata: string | null;
  /** Of an index that is being built, 0 to 1; null: none is, or it is not known. */
  readonly buildProgress: number | null;
  /** The recall that its searches are to keep; `own`: as it was asked for this collection, null: it was not. */
  readonly recallTarget: { readonly value: number; readonly own: number | null };
  /** What was measured of searches by its vector indexes, by namespace; empty: nothing yet. */
  readonly recall: readonly MeasuredRecall[];
  /** The texts of it can be embedded by the gateway. */
  readonly hasModel: boolean;
}

/** POST `/collections`. Answers 201 with a {@link CollectionDetail}. */
export interface NewCollection {
  readonly tenant: string;
  readonly database: string;
  readonly name: string;
  /** Whose clients see it as made by themselves; the others see it too, as cross-protocol.md says. */
  readonly protocol: ProtocolName;
  /** Required for `pinecone` and `vectorizer`. */
  readonly dimension: number | null;
  readonly metric: 'l2' | 'cosine' | 'ip';
}

/** PATCH `/collections/{uuid}` with `{name?, deletionProtection?, recall?}`; PUT and DELETE `/collections/{uuid}/aliases/{alias}`; DELETE `/collections/{uuid}` with `{name}`, which must be its name. */
export interface CollectionChange {
  readonly name?: string;
  readonly deletionProtection?: boolean;
  /** 0.5 to 1; null: as the gateway's settings say. */
  readonly recall?: number | null;
}

/** GET `/collections/{uuid}/fields?namespace=`: from a sample of at most 1,000 records, within 250 ms. */
export interface FieldList {
  readonly sampled: number;
  readonly fields: readonly {
    readonly name: string;
    readonly types: readonly ('string' | 'int' | 'float' | 'bool' | 'list' | 'object' | 'null')[];
    /** The most frequent first, at most 50. */
    readonly values: readonly { readonly value: string | number | boolean; readonly count: number }[];
  }[];
}
