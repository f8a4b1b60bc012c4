import fc from 'fast-check';
import { startGatewayInProcess } from '../../support/gateway/gateway-in-process.js';
import { type Statements, watchStatements } from '../../support/servers/statements.js';
import { COUNTS, type Dictionary, harmlessDictionary, hostileDictionary, place, render } from './hostile-texts.js';
import { type HostileTransport, hostileTransports, type Place, type SentRecord } from './hostile-transports.js';

/** What was asked and found. */
export interface HostileFigures {
  /** Filters with hostile keys and values. */
  filters: number;
  /** Of them, those that matched some records and not all. */
  telling: number;
  /** Structures of filters: what is left of them without keys and values. */
  structures: number;
  /** Texts of statements for harmless keys and values in all the structures, and those for hostile ones. */
  readonly harmless: Set<string>;
  readonly hostile: Set<string>;
  readonly complaints: string[];
}

/** Nothing happens by itself meanwhile: what reaches Postgres is of the request at hand. */
const QUIET = { POLYVEC_MAINTENANCE_INTERVAL_MS: '100000000' };
/** Statements on records name their table. */
const RECORDS = 'pool_records';
/** Of a collection's name, of which protocols take 255 characters or bytes. */
const NAME_CHARACTERS = 60;
const MAX_COMPLAINTS = 5;

interface Run {
  readonly figures: HostileFigures;
  readonly statements: Statements;
  readonly seed: number;
  readonly templates: readonly string[];
}

/**
 * Through each protocol, filters of random structure, each with the keys, values and ids of one hostile dictionary after the other; all
 * are held to the in-memory models, and their statements to those for harmless keys and values.
 */
export async function runHostile(options: {
  readonly filters: number;
  readonly dictionaries: number;
  readonly seed: number;
  readonly onProgress?: (text: string) => void;
}): Promise<HostileFigures> {
  const { filters, dictionaries, seed } = options;
  const figures: HostileFigures = {
    filters: 0,
    telling: 0,
    structures: 0,
    harmless: new Set(),
    hostile: new Set(),
    complaints: [],
  };
  const gateway = await startGatewayInProcess(QUIET);
  const statements = watchStatements();
  try {
    const transports = await hostileTransports(gateway);
    const count = Math.ceil(filters / (transports.length * dictionaries));
    for (const transport of transports) {
      const templates = distinct(transport.templates.selection, count, seed);
      figures.structures += templates.length;
      const run: Run = { figures, statements, seed, templates };
      const shapes = await harmlessShapes(transport, run);
      for (let turn = 0; turn < dictionaries && figures.complaints.length < MAX_COMPLAINTS; turn += 1) {
        await playDictionary(transport, run, shapes, turn);
        if (turn % 10 === 9) options.onProgress?.(`${transport.name}: ${String(figures.filters)} filters`);
      }
    }
  } finally {
    statements.stop();
    await gateway.stop();
  }
  return figures;
}

/** Of each template, the statements that harmless words in its places make. */
async function harmlessShapes(
  transport: HostileTransport,
  { figures, statements, seed, templates }: Run,
): Promise<readonly string[]> {
  const dictionary = harmlessDictionary();
  const { place: where } = await load(transport, dictionary, seed, `harmless ${transport.name}`);
  const shapes: string[] = [];
  for (const template of templates) {
    statements.take();
    await where.find(render(template, dictionary));
    const shape = shapeOf(statements);
    figures.harmless.add(shape);
    shapes.push(shape);
  }
  return shapes;
}

async function playDictionary(transport: HostileTransport, run: Run, shapes: readonly string[], turn: number): Promise<void> {
  const { figures, statements, templates } = run;
  const seed = run.seed + 10_000 * (turn + 1);
  const dictionary = hostileDictionary(transport.rules, seed);
  const name = Array.from(wordOf(dictionary, 's')).slice(0, NAME_CHARACTERS).join('');
  const { place: where, records } = await load(transport, dictionary, seed, `${name} ${String(turn)}`);
  for (const [index, template] of templates.entries()) {
    const selection = render(template, dictionary);
    const complain = (text: string): void => {
      figures.complaints.push(`${transport.name}, dictionary ${String(turn)}: ${text}: ${selection}`);
    };
    statements.take();
    const found = await where.find(selection).catch((error: unknown) => {
      complain(String(error));
      return undefined;
    });
    if (figures.complaints.length >= MAX_COMPLAINTS) return;
    if (found === undefined) continue;
    const shape = shapeOf(statements);
    figures.hostile.add(shape);
    if (shape !== shapes[index]) complain(`another statement than for harmless words: ${shape}`);
    const expected = records.filter((record) => transport.expects(selection, record));
    const [missing, extra] = difference(expected, found);
    if (missing.length + extra.length > 0) complain(`missing ${shown(missing, records)}, extra ${shown(extra, records)}`);
    figures.filters += 1;
    figures.telling += expected.length > 0 && expected.length < records.length ? 1 : 0;
  }
}

/** A place of its own with records that have the dictionary's keys and values. */
async function load(
  transport: HostileTransport,
  dictionary: Dictionary,
  seed: number,
  name: string,
): Promise<{ readonly place: Place; readonly records: readonly SentRecord[] }> {
  const metadatas = fc.sample(transport.templates.metadata, { seed, numRuns: COUNTS.i });
  const documents = fc.sample(fc.option(fc.array(place('t'), { maxLength: 3 }), { freq: 5 }), { seed, numRuns: COUNTS.i });
  const records = metadatas.map((template, index): SentRecord => ({
    id: dictionary['i']?.[index] ?? '',
    metadata: render(template, dictionary),
    document: documents[index]?.map((text) => JSON.parse(render(text, dictionary)) as string).join('') ?? null,
  }));
  return { place: await transport.load(records, name), records };
}

/** The statements on records since the last look, as one text. */
function shapeOf(statements: Statements): string {
  return [...new Set(statements.take().filter((text) => text.includes(RECORDS)))].sort().join('\n;\n');
}

function difference(expected: readonly SentRecord[], found: readonly string[]): readonly [readonly string[], readonly string[]] {
  const ids = expected.map(({ id }) => JSON.parse(id) as string);
  return [ids.filter((id) => !found.includes(id)), found.filter((id) => !ids.includes(id))];
}

function shown(ids: readonly string[], records: readonly SentRecord[]): string {
  const few = records.filter(({ id }) => ids.includes(JSON.parse(id) as string)).slice(0, 2);
  return ids.length === 0 ? 'none' : few.map(({ id, metadata, document }) => `${id} ${metadata} ${String(document)}`).join('; ');
}

function wordOf(dictionary: Dictionary, letter: string): string {
  return JSON.parse(dictionary[letter]?.[0] ?? '""') as string;
}

function distinct(arbitrary: fc.Arbitrary<string>, count: number, seed: number): readonly string[] {
  const known = new Set<string>();
  for (let turn = 0; known.size < count; turn += 1) {
    for (const text of fc.sample(arbitrary, { seed: seed + turn, numRuns: count })) if (known.size < count) known.add(text);
  }
  return [...known];
}
