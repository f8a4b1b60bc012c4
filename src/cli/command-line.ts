import { Command } from 'commander';
import type { Config } from '../config/config.js';
import { VERSION } from '../version.js';
import type { CertsOptions } from './certs.js';
import { addCopy } from './copy-command.js';
import { addKeys } from './keys-command.js';
import { maintenanceConfig } from './maintenance-config.js';
import { addMove } from './move-command.js';
import { addNodes } from './nodes-command.js';
import { tellProblems } from './problems.js';

interface StartOptions {
  readonly path?: string | undefined;
  readonly host?: string;
  readonly port?: string;
  readonly consolePort?: string;
  readonly logLevel?: string;
}

interface MaintenanceArguments {
  readonly collection?: string;
  readonly path?: string;
}

interface RecallArguments {
  readonly path?: string;
}

interface VerifyArguments extends MaintenanceArguments {
  readonly recall: string;
}

/** Runs `polyvec <command>`. Errors that a person can fix are printed in a line each, and the exit code is 1. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('polyvec').description('One Postgres, every vector API.').version(VERSION).showHelpAfterError();
  program
    // a word that names no command is a typing error, and no argument of this one
    .command('start', { isDefault: argv[2]?.startsWith('-') ?? true })
    .alias('run')
    .description('start the gateway')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--port <port>', "Chroma's port (default: 8000)")
    .option('--console-port <port>', 'the port for health checks, with every protocol under its prefix (default: 8080)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default: info)')
    .addHelpText('after', '\nEvery option is also an environment variable, and there are more of those: see docs/settings.md.')
    .action(async (options: StartOptions) => {
      // the gateway takes most of a second to load, which no other command should spend
      // eslint-disable-next-line no-restricted-syntax
      const { start } = await import('./start.js');
      await start(VERSION, overridesOf(options));
    });
  program
    .command('certs')
    .description('write a certificate for localhost, and an authority that clients can trust, for development')
    .option('--out <directory>', 'where to write ca.pem, ca-key.pem, server.pem and server-key.pem', './polyvec-certs')
    .option('--host <name...>', 'host names and addresses that the certificate is for besides', [])
    .addHelpText('after', '\nAn authority that is there already is kept. The certificate is for what this call names.')
    .action(async (options: CertsOptions) => {
      // the certificate library takes a fifth of a second to load, which no other command should spend
      // eslint-disable-next-line no-restricted-syntax
      const { makeCertificates } = await import('./certs.js');
      process.stdout.write(await makeCertificates(options));
    });
  addMaintenance(program);
  addRecall(program);
  addKeys(program, printLine);
  addMove(program, printLine);
  addNodes(program, printLine);
  addCopy(program);
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    tellProblems(error);
    process.exitCode = 1;
  }
}

/** Commands that look after the database of the settings, and open no port. They are loaded when they are called. */
function addMaintenance(program: Command): void {
  program
    .command('verify')
    .description('look whether all that is stored is whole: exit code 0 when it is, 1 when something is wrong')
    .option('--collection <name>', 'this collection alone (a name, an alias or a uuid)')
    .option('--recall <searches>', 'ask so many stored vectors by index and exactly, in each namespace with an index', '0')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .addHelpText(
      'after',
      '\nIt reads and changes nothing. Gateways may run; on the embedded engine, their requests wait while it reads.',
    )
    .action(async ({ collection, recall, path }: VerifyArguments) => {
      // eslint-disable-next-line no-restricted-syntax
      const { recallCount, verify } = await import('./verify.js');
      const options = { collection, recall: recallCount(recall) };
      if (!(await verify(maintenanceConfig(process.env, overridesOf({ path })), options, printLine))) process.exitCode = 1;
    });
  program
    .command('reindex')
    .description('build the vector indexes anew, and remove what is dead from their tables')
    .option('--collection <name>', 'those of this collection alone (a name, an alias or a uuid)')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .addHelpText('after', '\nSearches and writes go on meanwhile, on a server. On the embedded engine they wait.')
    .action(async ({ collection, path }: MaintenanceArguments) => {
      // eslint-disable-next-line no-restricted-syntax
      const { reindex } = await import('./reindex.js');
      await reindex(maintenanceConfig(process.env, overridesOf({ path })), { collection }, printLine);
    });
}

function addRecall(program: Command): void {
  program
    .command('recall <collection> [share]')
    .description(
      'print the recall that searches of a collection keep, and what was measured; with a share, such as 0.95, ask for it',
    )
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .addHelpText(
      'after',
      '\nThe collection: a name, an alias or a uuid. The share `default` is the one of POLYVEC_RECALL. Gateways may run.',
    )
    .action(async (collection: string, share: string | undefined, { path }: RecallArguments) => {
      // eslint-disable-next-line no-restricted-syntax
      const { recall } = await import('./recall.js');
      await recall(maintenanceConfig(process.env, overridesOf({ path })), collection, share, printLine);
    });
}

function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}

function overridesOf(options: StartOptions): Partial<Record<keyof Config, string>> {
  return {
    ...(options.path !== undefined && { dataDirectory: options.path }),
    ...(options.host !== undefined && { host: options.host }),
    ...(options.port !== undefined && { chromaPort: options.port }),
    ...(options.consolePort !== undefined && { consolePort: options.consolePort }),
    ...(options.logLevel !== undefined && { logLevel: options.logLevel }),
  };
}
