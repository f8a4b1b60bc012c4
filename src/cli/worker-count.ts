import { isIP } from 'node:net';
import { availableParallelism } from 'node:os';
import { type Config, ConfigError } from '../config/config.js';

type Ports = 'chromaPort' | 'pineconePort' | 'pineconeIndexPorts' | 'vectorizerPort' | 'consolePort';

/**
 * How many processes serve.
 * @throws ConfigError when they are several that could not share a database, ports, or a replica
 */
export function workerCountOf(config: Pick<Config, 'workers' | 'databaseUrl' | 'replicaUrl' | 'host' | Ports>): number {
  const { workers, databaseUrl, replicaUrl, host } = config;
  const isEmbedded = databaseUrl === undefined;
  if (workers === 1 || (isEmbedded && workers === 'auto')) return 1;
  if (isEmbedded) {
    throw new ConfigError([
      `POLYVEC_WORKERS is ${String(workers)}, and the embedded Postgres serves one process: set DATABASE_URL to a server, or POLYVEC_WORKERS to 1`,
    ]);
  }
  if (replicaUrl !== undefined) {
    if (workers === 'auto') return 1;
    throw new ConfigError(['POLYVEC_REPLICA_URL needs POLYVEC_WORKERS=1: a process does not know what others have written']);
  }
  // names are looked up in any order, and in this order workers get ports
  if (isIP(host) === 0 && portsOf(config).includes(0)) {
    throw new ConfigError([`POLYVEC_HOST=${host} must be an address when several workers are to share any free ports (0)`]);
  }
  return workers === 'auto' ? availableParallelism() : workers;
}

function portsOf(config: Pick<Config, Ports>): readonly (number | 'off')[] {
  const { chromaPort, pineconePort, pineconeIndexPorts, vectorizerPort, consolePort } = config;
  return [chromaPort, pineconePort, ...pineconeIndexPorts, vectorizerPort, consolePort];
}
