import { Command } from 'commander';
import { type Config, ConfigError } from '../config.js';
import type { CertsOptions } from './certs.js';
import { start } from './start.js';
import { VERSION } from '../version.js';

interface StartOptions {
  readonly path?: string;
  readonly host?: string;
  readonly port?: string;
  readonly consolePort?: string;
  readonly logLevel?: string;
}

/** Runs `polyvec <command>`. Errors that a person can mend are told in a line each, and the exit code is 1. */
export async function runCommandLine(argv: readonly string[]): Promise<void> {
  const program = new Command('polyvec').description('One Postgres, every vector API.').version(VERSION).showHelpAfterError();
  program
    .command('start', { isDefault: true })
    .alias('run')
    .description('start the gateway')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .option('--host <address>', 'the address to listen on (default: 127.0.0.1)')
    .option('--port <port>', "Chroma's port (default: 8000)")
    .option('--console-port <port>', 'the port for health checks, with every protocol under its prefix (default: 8080)')
    .option('--log-level <level>', 'debug, info, warn, error or silent (default: info)')
    .addHelpText('after', '\nEvery option is also an environment variable, and there are more of those: see the README.')
    .action(async (options: StartOptions) => {
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
  try {
    await program.parseAsync([...argv]);
  } catch (error) {
    const problems = error instanceof ConfigError ? error.problems : [messageOf(error)];
    for (const problem of problems) process.stderr.write(`polyvec: ${problem}\n`);
    process.exitCode = 1;
  }
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

function messageOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join('; ');
  return error instanceof Error ? error.message : String(error);
}
