import { type Config, ConfigError } from '../config/config.js';
import { type EmbeddingEntry, LOCAL_DIMENSION, LOCAL_MODEL, LOCAL_SPARSE_MODEL, MAX_DIMENSION } from '../config/embedding.js';
import type { EmbeddingModel, RerankModel } from './model.js';
import type { RemoteModel } from './openai-endpoint.js';

/** A model, and how its work is done. */
export type CatalogEntry =
  | { readonly kind: 'local' | 'local_sparse'; readonly model: EmbeddingModel }
  | { readonly kind: 'remote'; readonly model: EmbeddingModel; readonly remote: RemoteModel }
  | { readonly kind: 'rerank'; readonly model: RerankModel; readonly remoteName: string };

const EMBEDDING_BATCH = 96;
const RERANK_BATCH = 100;
const PROVIDER = 'Polyvec';
/** Pinecone's own models, and how many tokens of a text each reads. */
const SEQUENCE_LENGTHS: ReadonlyMap<string, number> = new Map([
  ['llama-text-embed-v2', 2_048],
  ['multilingual-e5-large', 507],
  ['pinecone-sparse-english-v0', 512],
  ['bge-reranker-v2-m3', 1_024],
  ['cohere-rerank-3.5', 40_000],
  ['pinecone-rerank-v0', 512],
]);

/**
 * The models that are built in and those that are configured, by name.
 * @throws ConfigError for models at an endpoint whose URL is not set, and names that mean two models
 */
export function readCatalog(config: Config): ReadonlyMap<string, CatalogEntry> {
  const problems: string[] = [];
  if (config.embeddingUrl === undefined && config.embeddingModels.some(({ kind }) => kind === 'remote')) {
    problems.push('POLYVEC_EMBEDDING_URL must be set: POLYVEC_EMBEDDING_MODELS names models at an endpoint');
  }
  if (config.rerankUrl === undefined && config.rerankModels.length > 0) {
    problems.push('POLYVEC_RERANK_URL must be set: POLYVEC_RERANK_MODELS names models at an endpoint');
  }
  const catalog = new Map<string, CatalogEntry>();
  const entries = [...BUILT_IN, ...config.embeddingModels].map(embeddingEntry);
  const rerankers = config.rerankModels.map(({ name, remoteName }) => rerankEntry(name, remoteName));
  for (const entry of [...entries, ...rerankers]) {
    const { name } = entry.model;
    const maxSequenceLength = SEQUENCE_LENGTHS.get(name);
    if (maxSequenceLength !== undefined) Object.assign(entry.model, { maxSequenceLength });
    if (catalog.has(name)) problems.push(`POLYVEC_RERANK_MODELS must not name an embedding model: ${name}`);
    catalog.set(name, entry);
  }
  if (problems.length > 0) throw new ConfigError(problems);
  return catalog;
}

const BUILT_IN: readonly EmbeddingEntry[] = [
  { kind: 'local', name: LOCAL_MODEL, dimension: LOCAL_DIMENSION },
  { kind: 'local_sparse', name: LOCAL_SPARSE_MODEL },
];

function embeddingEntry(entry: EmbeddingEntry): CatalogEntry {
  const { name } = entry;
  switch (entry.kind) {
    case 'local':
      return {
        kind: entry.kind,
        model: {
          ...dense(name, entry.dimension, { min: 1, max: MAX_DIMENSION }),
          provider: PROVIDER,
          description: 'Built-in feature hashing of words and their parts: finds texts that share words, of any language.',
        },
      };
    case 'local_sparse':
      return {
        kind: entry.kind,
        model: {
          name,
          type: 'embed',
          vectorType: 'sparse',
          defaultDimension: null,
          supportedDimensions: null,
          supportedMetrics: ['ip'],
          maxBatchSize: EMBEDDING_BATCH,
          provider: PROVIDER,
          description: 'Built-in term weights in the manner of BM25, for keyword search.',
        },
      };
    case 'remote':
      return {
        kind: entry.kind,
        remote: entry,
        model: {
          ...dense(name, entry.dimension, { min: entry.dimension, max: entry.dimension }),
          provider: 'OpenAI-compatible endpoint',
          description: `${entry.remoteName} at the configured embedding endpoint.`,
        },
      };
  }
}

function dense(
  name: string,
  defaultDimension: number,
  supportedDimensions: { readonly min: number; readonly max: number },
): Omit<EmbeddingModel, 'provider' | 'description'> {
  return {
    name,
    type: 'embed',
    vectorType: 'dense',
    defaultDimension,
    supportedDimensions,
    supportedMetrics: ['cosine', 'ip', 'l2'],
    maxBatchSize: EMBEDDING_BATCH,
  };
}

function rerankEntry(name: string, remoteName: string): CatalogEntry {
  return {
    kind: 'rerank',
    remoteName,
    model: {
      name,
      type: 'rerank',
      maxBatchSize: RERANK_BATCH,
      provider: 'Rerank endpoint',
      description: `${remoteName} at the configured rerank endpoint.`,
    },
  };
}
