import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { openSource as openUnchangedDatabase } from '../move/open-source.js';
import type { Database } from '../postgres/database.js';
import { DATABASE } from '../postgres/embedded/data-directory.js';
import type { EngineLog } from '../postgres/engine.js';
import { openDatabase } from '../postgres/open-database.js';
import { openRunning } from '../postgres/open-running.js';
import { DEFAULT_DATABASE, DEFAULT_TENANT } from '../tenants/tenant.js';
import type { Destination, Source, Target } from './copy.js';
import { ChromaFolder } from './sources/chroma-folder.js';
import { ChromaServer } from './sources/chroma-server.js';
import { type FileOptions, JsonlFiles } from './sources/jsonl.js';
import { ParquetFiles } from './sources/parquet.js';
import { PineconeServer } from './sources/pinecone.js';
import { PolyvecSource } from './sources/polyvec-database.js';
import { PostgresTables } from './sources/postgres.js';
import { QdrantServer } from './sources/qdrant.js';
import { VdfFolder } from './sources/vdf.js';
import { VectorFile } from './sources/vector-file.js';
import { AbsentDatabase } from './targets/absent-database.js';
import { ChromaTarget } from './targets/chroma-server.js';
import { JsonlFolder } from './targets/jsonl.js';
import { ParquetFolder } from './targets/parquet.js';
import { PineconeTarget } from './targets/pinecone.js';
import { PolyvecDatabase } from './targets/polyvec-database.js';
import { VdfTarget } from './targets/vdf.js';

/** A place as the command line names it: `scheme:rest`. */
export interface Place {
  readonly scheme: string;
  readonly rest: string;
}

/** What opening a place may need. */
export interface Surroundings {
  readonly config: Config;
  readonly log: EngineLog;
  /** Not a byte of the target changes: it is opened as a source is, or, when it is not there yet, not at all. */
  readonly isDryRun: boolean;
  /** The key that the source's server asks for. */
  readonly fromKey: string | undefined;
  /** The key that the target's server asks for. */
  readonly toKey: string | undefined;
  /** How many seconds a server of Pinecone's may take to show what it has been sent; undefined: as its kind does. */
  readonly settleSeconds: number | undefined;
  /** Where the checkpoints of copies into servers are. */
  readonly checkpointFolder: string;
  /** Of files that do not say it themselves. */
  readonly files: FileOptions;
}

/** A target, and what its URI names of the destination. */
export interface OpenedTarget {
  readonly target: Target;
  readonly into: Partial<Destination>;
  /** Whether it names a place for one collection. */
  readonly isOne?: boolean;
}

/** For Pinecone's own service. */
const SETTLE_SECONDS = 300;

/** The kinds of places that can be copied from: a row here, and a file in sources/. */
const SOURCES: Readonly<Record<string, (rest: string, surroundings: Surroundings) => Promise<Source>>> = {
  'chroma-dir': (rest) => ChromaFolder.open(rest),
  chroma: (rest, { fromKey }) => ChromaServer.open('http', rest, fromKey),
  'chroma+https': (rest, { fromKey }) => ChromaServer.open('https', rest, fromKey),
  jsonl: (rest, { files }) => JsonlFiles.open(rest, files),
  parquet: (rest, { files }) => ParquetFiles.open(rest, files),
  pinecone: (rest, { fromKey }) => PineconeServer.open(undefined, rest, fromKey),
  'pinecone+http': (rest, { fromKey }) => PineconeServer.open('http', rest, fromKey),
  'pinecone+https': (rest, { fromKey }) => PineconeServer.open('https', rest, fromKey),
  npy: (rest, { files }) => VectorFile.open('npy', rest, files),
  fvecs: (rest, { files }) => VectorFile.open('fvecs', rest, files),
  bvecs: (rest, { files }) => VectorFile.open('bvecs', rest, files),
  hdf5: (rest, { files }) => VectorFile.openHdf5(rest, files),
  vdf: (rest, { files }) => VdfFolder.open(rest, files),
  qdrant: (rest, { fromKey }) => QdrantServer.open('http', rest, fromKey),
  'qdrant+https': (rest, { fromKey }) => QdrantServer.open('https', rest, fromKey),
  polyvec: openPolyvecSource,
  'polyvec+http': (rest, { fromKey }) => ChromaServer.openPolyvec('http', rest, fromKey),
  'polyvec+https': (rest, { fromKey }) => ChromaServer.openPolyvec('https', rest, fromKey),
  postgres: (rest, { files, fromKey }) => PostgresTables.open(rest, files, fromKey),
};

/** The kinds of places that can be copied to: a row here, and a file in targets/. */
const TARGETS: Readonly<Record<string, (rest: string, surroundings: Surroundings) => Promise<OpenedTarget>>> = {
  polyvec: async (rest, surroundings) => ({ target: await openPolyvec(rest, surroundings), into: partsOf(rest, 'TO') }),
  'polyvec+http': (rest, surroundings) => openPolyvecServer('http', rest, surroundings),
  'polyvec+https': (rest, surroundings) => openPolyvecServer('https', rest, surroundings),
  jsonl: (rest) => Promise.resolve(openFiles(rest)),
  parquet: (rest) => Promise.resolve({ target: new ParquetFolder(rest), into: {} }),
  vdf: (rest) => Promise.resolve({ target: new VdfTarget(rest), into: { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE } }),
  chroma: (rest, surroundings) => openChroma('http', rest, surroundings),
  'chroma+https': (rest, surroundings) => openChroma('https', rest, surroundings),
  pinecone: (rest, surroundings) => openPinecone(undefined, rest, surroundings),
  'pinecone+http': (rest, surroundings) => openPinecone('http', rest, surroundings),
  'pinecone+https': (rest, surroundings) => openPinecone('https', rest, surroundings),
};

/** Reads a place that is to be copied from. @throws Error that says what is wrong with it */
export function sourcePlace(text: string): Place {
  return placeOf(text, Object.keys(SOURCES), 'FROM');
}

export function targetPlace(text: string): Place {
  return placeOf(text, Object.keys(TARGETS), 'TO');
}

export async function openSource({ scheme, rest }: Place, surroundings: Surroundings): Promise<Source> {
  const open = SOURCES[scheme];
  if (open === undefined) throw new Error(`nothing can be copied from ${scheme}:`);
  return open(rest, surroundings);
}

export async function openTarget({ scheme, rest }: Place, surroundings: Surroundings): Promise<OpenedTarget> {
  const open = TARGETS[scheme];
  if (open === undefined) throw new Error(`nothing can be copied to ${scheme}:`);
  return open(rest, surroundings);
}

async function openPolyvec(rest: string, { config, log, isDryRun }: Surroundings): Promise<Target> {
  const where = config.databaseUrl === undefined ? config.dataDirectory : 'DATABASE_URL';
  const label = `polyvec:${rest} in ${where}`;
  const running = await runningDatabase(config, log);
  if (running !== undefined) return new PolyvecDatabase(running, config, label);
  if (!isDryRun) return new PolyvecDatabase(await openDatabase(config, log), config, label);
  if (config.databaseUrl === undefined && !existsSync(join(config.dataDirectory, DATABASE, 'PG_VERSION'))) {
    return new AbsentDatabase(config, label);
  }
  const opened = await openUnchangedDatabase(config, log);
  return new PolyvecDatabase(opened.database, config, label, () => opened.close());
}

/** The embedded database of a gateway that runs, through its engine. */
async function runningDatabase(config: Config, log: EngineLog): Promise<Database | undefined> {
  return config.databaseUrl === undefined ? openRunning(config, log) : undefined;
}

async function openPolyvecSource(rest: string, { config, log }: Surroundings): Promise<Source> {
  const only = partsOf(rest, 'FROM');
  const where = config.databaseUrl === undefined ? config.dataDirectory : 'DATABASE_URL';
  const running = await runningDatabase(config, log);
  const opened =
    running === undefined ? await openUnchangedDatabase(config, log) : { database: running, close: () => running.close() };
  return new PolyvecSource(opened.database, `polyvec:${rest} in ${where}`, only, () => opened.close());
}

async function openChroma(
  protocol: 'http' | 'https',
  rest: string,
  { toKey, checkpointFolder }: Surroundings,
): Promise<OpenedTarget> {
  return intoChroma(await ChromaServer.open(protocol, rest, toKey), rest, checkpointFolder);
}

/** A gateway somewhere else, through its API of Chroma. */
async function openPolyvecServer(
  protocol: 'http' | 'https',
  rest: string,
  { toKey, checkpointFolder }: Surroundings,
): Promise<OpenedTarget> {
  return intoChroma(await ChromaServer.openPolyvec(protocol, rest, toKey), rest, checkpointFolder);
}

function intoChroma(server: ChromaServer, rest: string, checkpointFolder: string): OpenedTarget {
  const path = new URL(`http:${rest}`).pathname.replace(/^\/|\/$/g, '');
  const parts = path.split('/').map(decodeURIComponent);
  const [tenant = '', database, name] = parts;
  if (parts.length > 3) throw new Error('TO must be //host:port/tenant/database/collection');
  const into = {
    ...(tenant !== '' && { tenant }),
    ...(database !== undefined && { database }),
    ...(name !== undefined && { name }),
  };
  return { target: new ChromaTarget(server, checkpointFolder), into };
}

/** A Pinecone project has neither tenants nor databases: collections that differ in nothing else are in each other's way. */
async function openPinecone(
  protocol: 'http' | 'https' | undefined,
  rest: string,
  { toKey, checkpointFolder, settleSeconds }: Surroundings,
): Promise<OpenedTarget> {
  const parts = rest.replace(/^\/\//, '').split('/');
  const [name, ...others] = (protocol === undefined ? parts : parts.slice(1))
    .filter((part) => part !== '')
    .map(decodeURIComponent);
  if (others.length > 0) throw new Error('TO must be pinecone://index or pinecone+http://host:port/index, without a namespace');
  const server = await PineconeServer.open(protocol, rest, toKey);
  const into = { tenant: DEFAULT_TENANT, database: DEFAULT_DATABASE, ...(name !== undefined && { name }) };
  // its own service's counts and lists lag behind its writes
  const seconds = settleSeconds ?? (protocol === undefined ? SETTLE_SECONDS : 0);
  return { target: new PineconeTarget(server, checkpointFolder, seconds === 0 ? undefined : seconds * 1000), into };
}

function openFiles(rest: string): OpenedTarget {
  if (rest === '' || rest === '-') throw new Error('TO must name a folder or a file, jsonl:folder or jsonl:file.jsonl');
  const isOne = rest.endsWith('.jsonl');
  return { target: new JsonlFolder(rest, isOne), into: {}, isOne };
}

function placeOf(text: string, known: readonly string[], option: 'FROM' | 'TO'): Place {
  // a slash may be in a password; behind a port it begins the path
  if (/^[\w+-]+:\/\/(?:[^/@]*:[^/@]*|[^/@:]*:(?!\d*[/?#])[^@]*)@/.test(text)) {
    // whatever is in an argument is in the list of processes, and in the shell's history
    throw new Error(
      `${option} has a password in it: leave it out, and name a file that holds it with ${option === 'FROM' ? '--from-key-file' : '--to-key-file'}`,
    );
  }
  const [, scheme = '', rest = ''] = /^([a-z][a-z0-9+-]*):(.*)$/s.exec(text) ?? [];
  if (!known.includes(scheme)) {
    throw new Error(`${option} must begin with ${known.map((name) => `${name}:`).join(' or ')}`);
  }
  return { scheme, rest };
}

/** `tenant/database/collection`, of which the later parts may be missing. */
function partsOf(rest: string, option: 'FROM' | 'TO'): Partial<Destination> {
  const parts = rest === '' ? [] : rest.split('/');
  const [tenant, database, name] = parts;
  if (parts.length > 3 || parts.includes('')) throw new Error(`${option} must be polyvec: or polyvec:tenant/database/collection`);
  return {
    ...(tenant !== undefined && { tenant }),
    ...(database !== undefined && { database }),
    ...(name !== undefined && { name }),
  };
}
