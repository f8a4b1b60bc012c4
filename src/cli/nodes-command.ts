import type { Command } from 'commander';
import type { Config } from '../config/config.js';
import { maintenanceConfig, type Print } from './maintenance-config.js';
import type * as nodesCommands from './nodes.js';

interface PathOption {
  readonly path?: string;
}

type Load = () => Promise<typeof nodesCommands>;

/** Adds `polyvec nodes`, and `polyvec nodes move | rebalance | distribute | undistribute`. */
export function addNodes(program: Command, print: Print): void {
  // loaded when it is called
  // eslint-disable-next-line no-restricted-syntax
  const load: Load = () => import('./nodes.js');
  const nodes = withPath(program.command('nodes'))
    .description('print the database servers, and the places of large collections on each with their sizes')
    .addHelpText('after', '\nA place is named by itself (polyvec_7) or by its collection. Gateways may run. Moving needs Citus.')
    .action(async (options: PathOption) => {
      await (await load()).listNodes(configOf(options), print);
    });
  withPath(nodes.command('move <place> <node>'))
    .description('move a place to another node (host:port), and print how far it is')
    .option('--blocking', 'its writes wait all the time, but wal_level need not be logical')
    .action(async (place: string, node: string, options: PathOption & { readonly blocking?: boolean }, command: Command) => {
      const mode = options.blocking === true ? 'blocking' : 'online';
      await (await load()).moveToNode(configOf(command.optsWithGlobals()), { place, node, mode }, print);
    });
  withPath(nodes.command('rebalance'))
    .description('move places until the nodes are about equally large')
    .option('--dry-run', 'print the moves, and do nothing')
    .option('--blocking', 'writes of what is moved wait all the time, but wal_level need not be logical')
    .action(async (options: { readonly dryRun?: boolean; readonly blocking?: boolean }, command: Command) => {
      const mode = options.blocking === true ? 'blocking' : 'online';
      await (await load()).rebalance(configOf(command.optsWithGlobals()), { mode, isDry: options.dryRun === true }, print);
    });
  withPath(nodes.command('distribute [place]'))
    .description('put a place that is on the coordinator onto a node, or without a name all of them; its requests wait meanwhile')
    .action(async (place: string | undefined, _options: PathOption, command: Command) => {
      await (await load()).distribute(configOf(command.optsWithGlobals()), place, print);
    });
  withPath(nodes.command('undistribute [place]'))
    .description('bring a place back to the coordinator, or without a name all of them; its requests wait meanwhile')
    .action(async (place: string | undefined, _options: PathOption, command: Command) => {
      await (await load()).undistribute(configOf(command.optsWithGlobals()), place, print);
    });
}

function withPath(command: Command): Command {
  return command.option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)');
}

function configOf({ path }: PathOption): Config {
  return maintenanceConfig(process.env, path === undefined ? {} : { dataDirectory: path });
}
