import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createIndex, IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { type ChromaFixture, chromaFixture, readFolder } from '../support/copy/chroma-fixture.js';
import { copied, onGateway, readOver } from '../support/copy/copy-run.js';
import { createStorage, startGatewayOn, type TestStorage } from '../support/gateway/gateway.js';
import { useWarmEngines } from '../support/gateway/warm-engines.js';

useWarmEngines();

let fixture: ChromaFixture;
let one: TestStorage;
let other: TestStorage;
let folder: string;

beforeEach(async () => {
  [fixture, one, other, folder] = await Promise.all([
    chromaFixture('1.5.9'),
    createStorage(),
    createStorage(),
    mkdtemp(join(tmpdir(), 'jsonl-')),
  ]);
});

afterEach(async () => {
  await Promise.all([fixture.remove(), one.remove(), other.remove(), rm(folder, { recursive: true, force: true })]);
});

describe('a database that is exported to files', () => {
  it('case 37: is equal when it has been imported, and a second export finds nothing to do', async () => {
    await copied(one, `chroma-dir:${fixture.folder}`);
    expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}` })).toMatchObject({ code: 0 });
    const again = await copied(one, 'polyvec:', { to: `jsonl:${folder}` });
    expect(again.lines.filter((line) => line.endsWith('equal, nothing to do'))).toHaveLength(7);
    const back = await copied(other, `jsonl:${folder}`);
    expect(back.lines.at(-1)).toBe('143 records in 7 collections, and all of it is equal');
    const expected = await readFolder(fixture.folder);
    const served = await onGateway(other, (api) =>
      Promise.all(expected.map(({ tenant, database, name }) => readOver(api, tenant, database, name))),
    );
    expect(served).toEqual(expected);
  });

  it('keeps the namespaces and sparse vectors of an index', async () => {
    const source = await startGatewayOn({ environment: one.environment, remove: () => Promise.resolve() }, {});
    const index = await createIndex(source, { dimension: 2, metric: 'dotproduct' });
    const vectors = {
      a: [{ id: 'x/ %', values: [1, 2], sparseValues: { indices: [7, 4294967295], values: [0.25, -3] }, metadata: { n: 1.5 } }],
      b: [{ id: 'x/ %', values: [3, 4] }],
      '': [{ id: 'y', values: [5, 6] }],
    };
    for (const [name, list] of Object.entries(vectors)) await index.namespace(name).fill(list);
    await source.stop();
    expect(await copied(one, 'polyvec:', { to: `jsonl:${folder}` })).toMatchObject({ code: 0 });
    expect(await copied(other, `jsonl:${folder}`)).toMatchObject({ code: 0 });
    const target = await startGatewayOn({ environment: other.environment, remove: () => Promise.resolve() }, {});
    const described = await new PineconeApi(target.pineconeUrl).call(`/indexes/${index.name}`);
    const { host, metric } = described.body as { host: string; metric: string };
    const found = new IndexApi(index.name, Number(host.slice(host.lastIndexOf(':') + 1)));
    expect([metric, await found.counts()]).toEqual(['dotproduct', { a: 1, b: 1, '': 1 }]);
    expect(await found.namespace('a').fetch('x/ %')).toEqual({ 'x/ %': vectors.a[0] });
    expect(await found.namespace('b').fetch('x/ %')).toEqual({ 'x/ %': vectors.b[0] });
    await target.stop();
  });
});
