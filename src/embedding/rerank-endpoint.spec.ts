import {
  type ModelReply,
  type ModelRequest,
  type ModelServer,
  startModelServer,
} from '../../test/support/servers/model-server.js';
import type { Endpoint } from './endpoint.js';
import type { RerankScore } from './model.js';
import { rerankRemotely } from './rerank-endpoint.js';

const DOCUMENTS = ['zero', 'one', 'two'];

let server: ModelServer | undefined;
let reports: string[] = [];

afterEach(async () => {
  await server?.stop();
  server = undefined;
  reports = [];
});

async function rerank(reply: (request: ModelRequest) => ModelReply, topN = 3): Promise<readonly RerankScore[]> {
  server = await startModelServer(reply);
  const endpoint: Endpoint = {
    url: server.url,
    key: 'sk-very-secret',
    timeoutMs: 10_000,
    subject: 'rerank',
    report: (failure) => reports.push(failure),
  };
  return rerankRemotely(endpoint, 'org/reranker', 'a query', DOCUMENTS, topN);
}

const results = (...scores: readonly (readonly [index: unknown, score: unknown])[]): ModelReply => ({
  body: { results: scores.map(([index, score]) => ({ index, relevance_score: score })) },
});

describe('rerankRemotely', () => {
  it('asks in the form of Cohere and Jina, and orders by score', async () => {
    const scores = await rerank(() => results([0, 0.1], [1, 0.9], [2, 0.5]));
    expect(scores).toEqual([
      { index: 1, score: 0.9 },
      { index: 2, score: 0.5 },
      { index: 0, score: 0.1 },
    ]);
    expect(server?.requests).toMatchObject([
      {
        path: '/rerank',
        headers: { authorization: 'Bearer sk-very-secret' },
        body: { model: 'org/reranker', query: 'a query', documents: DOCUMENTS, top_n: 3, return_documents: false },
      },
    ]);
  });

  it('asks in the form of TEI where the other is unprocessable', async () => {
    const scores = await rerank(({ body }) =>
      'texts' in body
        ? { body: [0, 1, 2].map((index) => ({ index, score: index })) }
        : { status: 422, body: 'missing field `texts`' },
    );
    expect(scores.map(({ index }) => index)).toEqual([2, 1, 0]);
    expect(server?.requests[1]?.body).toEqual({ query: 'a query', texts: DOCUMENTS });
  });

  it('gives the best ones only, equals in their order, whatever the endpoint leaves out', async () => {
    expect(await rerank(() => results([2, 0.5], [1, 0.5], [0, 0.1]), 2)).toEqual([
      { index: 1, score: 0.5 },
      { index: 2, score: 0.5 },
    ]);
    await server?.stop();
    expect(await rerank(() => results([2, 0.5]), 1)).toEqual([{ index: 2, score: 0.5 }]);
    await server?.stop();
    expect(await rerank(() => results([2, 0.5], [1, -3], [0, 0.1]), 10)).toHaveLength(3);
  });

  it.each([
    ['fewer scores than were asked for', results([0, 0.1])],
    ['a document twice', results([0, 0.1], [0, 0.2], [1, 0.3])],
    ['a document that was not sent', results([0, 0.1], [1, 0.2], [3, 0.3])],
    ['no index', results([undefined, 0.1], [1, 0.2], [2, 0.3])],
    ['no score', results([0, 'high'], [1, 0.2], [2, 0.3])],
    ['no list', { body: { results: 'none' } }],
    ['garbage', { body: '{' }],
    ['a refusal', { status: 404, body: '' }],
    ['a refusal of either form', { status: 422, body: '' }],
    ['a server error', { status: 503, body: '' }],
  ] as const)('is unavailable when the endpoint answers %s', async (_case, reply) => {
    await expect(rerank(() => reply)).rejects.toMatchObject({ detail: { kind: 'unavailable', subject: 'rerank' } });
    expect(reports).toHaveLength(1);
  });
});
