import { createStorage, startGatewayOn, type TestGateway } from '../gateway/gateway.js';
import { FaultProxy } from './fault-proxy.js';
import { openTransports, type Transport } from './fault-transports.js';

/** A gateway that reaches its database through a proxy which fails on demand; on a server only. */
export interface FaultyGateway {
  readonly gateway: TestGateway;
  readonly proxy: FaultProxy;
  readonly transports: readonly Transport[];
  /** @throws Error for a name that no transport has */
  transportNamed(name: string): Transport;
  /** The database past the proxy. */
  readonly databaseUrl: string;
  stop(): Promise<void>;
}

/** Whether there is a server, and what to say in the name of a test where there is none. */
export const hasServer = (process.env['TEST_DATABASE_URL'] ?? '') !== '';
export const serverReason = hasServer
  ? ''
  : ' (skipped: the embedded engine has no network in between; TEST_DATABASE_URL names a server)';

export async function startFaultyGateway(env: Readonly<Record<string, string>> = {}): Promise<FaultyGateway> {
  const storage = await createStorage();
  const databaseUrl = storage.environment['DATABASE_URL'] ?? '';
  const proxy = await FaultProxy.start(databaseUrl);
  const gateway = await startGatewayOn(storage, { DATABASE_URL: proxy.url, ...env });
  const opened = await openTransports(gateway);
  const { transports } = opened;
  // the second time, statements are prepared: from then on they are sent as they mostly are
  for (const transport of transports) await Promise.all([transport.read(), transport.write()]);
  return {
    gateway,
    proxy,
    transports,
    transportNamed: (name) => {
      const transport = transports.find((one) => one.name === name);
      if (transport === undefined) throw new Error(`no transport ${name}`);
      return transport;
    },
    databaseUrl,
    stop: async () => {
      opened.close();
      await proxy.set({ kind: 'pass' });
      await gateway.stop();
      await proxy.stop();
    },
  };
}
