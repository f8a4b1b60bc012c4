import type { Command } from 'commander';
import type { Print } from './maintenance-config.js';

interface MoveArguments {
  readonly to: string;
  readonly from?: string;
  readonly verifyOnly?: boolean;
  readonly dryRun?: boolean;
  readonly batchRows: string;
}

/** Adds `polyvec move`. It is loaded when it is called. */
export function addMove(program: Command, print: Print): void {
  program
    .command('move')
    .description('copy everything to a Postgres server, and compare it: exit code 0 when all is equal')
    .requiredOption('--to <url>', 'the server, postgres://user:password@host:port/database; it must hold no collections')
    .option('--from <place>', 'a data directory or a postgres:// URL (default: the data directory of the settings)')
    .option('--verify-only', 'move nothing: compare what has been moved')
    .option('--dry-run', 'move nothing: print what would be moved, and what is in the way; gateways may run')
    .option('--batch-rows <number>', 'records that are copied at once', '2000')
    .addHelpText(
      'after',
      '\nThe source stays as it is, and its gateways must be stopped. When the command is cut off, the same one goes on from there.',
    )
    .action(async (given: MoveArguments) => {
      // eslint-disable-next-line no-restricted-syntax
      const { move, moveOptions } = await import('./move.js');
      const terminal = process.stdout.isTTY ? process.stdout : undefined;
      if (!(await move(process.env, moveOptions(given), print, terminal))) process.exitCode = 1;
    });
}
