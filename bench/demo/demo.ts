/**
 * `npm run demo`: loads images of Fashion-MNIST through the official client and shows what can be asked of them.
 * `--url http://host:port` uses a gateway (or a real Chroma server) that runs already; `--keep` leaves the collection there.
 * `--parquet FILE` shows a Parquet file of the caller's in place of the images, `--metric` (cosine) and `--map` as of `polyvec copy`.
 */
import { parseArgs } from 'node:util';
import { ChromaClient, type Collection, type Metadata, type QueryRowResult, type Where } from 'chromadb-3';
import { brightnessOf, embeddingOf, type Image, readImages } from './images.js';
import { startOwnGateway } from './own-gateway.js';
import { parquetTour } from './parquet-tour.js';
import { faint, gallery, heading, print, progress, table } from './terminal.js';

const OPTIONS = {
  url: { type: 'string' },
  keep: { type: 'boolean', default: false },
  parquet: { type: 'string' },
  metric: { type: 'string', default: 'cosine' },
  map: { type: 'string' },
} as const;
const USUAL_URL = 'http://127.0.0.1:8000';
const BATCH = 250;
const NEIGHBOURS = 5;
/** Images that are not loaded: they ask. */
const HELD_OUT = 100;

interface Timing {
  readonly what: string;
  readonly ms: number;
}
const timings: Timing[] = [];

async function timed<T>(what: string, work: () => Promise<T>): Promise<T> {
  const before = performance.now();
  const result = await work();
  timings.push({ what, ms: performance.now() - before });
  return result;
}

const lastTiming = (): string => faint(`  ${(timings.at(-1)?.ms ?? 0).toFixed(1)} ms`);
const labelOf = (row: { readonly metadata?: Metadata | null | undefined }): string => {
  const label = row.metadata?.['label'];
  return typeof label === 'string' ? label : '?';
};
const idOf = (image: Image): string => `image-${String(image.number)}`;

async function main(signal: AbortSignal): Promise<void> {
  const { values } = parseArgs({ options: OPTIONS });
  const show = (url: string, engine: string, keep: boolean): Promise<void> => {
    const { parquet: file, metric, map } = values;
    return file === undefined
      ? tour(url, engine, keep, signal)
      : parquetTour(clientOf(url), { file, url, metric, map, keep }, signal);
  };
  if (values.url !== undefined) return show(values.url, 'a gateway that runs already', values.keep);
  if (await isServed(USUAL_URL))
    print(faint(`  A gateway runs at ${USUAL_URL}: npm run demo -- --url ${USUAL_URL} uses that one.`));
  const gateway = await startOwnGateway(signal);
  try {
    await show(gateway.url, gateway.engine, false);
  } finally {
    await gateway.stop();
  }
}

/** Whether something answers there as Chroma does. */
async function isServed(url: string): Promise<boolean> {
  return fetch(`${url}/api/v2/heartbeat`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function clientOf(url: string): ChromaClient {
  const { hostname, port, protocol } = new URL(url);
  const ssl = protocol === 'https:';
  return new ChromaClient({ host: hostname, port: port === '' ? (ssl ? 443 : 80) : Number(port), ssl });
}

async function tour(url: string, engine: string, keep: boolean, signal: AbortSignal): Promise<void> {
  const { images, source } = await readImages();
  const client = clientOf(url);
  // never the name of a collection that is there already
  const name = `fashion-mnist-demo-${String(Date.now())}`;
  heading(`Fashion-MNIST in ${url}`);
  print(`  engine      ${engine}`);
  print(`  client      chromadb for JavaScript, 3.5, as it comes from npm`);
  print(`  images      ${String(images.length)} of 28 × 28 pixels, each a vector of 784 numbers`);
  print(`  from        ${source}`);
  const collection = await timed('create a collection', () =>
    client.createCollection({ name, embeddingFunction: null, configuration: { hnsw: { space: 'cosine' } } }),
  );
  try {
    await load(collection, images.slice(0, -HELD_OUT), signal);
    await show(collection, images);
  } finally {
    if (!keep) await client.deleteCollection({ name });
  }
  heading('How long it took');
  table(
    ['request', 'ms'],
    timings.map(({ what, ms }) => [what, ms.toFixed(1)]),
  );
  print(faint(`\n  ${keep ? `The collection ${name} is still there.` : 'The collection is deleted again.'}`));
}

async function load(collection: Collection, images: readonly Image[], signal: AbortSignal): Promise<void> {
  heading('Load');
  const before = performance.now();
  await timed(`add ${String(images.length)} records, ${String(BATCH)} a request`, async () => {
    for (let at = 0; at < images.length; at += BATCH) {
      signal.throwIfAborted();
      const batch = images.slice(at, at + BATCH);
      await collection.add({
        ids: batch.map(idOf),
        embeddings: batch.map(embeddingOf),
        metadatas: batch.map((image) => ({ label: image.label, number: image.number, brightness: brightnessOf(image) })),
        documents: batch.map((image) => `${image.label}, image ${String(image.number)} of the test set`),
      });
      const done = at + batch.length;
      progress(done, images.length, `${(done / ((performance.now() - before) / 1000)).toFixed(0)} rows/s`);
    }
  });
  print(`  count()     ${String(await timed('count', () => collection.count()))}`);
}

async function show(collection: Collection, images: readonly Image[]): Promise<void> {
  const asking = images.slice(-HELD_OUT);
  const boot = requireImage(asking, 'Ankle boot');
  await showNeighbours(collection, images, boot, undefined);
  await showNeighbours(collection, images, boot, { label: 'Sneaker' });
  await showNeighbours(collection, images, requireImage(asking, 'Dress'), { brightness: { $lt: 0.15 } });
  await showVotes(collection, asking);
  await showBrightest(collection);
  await showDelete(collection, images, boot);
}

function requireImage(images: readonly Image[], label: string): Image {
  const image = images.find((candidate) => candidate.label === label);
  if (image === undefined) throw new Error(`no image of the label ${label}`);
  return image;
}

async function showNeighbours(collection: Collection, images: readonly Image[], asking: Image, where?: Where): Promise<void> {
  const text = where === undefined ? '' : `, where ${JSON.stringify(where)}`;
  heading(`What looks most like this ${asking.label.toLowerCase()}${text}?`);
  const what = `query, ${String(NEIGHBOURS)} nearest${where === undefined ? '' : ' with a filter'}`;
  const rows = await timed(what, () => nearest(collection, [asking], NEIGHBOURS, where));
  gallery([
    { image: asking, caption: ['the question', asking.label, 'not loaded'] },
    ...(rows[0] ?? []).flatMap((row) => {
      const image = images[Number(row.metadata?.['number'])];
      const caption = [labelOf(row), row.id, `distance ${(row.distance ?? 0).toFixed(3)}`];
      return image === undefined ? [] : [{ image, caption }];
    }),
  ]);
  print(lastTiming());
}

async function nearest(
  collection: Collection,
  asking: readonly Image[],
  nResults: number,
  where: Where | undefined,
): Promise<readonly (readonly QueryRowResult[])[]> {
  const result = await collection.query({
    queryEmbeddings: asking.map(embeddingOf),
    nResults,
    include: ['metadatas', 'distances'],
    ...(where !== undefined && { where }),
  });
  return result.rows();
}

async function showVotes(collection: Collection, asking: readonly Image[]): Promise<void> {
  heading(`Does the nearest neighbour know what an image shows? ${String(asking.length)} images ask, in one request`);
  const rows = await timed(`query, ${String(asking.length)} at once`, () => nearest(collection, asking, 1, undefined));
  const byLabel = new Map<string, { asked: number; right: number }>();
  asking.forEach((image, at) => {
    const tally = byLabel.get(image.label) ?? { asked: 0, right: 0 };
    tally.asked += 1;
    if (rows[at]?.[0]?.metadata?.['label'] === image.label) tally.right += 1;
    byLabel.set(image.label, tally);
  });
  const sorted = [...byLabel].sort(([, a], [, b]) => b.right / b.asked - a.right / a.asked);
  table(
    ['label', 'asked', 'right', ''],
    sorted.map(([label, { asked, right }]) => [label, asked, right, '▪'.repeat(right) + '·'.repeat(asked - right)]),
  );
  const right = sorted.reduce((total, [, tally]) => total + tally.right, 0);
  print(`  ${String(right)} of ${String(asking.length)} are right.${lastTiming()}`);
}

async function showBrightest(collection: Collection): Promise<void> {
  const where: Where = { $and: [{ label: { $in: ['Bag', 'Coat'] } }, { brightness: { $gte: 0.6 } }] };
  heading(`get, where ${JSON.stringify(where)}`);
  const result = await timed('get by filter', () => collection.get({ where, include: ['metadatas', 'documents'], limit: 8 }));
  table(
    ['id', 'label', 'brightness', 'document'],
    result.rows().map((row) => [row.id, labelOf(row), Number(row.metadata?.['brightness']).toFixed(3), row.document ?? '']),
  );
  print(lastTiming());
}

async function showDelete(collection: Collection, images: readonly Image[], boot: Image): Promise<void> {
  const where: Where = { label: { $in: ['Sandal', 'Ankle boot'] } };
  heading(`delete, where ${JSON.stringify(where)}`);
  const before = await collection.count();
  await timed('delete by filter', () => collection.delete({ where }));
  const after = await collection.count();
  table(
    ['', 'records'],
    [
      ['before', before],
      ['after', after],
      ['deleted', before - after],
    ],
  );
  print(lastTiming());
  await showNeighbours(collection, images, boot, undefined);
}

const interruption = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) {
  process.once(name, () => {
    interruption.abort();
  });
}
try {
  await main(interruption.signal);
} catch (error) {
  // without its gateway whatever is going on fails, and cleans up behind itself
  const reason = interruption.signal.aborted ? 'interrupted' : error instanceof Error ? error.message : String(error);
  process.stderr.write(`demo: ${reason}\n`);
  process.exitCode = 1;
}
