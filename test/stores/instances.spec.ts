import { setTimeout as sleep } from 'node:timers/promises';
import { readConfig } from '../../src/config/config.js';
import { type Gateway, startGateway as start } from '../../src/gateway.js';
import { ask, type ChromaAnswer, COLLECTIONS, createCollection } from '../support/clients/chroma-client.js';
import { createStorage, type TestStorage } from '../support/gateway/gateway.js';

const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
const describeOnServer = hasServer ? describe : describe.skip;
const reason = hasServer ? '' : ' (skipped: the embedded engine serves one gateway; TEST_DATABASE_URL names a server)';

const PORTS = {
  POLYVEC_CHROMA_PORT: '0',
  POLYVEC_CONSOLE_PORT: '0',
  POLYVEC_PINECONE_PORT: 'off',
  POLYVEC_VECTORIZER_PORT: '0',
  POLYVEC_LOG_LEVEL: 'error',
  POLYVEC_CHROMA_ALLOW_RESET: 'true',
};

/** Resolves when the gateway is. */
async function isReady(gateway: Gateway): Promise<void> {
  while (!(await fetch(`${gateway.urls.get('console') ?? ''}/readyz`)).ok) await sleep(100);
}

describeOnServer(`several gateways on one server's database${reason}`, () => {
  let storage: TestStorage;
  let gateways: readonly Gateway[];
  let here: string;
  let there: string;

  beforeAll(async () => {
    storage = await createStorage({ isEmpty: true });
    // all at once, on a database without a schema: one migrates, the others wait
    gateways = await Promise.all(Array.from({ length: 4 }, () => start(readConfig({ ...PORTS, ...storage.environment }))));
    // where the migration takes long, the others listen before it is done
    await Promise.all(gateways.map(isReady));
    [here = '', there = ''] = gateways.map((gateway) => gateway.urls.get('chroma') ?? '');
  });

  afterAll(async () => {
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await storage.remove();
  });

  function records(url: string, uuid: string, call: string, body: object): Promise<ChromaAnswer> {
    return ask(url, `${COLLECTIONS}/${uuid}/${call}`, body);
  }

  async function idsAt(url: string, uuid: string): Promise<unknown> {
    return (JSON.parse((await records(url, uuid, 'get', { include: [] })).text) as { ids: unknown }).ids;
  }

  /** A collection that both know, in the state it has without any record. */
  async function knownToBoth(): Promise<{ readonly uuid: string; readonly name: string }> {
    const uuid = await createCollection(here);
    const name = (JSON.parse((await ask(here, `${COLLECTIONS}/by-id/${uuid}`)).text) as { name: string }).name;
    expect(await idsAt(there, uuid)).toEqual([]);
    expect(await idsAt(here, uuid)).toEqual([]);
    return { uuid, name };
  }

  it('start together on an empty database, and every one answers', async () => {
    const answers = await Promise.all(gateways.map((gateway) => ask(gateway.urls.get('chroma') ?? '', `${COLLECTIONS}_count`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  });

  it('see each other’s writes at once', async () => {
    const { uuid } = await knownToBoth();
    for (let index = 0; index < 20; index += 1) {
      const [writer, reader] = index % 2 === 0 ? [here, there] : [there, here];
      expect((await records(writer, uuid, 'add', { ids: [String(index)], embeddings: [[index]] })).status).toBe(201);
      expect(await ask(reader, `${COLLECTIONS}/${uuid}/count`)).toEqual({ status: 200, text: String(index + 1) });
      const found = JSON.parse(
        (await records(reader, uuid, 'query', { query_embeddings: [[index]], n_results: 1 })).text,
      ) as object;
      expect(found).toMatchObject({ ids: [[String(index)]] });
    }
    await records(there, uuid, 'delete', { ids: ['3'] });
    expect((await records(here, uuid, 'get', { ids: ['3'] })).text).toContain('"ids":[]');
  });

  describe('that remember collections by name', () => {
    /** What one that is asked by name finds, through Vectorizer. */
    async function listAt(gateway: Gateway | undefined, name: string): Promise<unknown> {
      const url = `${gateway?.urls.get('vectorizer') ?? ''}/collections/${name}/vectors`;
      const body = (await (await fetch(url)).json()) as { error_type?: string; vectors?: readonly { id: string }[] };
      return body.error_type ?? body.vectors?.map(({ id }) => id);
    }

    /** A collection with the record `a`, which the second one knows by its name. */
    async function knownByName(): Promise<{ readonly uuid: string; readonly name: string }> {
      const known = await knownToBoth();
      await records(here, known.uuid, 'add', { ids: ['a'], embeddings: [[1, 2]] });
      expect(await listAt(gateways[1], known.name)).toEqual(['a']);
      return known;
    }

    it('find one whose dimension another one has set', async () => {
      const { uuid, name } = await knownToBoth();
      expect(await listAt(gateways[1], name)).toBe('collection_not_found');
      await records(here, uuid, 'add', { ids: ['a'], embeddings: [[1, 2]] });
      expect(await listAt(gateways[1], name)).toEqual(['a']);
    });

    it('find the one that has the name now', async () => {
      const { name } = await knownByName();
      await ask(here, `${COLLECTIONS}/${name}`, undefined, 'DELETE');
      expect(await listAt(gateways[1], name)).toBe('collection_not_found');
      const again = await ask(here, COLLECTIONS, { name });
      const { id } = JSON.parse(again.text) as { id: string };
      await records(here, id, 'add', { ids: ['b'], embeddings: [[1]] });
      expect(await listAt(gateways[1], name)).toEqual(['b']);
    });

    it('no longer find one by a name that another one has taken away', async () => {
      const { uuid, name } = await knownByName();
      await ask(here, `${COLLECTIONS}/${uuid}`, { new_name: `${name}-new` }, 'PUT');
      expect(await listAt(gateways[1], name)).toBe('collection_not_found');
      expect(await listAt(gateways[1], `${name}-new`)).toEqual(['a']);
    });

    it('give a vector the time to live that another one has set', async () => {
      const { name } = await knownByName();
      const [first, second] = gateways.map((gateway) => `${gateway.urls.get('vectorizer') ?? ''}/collections/${name}`);
      const send = async (url: string, method: string, body: object): Promise<unknown> =>
        (await fetch(url, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json' } })).json();
      expect(await send(`${first ?? ''}/ttl`, 'POST', { ttl_secs: 1000 })).toMatchObject({ status: 'ok' });
      expect(await send(`${second ?? ''}/vectors/a`, 'PUT', { metadata: { new: true } })).toMatchObject({
        payload: { new: true, __expires_at: expect.any(Number) as number },
      });
    });

    it('go on finding one by the name that it had before a rename through Vectorizer', async () => {
      const { name } = await knownByName();
      const rename = `${gateways[0]?.urls.get('vectorizer') ?? ''}/collections/${name}/rename`;
      await fetch(rename, {
        method: 'POST',
        body: JSON.stringify({ new_name: `${name}-new` }),
        headers: { 'content-type': 'application/json' },
      });
      expect(await listAt(gateways[1], name)).toEqual(['a']);
      expect(await listAt(gateways[1], `${name}-new`)).toEqual(['a']);
    });
  });

  it.each(['add', 'upsert', 'update'])('enforce on %s the dimension that another one has set', async (call) => {
    const { uuid } = await knownToBoth();
    await records(here, uuid, 'add', { ids: ['a'], embeddings: [[1, 2, 3]] });
    const wrong = await records(there, uuid, call, { ids: ['b'], embeddings: [[1, 2]] });
    expect(wrong).toEqual({
      status: 400,
      text: expect.stringContaining('Collection expecting embedding with dimension of 3, got 2') as string,
    });
    expect(await idsAt(there, uuid)).toEqual(['a']);
  });

  it('enforce on a query the dimension that another one has set', async () => {
    const { uuid } = await knownToBoth();
    await records(here, uuid, 'add', { ids: ['a'], embeddings: [[1, 2, 3]] });
    expect((await records(there, uuid, 'query', { query_embeddings: [[1, 2]] })).status).toBe(400);
    expect(JSON.parse((await records(there, uuid, 'query', { query_embeddings: [[1, 2, 3]] })).text)).toMatchObject({
      ids: [['a']],
    });
  });

  it('agree on one dimension when both write first', async () => {
    const { uuid } = await knownToBoth();
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        records([here, there][index % 2] ?? '', uuid, 'add', {
          ids: [String(index)],
          embeddings: [index % 2 === 0 ? [1] : [1, 2]],
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...new Array<number>(10).fill(201),
      ...new Array<number>(10).fill(400),
    ]);
    expect(await idsAt(here, uuid)).toHaveLength(10);
  });

  it('get one collection from get_or_create', async () => {
    const body = { name: 'shared', get_or_create: true };
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) => ask([here, there][index % 2] ?? '', COLLECTIONS, body)),
    );
    expect(new Set(answers.map(({ text }) => (JSON.parse(text) as { id: string }).id)).size).toBe(1);
  });

  it('answer 404 for a collection that another one has deleted', async () => {
    const { uuid, name } = await knownToBoth();
    await records(here, uuid, 'add', { ids: ['a'], embeddings: [[1]] });
    expect(await idsAt(there, uuid)).toEqual(['a']);
    await ask(here, `${COLLECTIONS}/${name}`, undefined, 'DELETE');
    const bodies = {
      get: {},
      add: { ids: ['b'], embeddings: [[1]] },
      update: { ids: ['a'], documents: ['x'] },
      delete: { ids: ['a'] },
    };
    for (const [call, body] of Object.entries({ ...bodies, upsert: bodies.add, query: { query_embeddings: [[1]] } })) {
      expect({ call, status: (await records(there, uuid, call, body)).status }).toEqual({ call, status: 404 });
    }
    expect((await ask(there, `${COLLECTIONS}/${uuid}/count`)).status).toBe(404);
    expect((await ask(there, `${COLLECTIONS}/${name}`)).status).toBe(404);
  });

  it('know a collection’s new name and its metadata at once', async () => {
    const { uuid, name } = await knownToBoth();
    const change = { new_name: `${name}-renamed`, new_metadata: { k: 1 } };
    expect((await ask(here, `${COLLECTIONS}/${uuid}`, change, 'PUT')).status).toBe(200);
    expect((await ask(there, `${COLLECTIONS}/${name}`)).status).toBe(404);
    expect(JSON.parse((await ask(there, `${COLLECTIONS}/${change.new_name}`)).text)).toMatchObject({
      id: uuid,
      metadata: { k: 1 },
    });
  });

  it('forget everything when another one is reset', async () => {
    const { uuid } = await knownToBoth();
    await records(there, uuid, 'add', { ids: ['a'], embeddings: [[1]] });
    expect(await ask(here, '/api/v2/reset', {})).toEqual({ status: 200, text: 'true' });
    expect((await records(there, uuid, 'get', {})).status).toBe(404);
    expect((await records(there, uuid, 'add', { ids: ['b'], embeddings: [[1]] })).status).toBe(404);
    expect(await ask(there, COLLECTIONS)).toEqual({ status: 200, text: '[]' });
  });
});
