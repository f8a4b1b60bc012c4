/**
 * `npm run bench -- hybrid`: how good dense search, BM25 and their fusion (RRF) are through Chroma's Search API, as nDCG@10 over the
 * abstracts of test/support/quality, and bm25s beside them; `--write` puts the table into docs/benchmarks.md. On the server that
 * DATABASE_URL names, else on the embedded engine. The figures are the same on each: a test compares them with the page.
 */
import 'reflect-metadata';
import { ChromaApi } from '../test/support/clients/chroma-api.js';
import {
  fill,
  gainsOf,
  mean,
  QUALITY_SCHEMA,
  qualityRows,
  RANKINGS,
  readReference,
  readTestCollection,
} from '../test/support/quality/quality.js';
import { startEmbedded, startServer } from './engines.js';
import { markdownTable, writeTable } from './report.js';
import { run } from './run.js';

async function main(signal: AbortSignal): Promise<void> {
  const server = process.env['DATABASE_URL'] ?? '';
  const engine = await (server === '' ? startEmbedded(signal) : startServer(server, signal));
  try {
    const collection = await new ChromaApi(engine.url).createCollection({ schema: QUALITY_SCHEMA });
    const papers = await readTestCollection();
    await fill(collection, papers);
    const gains: Record<string, readonly number[]> = {};
    for (const [name, ranking] of Object.entries(RANKINGS)) gains[name] = await gainsOf(collection, papers, ranking);
    const { byQuery, ndcg } = await readReference();
    const table = markdownTable(['nDCG@10'], qualityRows({ ...gains, 'bm25s 0.3.16': byQuery })).join('\n');
    console.log(table);
    console.log(`BM25 differs from bm25s by ${Math.abs(mean(gains['BM25'] ?? []) - ndcg).toFixed(4)}`);
    if (process.argv.includes('--write')) await writeTable('docs/benchmarks.md', 'bench-hybrid', table);
  } finally {
    await engine.stop();
  }
}

await run(main);
