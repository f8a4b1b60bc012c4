import 'reflect-metadata';
import { createKeys } from '../../../src/cli/keys.js';
import { readConfig } from '../../../src/config/config.js';
import { type Gateway, startGateway } from '../../../src/gateway.js';
import type { HostAnswer, HostRequest } from './gateway-host.js';
import { createStorage, removeStorage } from './storage.js';
import { keepEnginesWarm } from './warm-engines.js';

/** The process of a `GatewayHost`. */
keepEnginesWarm();
const gateways = new Map<number, Gateway>();
const storages = new Map<string, Readonly<Record<string, string>>>();
let count = 0;

async function handle(request: HostRequest): Promise<unknown> {
  switch (request.kind) {
    case 'createStorage': {
      const environment = await createStorage(request.isEmpty);
      storages.set(JSON.stringify(environment), environment);
      return environment;
    }
    case 'removeStorage':
      await removeStorage(request.environment);
      storages.delete(JSON.stringify(request.environment));
      return undefined;
    case 'createKeys': {
      const texts: string[] = [];
      const config = readConfig({ ...request.environment, POLYVEC_LOG_LEVEL: 'error' });
      await createKeys(config, request.keys, (text) => texts.push(text));
      return texts;
    }
    case 'start': {
      const gateway = await startGateway(readConfig(request.environment));
      count += 1;
      gateways.set(count, gateway);
      return { gateway: count, urls: Object.fromEntries(gateway.urls), indexPorts: gateway.indexPorts };
    }
    case 'stop':
      await stop(request.gateway);
      return undefined;
    case 'stopAll':
      await Promise.all([...gateways.keys()].map(stop));
      return process.memoryUsage().rss;
  }
}

async function stop(number: number): Promise<void> {
  const gateway = gateways.get(number);
  gateways.delete(number);
  await gateway?.stop();
}

async function leave(): Promise<void> {
  await Promise.allSettled([...gateways.keys()].map(stop));
  await Promise.allSettled([...storages.values()].map(removeStorage));
  process.exit();
}

function send(answer: HostAnswer): void {
  if (process.connected) process.send?.(answer);
}

process.on('message', ({ number, ...request }: HostRequest & { readonly number: number }) => {
  handle(request).then(
    (result: unknown) => {
      send({ number, result });
    },
    (error: unknown) => {
      send({ number, error: error instanceof Error ? error.message : String(error) });
    },
  );
});
process.on('disconnect', () => void leave());
// a Ctrl-C reaches the whole group; the end comes when whoever asks is gone
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);
