import type { Command } from 'commander';
import type { CopyArguments } from './copy-rules.js';
import { tellProblems } from './problems.js';

/** What went wrong with the call itself, or before anything was written. */
const USAGE = 2;

type Options = Omit<CopyArguments, 'from' | 'to'>;

/** Adds `polyvec copy`, and `import` and `export`, which are the same with files. They are loaded when they are called. */
export function addCopy(program: Command): void {
  const copy = program
    .command('copy <from> <to>')
    .description(
      'copy collections, and compare them: exit code 0 when all is equal, 1 when not, 2 before the start, 3 interrupted',
    )
    .option(
      '--from-key-file <file>',
      "a file with the key of the source's server (default: the environment's CHROMA_API_KEY or PINECONE_API_KEY)",
    )
    .option('--to-key-file <file>', "a file with the key of the target's server (default: the same, unless the source is one)")
    .option(
      '--settle <seconds>',
      'how long Pinecone may take to show what was written, before a difference counts (default: 300)',
    )
    .option('--checkpoint-dir <directory>', 'where the state of copies into servers is kept (default: ./polyvec-copies)');
  withSearches(withCommon(withFileOptions(copy), HELP)).action(async (from: string, to: string, given: Options) => {
    await run([{ from, to }], given);
  });
  const imported = program
    .command('import <file...>')
    .description('copy files into the database, and compare them: exit codes as of polyvec copy')
    .option('--into <place>', 'where to: tenant/database/collection, of which the later parts may be missing', '');
  withCommon(withFileOptions(imported), IMPORT_HELP).action(
    async (files: readonly string[], { into, ...given }: Options & { readonly into: string }) => {
      // eslint-disable-next-line no-restricted-syntax
      const { importsOf } = await import('./copy-files.js');
      await run(importsOf(files, into), given);
    },
  );
  const exported = program
    .command('export [collection...]')
    .description('copy collections of the database to files, and compare them: exit codes as of polyvec copy')
    .requiredOption('--to <place>', 'a folder, or for one collection a file whose name ends in .jsonl');
  withCommon(exported, EXPORT_HELP).action(
    async (collections: readonly string[], { to, ...given }: Options & { readonly to: string }) => {
      // eslint-disable-next-line no-restricted-syntax
      const { exportsOf } = await import('./copy-files.js');
      await run(exportsOf(collections, to), given);
    },
  );
}

function withFileOptions(command: Command): Command {
  return command
    .option('--map <part=field,...>', 'which fields of a file become what: id=node_id,document=text,metadata=metadata_')
    .option('--metric <metric>', 'of files that do not say it: l2, cosine or ip');
}

/** Of both sides, once the copy is there. */
function withSearches(command: Command): Command {
  return command
    .option('--watch [seconds]', 'go on until SIGINT: copy what has changed every so often (default: 10)')
    .option('--shadow <searches>', "search both sides by that many of the source's vectors, and compare the answers")
    .option('--shadow-queries <file>', 'searches in place of those: a JSON object in a line, with embedding, namespace, filter')
    .option('--shadow-threshold <share>', 'the overlap below which the exit code is 1 (default: 0.95)');
}

function withCommon(command: Command, help: string): Command {
  return command
    .option('--dry-run', 'change nothing: show what would be copied, and what is in the way')
    .option('--check', 'read all records before the first write: exit code 2 when one cannot be copied (default: into pinecone)')
    .option('--no-check', 'do not')
    .option('--include <pattern...>', 'only collections of these names; * stands for any characters')
    .option('--exclude <pattern...>', 'no collections of these names')
    .option('--rename <old=new...>', 'other names in the target')
    .option('--namespace <name...>', 'only records of these namespaces; __default__ is the default one')
    .option('--filter <json>', 'only records whose metadata match, in the words of Chroma: {"year": {"$gte": 1990}}')
    .option('--limit <records>', 'the most records of each collection')
    .option('--on-conflict <policy>', 'records that the target has from elsewhere: fail, skip, overwrite or newer-fail', 'fail')
    .option('--on-error <what>', 'a record that cannot be copied: stop, or skip it', 'stop')
    .option('--reject-file <file>', 'where records that are skipped are written, a JSON object in a line')
    .option(
      '--verify <how>',
      'what is compared at the end: none, count, sample=1000 or full (default: full; into pinecone: a sample, because it charges for reading)',
    )
    .option('--rate <records>', 'the most records in a second')
    .option('--concurrency <batches>', 'batches that are read ahead, and that a server is sent at once (default: 1)')
    .option(
      '--batch-bytes <bytes>',
      'the most bytes of a batch, such as 500k or 4M (default: as the source gives them, about 4M)',
    )
    .option('--embed <model>', 'the model that makes vectors of the texts of records that have none')
    .option('--restart', 'begin anew what was not finished')
    .option('--path <directory>', 'where the embedded Postgres keeps its data (default: ./polyvec-data)')
    .option('--json', 'print JSON, an object in a line')
    .addHelpText('after', help)
    .exitOverride((error) => {
      // what is wrong has been printed
      process.exit(error.exitCode === 0 ? 0 : USAGE);
    });
}

/** One after the other. The exit code is that of the first one that did not end well, and an interrupted one is the last. */
async function run(calls: readonly Pick<CopyArguments, 'from' | 'to'>[], given: Options): Promise<void> {
  // eslint-disable-next-line no-restricted-syntax
  const { copy } = await import('./copy.js');
  process.exitCode = 0;
  for (const call of calls) {
    try {
      const code = await copy(process.env, { ...given, ...call }, process.stdout);
      if (process.exitCode === 0 || code === 3) process.exitCode = code;
      if (code === 3) return;
    } catch (error) {
      tellProblems(error);
      process.exitCode = USAGE;
      return;
    }
  }
}

const HELP = `
FROM  chroma-dir:FOLDER[/COLLECTION]                          a folder of Chroma 0.4 to 1.5, without Chroma
      chroma://HOST:PORT[/TENANT[/DATABASE[/COLLECTION]]]     a Chroma server (chroma+https:// with TLS)
      pinecone:  pinecone://INDEX[/NAMESPACE]                 Pinecone (pinecone+http://HOST:PORT[/INDEX[/NAMESPACE]]: a server like it)
      postgres://USER@HOST/DATABASE[?table=TABLE]             pgvector tables of LangChain, LlamaIndex, vecs, Supabase, or with --map
      qdrant://HOST:PORT[/COLLECTION]                         a Qdrant server (qdrant+https:// with TLS)
      jsonl:FILE  jsonl:FOLDER  jsonl:-                       a JSON object in a line
      parquet:FILE  parquet:FOLDER                            Parquet, in Pinecone's schema for imports or with --map
      vdf:FOLDER                                              Vector Data Format, as vector-io writes it
      npy:FILE[?ids=FILE]  fvecs:FILE  bvecs:FILE             vectors alone; their ids are the lines of a file, or numbers
      hdf5:FILE[#DATASET][?ids=FILE]                          the same, by the package h5wasm, where that is installed
      polyvec:[TENANT[/DATABASE[/COLLECTION]]]                DATABASE_URL, or the embedded database, of a running gateway, too
      polyvec+http://HOST:PORT[/TENANT[/DATABASE[/COLLECTION]]]  a gateway elsewhere, through its API of Chroma
TO    polyvec:[TENANT[/DATABASE[/COLLECTION]]]                the same
      chroma://HOST:PORT[/TENANT[/DATABASE[/COLLECTION]]]     a Chroma server of API v2 (polyvec+http://: a gateway)
      pinecone://[INDEX]                                      Pinecone (pinecone+http://HOST:PORT[/INDEX], another server)
      jsonl:FOLDER  jsonl:FILE.jsonl                          a file for each collection, or one for the only one
      parquet:FOLDER                                          a folder for each collection, in Pinecone's schema for imports
      vdf:FOLDER                                              Vector Data Format, an index for each collection

The source stays as it is. A new collection is seen when all of it is equal. When the command is cut off, the same one goes on.`;

const IMPORT_HELP = `
FILE  FILE.jsonl, .parquet, .npy, .fvecs, .bvecs, a folder with such files, a folder of Chroma, or - for the standard input; or what polyvec copy takes as FROM.`;

const EXPORT_HELP = `
COLLECTION  [TENANT[/DATABASE[/COLLECTION]]]; without one it is all that there is.`;
