import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, promoted } from './promotion-cluster.js';
import {
  Clock,
  type Complaint,
  type Condition,
  judge,
  judgeCount,
  matches,
  type Owner,
  type Question,
} from './promotion-model.js';
import {
  chromaTransport,
  type Instance,
  pineconeTransport,
  type ReadTransport,
  Refused,
  type Target,
  vectorizerTransport,
  type WriteTransport,
} from './promotion-transports.js';
import { MARKERS, type Mix, oneOf, planChange, type Random, randomEmbedding } from './promotion-writer.js';

/** Everything in a namespace, and more. */
const MORE_THAN_ALL = 5_000;
const READERS = 3;

/** What has been done and seen, in all rounds so far. */
export interface Progress {
  rounds: number;
  /** Acknowledged. */
  writes: number;
  /** Checked answers. */
  reads: number;
  /** Collections that were large enough for tables of their own, and those that got them. */
  large: number;
  moved: number;
  /** Collections that were seen with a vector index. */
  indexed: number;
  readonly complaints: Complaint[];
}

export function noProgress(): Progress {
  return { rounds: 0, writes: 0, reads: 0, large: 0, moved: 0, indexed: 0, complaints: [] };
}

/** Steps of each writer after the collection has moved. */
const AFTERWARDS = 6;

/** How long writers go on: at least so many steps each, then until a little after the collection has moved, but no more than that. */
export interface Length {
  readonly least: number;
  readonly most: number;
}

type Asking = 'all' | 'byIds' | 'byOwner' | 'byMarker' | 'byBoth' | 'nearest' | 'nearestOfOwner' | 'nearestOfMarker' | 'count';

const ASKINGS: readonly Asking[] = [
  ...(['all', 'byIds', 'byOwner', 'byMarker', 'byBoth'] as const),
  ...(['nearest', 'nearestOfOwner', 'nearestOfMarker', 'count'] as const),
];

/** One collection, its writers, its readers, and what is found wrong with it. */
export class Scene {
  readonly clock = new Clock();
  /** When the collection is deleted: from the first on, its absence is no error; after the second, its presence is one. */
  private deletion = { sent: Infinity, acknowledged: Infinity };
  private moved = false;

  constructor(
    readonly cluster: Cluster,
    readonly target: Target,
    readonly owners: readonly Owner[],
    private readonly protocol: 'Chroma' | 'Pinecone',
    readonly progress: Progress,
    readonly random: Random,
  ) {}

  get instance(): Instance {
    return oneOf(this.cluster.instances, this.random);
  }

  /** Whether writers may stop: something is wrong, or the collection is gone. */
  private get isOver(): boolean {
    return this.deletion.acknowledged < Infinity || this.progress.complaints.length > 0;
  }

  /** Writers and readers at work, and something beside them. An owner without a mix does not write. */
  async play(
    mixOf: (owner: Owner) => Mix | undefined,
    { least, most }: Length,
    beside: () => Promise<void> = done,
  ): Promise<void> {
    let isPlaying = true;
    const watch = this.watch(() => isPlaying);
    const readers = Array.from({ length: READERS }, async () => {
      while (isPlaying) await this.read();
    });
    const write = async (owner: Owner): Promise<void> => {
      const mix = mixOf(owner);
      let afterwards = 0;
      for (let step = 0; mix && !this.isOver && (step < least || (step < most && afterwards < AFTERWARDS)); step += 1) {
        if (this.moved) afterwards += 1;
        await this.write(owner, mix);
      }
    };
    try {
      await Promise.all([...this.owners.map(write), beside()]);
    } finally {
      isPlaying = false;
      await Promise.all([...readers, watch]);
    }
  }

  /** Every instance, asked through every protocol while nothing is written. */
  async checkAtRest(): Promise<void> {
    for (const instance of this.cluster.instances) {
      for (const namespace of new Set(this.owners.map((owner) => owner.namespace))) {
        for (const transport of this.transports(instance, namespace)) {
          await this.guard(`at rest through ${transport.name}`, () => this.askAll(transport, namespace));
        }
      }
    }
  }

  private async askAll(transport: ReadTransport, namespace: string): Promise<void> {
    for (const what of ['all', 'ids', 'count'] as const) await this.look(transport, namespace, what);
    for (const asking of ['nearest', oneOf(ASKINGS, this.random), oneOf(ASKINGS, this.random)] as const) {
      await this.ask(transport, namespace, asking);
    }
  }

  /** Deletes the collection. */
  async remove(send: () => Promise<void>): Promise<void> {
    this.deletion.sent = this.clock.tick();
    await this.guard('delete the collection', send);
    this.deletion.acknowledged = this.clock.tick();
  }

  /** Runs a part of a round. What goes wrong is a complaint. */
  async guard(about: string, part: () => Promise<void>): Promise<void> {
    const since = this.clock.tick();
    const { renames } = this.target;
    try {
      await part();
      if (since > this.deletion.acknowledged) this.complain('wrong', `${about}: there is a collection that was deleted`);
    } catch (error) {
      if (!this.isExcused(error, renames)) this.complain('wrong', `${about}: ${String(error)}`);
    }
  }

  /** At any instance. */
  writeTransport(namespace: string): WriteTransport {
    const { instance, target } = this;
    return this.protocol === 'Chroma' ? chromaTransport(instance, target) : pineconeTransport(instance, target, namespace);
  }

  report(complaint: Complaint | undefined): void {
    this.progress.reads += 1;
    if (complaint !== undefined) this.progress.complaints.push(complaint);
  }

  complain(kind: Complaint['kind'], text: string): void {
    this.progress.complaints.push({ kind, text });
  }

  /** Whether the collection is not there for the one who asks: it is deleted, or has another name than the request. */
  private isExcused(error: unknown, renames: number): boolean {
    if (!(error instanceof Refused) || error.status !== 404) return false;
    return this.deletion.sent < Infinity || renames % 2 === 1 || this.target.renames !== renames;
  }

  private async write(owner: Owner, mix: Mix): Promise<void> {
    const transport = this.writeTransport(owner.namespace);
    const plan = planChange(owner, mix, transport, this.random);
    const about = `${owner.name} ${plan.change} through ${transport.name}`;
    await this.guard(about, async () => {
      const settle = owner.begin(plan.records, this.clock.tick());
      await plan.send(transport);
      settle(this.clock.tick());
      this.progress.writes += 1;
    });
    // whoever wrote it sees it wherever he asks
    const reader = this.readTransport(owner.namespace);
    await this.guard(`${about}, read through ${reader.name}`, async () => {
      if (plan.touched.length > 0) await this.look(reader, owner.namespace, 'byIds', plan.touched);
      await this.ask(reader, owner.namespace, oneOf(['byOwner', 'nearestOfOwner', 'byBoth'], this.random), owner);
    });
  }

  private async read(): Promise<void> {
    const { namespace } = oneOf(this.owners, this.random);
    const transport = this.readTransport(namespace);
    const asking = oneOf(ASKINGS, this.random);
    await this.guard(`${asking} through ${transport.name}`, () => this.ask(transport, namespace, asking));
  }

  /** Asks for records by whatever is random in it, and judges the answer. */
  private async ask(
    transport: ReadTransport,
    namespace: string,
    asking: Asking,
    owner = oneOf(this.ownersIn(namespace), this.random),
  ): Promise<void> {
    const marker = this.random(MARKERS);
    switch (asking) {
      case 'all':
      case 'count':
        return this.look(transport, namespace, asking);
      case 'byIds': {
        const ids = [...owner.records.keys()].filter(() => this.random(3) === 0);
        return this.look(transport, namespace, asking, [...ids, `${owner.name}/nobody`]);
      }
      case 'byOwner':
        return this.where(transport, namespace, { owner: owner.name });
      case 'byMarker':
        return this.where(transport, namespace, { marker });
      case 'byBoth':
        return this.where(transport, namespace, { owner: owner.name, marker });
      case 'nearest':
        return this.nearest(transport, namespace, {});
      case 'nearestOfOwner':
        return this.nearest(transport, namespace, { owner: owner.name });
      case 'nearestOfMarker':
        return this.nearest(transport, namespace, { marker });
    }
  }

  private async look(
    transport: ReadTransport,
    namespace: string,
    what: 'all' | 'byIds' | 'count' | 'ids',
    ids: readonly string[] = [],
  ): Promise<void> {
    const about = `${what} through ${transport.name}`;
    const owners = this.ownersIn(namespace);
    const since = this.clock.tick();
    if (what === 'count') {
      const count = await transport.count();
      this.report(judgeCount(count, { about, owners, since, until: this.clock.tick() }));
      return;
    }
    const seen = await (what === 'byIds' ? transport.byIds(ids) : transport[what]());
    const wanted = new Set(ids);
    const by = what === 'all' && transport.inOrder ? 'inserted' : 'any';
    this.judge(seen, { about, owners, wants: ({ id }) => what !== 'byIds' || wanted.has(id), since, order: { by } });
  }

  private async where(transport: ReadTransport, namespace: string, condition: Condition): Promise<void> {
    const since = this.clock.tick();
    const seen = await transport.where(condition);
    const about = `${JSON.stringify(condition)} through ${transport.name}`;
    const order = { by: transport.inOrder ? 'inserted' : 'any' } as const;
    this.judge(seen, { about, owners: this.ownersIn(namespace), wants: (record) => matches(record, condition), since, order });
  }

  private async nearest(transport: ReadTransport, namespace: string, condition: Condition): Promise<void> {
    const to = randomEmbedding(this.random);
    const since = this.clock.tick();
    const seen = await transport.nearest(to, condition, MORE_THAN_ALL);
    const about = `nearest of ${JSON.stringify(condition)} through ${transport.name}`;
    const order = { by: 'nearest', to } as const;
    this.judge(seen, { about, owners: this.ownersIn(namespace), wants: (record) => matches(record, condition), since, order });
  }

  private judge(seen: Parameters<typeof judge>[0], question: Omit<Question, 'until' | 'metric'>): void {
    this.report(judge(seen, { ...question, until: this.clock.tick(), metric: this.target.metric }));
  }

  private ownersIn(namespace: string): readonly Owner[] {
    return this.owners.filter((owner) => owner.namespace === namespace);
  }

  private transports(instance: Instance, namespace: string): readonly ReadTransport[] {
    const pinecone = pineconeTransport(instance, this.target, namespace);
    if (namespace !== '') return [pinecone];
    return [pinecone, chromaTransport(instance, this.target), vectorizerTransport(instance, this.target)];
  }

  private readTransport(namespace: string): ReadTransport {
    return oneOf(this.transports(this.instance, namespace), this.random);
  }

  private async watch(isPlaying: () => boolean): Promise<void> {
    while (isPlaying() && !this.moved) {
      this.moved = await promoted(this.cluster.tables, this.target.uuid, 0);
      await sleep(20);
    }
  }
}

function done(): Promise<void> {
  return Promise.resolve();
}
