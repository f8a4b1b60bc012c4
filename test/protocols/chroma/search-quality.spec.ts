import { readFile } from 'node:fs/promises';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { startGateway, type TestGateway } from '../../support/gateway/gateway.js';
import {
  fill,
  gainsOf,
  mean,
  QUALITY_SCHEMA,
  qualityRows,
  RANKINGS,
  readReference,
  readTestCollection,
} from '../../support/quality/quality.js';

/** How good the Search API's ways to search are, on real texts. */

let gateway: TestGateway;
let gains: Readonly<Record<keyof typeof RANKINGS, readonly number[]>>;

beforeAll(async () => {
  gateway = await startGateway();
  const collection = await new ChromaApi(gateway.chromaUrl).createCollection({ schema: QUALITY_SCHEMA });
  const papers = await readTestCollection();
  await fill(collection, papers);
  const measured = async (name: keyof typeof RANKINGS): Promise<readonly number[]> => gainsOf(collection, papers, RANKINGS[name]);
  gains = { dense: await measured('dense'), BM25: await measured('BM25'), RRF: await measured('RRF') };
});

afterAll(async () => {
  await gateway.stop();
});

describe('nDCG@10 over abstracts of papers', () => {
  it('of BM25 is within 0.01 of that of bm25s, for each query and in the mean', async () => {
    const { byQuery, ndcg } = await readReference();
    expect(gains.BM25.map((value, at) => Math.abs(value - (byQuery[at] ?? NaN)) <= 0.01)).toEqual(byQuery.map(() => true));
    expect(Math.abs(mean(gains.BM25) - ndcg)).toBeLessThanOrEqual(0.01);
  });

  it('is what docs/benchmarks.md has', async () => {
    const page = await readFile('docs/benchmarks.md', 'utf8');
    for (const [name, value] of qualityRows(gains)) expect(page).toContain(`| ${name ?? ''} | ${value ?? ''} |`);
  });
});
