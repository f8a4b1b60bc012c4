import type { ChildProcess } from 'node:child_process';
import type { Instance } from '../../chaos/promotion/promotion-transports.js';
import { PineconeApi } from '../clients/pinecone-api.js';
import { PineconeGrpc } from '../clients/pinecone-grpc.js';
import { endProcess, launchGateway } from './gateway-process.js';
import { probed } from './probes.js';

/** A gateway in a process of its own that serves all protocols, on one database with others. */
export interface Member {
  readonly instance: Instance;
  readonly process: ChildProcess;
}

/** Several such gateways; one that was killed can be replaced. */
export interface Fleet {
  readonly members: readonly Member[];
  /** Kill -9. */
  kill(index: number): Promise<void>;
  /** A new process in the place of one that has ended. */
  replace(index: number): Promise<void>;
  /** SIGTERM for all. */
  stop(): Promise<void>;
}

/** Indexes have names under it, which gRPC clients name as their authority: the ports differ from process to process. */
const DOMAIN = 'polyvec.test';

/** `storage` says where the data is. @throws Error with what one wrote that did not start */
export async function startFleet(
  storage: Readonly<Record<string, string>>,
  count: number,
  env: Readonly<Record<string, string>> = {},
): Promise<Fleet> {
  const started: ChildProcess[] = [];
  const environment = {
    ...storage,
    POLYVEC_PINECONE_PORT: '0',
    POLYVEC_PINECONE_INDEX_PORTS: 'off',
    POLYVEC_PINECONE_DOMAIN: DOMAIN,
    POLYVEC_VECTORIZER_PORT: '0',
    ...env,
  };
  const launch = async (): Promise<Member> => {
    const { urls, process } = await launchGateway(environment, started);
    const urlOf = (name: string): string => urls.get(name) ?? '';
    const instance: Instance = {
      chromaUrl: urlOf('chroma'),
      consoleUrl: urlOf('console'),
      pineconeUrl: urlOf('pinecone'),
      vectorizerUrl: urlOf('vectorizer'),
    };
    // one that waits for another's migrations listens already
    await probed(instance.consoleUrl, '/readyz', 200);
    return { instance, process };
  };
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((process) => endProcess(process, 'SIGTERM')));
  };
  try {
    const members = await Promise.all(Array.from({ length: count }, launch));
    return {
      members,
      kill: async (index) => {
        const member = members[index];
        if (member !== undefined) await endProcess(member.process, 'SIGKILL');
      },
      replace: async (index) => {
        members[index] = await launch();
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** A new index, through any instance of a fleet; its host is what `grpcClient` takes. @throws Error with the answer when it is refused */
export async function createFleetIndex(
  { pineconeUrl }: Instance,
  definition: { readonly name: string; readonly dimension: number; readonly metric: string },
): Promise<{ readonly host: string }> {
  const body = { ...definition, spec: { serverless: { cloud: 'aws', region: 'us-east-1' } } };
  const answer = await new PineconeApi(pineconeUrl).call('/indexes', { body, headers: { 'x-pinecone-api-version': '2025-10' } });
  if (answer.status !== 201) throw new Error(`create: ${String(answer.status)} ${answer.text}`);
  return { host: (answer.body as { readonly host: string }).host };
}

/** A gRPC client of one index at one instance; to be closed. */
export function grpcClient({ pineconeUrl }: Instance, host: string): PineconeGrpc {
  return new PineconeGrpc(Number(new URL(pineconeUrl).port), { 'grpc.default_authority': host });
}
