import type { Command } from 'commander';
import type { Config } from '../config/config.js';
import type * as keysCommands from './keys.js';
import type { NewKeyOptions } from './keys.js';
import { maintenanceConfig } from './maintenance-config.js';

interface PathOption {
  readonly path?: string;
}

type Load = () => Promise<typeof keysCommands>;

/** Adds `polyvec keys create | list | rotate | revoke`. */
export function addKeys(program: Command, print: (line: string) => void): void {
  // loaded when it is called
  // eslint-disable-next-line no-restricted-syntax
  const load: Load = () => import('./keys.js');
  const keys = program
    .command('keys')
    .description('API keys: who may do what')
    .addHelpText('after', '\nGateways may run: a new key is good at once.');
  withPath(keys.command('create'))
    .description('make a key and print it: it is shown this once')
    .requiredOption('--name <name>', 'what it is for, for people')
    .option('--tenant <tenant>', 'the tenant it is for, or * for every one (default: default_tenant)')
    .option('--database <database>', "the database it is for (default: every one of the tenant's)")
    .option('--scope <permissions>', 'of read, write and admin, separated by commas (default: read,write)')
    .option('--collections <patterns>', "collections' names, separated by commas, * for any characters (default: every one)")
    .option('--expires <duration>', 'how long it is good, such as 90d (default: until it is revoked)')
    .action(async (options: NewKeyOptions & PathOption) => {
      await (await load()).createKeys(configOf(options), [options], print);
    });
  withPath(keys.command('list'))
    .description('print all keys, without their secrets')
    .action(async (options: PathOption) => {
      await (await load()).listKeys(configOf(options), print);
    });
  withPath(keys.command('rotate <id>'))
    .description('give a key another secret and print it')
    .option('--grace <duration>', 'how long the old one is still good', '0s')
    .action(async (id: string, options: PathOption & { readonly grace: string }) => {
      await (await load()).rotateKey(configOf(options), id, options.grace, print);
    });
  withPath(keys.command('revoke <id>'))
    .description('make a key good for nothing')
    .action(async (id: string, options: PathOption) => {
      await (await load()).revokeKey(configOf(options), id, print);
    });
}

function withPath(command: Command): Command {
  return command.option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)');
}

function configOf({ path }: PathOption): Config {
  return maintenanceConfig(process.env, path === undefined ? {} : { dataDirectory: path });
}
