import { randomUUID } from 'node:crypto';
import { ChromaApi, type CollectionApi } from '../support/clients/chroma-api.js';
import { COLLECTIONS } from '../support/clients/chroma-client.js';
import { createIndex, type IndexApi, PineconeApi } from '../support/clients/pinecone-api.js';
import { type Message, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { type CollectionApi as VectorizerCollection, VectorizerApi } from '../support/clients/vectorizer-api.js';
import { type ObservedGateway, startObserved } from '../support/gateway/observed-gateway.js';

const LOUD = { POLYVEC_LOG_LEVEL: 'debug', POLYVEC_REQUEST_LOG: 'all' };
const ROOT_KEY = `root-${randomUUID()}`;
/** gRPC's codes for which HTTP has 500. */
const INTERNAL = 13;

/** The secrets that were sent, and the errors that came back. */
class Spy {
  readonly planted: string[] = [];
  readonly errors: string[] = [];
  readonly statuses = new Set<string>();

  /** A text that nothing else in the world holds. */
  plant(): string {
    const secret = `hush${randomUUID().replaceAll('-', '')}`;
    this.planted.push(secret);
    return secret;
  }

  /** One in each header that may carry a key. */
  headers(): Readonly<Record<string, string>> {
    const basic = Buffer.from(`user:${this.plant()}`).toString('base64');
    this.planted.push(basic);
    return {
      authorization: `Bearer ${this.plant()}`,
      'proxy-authorization': `Basic ${basic}`,
      'api-key': this.plant(),
      'x-api-key': this.plant(),
      'x-chroma-token': this.plant(),
      cookie: `session=${this.plant()}`,
    };
  }

  query(): string {
    return `?api_key=${this.plant()}&token=${this.plant()}`;
  }

  note(protocol: string, status: number, text: string): void {
    this.statuses.add(`${protocol} ${String(status)}`);
    if (status >= 400) this.errors.push(text);
  }

  /** Those that are told somewhere. */
  found(...texts: readonly string[]): readonly string[] {
    const all = [...texts, ...this.errors].join('\n');
    return this.planted.filter((secret) => all.includes(secret));
  }
}

/** Sends requests of all protocols, with secrets wherever one can be. */
class Clients {
  readonly spy = new Spy();
  readonly grpc: PineconeGrpc;

  constructor(
    readonly chroma: ChromaApi,
    readonly index: IndexApi,
    readonly vectorizer: VectorizerApi,
  ) {
    this.grpc = new PineconeGrpc(index.port);
  }

  async toChroma(path: string, body?: unknown): Promise<void> {
    const { status, text } = await this.chroma.call(path + this.spy.query(), { body, headers: this.spy.headers() });
    this.spy.note('chroma', status, text);
  }

  async toPinecone(path: string, body?: unknown): Promise<void> {
    const { status, text } = await this.index.call(path + this.spy.query(), { body, headers: this.spy.headers() });
    this.spy.note('pinecone', status, text);
  }

  async toGrpc(method: string, message: Message): Promise<void> {
    const [code, answer] = await this.grpc.outcome(method, message, this.spy.headers());
    this.spy.note('grpc', code === 0 ? 0 : 400 + code, String(answer));
  }

  async toVectorizer(method: string, path: string, body?: unknown): Promise<void> {
    const answer = await this.vectorizer.call(method, path + this.spy.query(), body, this.spy.headers());
    this.spy.note('vectorizer', answer.status, answer.text);
  }

  /** Writes and reads with documents, metadata and filters. */
  async useAll(collection: CollectionApi, other: VectorizerCollection, dimension = 2): Promise<void> {
    const { spy } = this;
    const embedding = Array.from({ length: dimension }, (_, axis) => axis + 1);
    const records = {
      ids: ['a'],
      embeddings: [embedding],
      documents: [spy.plant()],
      uris: [spy.plant()],
      metadatas: [{ x: spy.plant() }],
    };
    await this.toChroma(`${collection.path}/upsert`, records);
    await this.toChroma(`${collection.path}/get`, { where: { x: spy.plant() }, where_document: { $contains: spy.plant() } });
    await this.toChroma(`${collection.path}/query`, { query_embeddings: [embedding], where: { x: { $ne: spy.plant() } } });
    await this.toPinecone('/vectors/upsert', { vectors: [{ id: 'a', values: embedding, metadata: { x: spy.plant() } }] });
    await this.toPinecone('/query', { vector: embedding, topK: 1, filter: { x: spy.plant() } });
    await this.toGrpc('Upsert', { vectors: [{ id: 'b', values: embedding, metadata: { x: spy.plant() } }] });
    await this.toGrpc('Query', { vector: embedding, topK: 1, filter: { x: spy.plant() } });
    const entry = { id: 'a', embedding: [...embedding, 0, 0], payload: { x: spy.plant(), content: spy.plant() } };
    await this.toVectorizer('POST', '/insert_vectors', { collection: other.name, vectors: [entry] });
    await this.toVectorizer('POST', '/insert', { collection: other.name, text: spy.plant(), metadata: { x: spy.plant() } });
    await this.toVectorizer('POST', other.path('/search'), { vector: [1, 0, 0, 0], filter: { x: spy.plant() } });
    await this.toVectorizer('POST', other.path('/search/text'), { query: spy.plant() });
  }

  /** Sends what is refused. */
  async makeMistakes(collection: CollectionApi, other: VectorizerCollection): Promise<void> {
    const { spy } = this;
    const torn = (): string => `{"documents":["${spy.plant()}"],"metadata":{"x":"${spy.plant()}"`;
    const nul = (): object => ({
      documents: [`${spy.plant()}\0`],
      metadatas: [{ x: `${spy.plant()}\0` }],
      ids: ['a'],
      embeddings: [[1, 2]],
    });
    await this.useAll(collection, other, 3);
    await this.toChroma(`${collection.path}/upsert`, torn());
    await this.toChroma(`${collection.path}/upsert`, nul());
    await this.toChroma(`${COLLECTIONS}/${randomUUID()}/upsert`, { ids: ['a'], embeddings: [[1, 2]], documents: [spy.plant()] });
    await this.toChroma('/nothing', { document: spy.plant() });
    await this.toPinecone('/vectors/upsert', torn());
    await this.toPinecone('/nothing', { vectors: spy.plant() });
    await this.toGrpc('DescribeNamespace', { namespace: 'nowhere' });
    await this.toVectorizer('POST', '/insert', torn());
    await this.toVectorizer('POST', '/auth/login', { username: 'admin', password: spy.plant() });
    await this.toVectorizer('GET', '/collections/nowhere');
    await this.toVectorizer('PATCH', '/insert', { text: spy.plant() });
    const answer = await fetch(`${this.vectorizer.baseUrl}/insert`, {
      method: 'POST',
      body: spy.plant(),
      headers: { 'content-type': 'text/plain' },
    });
    spy.note('vectorizer', answer.status, await answer.text());
  }
}

describe('what clients send in confidence', () => {
  let gateway: ObservedGateway;
  let chroma: ChromaApi;
  let collection: CollectionApi;
  let vectorizer: VectorizerApi;
  let other: VectorizerCollection;
  let index: IndexApi;
  let clients: Clients;

  beforeAll(async () => {
    gateway = await startObserved(LOUD);
    chroma = new ChromaApi(gateway.chromaUrl);
    collection = await chroma.createCollection();
    vectorizer = new VectorizerApi(gateway.vectorizerUrl);
    other = await vectorizer.create();
    index = await createIndex(gateway, { dimension: 2, metric: 'cosine' });
  });

  beforeEach(() => {
    clients = new Clients(chroma, index, vectorizer);
  });

  afterEach(() => {
    clients.grpc.close();
  });

  afterAll(async () => {
    await gateway.stop();
  });

  /** Once the last request has its line. */
  const log = async (): Promise<string> => {
    const id = `last-${randomUUID()}`;
    await chroma.call('/api/v2/version', { headers: { 'x-request-id': id } });
    expect(await gateway.lines((line) => line['requestId'] === id)).toHaveLength(1);
    return gateway.log();
  };

  it('is told nowhere when all is well', async () => {
    await clients.useAll(collection, other);
    expect([...clients.spy.statuses].sort()).toEqual(['chroma 200', 'grpc 0', 'pinecone 200', 'vectorizer 200']);
    expect(clients.spy.found(await log())).toEqual([]);
  });

  it('is told nowhere when requests are refused', async () => {
    await clients.makeMistakes(collection, other);
    const refusals = [
      'chroma 400',
      'chroma 404',
      'pinecone 400',
      'grpc 403',
      'grpc 405',
      'vectorizer 400',
      'vectorizer 404',
      'vectorizer 405',
      'vectorizer 415',
    ];
    expect([...clients.spy.statuses]).toEqual(expect.arrayContaining(refusals));
    expect(clients.spy.found(await log())).toEqual([]);
  });

  it('is told nowhere when statements fail, whose errors quote their row', async () => {
    const tables = await gateway.storage.connect();
    try {
      await tables.query('ALTER TABLE polyvec.pool_records ADD CONSTRAINT nothing CHECK (FALSE) NOT VALID');
      await clients.useAll(collection, other);
      const failures = ['chroma 500', 'pinecone 500', `grpc ${String(400 + INTERNAL)}`, 'vectorizer 500'];
      expect([...clients.spy.statuses]).toEqual(expect.arrayContaining(failures));
      const text = await log();
      expect(text).toContain('internal error');
      expect(clients.spy.found(text)).toEqual([]);
    } finally {
      await tables.query('ALTER TABLE polyvec.pool_records DROP CONSTRAINT IF EXISTS nothing');
      await tables.end();
    }
  });

  it('is told nowhere when a value is refused by the server, whose error quotes it', async () => {
    const tables = await gateway.storage.connect();
    try {
      await tables.query(`CREATE FUNCTION polyvec.choke() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM (NEW.metadata ->> 'x')::integer; RETURN NEW; END $$`);
      await tables.query(
        'CREATE TRIGGER choke BEFORE INSERT ON polyvec.pool_records FOR EACH ROW EXECUTE FUNCTION polyvec.choke()',
      );
      await clients.useAll(collection, other);
      expect([...clients.spy.statuses]).toContain('chroma 500');
      const text = await log();
      expect(text).toContain('22P02');
      expect(clients.spy.found(text)).toEqual([]);
    } finally {
      await tables.query('DROP FUNCTION IF EXISTS polyvec.choke() CASCADE');
      await tables.end();
    }
  });
});

describe('keys', () => {
  it('are told nowhere when keys are asked for, whether they are good or not', async () => {
    const gateway = await startObserved({ ...LOUD, POLYVEC_AUTH: 'keys', POLYVEC_ROOT_KEY: ROOT_KEY });
    const index = Object.assign(new PineconeApi(gateway.pineconeUrl), {
      name: 'none',
      port: Number(new URL(gateway.pineconeUrl).port),
    });
    const clients = new Clients(
      new ChromaApi(gateway.chromaUrl),
      index as unknown as IndexApi,
      new VectorizerApi(gateway.vectorizerUrl),
    );
    try {
      await clients.toChroma(COLLECTIONS);
      await clients.toPinecone('/indexes');
      await clients.toGrpc('DescribeIndexStats', {});
      await clients.toVectorizer('GET', '/collections');
      expect([...clients.spy.statuses]).toEqual(['chroma 401', 'pinecone 401', 'grpc 416', 'vectorizer 401']);
      const good = { 'x-chroma-token': ROOT_KEY, 'x-request-id': 'good-1' };
      expect((await clients.chroma.call(COLLECTIONS, { headers: good })).status).toBe(200);
      expect(await gateway.lines((line) => line['requestId'] === 'good-1')).toHaveLength(1);
      clients.spy.planted.push(ROOT_KEY);
      expect(clients.spy.found(gateway.log())).toEqual([]);
    } finally {
      clients.grpc.close();
      await gateway.stop();
    }
  });
});
