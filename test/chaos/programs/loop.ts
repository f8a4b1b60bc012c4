import { grownBodies } from '../../limits/grown-bodies.js';
import { createIndex } from '../../support/clients/pinecone-api.js';
import { encode, PineconeGrpc, typesOf } from '../../support/clients/pinecone-grpc.js';
import { drained } from '../loop/drained.js';
import { largeAnswers, LARGEST } from '../loop/large-answers.js';
import { largeMessages } from '../loop/large-messages.js';
import { MeasuredGateway } from '../loop/measured-gateway.js';
import { reportLoop, type Row } from '../loop/report-loop.js';
import { fuzzTargets, type RoutedRequest } from '../mutated/fuzz-scene.js';
import { option } from '../report.js';

/**
 * The longest work of the event loop in one go, for every route that reads a body (each of its members made long), for the largest
 * messages of gRPC and for the largest answers: `--megabytes 30` of a body. `--only word`: those with that word in their name. Linux only.
 */
const bytes = option('megabytes', 30) * 1_000_000;
/** Of an index for large messages. */
const DIMENSION = 1_536;
const GRPC_MS = 90_000;
const only = process.argv.includes('--only') ? (process.argv[process.argv.indexOf('--only') + 1] ?? '') : '';
const rows: Row[] = [];

async function measure(row: Omit<Row, 'answer' | 'processorMs' | 'clockMs'>, send: () => Promise<string>): Promise<void> {
  if (!`${row.kind} ${row.name}`.includes(only)) return;
  let answer = '';
  const figures = await gateway.during(async () => {
    answer = await send();
  });
  rows.push({ ...row, answer, ...figures });
  console.log(`${figures.processorMs.toFixed(0).padStart(6)} ms  ${row.kind} ${row.name} ${row.part}: ${answer}`);
}

/** One for each handler: its other paths read the same. */
function onePerHandler(requests: readonly RoutedRequest[]): readonly RoutedRequest[] {
  const known = new Map<string, RoutedRequest>();
  for (const request of requests) {
    const { protocol, handler } = request.route;
    if (request.body.length > 0 && !known.has(`${protocol} ${handler}`)) known.set(`${protocol} ${handler}`, request);
  }
  return [...known.values()];
}

async function measureBodies(): Promise<void> {
  const { requests } = await fuzzTargets(gateway.urls);
  for (const request of onePerHandler(requests)) {
    for (const [part, grow] of grownBodies(request.body, bytes)) {
      if (!`body ${request.route.key}`.includes(only)) continue;
      const sent = { method: request.method, path: request.path, headers: Object.fromEntries(request.headers), body: grow() };
      await measure({ kind: 'body', name: request.route.key, part }, async () => {
        const { status } = await drained(gateway.urls.consoleUrl, sent);
        return String(status);
      });
      // what it has deleted is made again
      await fuzzTargets(gateway.urls);
    }
  }
}

async function measureMessages(): Promise<void> {
  const { port } = await createIndex(gateway.urls, { dimension: DIMENSION, metric: 'cosine' });
  const grpc = new PineconeGrpc(port);
  for (const [name, make] of largeMessages(DIMENSION)) {
    if (!`message ${name}`.includes(only)) continue;
    const { method, bytes: message } = make();
    await measure({ kind: 'message', name, part: '' }, () => outcome(grpc, method, message));
  }
  grpc.close();
}

async function outcome(grpc: PineconeGrpc, method: string, message: Uint8Array): Promise<string> {
  return grpc.send(method, message, {}, { deadline: Date.now() + GRPC_MS }).then(
    (reply) => `OK, ${megabytes(reply.bytes.length)}`,
    (error: unknown) => String(error).slice(0, 60),
  );
}

async function measureAnswers(): Promise<void> {
  const { requests, calls } = await largeAnswers(gateway.urls, LARGEST);
  for (const { name, request } of requests) {
    const { method, path, body } = request;
    const headers = {
      'content-type': 'application/json',
      'x-pinecone-api-version': path.includes('/documents/') ? '2026-07' : '2025-10',
    };
    const text = body === undefined ? undefined : JSON.stringify(body);
    await measure({ kind: 'answer', name, part: '' }, async () => {
      const answer = await drained(gateway.urls.consoleUrl, { method, path, headers, body: text });
      return `${String(answer.status)}, ${megabytes(answer.bytes)}`;
    });
  }
  for (const { name, method, port, message } of calls) {
    const grpc = new PineconeGrpc(port);
    await measure({ kind: 'answer', name, part: '' }, () => outcome(grpc, method, encode(typesOf(method).type, message)));
    grpc.close();
  }
}

function megabytes(count: number): string {
  return `${(count / 1_000_000).toFixed(count < 1_000_000 ? 1 : 0)} MB`;
}

const gateway = await MeasuredGateway.start({ POLYVEC_PINECONE_INDEX_PORTS: '0:64' });
try {
  await measureMessages();
  await measureAnswers();
  await measureBodies();
} finally {
  await gateway.stop();
}
await reportLoop(rows, bytes);
