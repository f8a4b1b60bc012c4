import { embeddingsReply, startModelServer } from '../../test/support/servers/model-server.js';
import { ConfigError, readConfig } from '../config/config.js';
import { EmbeddingService } from './embedding.service.js';

const MODELS =
  'multilingual-e5-large=intfloat/multilingual-e5-large:3,llama-text-embed-v2=local:1024,pinecone-sparse-english-v0=local-sparse';
/** A port that nobody listens on. */
const NOBODY = 'http://127.0.0.1:9';

function serviceOf(environment: Readonly<Record<string, string>> = {}): EmbeddingService {
  return new EmbeddingService(readConfig(environment));
}

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    serviceOf(environment);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

describe('EmbeddingService', () => {
  it('has a dense and a sparse model without any setting', async () => {
    const service = serviceOf();
    expect(service.models().map(({ name }) => name)).toEqual(['polyvec-local', 'polyvec-local-sparse']);
    expect(await service.embed('polyvec-local', ['a'], { inputType: 'query' })).toMatchObject({
      vectorType: 'dense',
      vectors: [{ length: 384 }],
    });
    expect(await service.embed('polyvec-local-sparse', ['a b'], { inputType: 'query' })).toMatchObject({
      vectorType: 'sparse',
      vectors: [{ indices: { length: 2 } }],
    });
  });

  it('makes vectors of any dimension that the model has, and of no other', async () => {
    const service = serviceOf({ POLYVEC_EMBEDDING_URL: NOBODY, POLYVEC_EMBEDDING_MODELS: MODELS });
    const embed = (model: string, dimension: number): Promise<unknown> =>
      service.embed(model, ['a'], { inputType: 'query', dimension });
    expect(await embed('polyvec-local', 16_000)).toMatchObject({ vectors: [{ length: 16_000 }] });
    const refused = { detail: { kind: 'invalid', subject: 'dimension' } };
    await expect(embed('polyvec-local', 16_001)).rejects.toMatchObject(refused);
    await expect(embed('polyvec-local', 0)).rejects.toMatchObject(refused);
    await expect(embed('polyvec-local', 1.5)).rejects.toMatchObject(refused);
    await expect(embed('polyvec-local-sparse', 3)).rejects.toMatchObject(refused);
    await expect(embed('multilingual-e5-large', 4)).rejects.toMatchObject(refused);
  });

  it('serves the configured names, and those alone', async () => {
    const service = serviceOf({ POLYVEC_EMBEDDING_URL: NOBODY, POLYVEC_EMBEDDING_MODELS: MODELS });
    expect(service.models()).toMatchObject([
      { name: 'polyvec-local' },
      { name: 'polyvec-local-sparse' },
      { name: 'multilingual-e5-large', vectorType: 'dense', defaultDimension: 3, supportedDimensions: { min: 3, max: 3 } },
      { name: 'llama-text-embed-v2', vectorType: 'dense', defaultDimension: 1024, supportedDimensions: { min: 1, max: 16_000 } },
      { name: 'pinecone-sparse-english-v0', vectorType: 'sparse', supportedMetrics: ['ip'] },
    ]);
    expect(await service.embed('llama-text-embed-v2', ['a'], { inputType: 'query' })).toMatchObject({
      vectors: [{ length: 1024 }],
    });
    const unknown = { detail: { kind: 'not_found', subject: 'model', name: 'bge-m3' } };
    expect(() => service.requireModel('bge-m3')).toThrow('not_found: model');
    await expect(service.embed('bge-m3', ['a'], { inputType: 'query' })).rejects.toMatchObject(unknown);
  });

  it('asks the configured endpoints, each with its own key', async () => {
    const server = await startModelServer((request) =>
      request.path === '/v1/embeddings'
        ? embeddingsReply(request, 3)
        : { body: { results: [{ index: 0, relevance_score: 0.5 }] } },
    );
    const service = serviceOf({
      POLYVEC_EMBEDDING_URL: `${server.url}/v1/`,
      POLYVEC_EMBEDDING_KEY: 'one',
      POLYVEC_EMBEDDING_MODELS: MODELS,
      POLYVEC_RERANK_URL: server.url,
      POLYVEC_RERANK_KEY: 'two',
      POLYVEC_RERANK_MODELS: 'bge-reranker-v2-m3=BAAI/bge-reranker-v2-m3',
    });
    await service.embed('multilingual-e5-large', ['a'], { inputType: 'query' });
    expect(await service.rerank('bge-reranker-v2-m3', 'query', ['a'], 1)).toEqual([{ index: 0, score: 0.5 }]);
    expect(await service.rerank('bge-reranker-v2-m3', 'query', [], 1)).toEqual([]);
    await server.stop();
    expect(server.requests).toMatchObject([
      { path: '/v1/embeddings', headers: { authorization: 'Bearer one' }, body: { model: 'intfloat/multilingual-e5-large' } },
      { path: '/rerank', headers: { authorization: 'Bearer two' }, body: { model: 'BAAI/bge-reranker-v2-m3' } },
    ]);
  });

  it('embeds by embedding models and reranks by reranking ones', async () => {
    const service = serviceOf({ POLYVEC_RERANK_URL: NOBODY, POLYVEC_RERANK_MODELS: 'reranker=x' });
    const unknown = { detail: { kind: 'not_found', subject: 'model' } };
    await expect(service.embed('reranker', ['a'], { inputType: 'query' })).rejects.toMatchObject(unknown);
    await expect(service.rerank('polyvec-local', 'query', ['a'], 1)).rejects.toMatchObject(unknown);
    expect(() => service.requireEmbeddingModel('reranker')).toThrow('not_found: model');
    expect(service.requireModel('reranker')).toMatchObject({ type: 'rerank' });
  });

  it('names the settings that reranking needs', async () => {
    await expect(serviceOf().rerank('bge-reranker-v2-m3', 'query', ['a'], 1)).rejects.toMatchObject({
      detail: { kind: 'unsupported', subject: expect.stringContaining('POLYVEC_RERANK_URL') as string },
    });
  });

  it('refuses settings that cannot work', () => {
    expect(problemsOf({ POLYVEC_EMBEDDING_MODELS: MODELS, POLYVEC_RERANK_MODELS: 'a=b' })).toEqual([
      'POLYVEC_EMBEDDING_URL must be set: POLYVEC_EMBEDDING_MODELS names models at an endpoint',
      'POLYVEC_RERANK_URL must be set: POLYVEC_RERANK_MODELS names models at an endpoint',
    ]);
    expect(problemsOf({ POLYVEC_EMBEDDING_MODELS: 'a=local', POLYVEC_RERANK_URL: NOBODY, POLYVEC_RERANK_MODELS: 'a=b' })).toEqual(
      ['POLYVEC_RERANK_MODELS must not name an embedding model: a'],
    );
    expect(problemsOf({ POLYVEC_EMBEDDING_MODELS: 'a=local-sparse,b=local:7' })).toEqual([]);
  });

  it.each([
    ['no target', 'a'],
    ['no name', '=local:3'],
    ['a name that is no path segment', 'a/b=local:3'],
    ['no dimension', 'a=remote'],
    ['dimension 0', 'a=remote:0'],
    ['a dimension that no record can have', 'a=remote:16001'],
    ['a name twice', 'a=local,a=local'],
    ['a built-in name', 'polyvec-local=local:3'],
    ['an empty entry', 'a=local,'],
  ])('refuses a list of models with %s', (_case, models) => {
    expect(problemsOf({ POLYVEC_EMBEDDING_MODELS: models })).toEqual([
      expect.stringContaining('POLYVEC_EMBEDDING_MODELS must be'),
    ]);
  });

  it('splits the dimension off at the last colon', () => {
    const { embeddingModels } = readConfig({ POLYVEC_EMBEDDING_MODELS: ' a = nomic-embed-text:v1.5:768 , b=local:8' });
    expect(embeddingModels).toEqual([
      { kind: 'remote', name: 'a', remoteName: 'nomic-embed-text:v1.5', dimension: 768 },
      { kind: 'local', name: 'b', dimension: 8 },
    ]);
  });

  it.each(['localhost:11434', 'ftp://a', 'http://user:secret@a', 'http://a/?key=b'])('refuses %s for a URL', (url) => {
    expect(problemsOf({ POLYVEC_EMBEDDING_URL: url })).toEqual([
      expect.stringContaining('POLYVEC_EMBEDDING_URL must be an http://'),
    ]);
  });
});
