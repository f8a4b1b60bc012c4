import { readFile } from 'node:fs/promises';
import { verify } from '../../../src/cli/verify.js';
import { readConfig } from '../../../src/config/config.js';
import { eventually } from '../../chaos/promotion/promotion-cluster.js';
import { ChromaApi, CollectionApi, uniqueName } from '../../support/clients/chroma-api.js';
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
  type TestCollection,
} from '../../support/quality/quality.js';

/** How good the Search API's ways to search are, on real texts. */

let gateway: TestGateway;
let collection: CollectionApi;
let papers: TestCollection;
let gains: Readonly<Record<keyof typeof RANKINGS, readonly number[]>>;

beforeAll(async () => {
  gateway = await startGateway();
  collection = await new ChromaApi(gateway.chromaUrl).createCollection({ schema: QUALITY_SCHEMA });
  papers = await readTestCollection();
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

describe('a search of records with a hundred words each (case 90)', () => {
  const planOf = async (name: keyof typeof RANKINGS): Promise<string> => {
    const body = { searches: [{ rank: await RANKINGS[name]('knowledge graph embeddings'), limit: { limit: 10 } }] };
    const { headers } = await collection.api.call(`${collection.path}/search`, { body, headers: { 'x-polyvec-explain': '1' } });
    return headers.get('x-polyvec-plan') ?? '';
  };

  it('goes by postings once they are there, alone and in a fusion, and finds the same', async () => {
    const found = await eventually(
      () => planOf('BM25'),
      (plan) => plan.includes('postings; pending=0'),
    );
    expect(found).toMatch(/^sparse; postings; pending=0;/);
    expect(await planOf('RRF')).toMatch(/sparse; postings; pending=0;/);
    expect(await gainsOf(collection, papers, RANKINGS.BM25)).toEqual(gains.BM25);
    expect(await gainsOf(collection, papers, RANKINGS.RRF)).toEqual(gains.RRF);
  });
});

it('leaves nothing for verification to find, nor do forks, whose tree is counted (case 89)', async () => {
  const [status, fork] = await collection.outcome('fork', { new_name: uniqueName() });
  expect(status).toBe(200);
  const { id, name } = fork as { id: string; name: string };
  const copy = new CollectionApi(collection.api, id, name);
  expect(await gainsOf(copy, papers, RANKINGS.BM25)).toEqual(gains.BM25);
  const lines: string[] = [];
  expect(await verify(readConfig(gateway.environment), { recall: 0 }, (line) => lines.push(line))).toBe(true);
  expect(lines.filter((line) => line.includes('314 records'))).toHaveLength(2);
  expect(await collection.api.outcome(`${copy.path}/fork_count`)).toEqual([200, { count: 1 }]);
});
