import { readConfig, type Config } from '../config.js';
import { startGateway, type Gateway } from '../gateway.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

/** Starts the gateway, tells where it is, and stops it on SIGINT or SIGTERM; a second signal ends it at once. */
export async function start(version: string, overrides: Partial<Record<keyof Config, string>>): Promise<void> {
  const config = readConfig(process.env, overrides);
  const gateway = await startGateway(config);
  let stopping = false;
  const stop = (): void => {
    if (stopping) process.exit(1);
    stopping = true;
    gateway.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`polyvec: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  for (const signal of SIGNALS) process.on(signal, stop);
  // whoever waits for the last line may send a signal at once
  process.stdout.write(banner(version, gateway));
}

/** What a person wants to know, and a script may wait for: the last line. */
function banner(version: string, gateway: Gateway): string {
  const urls = [...gateway.urls].map(([name, url]) => `  ${name.padEnd(10)} ${url}`);
  const [first] = gateway.indexPorts;
  const indexes = first === undefined ? [] : [`  indexes    ports ${String(first)} to ${String(gateway.indexPorts.at(-1))}`];
  return [
    `Polyvec ${version}`,
    `  engine     ${gateway.engine}`,
    `  auth       off: whoever reaches a port can read and write everything`,
    ...urls,
    ...indexes,
    'Listening. Ctrl-C stops it.',
    '',
  ].join('\n');
}
