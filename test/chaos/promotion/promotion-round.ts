import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { ChromaApi } from '../../support/clients/chroma-api.js';
import { COLLECTIONS } from '../../support/clients/chroma-client.js';
import { PineconeApi } from '../../support/clients/pinecone-api.js';
import { type Cluster, eventually, hasVectorIndex, indexed, LARGE, leftovers, promoted } from './promotion-cluster.js';
import { judge, type Metric, Owner } from './promotion-model.js';
import { type Progress, Scene } from './promotion-scene.js';
import { chromaTransport, type Instance, pineconeTransport, Refused, type Target } from './promotion-transports.js';
import { DIMENSION, MARKERS, type Mix, MIXES, oneOf, type Random, randomEmbedding, randomFrom } from './promotion-writer.js';

const METRICS: readonly Metric[] = ['l2', 'cosine', 'ip'];
const PINECONE_METRICS = { l2: 'euclidean', cosine: 'cosine', ip: 'dotproduct' } as const;
const VERSION = { 'x-pinecone-api-version': '2025-04' };
const GROWTH = { least: 12, most: 30 };
const CHURN = { least: 8, most: 8 };
/** Of a whole collection, so that little is left. */
const SHRINKING = { least: 12, most: 12 };
/** Records that are written first and never changed. */
const STILL = 30;
/** For what happens in the background: a collection that has changed a little is looked at after ten seconds. */
const WAIT_MS = 30_000;

/** What happens to a collection while it grows out of the pool. */
export type Kind = 'changes' | 'namespaces' | 'removals';

const KINDS: readonly Kind[] = ['changes', 'namespaces', 'removals'];

type Play = (cluster: Cluster, metric: Metric, random: Random, progress: Progress) => Promise<void>;

const PLAYS: Readonly<Record<Kind, Play>> = { changes: playChanges, namespaces: playNamespaces, removals: playRemovals };

/** One collection, or with removals several, from the first record to the last. Never throws for what the gateway does: it complains. */
export async function playRound(cluster: Cluster, number: number, seed: number, progress: Progress): Promise<void> {
  const random = randomFrom(seed + number);
  const metric = METRICS[Math.floor(number / KINDS.length) % METRICS.length] ?? 'l2';
  try {
    await PLAYS[KINDS[number % KINDS.length] ?? 'changes'](cluster, metric, random, progress);
  } catch (error) {
    progress.complaints.push({ kind: 'wrong', text: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
  const left = await leftovers(cluster.tables);
  if (left.length > 0) progress.complaints.push({ kind: 'wrong', text: `left of deleted collections: ${left.join(', ')}` });
  progress.rounds += 1;
}

/** Chroma's writers; names and metadata change, and backups are made, while the collection grows. */
async function playChanges(cluster: Cluster, metric: Metric, random: Random, progress: Progress): Promise<void> {
  const scene = await chromaScene(cluster, newName(), metric, random, progress);
  await scene.play(mixOf('grow'), GROWTH, async () => {
    for (let turn = 0; turn < 3; turn += 1) {
      await sleep(random(300));
      await rename(scene);
      await sleep(random(100));
      await changeMetadata(scene, turn);
      await backUpAndRestore(scene);
    }
  });
  await finish(scene, mixOf);
  await drop(scene);
}

/** Pinecone's writers, in several namespaces; all of one is deleted again and again. */
async function playNamespaces(cluster: Cluster, metric: Metric, random: Random, progress: Progress): Promise<void> {
  const scene = await pineconeScene(cluster, metric, random, progress);
  const withClears = (name: keyof typeof MIXES) => (owner: Owner) => {
    const mix = mixOf(name)(owner);
    return mix && { ...mix, clear: owner.namespace === 'cleared' ? 1 : 0 };
  };
  await scene.play(withClears('grow'), GROWTH, () => backUpAndRestore(scene));
  await finish(scene, withClears);
  await drop(scene);
}

/** The collection is deleted while it moves, and its successor of the same name while its index is built. */
async function playRemovals(cluster: Cluster, metric: Metric, random: Random, progress: Progress): Promise<void> {
  const name = newName();
  const first = await chromaScene(cluster, name, metric, random, progress);
  await first.play(mixOf('grow'), GROWTH, async () => {
    await eventually(
      () => Promise.resolve(sizeOf(first)),
      (size) => size > LARGE || progress.complaints.length > 0,
      WAIT_MS,
    );
    await sleep(random(120));
    await drop(first);
  });
  const second = await chromaScene(cluster, name, metric, random, progress);
  await second.checkAtRest();
  await second.play(mixOf('grow'), GROWTH);
  await move(second);
  await sleep(random(300));
  await drop(second);
  const third = await chromaScene(cluster, name, metric, random, progress);
  await third.play(mixOf('churn'), CHURN);
  await third.checkAtRest();
  await drop(third);
}

/** Until it has tables of its own, if it is large enough. */
async function move(scene: Scene): Promise<void> {
  if (sizeOf(scene) <= LARGE) return;
  scene.progress.large += 1;
  if (await promoted(scene.cluster.tables, scene.target.uuid, WAIT_MS)) scene.progress.moved += 1;
}

/** With an index, or what it has: then beside it, down to a few records, and up again. */
async function finish(scene: Scene, mixes: (name: keyof typeof MIXES) => (owner: Owner) => Mix | undefined): Promise<void> {
  await scene.checkAtRest();
  await move(scene);
  await indexed(scene.instance.chromaUrl, scene.target.uuid);
  if (await hasVectorIndex(scene.cluster.tables, scene.target.uuid, 0)) scene.progress.indexed += 1;
  await scene.checkAtRest();
  for (const [mix, length] of [
    ['churn', CHURN],
    ['shrink', SHRINKING],
    ['grow', CHURN],
  ] as const) {
    await scene.play(mixes(mix), length);
    await scene.checkAtRest();
  }
}

async function rename(scene: Scene): Promise<void> {
  const { target } = scene;
  const name = newName();
  await scene.guard('rename', async () => {
    target.renames += 1;
    await modify(scene.instance, target, { new_name: name });
    target.name = name;
    target.renames += 1;
    await shows(scene, { name });
  });
}

async function changeMetadata(scene: Scene, turn: number): Promise<void> {
  await scene.guard('change the metadata', async () => {
    await modify(scene.instance, scene.target, { new_metadata: { turn } });
    await shows(scene, { metadata: { turn } });
  });
}

async function modify({ chromaUrl }: Instance, { uuid }: Target, body: object): Promise<void> {
  const { status, text } = await new ChromaApi(chromaUrl).call(`${COLLECTIONS}/${uuid}`, { method: 'PUT', body });
  if (status !== 200) throw new Refused(status, text);
}

/** Another instance knows the collection as it is now. @throws Error when it does not */
async function shows(scene: Scene, expected: Readonly<Record<string, unknown>>): Promise<void> {
  const { status, text, body } = await new ChromaApi(scene.instance.chromaUrl).call(`${COLLECTIONS}/${scene.target.name}`);
  if (status !== 200) throw new Refused(status, text);
  for (const [key, value] of Object.entries(expected)) {
    const seen = JSON.stringify((body as Readonly<Record<string, unknown>>)[key]);
    if (seen !== JSON.stringify(value)) throw new Error(`${key} is ${seen}, not ${JSON.stringify(value)}`);
  }
}

/** What comes back of a backup is what there was at one moment while it was made. */
async function backUpAndRestore(scene: Scene): Promise<void> {
  await scene.guard('back up and restore', async () => {
    const { cluster, target, clock, owners } = scene;
    const since = clock.tick();
    const control = new PineconeApi(scene.instance.pineconeUrl);
    const { backup_id: id } = (await accepted(control, `/indexes/${target.name}/backups`, {})) as { readonly backup_id: string };
    const until = clock.tick();
    const name = newName();
    await accepted(control, `/backups/${id}/create-index`, { name });
    const copy: Target = { uuid: '', metric: target.metric, name, renames: 0 };
    for (const namespace of new Set(owners.map((owner) => owner.namespace))) {
      const seen = await pineconeTransport(scene.instance, copy, namespace).all();
      const about = `the backup of ${JSON.stringify(namespace)}`;
      const question = {
        about,
        owners: owners.filter((owner) => owner.namespace === namespace),
        wants: () => true,
        since,
        until,
      };
      scene.report(judge(seen, { ...question, order: { by: 'any' }, metric: target.metric }));
    }
    await accepted(new PineconeApi(oneOf(cluster.instances, scene.random).pineconeUrl), `/indexes/${name}`, undefined, 'DELETE');
    await accepted(control, `/backups/${id}`, undefined, 'DELETE');
  });
}

async function accepted(api: PineconeApi, path: string, body: object | undefined, method = 'POST'): Promise<unknown> {
  const answer = await api.call(path, { method, headers: VERSION, ...(body !== undefined && { body }) });
  if (answer.status > 299) throw new Refused(answer.status, answer.text);
  return answer.body;
}

/** Deletes the collection through any protocol; from then on no instance has it. */
async function drop(scene: Scene): Promise<void> {
  const { instance, target, random } = scene;
  const url = oneOf(
    [
      `${instance.chromaUrl}${COLLECTIONS}/${target.name}`,
      `${instance.pineconeUrl}/indexes/${target.name}`,
      `${instance.vectorizerUrl}/collections/${target.name}`,
    ],
    random,
  );
  await scene.remove(async () => {
    const answer = await fetch(url, { method: 'DELETE' });
    if (!answer.ok) throw new Refused(answer.status, await answer.text());
  });
  for (const each of scene.cluster.instances) {
    for (const read of ['count', 'all'] as const) {
      await scene.guard(`${read} after the deletion`, async () => {
        await chromaTransport(each, target)[read]();
      });
    }
  }
}

async function chromaScene(cluster: Cluster, name: string, metric: Metric, random: Random, progress: Progress): Promise<Scene> {
  const { chromaUrl } = oneOf(cluster.instances, random);
  const body = { name, configuration: { hnsw: { space: metric } } };
  const answer = await new ChromaApi(chromaUrl).call(COLLECTIONS, { body });
  if (answer.status !== 200) throw new Refused(answer.status, answer.text);
  const target = { uuid: (answer.body as { readonly id: string }).id, metric, name, renames: 0 };
  const owners = ['a', 'b', 'c', 'd'].map((owner) => newOwner(owner, ''));
  const scene = new Scene(cluster, target, [...owners, newOwner('still', '')], 'Chroma', progress, random);
  await fillStill(scene);
  return scene;
}

async function pineconeScene(cluster: Cluster, metric: Metric, random: Random, progress: Progress): Promise<Scene> {
  const { pineconeUrl, chromaUrl } = oneOf(cluster.instances, random);
  const name = newName();
  const spec = { serverless: { cloud: 'aws', region: 'us-east-1' } };
  await accepted(new PineconeApi(pineconeUrl), '/indexes', {
    name,
    spec,
    dimension: DIMENSION,
    metric: PINECONE_METRICS[metric],
  });
  const { id } = (await new ChromaApi(chromaUrl).call(`${COLLECTIONS}/${name}`)).body as { readonly id: string };
  const target = { uuid: id, metric, name, renames: 0 };
  const owners = ['', 'shared', 'shared', 'cleared'].map((namespace) => newOwner('p', namespace));
  const scene = new Scene(cluster, target, [...owners, newOwner('still', 'shared')], 'Pinecone', progress, random);
  await fillStill(scene);
  return scene;
}

/** No two in any round have the same. */
function newOwner(name: string, namespace: string): Owner {
  return new Owner(`${name}-${randomUUID().slice(0, 8)}`, namespace);
}

function isStill({ name }: Owner): boolean {
  return name.startsWith('still');
}

function mixOf(name: keyof typeof MIXES): (owner: Owner) => Mix | undefined {
  return (owner) => (isStill(owner) ? undefined : MIXES[name]);
}

/** The first records, which give a Chroma collection its dimension, too. */
async function fillStill(scene: Scene): Promise<void> {
  const owner = scene.owners.find(isStill);
  if (owner === undefined) return;
  const records = Array.from({ length: STILL }, (_, index) => ({
    id: `${owner.name}/${String(index)}`,
    embedding: randomEmbedding(scene.random),
    metadata: { owner: owner.name, marker: index % MARKERS, version: 0 },
    document: undefined,
  }));
  const settle = owner.begin(new Map(records.map((record) => [record.id, record])), scene.clock.tick());
  await scene.writeTransport(owner.namespace).upsert(records);
  settle(scene.clock.tick());
}

function sizeOf({ owners }: Scene): number {
  return owners.reduce((sum, { records }) => sum + records.size, 0);
}

function newName(): string {
  return `p-${randomUUID()}`;
}
