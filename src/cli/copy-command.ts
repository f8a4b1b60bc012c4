import type { Command } from 'commander';
import type { CopyArguments } from './copy.js';
import { tellProblems } from './problems.js';

/** What went wrong with the call itself, or before anything was written. */
const USAGE = 2;

/** Adds `polyvec copy`. It is loaded when it is called. */
export function addCopy(program: Command): void {
  program
    .command('copy <from> <to>')
    .description(
      'copy collections, and compare them: exit code 0 when all is equal, 1 when not, 2 before the start, 3 interrupted',
    )
    .option('--dry-run', 'change nothing: show what would be copied, and what is in the way')
    .option('--include <pattern...>', 'only collections of these names; * stands for any characters')
    .option('--exclude <pattern...>', 'no collections of these names')
    .option('--rename <old=new...>', 'other names in the target')
    .option('--on-conflict <policy>', 'records that the target has from elsewhere: fail, skip or overwrite', 'fail')
    .option('--on-error <what>', 'a record that cannot be copied: stop, or skip it', 'stop')
    .option('--reject-file <file>', 'where records that are skipped are written, a JSON object in a line')
    .option('--verify <how>', 'what is compared at the end: none, count or full', 'full')
    .option('--from-key-file <file>', "a file with the key of the source's server (default: the environment's CHROMA_API_KEY)")
    .option('--restart', 'begin anew what was not finished')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .option('--json', 'print JSON, an object in a line')
    .addHelpText('after', HELP)
    .exitOverride((error) => {
      // what is wrong has been printed
      process.exit(error.exitCode === 0 ? 0 : USAGE);
    })
    .action(async (from: string, to: string, given: Omit<CopyArguments, 'from' | 'to'>) => {
      // eslint-disable-next-line no-restricted-syntax
      const { copy } = await import('./copy.js');
      try {
        process.exitCode = await copy(process.env, { ...given, from, to }, process.stdout);
      } catch (error) {
        tellProblems(error);
        process.exitCode = USAGE;
      }
    });
}

const HELP = `
FROM  chroma-dir:FOLDER[/COLLECTION]                          a folder of Chroma 0.4 to 1.5, without Chroma
      chroma://HOST:PORT[/TENANT[/DATABASE[/COLLECTION]]]     a Chroma server (chroma+https:// with TLS)
TO    polyvec:[TENANT[/DATABASE[/COLLECTION]]]                DATABASE_URL, or the embedded database of a gateway that is stopped

The source stays as it is. A new collection is seen when all of it is equal. When the command is cut off, the same one goes on.`;
