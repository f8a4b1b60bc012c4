import { type Outcome, PineconeApi } from '../../support/clients/pinecone-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import { embeddingsReply, type ModelServer, startModelServer } from '../../support/servers/model-server.js';

const E5 = 'multilingual-e5-large';
const SPARSE = 'pinecone-sparse-english-v0';
const RERANKER = 'bge-reranker-v2-m3';
const INPUTS = [{ text: 'apple' }, { text: 'pear' }];
const DOCUMENTS = [
  { id: 'a', text: 'short' },
  { id: 'b', text: 'the longest one' },
  { id: 'c', text: 'a longer' },
];

interface Embedded {
  readonly model: string;
  readonly vector_type: string;
  readonly data: readonly {
    readonly vector_type: string;
    readonly values?: readonly number[];
    readonly sparse_values?: readonly number[];
    readonly sparse_indices?: readonly number[];
    readonly sparse_tokens?: readonly string[];
  }[];
  readonly usage: { readonly total_tokens: number };
}

let models: ModelServer;
let gateway: TestGateway;
let plain: TestGateway;
let api: PineconeApi;
let plainApi: PineconeApi;

beforeAll(async () => {
  models = await startModelServer((request) => {
    if (request.path === '/v1/embeddings') return embeddingsReply(request, 3);
    const documents = request.body['documents'] as readonly string[];
    return { body: { results: documents.map((text, index) => ({ index, relevance_score: text.length / 100 })) } };
  });
  gateway = await startGateway({
    env: {
      POLYVEC_EMBEDDING_URL: `${models.url}/v1`,
      POLYVEC_EMBEDDING_MODELS: `${E5}=intfloat/${E5}:3,${SPARSE}=local-sparse,broken=gone:4`,
      POLYVEC_RERANK_URL: models.url,
      POLYVEC_RERANK_MODELS: `${RERANKER}=BAAI/${RERANKER},wide=wide`,
    },
  });
  plain = await startGateway();
  api = new PineconeApi(gateway.pineconeUrl);
  plainApi = new PineconeApi(plain.pineconeUrl);
});

afterAll(async () => {
  await gateway.stop();
  await plain.stop();
  await models.stop();
});

function failure(status: number, code: string, message: unknown): Outcome {
  return [status, { error: { code, message }, status }];
}

async function embed(body: object): Promise<Embedded> {
  const [status, answer] = await api.outcome('/embed', { body });
  expect(status).toBe(200);
  return answer as Embedded;
}

describe('embed', () => {
  it('makes dense vectors out of the box', async () => {
    const answer = await embed({
      model: 'polyvec-local',
      inputs: INPUTS,
      parameters: { input_type: 'passage', truncate: 'END' },
    });
    expect(answer).toMatchObject({
      model: 'polyvec-local',
      vector_type: 'dense',
      data: [
        { vector_type: 'dense', values: { length: 384 } },
        { vector_type: 'dense', values: { length: 384 } },
      ],
      usage: { total_tokens: 2 },
    });
  });

  it('makes sparse vectors, with their tokens if they are asked for', async () => {
    const inputs = [{ text: 'apple pie' }];
    const sent = { model: SPARSE, inputs };
    expect(await embed(sent)).toEqual({
      model: SPARSE,
      vector_type: 'sparse',
      data: [
        {
          vector_type: 'sparse',
          sparse_values: [expect.any(Number), expect.any(Number)],
          sparse_indices: [expect.any(Number), expect.any(Number)],
        },
      ],
      usage: { total_tokens: 2 },
    });
    const { data } = await embed({ ...sent, parameters: { return_tokens: true } });
    expect(new Set(data[0]?.sparse_tokens)).toEqual(new Set(['apple', 'pie']));
  });

  it('makes vectors of the dimension that is asked for', async () => {
    const { data } = await embed({ model: 'polyvec-local', inputs: [{ text: 'a' }], parameters: { dimension: 7 } });
    expect(data[0]?.values).toHaveLength(7);
  });

  it('asks the configured endpoint, for what the texts are', async () => {
    expect(await embed({ model: E5, inputs: INPUTS, parameters: { input_type: 'query' } })).toEqual({
      model: E5,
      vector_type: 'dense',
      data: [
        { vector_type: 'dense', values: [1, 0.5, 0.5] },
        { vector_type: 'dense', values: [2, 0.5, 0.5] },
      ],
      usage: { total_tokens: 7 },
    });
    expect(models.requests.at(-1)?.body).toEqual({
      model: `intfloat/${E5}`,
      input: ['query: apple', 'query: pear'],
      encoding_format: 'float',
    });
  });

  it('takes plain strings for inputs, and null for what is absent', async () => {
    const { data } = await embed({ model: 'polyvec-local', inputs: ['a', 'b'], parameters: null });
    expect(data).toHaveLength(2);
  });

  it('is 503 when the endpoint fails', async () => {
    const outcome = await api.outcome('/embed', { body: { model: 'broken', inputs: INPUTS } });
    expect(outcome).toEqual(failure(503, 'UNAVAILABLE', expect.stringContaining('embedding endpoint')));
  });

  it.each([
    ['an unknown model', { model: 'llama-text-embed-v2', inputs: INPUTS }, 404, 'NOT_FOUND', /llama-text-embed-v2/],
    ['a reranking model', { model: RERANKER, inputs: INPUTS }, 404, 'NOT_FOUND', /bge-reranker/],
    ['no model', { inputs: INPUTS }, 422, 'UNPROCESSABLE_ENTITY', /missing field `model`/],
    ['no inputs', { model: E5 }, 422, 'UNPROCESSABLE_ENTITY', /missing field `inputs`/],
    ['inputs that are no list', { model: E5, inputs: 'apple' }, 422, 'UNPROCESSABLE_ENTITY', /inputs/],
    ['an empty list of inputs', { model: E5, inputs: [] }, 400, 'INVALID_ARGUMENT', /^Must specify at least one input$/],
    ['an input without text', { model: E5, inputs: [{ text: 'a' }, {}] }, 400, 'INVALID_ARGUMENT', /inputs\[1\]\.text/],
    ['an unknown field of an input', { model: E5, inputs: [{ txt: 'b' }] }, 400, 'INVALID_ARGUMENT', /inputs\[0\].*'txt'/],
    ['97 inputs', { model: E5, inputs: Array.from({ length: 97 }, () => 'a') }, 400, 'INVALID_ARGUMENT', /97 .* 96/],
    [
      'another input type',
      { model: E5, inputs: INPUTS, parameters: { input_type: 'text' } },
      400,
      'INVALID_ARGUMENT',
      /query or passage/,
    ],
    [
      'another dimension',
      { model: E5, inputs: INPUTS, parameters: { dimension: 4 } },
      400,
      'INVALID_ARGUMENT',
      /dimension: expected 3/,
    ],
    [
      'a dimension that no vector has',
      { model: 'polyvec-local', inputs: INPUTS, parameters: { dimension: 16_001 } },
      400,
      'INVALID_ARGUMENT',
      /from 1 to 16000/,
    ],
    [
      'a dimension of a sparse model',
      { model: SPARSE, inputs: INPUTS, parameters: { dimension: 4 } },
      400,
      'INVALID_ARGUMENT',
      /dimension/,
    ],
    [
      'a parameter that the model does not take',
      { model: E5, inputs: INPUTS, parameters: { x: 1 } },
      400,
      'INVALID_ARGUMENT',
      /parameters\.x/,
    ],
  ] as const)('refuses %s', async (_case, body, status, code, message) => {
    expect(await api.outcome('/embed', { body })).toEqual(failure(status, code, expect.stringMatching(message)));
  });
});

describe('rerank', () => {
  it('orders documents by score, and gives them back as they are', async () => {
    expect(await api.outcome('/rerank', { body: { model: RERANKER, query: 'q', documents: DOCUMENTS } })).toEqual([
      200,
      {
        model: RERANKER,
        data: [
          { index: 1, score: 0.15, document: DOCUMENTS[1] },
          { index: 2, score: 0.08, document: DOCUMENTS[2] },
          { index: 0, score: 0.05, document: DOCUMENTS[0] },
        ],
        usage: { rerank_units: 1 },
      },
    ]);
    expect(models.requests.at(-1)?.body).toMatchObject({
      model: `BAAI/${RERANKER}`,
      query: 'q',
      documents: DOCUMENTS.map(({ text }) => text),
    });
  });

  it('gives the best ones only, and no documents, where that is asked for', async () => {
    const body = { model: RERANKER, query: 'q', documents: DOCUMENTS, top_n: 1, return_documents: false };
    expect(await api.outcome('/rerank', { body })).toMatchObject([200, { data: [{ index: 1, score: 0.15 }] }]);
    expect(JSON.stringify(await api.outcome('/rerank', { body }))).not.toContain('document');
  });

  it('takes plain strings for documents', async () => {
    const body = { model: RERANKER, query: 'q', documents: ['a', 'bb'], top_n: 9 };
    expect(await api.outcome('/rerank', { body })).toMatchObject([
      200,
      {
        data: [
          { index: 1, document: { text: 'bb' } },
          { index: 0, document: { text: 'a' } },
        ],
      },
    ]);
  });

  it('ranks by the fields that are named', async () => {
    const documents = [
      { title: 'aa', body: 'b' },
      { title: 'cccc', body: 'd' },
    ];
    await api.outcome('/rerank', { body: { model: 'wide', query: 'q', documents, rank_fields: ['body', 'title'] } });
    expect(models.requests.at(-1)?.body['documents']).toEqual(['b aa', 'd cccc']);
  });

  it('names the settings that it needs where no endpoint is configured', async () => {
    const outcome = await plainApi.outcome('/rerank', { body: { model: RERANKER, query: 'q', documents: DOCUMENTS } });
    expect(outcome).toEqual(failure(400, 'UNIMPLEMENTED', expect.stringContaining('POLYVEC_RERANK_URL')));
  });

  it.each([
    ['an unknown model', { model: 'cohere-rerank-3.5' }, 404, 'NOT_FOUND', /cohere-rerank-3.5/],
    ['an embedding model', { model: 'polyvec-local' }, 404, 'NOT_FOUND', /polyvec-local/],
    ['no documents', { documents: [] }, 400, 'INVALID_ARGUMENT', /documents/],
    ['101 documents', { documents: Array.from({ length: 101 }, () => 'a') }, 400, 'INVALID_ARGUMENT', /101 .* 100/],
    ['a document that is a number', { documents: ['a', 1] }, 400, 'INVALID_ARGUMENT', /documents\[1\]/],
    [
      'a document without the field to rank by',
      { rank_fields: ['title'] },
      400,
      'INVALID_ARGUMENT',
      /^field 'title' not found in document at index 0$/,
    ],
    [
      'several fields with a model that takes one',
      { rank_fields: ['text', 'title'] },
      400,
      'INVALID_ARGUMENT',
      new RegExp(`^Only one rank field is supported for model ${RERANKER}$`),
    ],
    ['an empty list of fields to rank by', { rank_fields: [] }, 400, 'INVALID_ARGUMENT', /rank_fields/],
    ['fewer than one', { top_n: 0 }, 422, 'UNPROCESSABLE_ENTITY', /top_n/],
    ['a query that is no text', { query: 7 }, 422, 'UNPROCESSABLE_ENTITY', /query/],
    ['an unknown parameter', { parameters: { x: 1 } }, 400, 'INVALID_ARGUMENT', /parameters\.x/],
  ] as const)('refuses %s', async (_case, fields, status, code, message) => {
    const body = { model: RERANKER, query: 'q', documents: DOCUMENTS, ...fields };
    expect(await api.outcome('/rerank', { body })).toEqual(failure(status, code, expect.stringMatching(message)));
  });
});

describe('models', () => {
  async function names(query: string): Promise<readonly string[]> {
    const [status, answer] = await api.outcome(`/models${query}`);
    expect(status).toBe(200);
    return (answer as { readonly models: readonly { readonly model: string }[] }).models.map(({ model }) => model);
  }

  it('lists what is built in and what is configured, by type and by vector type', async () => {
    const dense = [E5, 'polyvec-local', 'broken'];
    expect(new Set(await names(''))).toEqual(new Set([...dense, 'polyvec-local-sparse', SPARSE, RERANKER, 'wide']));
    expect(await names('?type=rerank')).toEqual([RERANKER, 'wide']);
    expect((await names('')).slice(0, 3)).toEqual([E5, SPARSE, RERANKER]);
    expect(await names('?type=embed&vector_type=dense')).toEqual(dense);
    expect(await names('?vector_type=sparse')).toEqual([SPARSE, 'polyvec-local-sparse']);
    expect(await names('?type=rerank&vector_type=dense')).toEqual([]);
    expect(await plainApi.outcome('/models?type=rerank')).toEqual([200, { models: [] }]);
  });

  it('describes a model of an endpoint', async () => {
    expect(await api.outcome(`/models/${E5}`)).toEqual([
      200,
      {
        model: E5,
        short_description: expect.any(String) as string,
        type: 'embed',
        vector_type: 'dense',
        default_dimension: 3,
        supported_dimensions: [3],
        supported_metrics: ['cosine', 'dotproduct', 'euclidean'],
        modality: 'text',
        max_sequence_length: 507,
        max_batch_size: 96,
        provider_name: expect.any(String) as string,
        supported_parameters: [
          {
            parameter: 'input_type',
            type: 'one_of',
            value_type: 'string',
            required: false,
            allowed_values: ['query', 'passage'],
            default: 'passage',
          },
          {
            parameter: 'truncate',
            type: 'one_of',
            value_type: 'string',
            required: false,
            allowed_values: ['END', 'NONE'],
            default: 'END',
          },
          { parameter: 'dimension', type: 'one_of', value_type: 'integer', required: false, allowed_values: [3], default: 3 },
        ],
      },
    ]);
  });

  it('tells a range of dimensions by the parameter', async () => {
    expect(await api.outcome('/models/polyvec-local')).toMatchObject([
      200,
      {
        default_dimension: 384,
        supported_parameters: expect.arrayContaining([
          {
            parameter: 'dimension',
            type: 'numeric_range',
            value_type: 'integer',
            required: false,
            min: 1,
            max: 16_000,
            default: 384,
          },
        ]) as unknown,
      },
    ]);
  });

  it('describes sparse models without a dimension, and reranking ones without vectors', async () => {
    expect(await api.outcome(`/models/${SPARSE}`)).toMatchObject([
      200,
      { vector_type: 'sparse', supported_metrics: ['dotproduct'] },
    ]);
    expect(JSON.stringify(await api.outcome(`/models/${SPARSE}`))).not.toContain('dimension');
    expect(await api.outcome(`/models/${RERANKER}`)).toMatchObject([200, { type: 'rerank', max_batch_size: 100 }]);
    expect(JSON.stringify(await api.outcome(`/models/${RERANKER}`))).not.toContain('vector_type');
  });

  it('refuses what it does not know', async () => {
    expect(await api.outcome('/models/nope')).toEqual(failure(404, 'NOT_FOUND', expect.stringContaining('nope')));
    expect(await api.outcome('/models?type=chat')).toEqual(failure(400, 'INVALID_ARGUMENT', expect.stringContaining('type')));
    expect(await api.outcome('/models?vector_type=x')).toEqual(
      failure(400, 'INVALID_ARGUMENT', expect.stringContaining('vector_type')),
    );
  });
});
