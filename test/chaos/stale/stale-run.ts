import { randomUUID } from 'node:crypto';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { VectorizerApi } from '../../support/clients/vectorizer-api.js';
import { type Cluster, startCluster } from '../promotion/promotion-cluster.js';
import { Clock, type Condition, judge, judgeCount, matches, Owner, type Stored } from '../promotion/promotion-model.js';
import {
  chromaTransport,
  type Instance,
  pineconeTransport,
  type ReadTransport,
  Refused,
  type Target,
  vectorizerTransport,
  type WriteTransport,
} from '../promotion/promotion-transports.js';
import {
  DIMENSION,
  MARKERS,
  type Mix,
  oneOf,
  planChange,
  type Random,
  randomEmbedding,
  randomFrom,
} from '../promotion/promotion-writer.js';

/** What was done and found. */
export interface StaleFigures {
  /** Writes, each read at once at another instance. */
  written: number;
  readonly kinds: Record<string, number>;
  /** Answers that were not those of the moment, and refusals. */
  readonly complaints: string[];
}

/** Collections that are written side by side, each by one client, who knows what it must hold. */
const LANES = 6;
const INSTANCES = 3;
const MIX: Mix = { add: 3, upsert: 4, embed: 3, annotate: 3, remove: 3, removeWhere: 2, clear: 1 };
const MORE_THAN_ALL = 1_000;
const VERSION = { 'x-pinecone-api-version': '2025-10' };
/** Everything stays in the tables that all collections share, or moves to its own: both happen. */
const TIERS = { POLYVEC_DEDICATED_MIN_FLOATS: '400', POLYVEC_INDEX_MIN_FLOATS: '400', POLYVEC_MAINTENANCE_INTERVAL_MS: '100' };

/** Writes on one instance and reads on another, over the three protocols, until there were so many. */
export async function runStale(options: { readonly writes: number; readonly seed: number }): Promise<StaleFigures> {
  const figures: StaleFigures = { written: 0, kinds: {}, complaints: [] };
  const cluster = await startCluster(INSTANCES, TIERS);
  try {
    const lanes = Array.from({ length: LANES }, (_, index) => new Lane(cluster, figures, randomFrom(options.seed + index)));
    const isOver = (): boolean => figures.written >= options.writes || figures.complaints.length > 0;
    await Promise.all(
      lanes.map(async (lane) => {
        while (!isOver()) await lane.step();
      }),
    );
  } finally {
    await cluster.stop();
  }
  return figures;
}

type Step = 'records' | 'rename' | 'metadata' | 'recreate';

const STEPS: readonly Step[] = [...new Array<Step>(22).fill('records'), 'rename', 'metadata', 'recreate'];

class Lane {
  private readonly clock = new Clock();
  private owner = newOwner();
  private target: Target | undefined;

  constructor(
    private readonly cluster: Cluster,
    private readonly figures: StaleFigures,
    private readonly random: Random,
  ) {}

  /** One write, or two, and what another instance says right after. What goes wrong is a complaint. */
  async step(): Promise<void> {
    try {
      if (this.target === undefined) await this.create();
      else await this.change(oneOf(STEPS, this.random), this.target);
    } catch (error) {
      this.complain(String(error));
    }
  }

  private async change(step: Step, target: Target): Promise<void> {
    switch (step) {
      case 'records':
        return this.writeRecords(target);
      case 'rename':
        return this.rename(target);
      case 'metadata':
        return this.changeMetadata(target);
      case 'recreate':
        return this.remove(target);
    }
  }

  private async writeRecords(target: Target): Promise<void> {
    const [writer, reader] = this.instances();
    const transport = this.writeTransport(writer, target);
    const plan = planChange(this.owner, MIX, transport, this.random);
    const settle = this.owner.begin(plan.records, this.clock.tick());
    await plan.send(transport);
    settle(this.clock.tick());
    await this.read(`${plan.change} through ${transport.name}`, this.readTransport(reader, target), target, plan.touched);
  }

  /** The other instance must say what the write has left, in whatever way it is asked. */
  private async read(change: string, transport: ReadTransport, { metric }: Target, touched: readonly string[]): Promise<void> {
    const asking = oneOf(['count', 'all', 'ids', 'byIds', 'byIds', 'where', 'nearest', 'nearest'] as const, this.random);
    const about = `${asking} through ${transport.name} after ${change}`;
    this.tell(`${kindOf(change)}, then ${asking}`);
    const { owner, clock } = this;
    const question = { about, owners: [owner], since: clock.tick(), metric };
    if (asking === 'count') {
      this.complain(judgeCount(await transport.count(), { ...question, until: clock.tick() })?.text);
      return;
    }
    const condition: Condition = this.random(2) === 0 ? { owner: owner.name } : { marker: this.random(MARKERS) };
    const to = randomEmbedding(this.random);
    const ids = new Set([...touched, `${owner.name}/nobody`]);
    const seen = await {
      all: () => transport.all(),
      ids: () => transport.ids(),
      byIds: () => transport.byIds([...ids]),
      where: () => transport.where(condition),
      nearest: () => transport.nearest(to, condition, MORE_THAN_ALL),
    }[asking]();
    const isFiltered = asking === 'where' || asking === 'nearest';
    const wants = (record: Stored): boolean =>
      isFiltered ? matches(record, condition) : asking !== 'byIds' || ids.has(record.id);
    const order = asking === 'nearest' ? ({ by: 'nearest', to } as const) : ({ by: 'any' } as const);
    this.complain(judge(seen, { ...question, wants, order, until: clock.tick() })?.text);
  }

  /** Through any protocol; a Chroma collection is the others' once it has a dimension. */
  private async create(): Promise<void> {
    const [writer, reader] = this.instances();
    const name = `s-${randomUUID()}`;
    const chroma = new ChromaApi(writer.chromaUrl);
    const protocol = oneOf(['Chroma', 'Pinecone', 'Vectorizer'] as const, this.random);
    switch (protocol) {
      case 'Chroma':
        accept(await chroma.call(COLLECTIONS, { body: { name, configuration: { hnsw: { space: 'l2' } } } }));
        break;
      case 'Pinecone': {
        const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
        const body = { name, dimension: DIMENSION, metric: 'euclidean', spec };
        accept(await new PineconeApi(writer.pineconeUrl).call('/indexes', { body, headers: VERSION }));
        break;
      }
      case 'Vectorizer':
        accept(
          await new VectorizerApi(writer.vectorizerUrl).call('POST', '/collections', {
            name,
            dimension: DIMENSION,
            metric: 'euclidean',
          }),
        );
    }
    this.tell(`create through ${protocol}`);
    const { id: uuid } = accept(await new ChromaApi(reader.chromaUrl).call(`${COLLECTIONS}/${name}`)) as { readonly id: string };
    this.owner = newOwner();
    this.target = { uuid, name, metric: 'l2', renames: 0 };
    if (protocol !== 'Chroma')
      return this.read(`create through ${protocol}`, this.readTransport(reader, this.target), this.target, []);
    const transport = withoutDocuments(chromaTransport(writer, this.target));
    const plan = planChange(this.owner, { ...NOTHING, add: 1 }, transport, this.random);
    const settle = this.owner.begin(plan.records, this.clock.tick());
    await plan.send(transport);
    settle(this.clock.tick());
    await this.read('first write through Chroma', this.readTransport(reader, this.target), this.target, plan.touched);
  }

  /** The new name is known at once; after Chroma's rename the old one no longer is. */
  private async rename(target: Target): Promise<void> {
    const [writer, reader] = this.instances();
    const old = target.name;
    target.name = `s-${randomUUID()}`;
    const body = { new_name: target.name };
    const byChroma = this.random(2) === 0;
    if (byChroma) accept(await new ChromaApi(writer.chromaUrl).call(`${COLLECTIONS}/${target.uuid}`, { method: 'PUT', body }));
    else accept(await new VectorizerApi(writer.vectorizerUrl).call('POST', `/collections/${old}/rename`, body));
    await this.read(`rename through ${byChroma ? 'Chroma' : 'Vectorizer'}`, this.readTransport(reader, target), target, []);
    if (byChroma) await this.isGone(reader, { ...target, name: old }, 'its old name');
  }

  private async changeMetadata(target: Target): Promise<void> {
    const [writer, reader] = this.instances();
    const turn = this.random(1_000_000);
    const body = { new_metadata: { turn } };
    accept(await new ChromaApi(writer.chromaUrl).call(`${COLLECTIONS}/${target.uuid}`, { method: 'PUT', body }));
    this.tell('change the metadata');
    const listed = accept(await new ChromaApi(reader.chromaUrl).call(`${COLLECTIONS}?limit=1000`)) as readonly ShownCollection[];
    const shown = listed.find(({ id }) => id === target.uuid);
    if (shown?.metadata?.['turn'] !== turn) this.complain(`the metadata of ${target.name} is ${JSON.stringify(shown)}`);
  }

  private async remove(target: Target): Promise<void> {
    const [writer, reader] = this.instances();
    const url = oneOf(
      [
        `${writer.chromaUrl}${COLLECTIONS}/${target.name}`,
        `${writer.pineconeUrl}/indexes/${target.name}`,
        `${writer.vectorizerUrl}/collections/${target.name}`,
      ],
      this.random,
    );
    const answer = await fetch(url, { method: 'DELETE' });
    if (!answer.ok) throw new Refused(answer.status, await answer.text());
    this.target = undefined;
    await this.isGone(reader, target, url);
  }

  /** Through a protocol that names it; what is said of a collection by its uuid is checked when it is deleted. */
  private async isGone(reader: Instance, target: Target, about: string): Promise<void> {
    const transports = [pineconeTransport(reader, target, ''), vectorizerTransport(reader, target)];
    const transport = oneOf(
      this.target === undefined ? [...transports, chromaTransport(reader, target)] : transports,
      this.random,
    );
    this.tell('delete or rename, then look for it');
    const found = await transport.count().catch((error: unknown) => {
      if (error instanceof Refused && error.status === 404) return undefined;
      throw error;
    });
    if (found !== undefined) this.complain(`${transport.name} still has ${target.name}: ${about}`);
  }

  /** Two different ones. */
  private instances(): readonly [writer: Instance, reader: Instance] {
    const { instances } = this.cluster;
    const writer = oneOf(instances, this.random);
    const others = instances.filter((instance) => instance !== writer);
    return [writer, oneOf(others, this.random)];
  }

  private writeTransport(instance: Instance, target: Target): WriteTransport {
    const transports = [
      withoutDocuments(chromaTransport(instance, target)),
      pineconeTransport(instance, target, ''),
      vectorizerWriteTransport(instance, target),
    ];
    return oneOf(transports, this.random);
  }

  private readTransport(instance: Instance, target: Target): ReadTransport {
    const transports = [
      chromaTransport(instance, target),
      pineconeTransport(instance, target, ''),
      vectorizerTransport(instance, target),
    ];
    return oneOf(transports, this.random);
  }

  private tell(kind: string): void {
    this.figures.written += 1;
    this.figures.kinds[kind] = (this.figures.kinds[kind] ?? 0) + 1;
  }

  private complain(text: string | undefined): void {
    if (text !== undefined) this.figures.complaints.push(text);
  }
}

interface ShownCollection {
  readonly id: string;
  readonly metadata: Readonly<Record<string, unknown>> | null;
}

const NOTHING: Mix = { add: 0, upsert: 0, embed: 0, annotate: 0, remove: 0, removeWhere: 0, clear: 0 };

function newOwner(): Owner {
  return new Owner(`o-${randomUUID().slice(0, 8)}`, '');
}

/** The first word tells what was done. */
function kindOf(change: string): string {
  return change.split(' ')[0] ?? '';
}

/** The protocols write into each other's records: what only one of them can write stays out. */
function withoutDocuments(transport: WriteTransport): WriteTransport {
  return { ...transport, hasDocuments: false };
}

/** Vectorizer, which has the default namespace alone. */
function vectorizerWriteTransport(instance: Instance, target: Target): WriteTransport {
  const api = new VectorizerApi(instance.vectorizerUrl);
  const post = async (path: string, body: object): Promise<unknown> =>
    accept(await api.call('POST', `/collections/${target.name}${path}`, body));
  const whole = async (path: string, body: object): Promise<void> => {
    const { failed } = (await post(path, body)) as { readonly failed: number };
    if (failed !== 0) throw new Error(`${path}: ${String(failed)} failed`);
  };
  const upsert = (records: readonly Stored[]): Promise<void> =>
    whole('/insert_vectors', { vectors: records.map(({ id, embedding, metadata }) => ({ id, embedding, payload: metadata })) });
  const removeWhere = async (filter: object): Promise<void> => {
    await post('/delete_by_filter', { filter });
  };
  return {
    name: `Vectorizer ${instance.vectorizerUrl}`,
    maxUpdates: Infinity,
    hasDocuments: false,
    add: upsert,
    upsert,
    update: (records, part) =>
      whole('/batch_update', {
        updates: records.map(({ id, embedding, metadata }) =>
          part === 'embedding' ? { id, vector: embedding } : { id, payload: metadata },
        ),
      }),
    remove: async (ids) => {
      // one that is not there is reported, and no error
      await post('/batch_delete', { ids });
    },
    removeWhere,
    clear: () => removeWhere({ marker: { $gte: 0 } }),
  };
}

/** The body of a success. @throws Refused */
function accept({ status, text, body }: { readonly status: number; readonly text: string; readonly body: unknown }): unknown {
  if (status > 299) throw new Refused(status, text);
  return body;
}
