/** Many namespaces of ten records each in one Pinecone index. */
import protobuf from 'protobufjs';
import { PineconeGrpc, root, typesOf } from '../test/support/clients/pinecone-grpc.js';
import { DIMENSION, randomNumbers, vectorSource } from './data.js';
import type { Engine } from './engines.js';
import type { Catalog, Weight } from './many-catalog.js';
import { JsonClient } from './many-client.js';
import { requireSame, type Step, step } from './many-measure.js';
import { CLIENTS } from './measure.js';

/** Records in a namespace. */
export const SET_SIZE = 10;
/** Upserts of the load under way at a time. */
export const WRITERS = 8;
const INDEX = 'many';
const VERSION = { 'x-pinecone-api-version': '2025-10' };
/** Vectors that records share: making a million different ones takes longer than to load them. */
const VECTORS = 4_096;
const WARM_UP = 200;
const VECTOR = root.lookupType('Vector');
/** What stands before each of an upsert's vectors: field 1, with its length. */
const VECTOR_TAG = 0x0a;

interface Matches {
  readonly matches: readonly { readonly id: string }[];
}
interface Stats {
  readonly totalVectorCount: number;
  readonly namespaces: Readonly<Record<string, { readonly vectorCount: number }>>;
}
interface NamespacePage {
  readonly namespaces?: readonly { readonly name: string; readonly record_count: string }[];
  readonly pagination?: { readonly next?: string };
  readonly total_count: number;
}

/** How often each kind of request is sent. */
export interface Counts {
  readonly namespaces: number;
  readonly queries: number;
  readonly stats: number;
  /** Pages of a hundred namespaces; the rest are left out. */
  readonly pages: number;
  readonly deletes: number;
}

export class ManyNamespaces {
  private readonly grpc: PineconeGrpc;
  private readonly data: JsonClient;
  private readonly control: JsonClient;
  private readonly random = randomNumbers(7);
  private readonly vectors: readonly (readonly number[])[];
  /** The same as fields of a message, which are half of what a client computes for an upsert. */
  private readonly encoded: readonly Uint8Array[];

  constructor(
    private readonly engine: Engine,
    ports: { readonly control: number; readonly index: number },
  ) {
    this.grpc = new PineconeGrpc(ports.index);
    this.data = new JsonClient(`http://127.0.0.1:${String(ports.index)}`, VERSION);
    this.control = new JsonClient(`http://127.0.0.1:${String(ports.control)}`, VERSION);
    const next = vectorSource(1);
    this.vectors = Array.from({ length: VECTORS }, () => [...next()]);
    this.encoded = this.vectors.map((values) => VECTOR.encode({ values }).finish());
  }

  /** Everything, on a database in which there is nothing yet. @throws Error when an answer is not what was stored */
  async run(catalog: Catalog, counts: Counts): Promise<{ readonly steps: readonly Step[]; readonly weights: readonly Weight[] }> {
    await this.warmUp(catalog);
    const weights = [await catalog.weigh('before')];
    await this.createIndex();
    const steps = [...(await this.load(counts.namespaces)), await settle(this.engine, catalog)];
    steps.push(...(await this.read(counts)));
    weights.push(await catalog.weigh('full'));
    steps.push(...(await this.remove(counts)), await this.drop(catalog));
    weights.push(await catalog.weigh('after the deletes'));
    await catalog.vacuum();
    weights.push(await catalog.weigh('after a vacuum'));
    return { steps, weights };
  }

  close(): void {
    this.grpc.close();
    this.data.close();
    this.control.close();
  }

  private async createIndex(): Promise<void> {
    const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
    await this.control.send('POST', '/indexes', { name: INDEX, dimension: DIMENSION, metric: 'cosine', spec });
  }

  private async deleteIndex(): Promise<void> {
    await this.control.send('DELETE', `/indexes/${INDEX}`);
  }

  /** The last tenth by itself: does a write cost more when there is much? */
  private async load(namespaces: number): Promise<readonly Step[]> {
    const most = Math.floor(0.9 * namespaces);
    const upsert = (namespace: number): Promise<unknown> => this.upsert(namespace);
    return [
      await step(this.engine, `upsert of ${String(SET_SIZE)} into a new namespace`, WRITERS, { count: most }, upsert),
      await step(this.engine, 'the last tenth of these', WRITERS, { first: most, count: namespaces - most }, upsert),
    ];
  }

  /** A new gateway's first requests are slow, with many sets or few. */
  private async warmUp(catalog: Catalog): Promise<void> {
    await this.createIndex();
    for (let namespace = 0; namespace < WARM_UP; namespace += 1) {
      await this.upsert(namespace);
      await this.query(namespace);
      await this.filtered(namespace);
      await this.fetch(namespace);
    }
    await this.deleteIndex();
    await catalog.untilSwept();
    await catalog.vacuum();
  }

  private async read({ namespaces, queries, stats, pages }: Counts): Promise<readonly Step[]> {
    const any = (): number => this.any(namespaces);
    return [
      await step(this.engine, `query of a random namespace, top ${String(SET_SIZE)}`, CLIENTS, { count: queries }, () =>
        this.query(any()),
      ),
      await step(this.engine, 'query with a filter that one record passes', CLIENTS, { count: queries / 2 }, () =>
        this.filtered(any()),
      ),
      await step(this.engine, `fetch of ${String(SET_SIZE)}`, CLIENTS, { count: queries / 2 }, () => this.fetch(any())),
      await step(this.engine, 'list of ids of a namespace', CLIENTS, { count: queries / 2 }, () => this.listIds(any())),
      await step(this.engine, 'upsert over what is there', CLIENTS, { count: queries / 2 }, () => this.upsert(any())),
      await step(this.engine, 'describe a namespace', CLIENTS, { count: queries / 2 }, () => this.describe(any())),
      await this.listNamespaces(namespaces, pages),
      await step(this.engine, 'describe stats', 1, { count: stats }, () => this.stats(namespaces)),
    ];
  }

  private async remove({ namespaces, queries, deletes }: Counts): Promise<readonly Step[]> {
    const deleted = await step(this.engine, 'delete of a namespace', CLIENTS, { count: deletes }, (namespace) =>
      this.data.send('DELETE', `/namespaces/${nameOf(namespace)}`),
    );
    await this.stats(namespaces - deletes);
    for (let namespace = 0; namespace < deletes; namespace += 100) await this.query(namespace, []);
    const left = (): number => deletes + this.any(namespaces - deletes);
    return [deleted, await step(this.engine, 'query after these', CLIENTS, { count: queries / 2 }, () => this.query(left()))];
  }

  private async drop(catalog: Catalog): Promise<Step> {
    return step(this.engine, 'delete of the index, until its rows are gone', 1, { count: 1 }, async () => {
      await this.deleteIndex();
      await catalog.untilSwept();
    });
  }

  private async upsert(namespace: number): Promise<void> {
    const writer = protobuf.Writer.create();
    for (const [at, id] of idsOf(namespace).entries()) {
      const metadata = { fields: { namespace: { numberValue: namespace }, at: { numberValue: at } } };
      // fields of one message may come in pieces
      const pieces = [VECTOR.encode({ id, metadata }).finish(), this.encoded[indexOf(namespace, at)] ?? new Uint8Array()];
      writer.uint32(VECTOR_TAG).bytes(Buffer.concat(pieces));
    }
    const rest = typesOf('Upsert')
      .type.encode({ namespace: nameOf(namespace) })
      .finish();
    await this.grpc.send('Upsert', Buffer.concat([writer.finish(), rest]), VERSION);
  }

  /** By the vector of one of its records, which then comes first. */
  private async query(namespace: number, expected = idsOf(namespace)): Promise<void> {
    const at = this.any(SET_SIZE);
    const body = { namespace: nameOf(namespace), topK: SET_SIZE, includeMetadata: true, vector: this.vector(namespace, at) };
    const { matches } = await this.data.send<Matches>('POST', '/query', body);
    const ids = matches.map(({ id }) => id);
    requireSame(`query of ${nameOf(namespace)}`, ids, expected);
    requireSame(`first of ${nameOf(namespace)}`, ids.slice(0, 1), expected.slice(at, at + 1));
  }

  /** By a filter that a record of every namespace passes. */
  private async filtered(namespace: number): Promise<void> {
    const at = this.any(SET_SIZE);
    const body = { namespace: nameOf(namespace), topK: SET_SIZE, vector: this.vector(namespace, 0), filter: { at } };
    const { matches } = await this.data.send<Matches>('POST', '/query', body);
    requireSame(
      `record ${String(at)} of ${nameOf(namespace)}`,
      matches.map(({ id }) => id),
      idsOf(namespace).slice(at, at + 1),
    );
  }

  private async fetch(namespace: number): Promise<void> {
    const ids = idsOf(namespace);
    const path = `/vectors/fetch?namespace=${nameOf(namespace)}&${ids.map((id) => `ids=${id}`).join('&')}`;
    const { vectors } = await this.data.send<{ readonly vectors: object }>('GET', path);
    requireSame(`fetch of ${nameOf(namespace)}`, Object.keys(vectors), ids);
  }

  private async listIds(namespace: number): Promise<void> {
    const { vectors } = await this.data.send<{ readonly vectors: readonly { readonly id: string }[] }>(
      'GET',
      `/vectors/list?namespace=${nameOf(namespace)}`,
    );
    requireSame(
      `list of ${nameOf(namespace)}`,
      vectors.map(({ id }) => id),
      idsOf(namespace),
    );
  }

  private async describe(namespace: number): Promise<void> {
    const path = `/namespaces/${nameOf(namespace)}`;
    const { record_count: count } = await this.data.send<{ readonly record_count: string | number }>('GET', path);
    requireSame(`records of ${nameOf(namespace)}`, [String(count)], [String(SET_SIZE)]);
  }

  /** Page after page, each asked for with the token of the one before. */
  private async listNamespaces(namespaces: number, pages: number): Promise<Step> {
    const seen = new Set<string>();
    const count = Math.min(pages, Math.ceil(namespaces / 100));
    let token: string | undefined;
    const measured = await step(this.engine, 'list of namespaces, a page of 100', 1, { count }, async () => {
      const parameter = token === undefined ? '' : `&paginationToken=${encodeURIComponent(token)}`;
      const page = await this.data.send<NamespacePage>('GET', `/namespaces?limit=100${parameter}`);
      for (const { name, record_count: records } of page.namespaces ?? []) {
        if (Number(records) !== SET_SIZE) throw new Error(`${name} has ${records} records in the list`);
        seen.add(name);
      }
      if (page.total_count !== namespaces) throw new Error(`the list counts ${String(page.total_count)} namespaces`);
      token = page.pagination?.next;
    });
    if (seen.size !== Math.min(100 * count, namespaces)) throw new Error(`${String(seen.size)} namespaces were listed`);
    return measured;
  }

  private async stats(namespaces: number): Promise<void> {
    const stats = await this.data.send<Stats>('POST', '/describe_index_stats', {});
    const counts = Object.values(stats.namespaces);
    const isRight = counts.length === namespaces && counts.every(({ vectorCount }) => vectorCount === SET_SIZE);
    if (!isRight || stats.totalVectorCount !== namespaces * SET_SIZE) {
      throw new Error(`statistics tell of ${String(stats.totalVectorCount)} records in ${String(counts.length)} namespaces`);
    }
  }

  private any(count: number): number {
    return Math.floor(this.random() * count);
  }

  private vector(namespace: number, at: number): readonly number[] {
    return this.vectors[indexOf(namespace, at)] ?? [];
  }
}

/** What the server does on its own after a load: its statistics, tables and indexes. */
export async function settle(engine: Engine, catalog: Catalog): Promise<Step> {
  return step(engine, 'until the server is quiet', 1, { count: 1 }, () => catalog.untilQuiet());
}

function indexOf(namespace: number, at: number): number {
  return (namespace * SET_SIZE + at) % VECTORS;
}

function nameOf(namespace: number): string {
  return `customer-${String(namespace)}`;
}

function idsOf(namespace: number): readonly string[] {
  return Array.from({ length: SET_SIZE }, (_, at) => `${String(namespace)}-${String(at)}`);
}
