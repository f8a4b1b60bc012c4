import type { Config } from '../../config/config.js';
import type { Listener } from '../../http/listeners.js';
import type { GrpcServers } from './data/grpc/grpc-servers.js';

const INDEX_PORT = 'pinecone index ';

/** The control plane's port and the ports of indexes, which all speak REST and gRPC. */
export function pineconeListeners(config: Config, grpc: GrpcServers): readonly Listener[] {
  const accept: Pick<Listener, 'acceptHttp2' | 'retireHttp2' | 'drainHttp2' | 'maxBodyBytes'> = {
    maxBodyBytes: config.pineconeMaxBodyBytes,
    acceptHttp2: (socket, port) => {
      grpc.accept(socket, port);
    },
    retireHttp2: () => {
      grpc.retire();
    },
    drainHttp2: () => {
      grpc.drain();
    },
  };
  if (config.pineconePort === 'off') return [];
  const control = {
    name: 'pinecone',
    port: config.pineconePort,
    setting: 'POLYVEC_PINECONE_PORT',
    prefix: '/pinecone',
    ...accept,
  };
  const indexes = config.pineconeIndexPorts.map((port, index) => ({
    name: `${INDEX_PORT}${String(index)}`,
    port,
    isOptional: true,
    setting: 'POLYVEC_PINECONE_INDEX_PORTS',
    prefix: (opened: number) => `/pinecone/_port/${String(opened)}`,
    ...accept,
  }));
  return [control, ...indexes];
}

/** Whether a listener of that name serves an index. */
export function isIndexPort(name: string): boolean {
  return name.startsWith(INDEX_PORT);
}

/** The ports that serve an index each, lowest first. */
export function indexPortsOf(ports: ReadonlyMap<string, number>): readonly number[] {
  const open = [...ports].filter(([name]) => isIndexPort(name)).map(([, port]) => port);
  return open.sort((left, right) => left - right);
}
