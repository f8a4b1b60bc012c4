/** Many Chroma collections of ten records each. */
import { base64, randomNumbers, vectorSource } from './data.js';
import type { Engine } from './engines.js';
import type { Catalog, Weight } from './many-catalog.js';
import { JsonClient } from './many-client.js';
import { requireSame, type Step, step } from './many-measure.js';
import { SET_SIZE, settle } from './many-pinecone.js';
import { CLIENTS } from './measure.js';

const COLLECTIONS = '/api/v2/tenants/default_tenant/databases/default_database/collections';
const COUNT = '/api/v2/tenants/default_tenant/databases/default_database/collections_count';
const VECTORS = 4_096;
const WARM_UP = 100;
const PAGE = 100;

interface Found {
  readonly ids: readonly string[];
}

export class ManyCollections {
  private readonly client: JsonClient;
  private readonly random = randomNumbers(11);
  private readonly vectors: readonly Float32Array[];
  private readonly uuids: string[] = [];

  constructor(private readonly engine: Engine) {
    this.client = new JsonClient(engine.url);
    const next = vectorSource(2);
    this.vectors = Array.from({ length: VECTORS }, next);
  }

  /** Everything, on a database in which there is nothing yet. @throws Error when an answer is not what was stored */
  async run(
    catalog: Catalog,
    counts: { readonly collections: number; readonly reads: number },
  ): Promise<{ readonly steps: readonly Step[]; readonly weights: readonly Weight[] }> {
    const { collections, reads } = counts;
    await this.warmUp(catalog);
    const weights = [await catalog.weigh('before')];
    const all = { count: collections };
    const some = { count: reads };
    const few = { count: reads / 20 };
    const any = (): number => this.any(collections);
    const steps = [
      await step(this.engine, 'create a collection', CLIENTS, all, (collection) => this.create(collection)),
      await step(this.engine, `add of ${String(SET_SIZE)}, the first`, CLIENTS, all, (collection) => this.add(collection)),
      await settle(this.engine, catalog),
    ];
    steps.push(
      await step(this.engine, `query of a random collection, ${String(SET_SIZE)} hits`, CLIENTS, some, () => this.query(any())),
      await step(this.engine, `get of ${String(SET_SIZE)}`, CLIENTS, some, () => this.get(any())),
      await step(this.engine, 'get by a filter that one record passes', CLIENTS, some, () => this.filtered(any())),
      await step(this.engine, 'get a collection by name', CLIENTS, some, () => this.find(any())),
      await step(this.engine, `list of ${String(PAGE)} collections, anywhere`, CLIENTS, few, () => this.list(collections)),
      await step(this.engine, 'count of collections', CLIENTS, few, () => this.count(collections)),
    );
    weights.push(await catalog.weigh('full'));
    steps.push(
      await step(this.engine, 'delete a collection', CLIENTS, all, (collection) => this.delete(collection)),
      await step(this.engine, 'from the last delete until all rows are gone', 1, { count: 1 }, () => catalog.untilSwept()),
    );
    await this.count(0);
    weights.push(await catalog.weigh('after the deletes'));
    await catalog.vacuum();
    weights.push(await catalog.weigh('after a vacuum'));
    return { steps, weights };
  }

  close(): void {
    this.client.close();
  }

  /** A new gateway's first requests are slow, with many sets or few. */
  private async warmUp(catalog: Catalog): Promise<void> {
    for (let collection = 0; collection < WARM_UP; collection += 1) {
      await this.create(collection);
      await this.add(collection);
      await this.query(collection);
      await this.get(collection);
      await this.delete(collection);
    }
    await catalog.untilSwept();
    await catalog.vacuum();
  }

  private async delete(collection: number): Promise<void> {
    await this.client.send('DELETE', pathOf(collection));
  }

  private async create(collection: number): Promise<void> {
    const configuration = { embedding_function: { type: 'legacy' } };
    const { id } = await this.client.send<{ readonly id: string }>('POST', COLLECTIONS, {
      name: nameOf(collection),
      configuration,
    });
    this.uuids[collection] = id;
  }

  private async add(collection: number): Promise<void> {
    const ids = idsOf(collection);
    await this.client.send('POST', `${this.path(collection)}/add`, {
      ids,
      embeddings: ids.map((_, at) => base64(this.vector(collection, at))),
      metadatas: ids.map((_, at) => ({ collection, at })),
      documents: ids.map((id) => `Document ${id} of ${nameOf(collection)}.`),
    });
  }

  /** By the vector of one of its records, which then comes first. */
  private async query(collection: number): Promise<void> {
    const at = this.any(SET_SIZE);
    const answer = await this.client.send<{ readonly ids: readonly (readonly string[])[] }>(
      'POST',
      `${this.path(collection)}/query`,
      {
        query_embeddings: [[...this.vector(collection, at)]],
        n_results: SET_SIZE,
        include: ['metadatas', 'documents', 'distances'],
      },
    );
    const [ids = []] = answer.ids;
    const expected = idsOf(collection);
    requireSame(`query of ${nameOf(collection)}`, ids, expected);
    requireSame(`first of ${nameOf(collection)}`, ids.slice(0, 1), expected.slice(at, at + 1));
  }

  private async get(collection: number): Promise<void> {
    const body = { include: ['documents', 'metadatas'] };
    const { ids } = await this.client.send<Found>('POST', `${this.path(collection)}/get`, body);
    requireSame(`get of ${nameOf(collection)}`, ids, idsOf(collection));
  }

  /** By a filter that a record of every collection passes. */
  private async filtered(collection: number): Promise<void> {
    const at = this.any(SET_SIZE);
    const { ids } = await this.client.send<Found>('POST', `${this.path(collection)}/get`, { where: { at } });
    requireSame(`record ${String(at)} of ${nameOf(collection)}`, ids, idsOf(collection).slice(at, at + 1));
  }

  private async find(collection: number): Promise<void> {
    const { id } = await this.client.send<{ readonly id: string }>('GET', pathOf(collection));
    requireSame(nameOf(collection), [id], [this.uuids[collection] ?? '']);
  }

  private async list(collections: number): Promise<void> {
    const offset = this.any(Math.max(1, collections - PAGE));
    const path = `${COLLECTIONS}?limit=${String(PAGE)}&offset=${String(offset)}`;
    const page = await this.client.send<readonly { readonly id: string }[]>('GET', path);
    const expected = Math.min(PAGE, collections - offset);
    if (page.length !== expected) throw new Error(`the list from ${String(offset)} on has ${String(page.length)} collections`);
  }

  private async count(expected: number): Promise<void> {
    const count = await this.client.send<number>('GET', COUNT);
    if (count !== expected) throw new Error(`${String(count)} collections are counted instead of ${String(expected)}`);
  }

  private path(collection: number): string {
    return `${COLLECTIONS}/${this.uuids[collection] ?? ''}`;
  }

  private any(count: number): number {
    return Math.floor(this.random() * count);
  }

  private vector(collection: number, at: number): Float32Array {
    return this.vectors[(collection * SET_SIZE + at) % VECTORS] ?? new Float32Array();
  }
}

function nameOf(collection: number): string {
  return `customer-${String(collection)}`;
}

function pathOf(collection: number): string {
  return `${COLLECTIONS}/${nameOf(collection)}`;
}

function idsOf(collection: number): readonly string[] {
  return Array.from({ length: SET_SIZE }, (_, at) => `${String(collection)}-${String(at)}`);
}
