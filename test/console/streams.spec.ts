import type { CollectionDetail } from '../../src/console/api/contract/collections.js';
import type { MatchingIds, SearchResult } from '../../src/console/api/contract/records.js';
import type { MapHeader, QualityLine, RequestLine } from '../../src/console/api/contract/streams.js';
import type { BackupRow, CreatedKey, KeyList, SystemState } from '../../src/console/api/contract/system.js';
import { ConsoleApi } from '../support/clients/console-api.js';
import { startGateway, type TestGateway } from '../support/gateway/gateway.js';

/** The console's API: streams, the system, backups and samples. */

const PLACE = { tenant: 'default_tenant', database: 'default_database' } as const;

let gateway: TestGateway;
let console: ConsoleApi;
let samples: CollectionDetail;

beforeAll(async () => {
  gateway = await startGateway();
  console = new ConsoleApi(gateway.consoleUrl);
  samples = await console.get<CollectionDetail>('/samples', { body: PLACE });
});

afterAll(async () => {
  await gateway.stop();
});

/** An answer whose lines can be read one by one. */
async function lines(path: string, body?: object): Promise<{ next: () => Promise<string>; stop: () => void }> {
  const stop = new AbortController();
  const answer = await fetch(`${gateway.consoleUrl}/console/api/v1${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'x-polyvec-console': '1', ...(body !== undefined && { 'content-type': 'application/json' }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: stop.signal,
  });
  expect(answer.status).toBe(200);
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  const next = async (): Promise<string> => {
    for (;;) {
      const end = text.indexOf('\n');
      if (end >= 0) {
        const line = text.slice(0, end);
        text = text.slice(end + 1);
        return line;
      }
      const { value, done } = await reader.read();
      if (done) throw new Error('no more lines');
      text += Buffer.from(value).toString();
    }
  };
  return {
    next,
    stop: () => {
      stop.abort();
    },
  };
}

describe('requests', () => {
  it('come as they end, with what is known of them and none of their contents', async () => {
    const feed = await lines('/requests');
    await fetch(`${gateway.vectorizerUrl}/collections/polyvec-samples/search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-request-id': 'watched-1' },
      body: JSON.stringify({ query: 'onion soup', limit: 3 }),
    });
    let line: RequestLine;
    do line = JSON.parse(await feed.next()) as RequestLine;
    while (line.id !== 'watched-1');
    feed.stop();
    expect(line).toMatchObject({
      protocol: 'vectorizer',
      operation: 'POST /collections/:collection/search',
      collection: 'polyvec-samples',
      status: '200',
      plans: ['exact: no index'],
      keyId: null,
    });
    expect(line.databaseMs).toBeLessThanOrEqual(line.totalMs);
    expect(JSON.stringify(line)).not.toContain('onion');
  });

  it('have no more than five viewers', async () => {
    const feeds = await Promise.all(Array.from({ length: 5 }, () => lines('/requests')));
    const sixth = await console.call('/requests');
    for (const { stop } of feeds) stop();
    expect(sixth.status).toBe(429);
  });
});

describe('the samples', () => {
  it('are a thousand different texts that can be searched', async () => {
    expect(samples).toMatchObject({ name: 'polyvec-samples', records: 1_000, hasModel: true, dimension: 256 });
    const body = { namespace: '', text: 'who seasons the onion soup', limit: 3 };
    const { hits } = await console.get<SearchResult>(`/collections/${samples.uuid}/search`, { body });
    expect(hits.map(({ document }) => document)).toEqual(Array(3).fill(expect.stringContaining('onion soup')));
    expect((await console.call('/samples', { body: PLACE })).status).toBe(409);
  });
});

describe('the quality of searches', () => {
  it('is measured against exact ones, by namespace', async () => {
    const job = await lines(`/collections/${samples.uuid}/quality`, { queries: 10 });
    const read: QualityLine[] = [];
    do read.push(JSON.parse(await job.next()) as QualityLine);
    while (read.at(-1)?.kind === 'progress');
    expect(read.filter(({ kind }) => kind === 'progress').at(-1)).toEqual({ kind: 'progress', done: 10, of: 10 });
    expect(read.at(-1)).toMatchObject({ kind: 'namespace', namespace: '', queries: 10, recall: 1, unindexed: 1, worst: [] });
  });

  it.each([
    ['too few queries', { queries: 9 }],
    ['a filter that is none', { queries: 10, filter: [] }],
  ])('is not measured with %s', async (_what, body) => {
    const answer = await console.call(`/collections/${samples.uuid}/quality`, { body });
    expect([answer.status, answer.text]).toEqual([expect.any(Number), expect.stringMatching(/invalid|failed/)]);
  });

  it('ends with its viewer, and only one is measured at a time', async () => {
    const job = await lines(`/collections/${samples.uuid}/quality`, { queries: 200 });
    await job.next();
    const map = { namespace: '', count: 10, seed: 1 };
    expect((await console.call(`/collections/${samples.uuid}/map`, { body: map })).status).toBe(429);
    job.stop();
    let status: number;
    do ({ status } = await console.call(`/collections/${samples.uuid}/map`, { body: map }));
    while (status === 429);
    expect(status).toBe(200);
  });
});

describe('a map', () => {
  const load = async (body: object): Promise<{ header: MapHeader; points: Int8Array }> => {
    const answer = await fetch(`${gateway.consoleUrl}/console/api/v1/collections/${samples.uuid}/map`, {
      method: 'POST',
      headers: { 'x-polyvec-console': '1', 'content-type': 'application/json' },
      body: JSON.stringify({ namespace: '', count: 100, seed: 7, ...body }),
    });
    const bytes = Buffer.from(await answer.arrayBuffer());
    const end = bytes.indexOf('\n');
    return { header: JSON.parse(bytes.subarray(0, end).toString()) as MapHeader, points: new Int8Array(bytes.subarray(end + 1)) };
  };

  it('has a point for each record of a sample, the same for the same seed', async () => {
    const { header, points } = await load({ colorBy: 'topic' });
    expect(header).toMatchObject({ count: 100, total: 1_000, dimensions: 64, seed: 7 });
    expect([header.ids.length, header.colors?.length, points.length]).toEqual([header.count, header.count, header.count * 64]);
    expect(new Set(header.ids).size).toBe(header.count);
    expect(Math.max(...points.map(Math.abs))).toBe(127);
    expect((await load({ colorBy: 'topic' })).header).toEqual(header);
  });

  it('has as many points as were asked for, also where that is nearly all of them', async () => {
    const counts: number[] = [];
    for (const count of [500, 897, 999]) counts.push((await load({ count })).header.count);
    expect(counts).toEqual([500, 897, 999]);
  });

  it('is of all records where there are no more, and of those that a filter selects', async () => {
    expect((await load({ count: 2_000 })).header.count).toBe(1_000);
    const filter = { match: 'all', conditions: [{ field: 'topic', op: 'eq', value: 'sea' }] };
    const { header } = await load({ count: 2_000, filter, colorBy: 'topic' });
    expect([header.total, header.count, new Set(header.colors)]).toEqual([125, 125, new Set(['sea'])]);
  });

  it('is told which of its points a filter selects', async () => {
    const { header } = await load({ count: 2_000, colorBy: 'topic' });
    const filter = { match: 'all', conditions: [{ field: 'topic', op: 'eq', value: 'sea' }] };
    const path = `/collections/${samples.uuid}/matching`;
    const { ids } = await console.get<MatchingIds>(path, { body: { namespace: '', filter, ids: header.ids.slice(0, 500) } });
    const expected = header.ids.slice(0, 500).filter((_id, point) => header.colors?.[point] === 'sea');
    expect([expected.length > 0, [...ids].sort()]).toEqual([true, [...expected].sort()]);
    const tooMany = { namespace: '', filter, ids: Array.from({ length: 5_001 }, String) };
    expect((await console.call(path, { body: tooMany })).status).toBe(400);
  });

  it('puts what is near together', async () => {
    const { header, points } = await load({ count: 1_000, colorBy: 'topic' });
    const distance = (left: number, right: number): number => {
      const of = (point: number): Int8Array => points.subarray(point * 64, (point + 1) * 64);
      return of(left).reduce((sum, value, place) => sum + (value - (of(right)[place] ?? 0)) ** 2, 0);
    };
    const nearest = header.ids
      .map((_id, point) =>
        header.ids
          .map((_other, other) => other)
          .filter((other) => other !== point)
          .reduce((best, other) => (distance(point, other) < distance(point, best) ? other : best)),
      )
      .slice(0, 1);
    expect(nearest.map((other) => header.colors?.[other])).toEqual([header.colors?.[0]]);
  });

  it('has no more points than the engine can give', async () => {
    const body = { namespace: '', count: 100_001, seed: 1 };
    expect((await console.call(`/collections/${samples.uuid}/map`, { body })).status).toBe(400);
  });
});

describe('the system', () => {
  it('says how it is, and tells no secrets', async () => {
    const { requests, settings, indexes, collections, process: own } = await console.get<SystemState>('/system');
    expect([collections.pooled, indexes.building]).toEqual([expect.any(Number), 0]);
    expect(own.rssBytes).toBeGreaterThan(0);
    expect(requests.find(({ protocol }) => protocol === 'vectorizer')?.count).toBeGreaterThan(0);
    expect(settings.find(({ name }) => name === 'POLYVEC_ROOT_KEY')).toMatchObject({ value: 'not set', isDefault: true });
    expect(settings.find(({ name }) => name === 'POLYVEC_CHROMA_PORT')).toMatchObject({ value: '0', isDefault: false });
  });

  it('makes keys, whose secrets are shown once, and revokes them', async () => {
    const body = { name: 'for a test', permissions: ['read'], tenant: 'acme', database: null, collections: ['bees-*'] };
    const created = await console.get<CreatedKey>('/keys', { body });
    expect(created).toMatchObject({ name: 'for a test', permissions: ['read'], tenant: 'acme', revokedAt: null });
    expect(created.secret).toMatch(/^pv_/);
    expect((await console.call(`/keys/${created.id}`, { method: 'DELETE' })).status).toBe(204);
    const { keys } = await console.get<KeyList>('/keys');
    expect(keys.map(({ id, revokedAt }) => [id, revokedAt])).toEqual([[created.id, expect.stringMatching(/^\d{4}-/)]]);
    expect(JSON.stringify(keys)).not.toContain(created.secret);
    expect((await console.call('/keys/none', { method: 'DELETE' })).status).toBe(404);
  });

  it('makes backups, and collections of them', async () => {
    const backup = await console.get<BackupRow>(`/collections/${samples.uuid}/backups`, { body: { name: 'before' } });
    expect(backup).toMatchObject({ name: 'before', collection: 'polyvec-samples', records: 1_000 });
    expect(await console.get('/backups')).toEqual([backup]);
    const restored = await console.get<CollectionDetail>(`/backups/${backup.id}/restore`, { body: { name: 'restored' } });
    expect(restored).toMatchObject({ name: 'restored', records: 1_000, hasModel: true });
    expect((await console.call(`/backups/${backup.id}/restore`, { body: { name: 'restored' } })).status).toBe(409);
    expect((await console.call(`/backups/${backup.id}`, { method: 'DELETE' })).status).toBe(204);
    expect(await console.get('/backups')).toEqual([]);
  });
});
