import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent, type IncomingMessage, request as httpRequest, type RequestOptions } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { COLLECTIONS, createCollection } from '../../support/clients/chroma-client.js';
import { PineconeGrpc } from '../../support/clients/pinecone-grpc.js';
import { freePorts } from '../../support/gateway/free-ports.js';
import { createStorage } from '../../support/gateway/gateway.js';
import { createFleetIndex } from '../../support/gateway/gateway-fleet.js';
import { endProcess, launchGateway } from '../../support/gateway/gateway-process.js';
import { type Backend, type Frontend, startNginx } from '../../support/gateway/nginx.js';
import { probed } from '../../support/gateway/probes.js';
import { startHttpBalancer, startTcpBalancer } from './balancer.js';

export interface RollingOptions {
  /** At least so many; they go on until the last restart is over. */
  readonly requests: number;
  readonly perSecond: number;
  readonly drainDelayMs: number;
  /** How long an instance is left to itself before the next one goes, for the proxy to find it again. */
  readonly settleMs: number;
  /** The program; without it, a balancer of our own. */
  readonly nginx: string | undefined;
}

export interface RollingResult {
  readonly rest: number;
  readonly grpc: number;
  /** What went wrong, a line for each request. */
  readonly failures: readonly string[];
  /** What the instances that were stopped ended with. */
  readonly exitCodes: readonly (number | null)[];
}

const INSTANCES = 3;
const DOMAIN = 'polyvec.test';
const CONCURRENCY = 12;
const IDS = 100;

interface Instance extends Backend {
  readonly console: number;
}

/** Sends one request, and throws when it is not answered as it should be. */
type Sender = (number: number) => Promise<void>;

/** Restarts three instances behind a proxy, one after the other, on a database of their own, while requests come over REST and gRPC. */
export async function rollingRestart(options: RollingOptions): Promise<RollingResult> {
  const storage = await createStorage();
  const started: ChildProcess[] = [];
  const environment = {
    ...storage.environment,
    POLYVEC_DRAIN_DELAY_MS: String(options.drainDelayMs),
    POLYVEC_PINECONE_DOMAIN: DOMAIN,
    POLYVEC_PINECONE_INDEX_PORTS: 'off',
    POLYVEC_POOL_SIZE: '8',
  };
  try {
    const instances = await freeInstances();
    const processes = await Promise.all(instances.map((instance) => launch(instance, environment, started)));
    const frontend = await startFrontend(options.nginx, instances);
    try {
      return await underLoad(options, instances[0], frontend, async () => {
        const exitCodes: (number | null)[] = [];
        for (const [index, instance] of instances.entries()) {
          exitCodes.push(await endAndCode(processes[index]));
          await launch(instance, environment, started);
          await sleep(options.settleMs);
        }
        return exitCodes;
      });
    } finally {
      await frontend.stop();
    }
  } finally {
    await Promise.all(started.map((child) => endProcess(child, 'SIGKILL')));
    await storage.remove();
  }
}

/** Ports that they have again after a restart. */
async function freeInstances(): Promise<readonly Instance[]> {
  const ports = await freePorts(3 * INSTANCES);
  return Array.from({ length: INSTANCES }, (_, index) => {
    const [chroma = 0, pinecone = 0, console = 0] = ports.slice(3 * index);
    return { chroma, pinecone, console };
  });
}

/** Resolves when it is ready. */
async function launch(
  instance: Instance,
  environment: Readonly<Record<string, string>>,
  started: ChildProcess[],
): Promise<ChildProcess> {
  const { chroma, pinecone, console } = instance;
  const ports = {
    POLYVEC_CHROMA_PORT: String(chroma),
    POLYVEC_PINECONE_PORT: String(pinecone),
    POLYVEC_CONSOLE_PORT: String(console),
  };
  const gateway = await launchGateway({ ...environment, ...ports }, started);
  const answer = await probed(`http://127.0.0.1:${String(console)}`, '/readyz', 200);
  if (answer?.[0] !== 200) throw new Error(`an instance did not become ready: ${JSON.stringify(answer)}`);
  return gateway.process;
}

async function endAndCode(child: ChildProcess | undefined): Promise<number | null> {
  if (child === undefined) return null;
  await endProcess(child, 'SIGTERM');
  return child.exitCode;
}

async function startFrontend(nginx: string | undefined, instances: readonly Instance[]): Promise<Frontend> {
  if (nginx !== undefined) return startNginx(nginx, instances);
  const pinecone = instances.map((instance) => instance.pinecone);
  const balancers = await Promise.all([
    startHttpBalancer(instances.map(({ chroma }) => chroma)),
    startHttpBalancer(pinecone),
    startTcpBalancer(pinecone),
  ]);
  const [chroma, rest, grpc] = balancers;
  const stop = async (): Promise<void> => {
    await Promise.all(balancers.map((balancer) => balancer.stop()));
  };
  return { chroma: chroma.port, pinecone: rest.port, grpc: grpc.port, stop };
}

async function underLoad(
  { requests, perSecond }: RollingOptions,
  first: Instance | undefined,
  frontend: Frontend,
  restart: () => Promise<readonly (number | null)[]>,
): Promise<RollingResult> {
  const { rest, grpc, close } = await openSenders(first, frontend);
  const sent = { rest: 0, grpc: 0 };
  const failures: string[] = [];
  let isRestarting = true;
  let next = 0;
  const start = performance.now();
  const work = async (): Promise<void> => {
    while (isRestarting || next < requests) {
      const number = (next += 1);
      await sleep(Math.max(0, start + (number / perSecond) * 1000 - performance.now()));
      const kind = number % 5 < 3 ? 'rest' : 'grpc';
      sent[kind] += 1;
      await (kind === 'rest' ? rest : grpc)(number).catch((error: unknown) => {
        failures.push(`${kind} request ${String(number)}: ${String(error)}`);
      });
    }
  };
  try {
    const workers = Array.from({ length: CONCURRENCY }, work);
    const exitCodes = await restart().finally(() => {
      isRestarting = false;
    });
    await Promise.all(workers);
    return { ...sent, failures, exitCodes };
  } finally {
    close();
  }
}

/** A collection and an index, and what sends requests to them through the proxy. */
async function openSenders(
  first: Instance | undefined,
  frontend: Frontend,
): Promise<{ readonly rest: Sender; readonly grpc: Sender; readonly close: () => void }> {
  const urlOf = (port: number | undefined): string => `http://127.0.0.1:${String(port)}`;
  const [chromaUrl, pineconeUrl] = [urlOf(first?.chroma), urlOf(first?.pinecone)];
  const uuid = await createCollection(chromaUrl);
  const instance = { chromaUrl, pineconeUrl, vectorizerUrl: '', consoleUrl: '' };
  const { host } = await createFleetIndex(instance, { name: 'rolling', dimension: 3, metric: 'cosine' });
  const clients = Array.from({ length: 4 }, () => new PineconeGrpc(frontend.grpc, { 'grpc.default_authority': host }));
  const agent = new Agent({ keepAlive: true });
  return {
    rest: restSender(agent, frontend, uuid, host),
    grpc: async (number) => {
      const client = clients[number % clients.length];
      const vectors = [{ id: `v-${String(number % IDS)}`, values: [number, 1, 2] }];
      if (number % 2 === 0) await client?.call('Upsert', { vectors });
      else await client?.call('Query', { vector: [number, 1, 2], topK: 3 });
    },
    close: () => {
      agent.destroy();
      for (const client of clients) client.close();
    },
  };
}

function restSender(agent: Agent, frontend: Frontend, uuid: string, host: string): Sender {
  const post = { method: 'POST', agent, headers: { 'content-type': 'application/json' } };
  return async (number) => {
    const id = `r-${String(number % IDS)}`;
    switch (number % 3) {
      case 0:
        return send(
          frontend.chroma,
          { ...post, path: `${COLLECTIONS}/${uuid}/upsert` },
          { ids: [id], embeddings: [[number, 1, 2]] },
        );
      case 1:
        return send(frontend.chroma, { ...post, path: `${COLLECTIONS}/${uuid}/get` }, { ids: [id] });
      default:
        return send(frontend.pinecone, { agent, path: '/vectors/fetch?ids=v-1&ids=v-2', headers: { host } });
    }
  };
}

/** @throws Error with the answer unless it is a 200 */
async function send(port: number, options: RequestOptions, body?: object): Promise<void> {
  const request = httpRequest({ ...options, host: '127.0.0.1', port, timeout: 30_000 });
  request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
  request.end(body === undefined ? undefined : JSON.stringify(body));
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response as AsyncIterable<Buffer>) text += chunk.toString();
  if (response.statusCode !== 200) throw new Error(`${String(response.statusCode)} ${text.slice(0, 200)}`);
}
