import type { Metric } from '../collections/collection.js';
import type { SparseVector } from '../records/record.js';

/** A model that makes vectors of texts. */
export interface EmbeddingModel extends NamedModel {
  readonly type: 'embed';
  readonly vectorType: 'dense' | 'sparse';
  /** Null for sparse vectors. */
  readonly defaultDimension: number | null;
  /** Null for sparse vectors. */
  readonly supportedDimensions: Range | null;
  /** The first one is what an index gets that names none. */
  readonly supportedMetrics: readonly [Metric, ...Metric[]];
}

/** A model that scores texts against a query. */
export interface RerankModel extends NamedModel {
  readonly type: 'rerank';
}

export type Model = EmbeddingModel | RerankModel;

interface NamedModel {
  /** What clients call it. */
  readonly name: string;
  /** One sentence. */
  readonly description: string;
  readonly provider: string;
  /** Texts in one request, as protocols announce and enforce it; the service itself takes any number. */
  readonly maxBatchSize: number;
  /** Tokens of a text that count, as far as they are known: of Pinecone's own models. */
  readonly maxSequenceLength?: number;
}

/** Whole numbers from `min` to `max`, both included. */
export interface Range {
  readonly min: number;
  readonly max: number;
}

/** What the texts are for. */
export type InputType = 'query' | 'passage';

export interface EmbeddingOptions {
  readonly inputType: InputType;
  /** Absent: the model's default. */
  readonly dimension?: number | undefined;
}

/** One vector per text, in the order of the texts. */
export type Embeddings = DenseEmbeddings | SparseEmbeddings;

export interface DenseEmbeddings {
  readonly vectorType: 'dense';
  readonly vectors: readonly Float32Array[];
  /** As the model counts them. */
  readonly totalTokens: number;
}

export interface SparseEmbeddings {
  readonly vectorType: 'sparse';
  readonly vectors: readonly SparseEmbedding[];
  readonly totalTokens: number;
}

/** A sparse vector that is never empty, its indices ascending, with the term that each index stands for. */
export interface SparseEmbedding extends SparseVector {
  readonly tokens: readonly string[];
}

/** How well the text at `index` of those given fits the query: the higher, the better. */
export interface RerankScore {
  readonly index: number;
  readonly score: number;
}

/** Whether the model makes vectors of the dimension; sparse ones have none. */
export function supportsDimension(model: EmbeddingModel, dimension: number): boolean {
  const range = model.supportedDimensions;
  return range !== null && Number.isInteger(dimension) && dimension >= range.min && dimension <= range.max;
}
