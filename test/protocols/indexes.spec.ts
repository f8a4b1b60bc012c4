import { eventually, SMALL_TIERS } from '../chaos/promotion/promotion-cluster.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

const DIMENSION = 8;
const RECORDS = 600;

interface Answer {
  readonly body: { readonly ids: readonly (readonly string[])[]; readonly distances: readonly (readonly number[])[] };
  readonly plan: string | null;
}

/** Vectors that spread in all directions, the same in every run. */
function vectorOf(seed: number): number[] {
  return Array.from(
    { length: DIMENSION },
    (_, axis) => Math.sin(seed * 12.9898 + axis * 78.233) * 43.7 - Math.cos(seed * 3.7 + axis),
  );
}

describe.each(['off', 'half', 'binary'])('a collection with an index, quantization %s', (quantization) => {
  let gateway: TestGateway;
  let collection: string;

  const send = async (path: string, body: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> => {
    const init = { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } };
    const response = await fetch(
      `${gateway.chromaUrl}/api/v2/tenants/default_tenant/databases/default_database/collections${path}`,
      init,
    );
    expect([200, 201]).toContain(response.status);
    return response;
  };
  const query = async (body: object): Promise<Answer> => {
    const response = await send(`/${collection}/query`, body, { 'x-polyvec-explain': '1' });
    return { body: (await response.json()) as Answer['body'], plan: response.headers.get('x-polyvec-plan') };
  };
  const nearestTo = async (seed: number, given: object = {}): Promise<Answer> =>
    query({ query_embeddings: [vectorOf(seed)], n_results: 10, ...given });

  beforeAll(async () => {
    gateway = await startGateway({ env: { ...SMALL_TIERS, POLYVEC_INDEX_QUANTIZATION: quantization } });
    const created = await send('', { name: 'indexed', configuration: { hnsw: { space: 'l2' } } });
    collection = ((await created.json()) as { id: string }).id;
    const seeds = Array.from({ length: RECORDS }, (_, index) => index);
    await send(`/${collection}/add`, {
      ids: seeds.map(String),
      embeddings: seeds.map(vectorOf),
      metadatas: seeds.map((seed) => ({ tenth: seed % 10, seed })),
    });
    const plan = await eventually(
      async () => (await nearestTo(1.5)).plan ?? '',
      (seen) => seen.startsWith('hnsw'),
    );
    expect(plan).toMatch(/^hnsw/);
  });

  afterAll(async () => {
    await gateway.stop();
  });

  it('says nothing of plans unless asked', async () => {
    const response = await send(`/${collection}/query`, { query_embeddings: [vectorOf(1)], n_results: 1 });
    expect(response.headers.get('x-polyvec-plan')).toBeNull();
  });

  it('says what it did, expected and found', async () => {
    const { plan } = await nearestTo(2.5);
    expect(plan).toMatch(
      /^hnsw; indexes=\d+; ef=\d+; reason=[a-z ]+; budget=none; estimate=none; form=(full|half|binary); found=10$/,
    );
    const few = await nearestTo(2.5, { where: { seed: { $lt: 20 } } });
    expect(few.plan).toMatch(/^exact; reason=few matches; estimate=\d+; candidates=20; found=10$/);
    const all = await nearestTo(2.5, { n_results: 500 });
    expect(all.plan).toMatch(/^exact; reason=many results; .*found=500$/);
  });

  it('finds nearly all that an exact search finds, at their exact distances', async () => {
    let hits = 0;
    for (let seed = 0.5; seed < 40; seed += 1) {
      const found = await nearestTo(seed);
      const exact = await nearestTo(seed, { n_results: 300 });
      expect(found.plan).toMatch(/^hnsw/);
      expect(exact.plan).toMatch(/^exact/);
      const truth = exact.body.ids[0]?.slice(0, 10) ?? [];
      hits += (found.body.ids[0] ?? []).filter((id) => truth.includes(id)).length;
      const distances = new Map(exact.body.ids[0]?.map((id, at) => [id, exact.body.distances[0]?.[at]]));
      const known = (found.body.ids[0] ?? []).flatMap((id, at) =>
        distances.has(id) ? [[id, found.body.distances[0]?.[at]] as const] : [],
      );
      expect(known).toEqual(known.map(([id]) => [id, distances.get(id)]));
    }
    expect(hits / 400).toBeGreaterThanOrEqual(0.95);
  });

  it('answers many queries at once as one by one', async () => {
    const seeds = [3.5, 4.5, 5.5];
    const together = await query({ query_embeddings: seeds.map(vectorOf), n_results: 5 });
    const apart = await Promise.all(seeds.map((seed) => nearestTo(seed, { n_results: 5 })));
    expect(together.body.ids).toEqual(apart.map(({ body }) => body.ids[0]));
  });

  it('gives the first of equals when the limit falls among them', async () => {
    const ids = Array.from({ length: 30 }, (_, index) => `twin-${String(index).padStart(2, '0')}`);
    await send(`/${collection}/upsert`, { ids, embeddings: ids.map(() => vectorOf(1000)) });
    const { body, plan } = await nearestTo(1000);
    expect(plan).toMatch(/^exact; reason=equally near/);
    expect(body.ids[0]).toEqual(ids.slice(0, 10));
  });

  it('is counted in the metrics', async () => {
    const metrics = await (await fetch(`${gateway.consoleUrl}/metrics`)).text();
    expect(metrics).toMatch(/^polyvec_collections\{tier="dedicated"\} 1$/m);
    expect(metrics).toMatch(/^polyvec_vector_indexes\{state="ready"\} [1-9]/m);
    expect(metrics).toMatch(/^polyvec_vector_index_build_progress /m);
    expect(metrics).toMatch(/^polyvec_recall_namespaces\{state="missed"\} 0$/m);
  });
});
