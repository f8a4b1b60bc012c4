import { Inject, Injectable, Logger } from '@nestjs/common';
import { CONFIG, type Config } from '../config/config.js';
import { GatewayError } from '../errors.js';
import type { Endpoint } from './endpoint.js';
import { embedLocally } from './local-embedder.js';
import { embedSparsely } from './local-sparse-embedder.js';
import {
  type EmbeddingModel,
  type EmbeddingOptions,
  type Embeddings,
  type Model,
  type RerankModel,
  type RerankScore,
  supportsDimension,
} from './model.js';
import { type CatalogEntry, readCatalog } from './model-catalog.js';
import { embedRemotely } from './openai-endpoint.js';
import { rerankRemotely } from './rerank-endpoint.js';

const NO_RERANKER = 'Reranking needs an endpoint: set POLYVEC_RERANK_URL and POLYVEC_RERANK_MODELS';

/** So many different names are logged, and so much of each; a client that makes them up must not fill a disk. */
const MAX_LOGGED = 100;
const MAX_SHOWN = 100;

/** Texts to vectors, by the models that are built in and those that are configured. Unknown ones are `not_found`. */
@Injectable()
export class EmbeddingService {
  private readonly catalog: ReadonlyMap<string, CatalogEntry>;
  private readonly logger = new Logger('Embedding');
  private readonly logged = new Set<string>();

  constructor(@Inject(CONFIG) private readonly config: Config) {
    this.catalog = readCatalog(config);
  }

  /** Every model, the built-in ones first, then as they are configured. */
  models(): readonly Model[] {
    return [...this.catalog.values()].map(({ model }) => model);
  }

  /** The model of that name, whatever it does. */
  requireModel(name: string): Model {
    return this.require(name).model;
  }

  /** The model of that name; one that does not embed is `not_found`, too. */
  requireEmbeddingModel(name: string): EmbeddingModel {
    const entry = this.require(name);
    if (entry.kind === 'rerank') throw this.missing(name);
    return entry.model;
  }

  /**
   * The model of that name; one that does not rerank is `not_found`, too.
   * @throws GatewayError `unsupported` when no endpoint is configured
   */
  requireRerankModel(name: string): RerankModel {
    return this.requireReranker(name).model;
  }

  /**
   * A vector per text; there may be any number of them, of any length.
   * @throws GatewayError `invalid dimension` for one that the model does not have, `unavailable embedding` when its endpoint fails
   */
  async embed(name: string, texts: readonly string[], options: EmbeddingOptions): Promise<Embeddings> {
    const entry = this.require(name);
    if (entry.kind === 'rerank') throw this.missing(name);
    const dimension = dimensionOf(entry.model, options.dimension);
    switch (entry.kind) {
      case 'local':
        return embedLocally(texts, dimension);
      case 'local_sparse':
        return embedSparsely(texts, options.inputType);
      case 'remote':
        return embedRemotely(this.endpoint('embedding'), entry.remote, texts, options.inputType);
    }
  }

  /**
   * The `topN` documents that fit the query best, the best first.
   * @throws GatewayError `unsupported` when no endpoint is configured, `unavailable rerank` when it fails
   */
  async rerank(name: string, query: string, documents: readonly string[], topN: number): Promise<readonly RerankScore[]> {
    const { remoteName } = this.requireReranker(name);
    if (documents.length === 0) return [];
    return rerankRemotely(this.endpoint('rerank'), remoteName, query, documents, topN);
  }

  private requireReranker(name: string): Extract<CatalogEntry, { kind: 'rerank' }> {
    if (this.config.rerankUrl === undefined) throw new GatewayError({ kind: 'unsupported', subject: NO_RERANKER });
    const entry = this.require(name);
    if (entry.kind !== 'rerank') throw this.missing(name);
    return entry;
  }

  private require(name: string): CatalogEntry {
    const entry = this.catalog.get(name);
    if (entry === undefined) throw this.missing(name);
    return entry;
  }

  /** The client reads the protocol's words, the operator which models there are, and how there are more: once for each name. */
  private missing(name: string): GatewayError {
    if (this.logged.size < MAX_LOGGED && !this.logged.has(name)) {
      this.logged.add(name);
      const there = [...this.catalog.keys()].join(', ');
      const settings = 'POLYVEC_EMBEDDING_MODELS and POLYVEC_RERANK_MODELS name others';
      this.logger.warn(`the model "${name.slice(0, MAX_SHOWN)}" is not configured: there are ${there}; ${settings}`);
    }
    return new GatewayError({ kind: 'not_found', subject: 'model', name });
  }

  private endpoint(subject: Endpoint['subject']): Endpoint {
    const { embeddingUrl, embeddingKey, rerankUrl, rerankKey, embeddingTimeoutMs } = this.config;
    const [url = '', key] = subject === 'embedding' ? [embeddingUrl, embeddingKey] : [rerankUrl, rerankKey];
    const report = (failure: string): void => {
      this.logger.warn(failure);
    };
    return { url, key, timeoutMs: embeddingTimeoutMs, subject, report };
  }
}

/** Zero for sparse vectors, which have none. */
function dimensionOf(model: EmbeddingModel, wanted: number | undefined): number {
  const dimension = wanted ?? model.defaultDimension ?? 0;
  if (wanted !== undefined && !supportsDimension(model, wanted)) {
    throw new GatewayError({ kind: 'invalid', subject: 'dimension', expected: model.defaultDimension ?? 0, actual: wanted });
  }
  return dimension;
}
