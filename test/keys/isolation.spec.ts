import { randomUUID } from 'node:crypto';
import { METHODS, PineconeGrpc } from '../support/clients/pinecone-grpc.js';
import { type KeyedGateway, ROOT_KEY, startKeyedGateway } from '../support/gateway/keyed-gateway.js';
import { type Place, requestOf, type RouteRequest } from '../support/routes/route-requests.js';
import { allRoutes, type Route } from '../support/routes/routes.js';

/**
 * Every route of the router, with every scope, on one's own tenant, another tenant, another database and one that nobody has: what
 * is out of a key's reach is answered as what is not there, byte by byte but for the names that the client sent.
 */

const KEYS = {
  all: { tenant: 'acme', database: 'default_database', scope: 'read,write,admin' },
  read: { tenant: 'acme', database: 'default_database', scope: 'read' },
  write: { tenant: 'acme', database: 'default_database', scope: 'write' },
  admin: { tenant: 'acme', database: 'default_database', scope: 'admin' },
  bees: { tenant: 'other', database: 'default_database', scope: 'read,write,admin' },
  wasp: { tenant: 'acme', database: 'yonder', scope: 'read,write,admin' },
} as const;
type KeyName = keyof typeof KEYS;

const ROUTES = allRoutes();
/** Handlers of API documents are open to all, and have parameters of their own. */
const MATRIX = ROUTES.filter(({ protocol }) => protocol !== 'console');

const EXAMPLE: Place = {
  tenant: 'tenant',
  database: 'database',
  collection: 'collection',
  uuid: 'uuid',
  port: 1,
  host: 'host',
  backup: 'backup',
  job: 'job',
  schedule: 'schedule',
  snapshot: 'snapshot',
};
const OTHER: Place = {
  ...EXAMPLE,
  tenant: 'other',
  database: 'o',
  collection: 'o',
  uuid: 'o',
  port: 2,
  host: 'o',
  backup: 'o',
  job: 'o',
  schedule: 'o',
  snapshot: 'o',
};
const isAboutPlace = (route: Route): boolean =>
  JSON.stringify(requestOf(route, EXAMPLE)) !== JSON.stringify(requestOf(route, OTHER));
const ABOUT_A_PLACE = MATRIX.filter(isAboutPlace).map((route) => [route.key, route] as const);
/** What such a request may see is the key's. */
const ABOUT_THE_CALLER = MATRIX.filter((route) => !isAboutPlace(route)).map((route) => [route.key, route] as const);

let keyed: KeyedGateway<KeyName>;
let places: Readonly<Record<'own' | 'tenant' | 'database', Place>>;

interface Answer {
  readonly status: number;
  readonly text: string;
}

beforeAll(async () => {
  // more ports than indexes: the last one stands for none
  keyed = await startKeyedGateway(KEYS, { POLYVEC_PINECONE_INDEX_PORTS: '0:150', POLYVEC_PINECONE_OTHER_PORTS: '75' });
  places = {
    own: await makePlace('all', 'own'),
    tenant: await makePlace('bees', 'bees'),
    database: await makePlace('wasp', 'wasp'),
  };
});

afterAll(async () => {
  await keyed.gateway.stop();
});

/** A collection of the key's with a record, a backup, a job and a Pinecone collection. */
async function makePlace(name: KeyName, collection: string): Promise<Place> {
  const { tenant, database } = KEYS[name];
  const key = keyed.keys[name];
  const collections = `/api/v2/tenants/${tenant}/databases/${database}/collections`;
  const { id: uuid } = await make('chroma', collections, key, { name: collection });
  const record = { ids: ['a'], embeddings: [[1, 0.5]], documents: ['a'], metadatas: [{ kind: 'bee' }] };
  await make('chroma', `${collections}/${String(uuid)}/add`, key, record);
  const described = await fetch(`${keyed.gateway.pineconeUrl}/indexes/${collection}`, { headers: { 'api-key': key } });
  const { host } = (await described.json()) as { readonly host: string };
  const { backup_id: backup } = await make('pinecone', `/indexes/${collection}/backups`, key, { name: `backup-${collection}` });
  const restored = { name: `restored-${collection}` };
  const { restore_job_id: job } = await make('pinecone', `/backups/${String(backup)}/create-index`, key, restored);
  const nightly = { name: 'nightly', schedule: { type: 'time-based', frequency: 'daily' }, retention: { expire_after_days: 7 } };
  const { schedule_id: schedule } = await make('pinecone', `/indexes/${collection}/backup-schedules`, key, nightly);
  const snapshot = `snap-${collection}`;
  const pods = { environment: 'us-east-1-aws', pod_type: 'p1.x1', pods: 1 };
  await make('pinecone', '/indexes', key, { name: `pod-${collection}`, dimension: 2, metric: 'cosine', spec: { pod: pods } });
  await make('pinecone', '/collections', key, { name: snapshot, source: `pod-${collection}` });
  const port = Number(/:(\d+)$/.exec(host)?.[1]);
  const parts = {
    backup: String(backup),
    job: String(job),
    schedule: String(schedule),
    snapshot,
    port,
    host: `${collection}-0000000`,
  };
  return { tenant, database, collection, uuid: String(uuid), ...parts };
}

/** @throws Error when it is refused */
async function make(protocol: string, path: string, key: string, body?: object): Promise<Readonly<Record<string, unknown>>> {
  const { status, text } = await send(
    protocol,
    { method: body === undefined ? 'GET' : 'POST', path: `/${protocol}${path}`, body },
    key,
  );
  if (status > 299) throw new Error(`${path}: ${String(status)} ${text}`);
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

const KEY_HEADERS: Readonly<Record<string, string>> = { chroma: 'x-chroma-token', pinecone: 'api-key', vectorizer: 'x-api-key' };

/** On the console port, where every protocol is under its prefix. */
async function send(protocol: string, { method, path, body }: RouteRequest, key: string | undefined): Promise<Answer> {
  const answer = await fetch(`${keyed.gateway.consoleUrl}${path}`, {
    method,
    headers: {
      ...(key !== undefined && { [KEY_HEADERS[protocol] ?? '']: key }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: answer.status, text: await answer.text() };
}

/** Nobody has it. Beside another database, in the tenant of both. */
function nowhere(tenant = 'nobody'): Place {
  return {
    tenant,
    database: 'nothing',
    collection: `void-${randomUUID().slice(0, 8)}`,
    uuid: randomUUID(),
    port: keyed.gateway.indexPorts.at(-1) ?? 0,
    host: 'void-0000000',
    backup: randomUUID(),
    job: randomUUID(),
    schedule: randomUUID(),
    snapshot: 'snap-void',
  };
}

/** An answer with the names that the client sent, and what is another one each time, taken out of it. */
function withoutNames({ status, text }: Answer, place: Place): Answer {
  const names = [
    place.uuid,
    place.backup,
    place.job,
    place.schedule,
    place.snapshot,
    place.host,
    place.collection,
    place.tenant,
    place.database,
  ];
  const blank = names.reduce(
    (rest, name) => rest.replaceAll(name, '<name>'),
    text.replaceAll(/(?<=(?:localhost|127\.0\.0\.1):)\d+/g, '<port>').replaceAll(`Index ${String(place.port)} `, 'Index <port> '),
  );
  return {
    status,
    text: blank
      .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, '<uuid>')
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>')
      .replaceAll(/\d+\.\d+|\d{6,}|(?<=_ms":)\d+/g, '<number>'),
  };
}

/** All that the place holds, as its own key reads it. */
async function contentsOf(name: 'bees' | 'wasp'): Promise<unknown> {
  const { tenant, database } = KEYS[name];
  const key = keyed.keys[name];
  const scope = `/api/v2/tenants/${tenant}/databases/${database}`;
  const collections = JSON.parse(
    (await send('chroma', { method: 'GET', path: `/chroma${scope}/collections`, body: undefined }, key)).text,
  ) as {
    readonly id: string;
  }[];
  const read = collections.map(({ id }) =>
    make('chroma', `${scope}/collections/${id}/get`, key, { include: ['documents', 'metadatas', 'embeddings'] }),
  );
  const lists = ['/backups', '/collections', '/indexes', '/restore-jobs'].map((path) => make('pinecone', path, key));
  return [collections, await Promise.all(read), await Promise.all(lists)];
}

describe('the router', () => {
  it('has a rule for every route, without which a route would answer nobody', () => {
    expect(ROUTES.filter(({ rule }) => rule === undefined).map(({ key, handler }) => `${key} (${handler})`)).toEqual([]);
    expect(ROUTES.length).toBeGreaterThan(200);
  });
});

describe('without a key', () => {
  it.each(MATRIX.map((route) => [route.key, route] as const))('%s', async (_key, route) => {
    const { status } = await send(route.protocol, requestOf(route, places.own), undefined);
    const refused = route.path.includes('/api/v1') ? 403 : 401;
    expect([status === refused, status]).toEqual([route.rule !== 'anyone', status]);
  });
});

describe('with a key that allows something else', () => {
  const cases = MATRIX.flatMap((route) =>
    (['read', 'write', 'admin'] as const)
      .filter((permission) => !['key', 'anyone', permission].includes(route.rule ?? ''))
      .map((permission) => [permission, route.key, route] as const),
  );

  it.each(cases)('%s: %s is forbidden', async (permission, _key, route) => {
    expect((await send(route.protocol, requestOf(route, places.own), keyed.keys[permission])).status).toBe(403);
  });
});

describe('with a key that allows it', () => {
  /** Resets are off, new tenants are for those who reach every tenant, and new databases for those who reach every one. */
  const REFUSED = [
    'POST /chroma/api/v2/reset',
    'POST /chroma/api/v1/reset',
    'POST /chroma/api/v2/tenants',
    'POST /chroma/api/v1/tenants',
    'POST /chroma/api/v2/tenants/:tenant/databases',
    'POST /chroma/api/v1/databases',
  ];
  const cases = MATRIX.filter(({ key }) => !REFUSED.includes(key)).map((route) => [route.key, route] as const);

  it.each(cases)('%s is not', async (_key, route) => {
    const permission = (['read', 'write', 'admin'] as const).find((candidate) => candidate === route.rule) ?? 'read';
    const { status } = await send(route.protocol, requestOf(route, nowhere()), keyed.keys[permission]);
    expect([401, 403]).not.toContain(status);
  });
});

describe.each([
  ['another tenant', 'tenant', 'bees'],
  ['another database', 'database', 'wasp'],
] as const)('of %s', (_name, which, owner) => {
  let before: unknown;

  beforeAll(async () => {
    before = await contentsOf(owner);
  });

  /** Some writes make a collection of the name that they are for: in the caller's own place. */
  afterEach(async () => {
    const path = `/chroma/api/v2/tenants/acme/databases/default_database/collections/${places[which].collection}`;
    await send('chroma', { method: 'DELETE', path, body: undefined }, keyed.keys.all);
  });

  it.each(ABOUT_A_PLACE)('%s tells what it tells of nothing', async (_key, route) => {
    const nothing = nowhere(which === 'database' ? 'acme' : undefined);
    const foreign = await send(route.protocol, requestOf(route, places[which]), keyed.keys.all);
    const unknown = await send(route.protocol, requestOf(route, nothing), keyed.keys.all);
    expect(withoutNames(foreign, places[which])).toEqual(withoutNames(unknown, nothing));
  });

  it.each(ABOUT_THE_CALLER)('%s tells nothing of it', async (_key, route) => {
    const { text } = await send(route.protocol, requestOf(route, places[which]), keyed.keys.all);
    const { uuid, backup, job, snapshot, collection } = places[which];
    expect([uuid, backup, job, snapshot, collection].filter((name) => text.includes(`"${name}"`))).toEqual([]);
  });

  it('gRPC calls tell what they tell of nothing', async () => {
    const [foreign, unknown] = [new PineconeGrpc(places[which].port), new PineconeGrpc(nowhere().port)];
    const metadata = { 'api-key': keyed.keys.all };
    try {
      for (const method of METHODS) {
        const [code, text] = await foreign.outcome(method, {}, metadata);
        expect([method, code, String(text).replace(String(places[which].port), '<port>')]).toEqual([
          method,
          5,
          'Index <port> not found.',
        ]);
        expect(await unknown.outcome(method, {}, metadata)).toEqual([5, `Index ${String(nowhere().port)} not found.`]);
      }
    } finally {
      foreign.close();
      unknown.close();
    }
  });

  it('nothing has changed after all that', async () => {
    expect(await contentsOf(owner)).toEqual(before);
  });
});

describe('of one’s own', () => {
  /** Of requests that the collection here is not for, such as texts that it has no embedder for, and of what is not served. */
  const EXPECTED = [400, 403, 404, 409, 501];

  it('most requests of this matrix succeed, so that the others are refused for their place alone', async () => {
    const statuses: (readonly [string, number, string])[] = [];
    let place: Place | undefined;
    for (const route of MATRIX) {
      place = (await isThere(place)) ? place : await anotherPlace();
      const { status, text } = await send(route.protocol, requestOf(route, place ?? EXAMPLE), keyed.keys.all);
      statuses.push([route.key, status, text]);
    }
    const failed = statuses.filter(([, status]) => status > 299);
    expect(failed.filter(([, status]) => !EXPECTED.includes(status))).toEqual([]);
    // the host of an index is its name and the project's id, which clients are told with a domain only
    const refused = failed.filter(
      ([key, status, text]) => status !== 501 && !text.includes('not served here') && !key.includes('/_host/'),
    );
    expect(refused.length).toBeLessThan(MATRIX.length / 6);
  });

  /** The request before may have deleted it, or its record. */
  async function isThere(place: Place | undefined): Promise<boolean> {
    if (place === undefined) return false;
    const path = `/chroma/api/v2/tenants/acme/databases/default_database/collections/${place.uuid}/get`;
    const { text } = await send('chroma', { method: 'POST', path, body: { ids: ['a'] } }, keyed.keys.all);
    return text.includes('"ids":["a"]');
  }

  async function anotherPlace(): Promise<Place> {
    const path = '/chroma/api/v2/tenants/acme/databases';
    await send('chroma', { method: 'POST', path, body: { name: 'default_database' } }, ROOT_KEY);
    return makePlace('all', `own-${randomUUID().slice(0, 8)}`);
  }
});
