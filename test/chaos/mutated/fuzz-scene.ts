import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import type { TestGateway } from '../../support/gateway/gateway.js';
import { startGatewayInProcess } from '../../support/gateway/gateway-in-process.js';
import { allRoutes, type Route } from '../../support/routes/routes.js';
import { exampleOf, type SceneNames } from './request-corpus.js';
import type { SentRequest } from './request-mutations.js';

const DATABASES = '/api/v2/tenants/default_tenant/databases';

/** Where a gateway's protocols are. */
export type GatewayUrls = Pick<TestGateway, 'chromaUrl' | 'pineconeUrl' | 'vectorizerUrl'>;

/** A gateway with a little of everything, which requests may delete. */
export interface FuzzScene {
  readonly gateway: TestGateway;
  /** Makes what is gone again, and tells what to ask for now. */
  targets(): Promise<FuzzTargets>;
}

/** A request, and the route that it is for. */
export interface RoutedRequest extends SentRequest {
  readonly route: Route;
}

export interface FuzzTargets {
  /** Speaks gRPC, for the index; 0 when there was none left for it. */
  readonly grpcPort: number;
  /** A valid request to each route. */
  readonly requests: readonly RoutedRequest[];
}

const VERSION = { 'x-pinecone-api-version': '2025-10' };
const NAMES = {
  chroma: 'fuzzed-chroma',
  index: 'fuzzed-index',
  collection: 'fuzzed-vectorizer',
  destination: 'fuzzed-destination',
};

export async function createFuzzScene(env: Readonly<Record<string, string>> = {}): Promise<FuzzScene> {
  // requests make indexes, too, and each takes one
  const gateway = await startGatewayInProcess({ POLYVEC_PINECONE_INDEX_PORTS: '0:64', ...env });
  return { gateway, targets: () => fuzzTargets(gateway) };
}

/** Makes what is gone again, and tells what to ask for now. */
export async function fuzzTargets(gateway: GatewayUrls): Promise<FuzzTargets> {
  // one that is watched does not end
  const routes = allRoutes().filter(({ key }) => key !== 'GET /console/api/v1/requests');
  const uuid = await makeCollections(gateway);
  const { port, backup } = await makeIndex(gateway);
  const requests = routes.map((route): RoutedRequest => {
    const { path, body } = exampleOf(route, namesOf({ uuid, backup, port: String(port) }));
    const headers = [
      ...(body === undefined ? [] : [['content-type', 'application/json'] as const]),
      ...(path.includes('/documents/') ? [['x-pinecone-api-version', '2026-07'] as const] : []),
      ...(path.startsWith('/console/api') ? [['x-polyvec-console', '1'] as const] : []),
    ];
    return { route, method: route.method, path, headers, body: Buffer.from(body ?? '') };
  });
  return { grpcPort: port, requests };
}

/** Chroma's, whose uuid is returned, and Vectorizer's; of what is there already nothing is made. */
async function makeCollections({ chromaUrl, vectorizerUrl }: GatewayUrls): Promise<string> {
  const chroma = new ChromaApi(chromaUrl);
  await chroma.call(DATABASES, { body: { name: 'default_database' } });
  const made = await chroma.call(COLLECTIONS, { body: { name: NAMES.chroma, get_or_create: true } });
  const { id: uuid } = made.body as { readonly id: string };
  const embeddings = [
    [1, 2, 3, 4],
    [4, 3, 2, 1],
  ];
  await chroma.call(`${COLLECTIONS}/${uuid}/upsert`, { body: { ids: ['a', 'b'], embeddings, documents: ['one two', null] } });
  const vectorizer = new VectorizerApi(vectorizerUrl);
  for (const name of [NAMES.collection, NAMES.destination]) {
    await vectorizer.call('POST', '/collections', { name, dimension: 4, metric: 'euclidean' });
    const entries = [{ id: 'a', embedding: [1, 2, 3, 4], payload: { number: 1, text: 'x' } }];
    await vectorizer.call('POST', `/collections/${name}/insert_vectors`, { vectors: entries });
  }
  return uuid;
}

async function makeIndex({ pineconeUrl }: GatewayUrls): Promise<{ readonly port: number; readonly backup: string }> {
  const control = new PineconeApi(pineconeUrl);
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  const definition = { name: NAMES.index, dimension: 4, metric: 'dotproduct', spec };
  await control.call('/indexes', { body: definition, headers: VERSION });
  const { body } = await control.call(`/indexes/${NAMES.index}`, { headers: VERSION });
  const host = (body as { readonly host?: string }).host ?? '';
  const port = Number(/:(\d+)$/.exec(host)?.[1] ?? 0);
  const vectors = [{ id: 'a', values: [1, 2, 3, 4], metadata: { number: 1, text: 'x' } }];
  await new PineconeApi(`${pineconeUrl}/_index/${NAMES.index}`).call('/vectors/upsert', { body: { vectors, namespace: 'n' } });
  const made = await control.call(`/indexes/${NAMES.index}/backups`, { body: { name: 'kept' }, headers: VERSION });
  return { port, backup: (made.body as { readonly backup_id?: string }).backup_id ?? '' };
}

function namesOf({ uuid, backup, port }: { readonly uuid: string; readonly backup: string; readonly port: string }): SceneNames {
  return (path, parameter) => {
    switch (parameter) {
      case 'tenant':
        return 'default_tenant';
      case 'database':
        return 'default_database';
      case 'uuid':
        return uuid;
      case 'crn':
        return `default_tenant:default_database:${NAMES.chroma}`;
      case 'port':
        return port;
      case 'host':
        return `${NAMES.index}-abcdefg`;
      case 'index':
        return NAMES.index;
      case 'collection':
      case 'destination':
        return NAMES[parameter];
      case 'namespace':
        return 'n';
      case 'id':
        return path.includes('backups') ? backup : 'a';
      case 'name':
        return nameIn(path);
      default:
        return 'search';
    }
  };
}

function nameIn(path: string): string {
  if (path.startsWith('/chroma')) return NAMES.chroma;
  if (path.includes('/models')) return 'multilingual-e5-large';
  return path.includes('/collections') ? 'collected' : NAMES.index;
}
