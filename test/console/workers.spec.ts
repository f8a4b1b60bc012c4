import { type ConsoleAnswer, ConsoleApi } from '../support/clients/console-api.js';
import { createProcessStorage, type ProcessStorage } from '../support/gateway/gateway-process.js';
import { findNginx, startConsoleNginx } from '../support/gateway/nginx.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one process; TEST_DATABASE_URL names a server)';
const CALLS = 20;
const NONE_DELETED = { kind: 'done', deleted: 0 };
const nginx = findNginx();

describeOnServer(`the console of several workers${reason}`, () => {
  let storage: ProcessStorage;
  let url = '';
  let chromaUrl = '';

  beforeAll(async () => {
    storage = await createProcessStorage({ POLYVEC_WORKERS: '2' });
    const started = await storage.start();
    url = started.urls.get('console') ?? '';
    ({ chromaUrl } = started);
  });

  afterAll(async () => {
    await storage.remove();
  });

  /** Each has a connection of its own, which any worker may get. */
  const call = <T>(path: string, body?: object): Promise<T> =>
    new ConsoleApi(url).get<T>(path, { body, headers: { connection: 'close' } });

  it('takes a token that another worker has signed', async () => {
    const place = { tenant: 'default_tenant', database: 'default_database' };
    const { uuid } = await call<{ readonly uuid: string }>('/collections', {
      ...place,
      name: 'shared',
      protocol: 'chroma',
      metric: 'l2',
    });
    const selection = { namespace: '', ids: ['none'] };
    for (let round = 0; round < CALLS; round += 1) {
      const { token } = await call<{ readonly token: string }>(`/collections/${uuid}/delete-preview`, selection);
      expect(await call(`/collections/${uuid}/delete`, { token, selection, expected: 0 })).toContainEqual(NONE_DELETED);
    }
  });

  it('shows the requests of all', async () => {
    const stop = new AbortController();
    const feed = await fetch(`${url}/console/api/v1/requests`, { headers: { 'x-polyvec-console': '1' }, signal: stop.signal });
    const ids = Array.from({ length: CALLS }, (_item, index) => `of-a-worker-${String(index)}.`);
    for (const id of ids) await fetch(`${chromaUrl}/api/v2/version`, { headers: { 'x-request-id': id, connection: 'close' } });
    let seen = '';
    for await (const bytes of feed.body as ReadableStream<Uint8Array>) {
      seen += Buffer.from(bytes).toString();
      if (ids.every((id) => seen.includes(`"${id}"`))) break;
    }
    stop.abort();
    expect(ids.filter((id) => !seen.includes(`"${id}"`))).toEqual([]);
    const sessions = await Promise.all(ids.map(() => call<{ readonly firstCallAt: string | null }>('/session')));
    expect(new Set(sessions.map(({ firstCallAt }) => firstCallAt)).size).toBe(1);
  });
});

const describeBehindNginx = hasServer && nginx !== undefined ? describe : describe.skip;

describeBehindNginx(`the console of two instances behind nginx${reason}`, () => {
  let storage: ProcessStorage;
  let proxy: Awaited<ReturnType<typeof startConsoleNginx>>;

  beforeAll(async () => {
    storage = await createProcessStorage();
    const first = await storage.start();
    const second = await storage.start();
    const consoles = [first, second].map(({ urls }) => urls.get('console') ?? '');
    proxy = await startConsoleNginx(nginx ?? '', consoles);
  });

  afterAll(async () => {
    await proxy.stop();
    await storage.remove();
  });

  const post = (path: string, body: object): Promise<ConsoleAnswer> =>
    new ConsoleApi(proxy.url).call(path, { body, headers: { origin: proxy.url } });

  it('serves its page and takes the token of the other instance', async () => {
    expect((await fetch(`${proxy.url}/`)).status).toBe(200);
    const wanted = { tenant: 'default_tenant', database: 'default_database', name: 'shared', protocol: 'chroma', metric: 'l2' };
    const made = await post('/collections', wanted);
    const path = `/collections/${(made.body as { readonly uuid: string }).uuid}`;
    const selection = { namespace: '', ids: ['none'] };
    const instances = new Set<string>();
    for (let round = 0; round < CALLS; round += 1) {
      const preview = await post(`${path}/delete-preview`, selection);
      const { token } = preview.body as { readonly token: string };
      const done = await post(`${path}/delete`, { token, selection, expected: 0 });
      expect(done.body).toContainEqual(NONE_DELETED);
      instances.add(preview.headers.get('x-served-by') === done.headers.get('x-served-by') ? 'the same' : 'another');
      // the next round begins at the other one
      await fetch(`${proxy.url}/healthz`);
    }
    expect(instances).toContain('another');
  });
});
