/** How far two vectors are apart; smaller is nearer. `l2` is the squared distance, `ip` one minus the inner product. */
export type Metric = 'l2' | 'cosine' | 'ip';

/** What a collection's records are searched by: dense vectors, perhaps with sparse ones beside them, or sparse ones alone. */
export type VectorType = 'dense' | 'sparse';

export type ProtocolName = 'chroma' | 'pinecone' | 'vectorizer';

/** The kinds of values that metadata fields hold; a list counts as its elements, and `sparse` is a sparse vector. */
export type FieldType = 'string' | 'int' | 'float' | 'bool' | 'sparse';

/** A metadata field that occurs in a collection, with one type of its values. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
}

/** What becomes of the words of a collection's texts. */
export type WordIndexState = 'none' | 'starting' | 'ready';

/** A text that each record may have, whose words are indexed: its document where `field` is null, else that field of its metadata. */
export interface WordSource {
  readonly field: string | null;
}

/** What a vector index holds of each vector: all of it, its components in 16 bits, or a bit of each. */
export type IndexContent = 'full' | 'half' | 'binary';

/**
 * Why an index holds what it does: it was configured, no larger form takes so many components, the form has the cheapest searches, the
 * cheaper ones lose too much of the recall, or those do not fit into memory.
 */
export type IndexReason = 'setting' | 'dimension' | 'cheapest' | 'recall' | 'memory';

/** An HNSW index that searches may use: the vectors of one namespace whose numbers are above `low`, up to `high`. */
export interface VectorIndex {
  readonly id: string;
  readonly namespace: string;
  readonly low: string;
  readonly high: string;
  readonly content: IndexContent;
  /** Null: it was built by a version that did not choose. */
  readonly reason: IndexReason | null;
  /** Vectors in it when it was built. */
  readonly rows: number;
}

/** What searches with one effort have found of what is nearest. */
export interface RecallPoint {
  /** Results that each search asked for. */
  readonly limit: number;
  readonly efSearch: number;
  /** Candidates of an index of less than whole vectors that are compared again, for each result. */
  readonly candidates: number;
  /** The share of the nearest that was found. */
  readonly recall: number;
  /** How much lower the recall of other searches may well be: the sample is small. */
  readonly error: number;
}

/** What is found of the nearest ten by comparing every vector as an index of a form holds it, and the best of those once more, exactly. */
export interface FormRecall {
  readonly content: IndexContent;
  /** For each result, so many were compared once more. */
  readonly candidates: number;
  readonly recall: number;
  readonly error: number;
  /** Found by an index of the form instead, with the most effort. */
  readonly inGraph: boolean;
}

/** What was measured of searches by the indexes of one namespace. */
export interface RecallMeasurement {
  readonly namespace: string;
  /** The recall that was to be kept. */
  readonly target: number;
  /** Ids of the indexes, and the vectors in them. */
  readonly indexes: readonly string[];
  readonly rows: number;
  readonly queries: number;
  /** Those of the queries that clients had sent. */
  readonly recentQueries: number;
  /** By limit, the least effort first. */
  readonly points: readonly RecallPoint[];
  /** What the indexes held; none: it was not noted. */
  readonly contents: readonly IndexContent[];
  /** Of the forms that an index could hold instead, as far as that matters. */
  readonly forms: readonly FormRecall[];
  /** In milliseconds since 1970. */
  readonly measuredAt: number;
}

/** How much has been written to a namespace. */
export interface WriteCounters {
  readonly writes: number;
  /** The records that those have named, each as often as it was named. */
  readonly operations: number;
}

/** Which namespace of which collection a child holds. */
export interface Parent {
  readonly id: string;
  readonly uuid: string;
  readonly namespace: string;
}

/** A collection as the catalog has it. Instances remember it; by `epoch` a statement sees whether it is still current. */
export interface Collection {
  /** The number in record rows, as text. */
  readonly id: string;
  /** What clients know it by. */
  readonly uuid: string;
  readonly name: string;
  readonly tenant: string;
  readonly database: string;
  /** Set in a child: whose namespace it holds. Clients know that collection; a child has its names and its fields. */
  readonly parent: Parent | null;
  /** Ids of the children, by the namespace that each holds. All other namespaces are here. */
  readonly children: ReadonlyMap<string, string>;
  /** The protocol that created it. */
  readonly protocol: ProtocolName;
  readonly metric: Metric;
  /** Null until the first embedding is written. */
  readonly dimension: number | null;
  readonly vectorType: VectorType;
  /** Whether a sparse vector may have been written. */
  readonly hasSparse: boolean;
  /** Whether writes list what they change for the postings of sparse vectors in metadata. */
  readonly sparseKeysIndexed: boolean;
  /** Nothing may delete it, through any protocol. */
  readonly deletionProtection: boolean;
  /** A JSON object's text. */
  readonly metadata: string | null;
  /** What protocols remember of it: a JSON object's text, a key per protocol. */
  readonly settings: string;
  readonly fields: readonly Field[];
  /** The schema that its rows are in. */
  readonly place: string;
  readonly recordTable: string;
  readonly vectorTable: string;
  /** Whether its rows are about to get tables of their own. */
  readonly moving: boolean;
  /** Whether indexes of its tables that no answer needs are still to be built. */
  readonly lateIndexes: boolean;
  /** Whether its documents have a trigram index. */
  readonly documentIndex: boolean;
  /** Of the words of its texts: `starting` is only written to, `ready` may be searched. */
  readonly wordIndex: WordIndexState;
  /** The texts in it; its rows have their places here as numbers. None: there is no index, or one of an earlier version. */
  readonly wordSources: readonly WordSource[];
  /** Whether an index of its vectors is being built. */
  readonly isIndexing: boolean;
  /** Its vector indexes that are ready, by namespace and number. */
  readonly indexes: readonly VectorIndex[];
  /** By namespace, of those whose indexes were measured. */
  readonly measurements: readonly RecallMeasurement[];
  /** The recall that its searches are to keep, a share above 0; null: as the gateway's settings say. */
  readonly recall: number | null;
  readonly epoch: string;
  /** Of the default namespace, when the row was read: writes do not change it. */
  readonly counters: WriteCounters;
  readonly createdAt: Date;
  /** Set when a request found it by its name: once renamed, it is not what the request asked for. */
  readonly isFoundByName?: true;
}

/** What a new collection is made of. */
export interface NewCollection {
  readonly name: string;
  readonly protocol: ProtocolName;
  readonly metric: Metric;
  readonly metadata: string | null;
  readonly settings: string;
  /** Absent: the first write's. */
  readonly dimension?: number | null;
  /** Absent: dense. */
  readonly vectorType?: VectorType;
  readonly deletionProtection?: boolean;
  /** Its settings beside those of another protocol's collection that it takes over. Absent: it takes none over. */
  readonly settingsBeside?: (settings: string) => string;
}

/** What may change afterwards; what is absent stays. */
export interface CollectionChanges {
  readonly name?: string;
  readonly metadata?: string | null;
  readonly settings?: string;
  readonly deletionProtection?: boolean;
  readonly recall?: number | null;
}

/** Dimensions that pgvector's `vector` can store. */
export const MAX_DIMENSION = 16_000;

/** What clients know the collection by, or the one whose namespace it holds. */
export function clientUuid({ parent, uuid }: Pick<Collection, 'parent' | 'uuid'>): string {
  return parent?.uuid ?? uuid;
}

/** Whether its rows are among those of other collections, and searched exactly. */
export function isPooled(collection: Pick<Collection, 'recordTable'>): boolean {
  return collection.recordTable === 'pool_records';
}
